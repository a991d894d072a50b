"""A mail of ours that comes back is known; one of another centre with this software is not ours."""

from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
import pytest

from channels import Env, Inbound, MailReaders
from channels._email.receiving import Receiver

pytestmark = pytest.mark.slow

OURS = "support@ours.example"


class Own:
    """Two addresses of ours, without anything of their own."""

    def of(self, _channel: str, _address: str) -> Mapping[str, str]:
        return {}

    def addresses(self, _channel: str) -> Sequence[str]:
        return (OURS, "sales@ours.example")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    readers = MailReaders()
    async with aiohttp.ClientSession() as http:
        env = Env(settings={}, public_url="https://cc.test", region="IR", http=http, own=Own())
        yield Receiver(env, readers)
    await readers.close()


@pytest.mark.parametrize(
    ("sender", "automatic", "kind"),
    [
        (OURS, False, "loop"),
        ("Sales@Ours.example", True, "loop"),
        ("support+17-abc@ours.example", False, "loop"),
        ("help@other.example", False, "person"),
        ("help@other.example", True, "auto_reply"),
    ],
)
async def test_only_a_mail_of_one_of_our_addresses_is_our_own(
    receiver: Receiver, sender: str, automatic: bool, kind: str
) -> None:
    marked = "Auto-Submitted: auto-replied\r\n" if automatic else ""
    raw = f"From: a@other.example\r\nX-Contactcenter-Loop: {sender}\r\n{marked}\r\nHello\r\n"

    read = await receiver.understood(raw.encode(), entry_point=OURS)

    assert isinstance(read, Inbound)
    assert read.received is not None
    assert (read.received.mail.kind, read.details["class"]) == (kind, kind)


@pytest.mark.parametrize(
    ("envelope_sender", "kind"),
    [("", "auto_reply"), ("a@other.example", "person"), (None, "person")],
)
async def test_what_nobody_can_answer_no_person_wrote(
    receiver: Receiver, envelope_sender: str | None, kind: str
) -> None:
    read = await receiver.understood(
        b"From: a@other.example\r\n\r\nHello\r\n", entry_point=OURS, envelope_sender=envelope_sender
    )

    assert isinstance(read, Inbound)
    assert read.details["class"] == kind
