"""The fake Mailgun is taken for Mailgun by the channel, and goes on trying as Mailgun does."""

import random
from datetime import UTC, datetime

import pytest
from aiohttp import web
from mail_posts import CUSTOMER, ENTRY_POINT, MAILGUN_KEY, MAILGUN_PATH, OwnEntryPoints, mail

from channels import Env, NotStored
from channels.email import Email
from contactcenter.fakes.mailgun import FakeMailgun

RAW = mail("m-1", "سلام، سفارشم نرسیده")


@pytest.fixture
async def served(hook_server, http):
    return await hook_server(
        Email(
            Env(
                settings={"mailgun_signing_secrets": MAILGUN_KEY},
                public_url="https://desk.example",
                region="IR",
                http=http,
                own=OwnEntryPoints(),
            )
        )
    )


def fake(url, *, key=MAILGUN_KEY):
    return FakeMailgun(
        route_url=url,
        signing_key=key,
        clock=lambda: datetime.now(UTC),
        chance=random.Random(7),
        waits_s=(0.0, 0.05, 0.05),
    )


async def test_what_it_posts_is_believed_and_stored(served):
    async with fake(str(served.client.make_url(MAILGUN_PATH))) as mailgun:
        assert await mailgun.customer_writes(CUSTOMER, ENTRY_POINT, RAW) == 200

    [item] = served.inbox.received
    assert item.raw.body == RAW
    assert (item.text, item.received.envelope_sender) == ("سلام، سفارشم نرسیده", CUSTOMER)
    assert [(one.kind, one.status) for one in mailgun.ledger.entries] == [("hook_answered", 200)]


async def test_it_tries_again_until_the_mail_is_stored(served):
    served.inbox.fault = NotStored("no database")

    def mend(number):
        if number == 2:
            served.inbox.fault = None

    async with fake(str(served.client.make_url(MAILGUN_PATH))) as mailgun:
        record = mailgun.ledger.record
        mailgun.ledger.record = lambda entry: (record(entry), mend(entry.attempt))
        assert await mailgun.customer_writes(CUSTOMER, ENTRY_POINT, RAW) == 200

    assert [one.status for one in mailgun.ledger.entries] == [503, 503, 200]
    assert len(served.inbox.received) == 1


async def test_it_gives_up_after_its_last_try_and_with_a_wrong_key(served):
    async with fake(str(served.client.make_url(MAILGUN_PATH)), key="wrong") as mailgun:
        assert await mailgun.customer_writes(CUSTOMER, ENTRY_POINT, RAW) == 401

    assert [one.status for one in mailgun.ledger.entries] == [401] * 4
    assert served.inbox.received == []


async def test_it_never_comes_back_after_406_and_tells_who_does_not_answer(aiohttp_client):
    async def refused(_):
        return web.Response(status=406)

    app = web.Application()
    app.router.add_post("/", refused)
    client = await aiohttp_client(app)

    async with fake(str(client.make_url("/"))) as mailgun:
        assert await mailgun.customer_writes(CUSTOMER, ENTRY_POINT, RAW) == 406
    async with fake("http://127.0.0.1:1/") as nobody:
        assert await nobody.customer_writes(CUSTOMER, ENTRY_POINT, RAW) is None

    assert len(mailgun.ledger.entries) == 1
    assert {one.kind for one in nobody.ledger.entries} == {"hook_failed"}
