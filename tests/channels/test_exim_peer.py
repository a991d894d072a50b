"""The mail server that other tests talk with does what they take for granted."""

import pytest
from exim import Relay, needs_exim, needs_swaks, running_exim, swaks

pytestmark = [needs_exim, needs_swaks, pytest.mark.slow]


async def test_it_takes_mails_for_its_domains_and_nobody_elses():
    async with running_exim(
        domains=["customer.example"], refused={"no@customer.example": "550 5.1.1 Nobody here"}
    ) as exim:
        to = ("--server", f"127.0.0.1:{exim.port}", "--from", "a@shop.example")
        taken, _ = await swaks(*to, "--to", "ali@customer.example", "--header", "Subject: hello")
        refused, said = await swaks(*to, "--to", "no@customer.example")
        foreign, _ = await swaks(*to, "--to", "ali@elsewhere.example")

        [mail] = await exim.wait_for(1)

    assert taken == 0
    assert refused
    assert "550 5.1.1 Nobody here" in said
    assert foreign
    assert (mail.sender, mail.recipient) == ("a@shop.example", "ali@customer.example")
    assert mail.parsed()["Subject"] == "hello"


async def test_it_asks_for_the_account_and_keeps_what_it_cannot_hand_on():
    async with running_exim(
        relays=[Relay(domain="desk.example", port=1)], accounts={"desk": "a secret"}
    ) as exim:
        to = ("--server", f"127.0.0.1:{exim.port}", "--from", "a@shop.example")
        to += ("--to", "help@desk.example")
        anonymous, _ = await swaks(*to)
        wrong, _ = await swaks(*to, "-au", "desk", "-ap", "another")
        right, _ = await swaks(*to, "-au", "desk", "-ap", "a secret")

        assert (anonymous != 0, wrong != 0, right) == (True, True, 0)
        assert exim.queued() == 1
