"""Mailboxes of a real Dovecot, read as the app does."""

from datetime import UTC, datetime, timedelta

import dovecot as dovecots
import pytest
from imap_reading import SUPPORT, account, mail, reading

pytestmark = dovecots.needed


@pytest.fixture(scope="module")
def dovecot():
    with dovecots.running() as one:
        yield one


async def test_what_waits_in_a_mailbox_is_read_in_its_order(dovecot):
    dovecot.put("order", [mail(f"letter {n}") for n in range(120)])
    async with reading({SUPPORT: account(dovecot, "order")}) as told:
        await told.until_received(120)
    assert told.texts == [f"letter {n}" for n in range(120)]
    assert {one.entry_point for one in told.inbox.received} == {SUPPORT}
    assert [one.last_uid for one in told.inbox.checkpoints] == [50, 100, 120]
    assert told.mailroom.working[SUPPORT] >= 1
    assert not told.mailroom.errors


async def test_a_mail_was_received_when_it_came_to_the_mailbox(dovecot):
    dovecot.put("arrival", [mail("now")])
    async with reading({SUPPORT: account(dovecot, "arrival")}) as told:
        await told.until_received(1)
    age = datetime.now(UTC) - told.inbox.received[0].occurred_at
    assert timedelta(seconds=-2) < age < timedelta(minutes=1)


async def test_a_mail_that_comes_is_read_at_once(dovecot):
    dovecot.put("news", [mail("first")])
    async with reading({SUPPORT: account(dovecot, "news")}) as told:
        await told.until_received(1)
        dovecot.put("news", [mail("second")])
        await told.until_received(2, within_s=5)
        dovecot.put("news", [mail("third"), mail("fourth")])
        await told.until_received(4, within_s=5)
    assert told.texts == ["first", "second", "third", "fourth"]


async def test_reading_leaves_no_trace_in_the_mailbox(dovecot):
    dovecot.put("untouched", [mail("one"), mail("two")])
    async with reading({SUPPORT: account(dovecot, "untouched")}) as told:
        await told.until_received(2)
    assert {flags for of in dovecot.flags("untouched").values() for flags in of} <= {b"\\Recent"}


async def test_reading_goes_on_where_it_was_left(dovecot):
    dovecot.put("resumed", [mail("before")])
    own = {SUPPORT: account(dovecot, "resumed")}
    async with reading(own) as told:
        await told.until_received(1)
    dovecot.put("resumed", [mail("after")])
    async with reading(own, of=told) as told:
        await told.until_received(2)
    assert told.texts == ["before", "after"]
    assert told.inbox.doubles == 0
