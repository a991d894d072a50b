"""Mailboxes of a real Dovecot, read as the app does."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import dovecot as dovecots
import pytest
from imap_reading import SUPPORT, Own, Reading, account, mail, reading

from channels import NotStored, Unreadable
from channels._email.imap import fetching
from channels._email.receiving import Receiver

pytestmark = [dovecots.needed, pytest.mark.slow]


@pytest.fixture(scope="module")
def dovecot():
    with dovecots.running() as one:
        yield one


async def test_what_waits_in_a_mailbox_is_read_in_its_order(dovecot):
    dovecot.put("order", [mail(f"letter {n}") for n in range(120)])
    async with reading({SUPPORT: account(dovecot, "order")}) as told:
        await told.until_received(120)
        await told.until(lambda: SUPPORT in told.mailroom.working)
    assert told.texts == [f"letter {n}" for n in range(120)]
    assert {one.entry_point for one in told.inbox.received} == {SUPPORT}
    assert [one.last_uid for one in told.inbox.checkpoints] == [50, 100, 120]
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


async def test_a_mail_that_is_too_large_is_put_aside_with_its_beginning_and_the_next_is_read(
    dovecot, monkeypatch
):
    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)
    huge = mail("huge") + b"x" * 70 + (b"y" * 70 + b"\r\n") * 3_000
    dovecot.put("huge", [mail("before"), huge, mail("after")])
    async with reading({SUPPORT: account(dovecot, "huge")}) as told:
        await told.until_received(3)
    before, aside, after = told.inbox.received
    assert (before.text.strip(), after.text.strip()) == ("before", "after")
    assert isinstance(aside, Unreadable)
    assert aside.reason == "too_large"
    assert f"{len(huge)} bytes" in aside.detail
    assert "number 2" in aside.detail
    assert aside.raw.body == huge[:65_536]


async def test_a_mail_that_breaks_what_reads_it_does_not_stop_the_next(dovecot, monkeypatch):
    understood = Receiver.understood

    async def broken(self, raw, **told):
        if b"break me" in raw:
            raise RuntimeError("nobody thought of it")
        return await understood(self, raw, **told)

    monkeypatch.setattr(Receiver, "understood", broken)
    dovecot.put("broken", [mail("one"), mail("break me"), mail("two")])
    async with reading({SUPPORT: account(dovecot, "broken")}) as told:
        await told.until_received(3)
    one, aside, two = told.inbox.received
    assert (one.text.strip(), two.text.strip()) == ("one", "two")
    assert (aside.reason, aside.raw.body) == ("unexpected", mail("break me"))


async def test_a_mail_the_database_never_takes_is_put_aside_and_the_next_is_stored(dovecot):
    dovecot.put("refused", [mail("one"), mail("poison"), mail("two")])
    told = Reading(Own({SUPPORT: account(dovecot, "refused")}))
    told.inbox.refuses.add("poison")
    async with reading({}, of=told):
        await told.until_received(3)
    one, aside, two = told.inbox.received
    assert (one.text.strip(), two.text.strip()) == ("one", "two")
    assert (aside.reason, aside.raw.body) == ("not_stored", mail("poison"))
    assert told.inbox.checkpoints[-1].last_uid == 3


async def test_while_the_database_is_away_nothing_is_put_aside(dovecot):
    dovecot.put("away", [mail("one"), mail("two")])
    told = Reading(Own({SUPPORT: account(dovecot, "away")}))
    async with reading({}, of=told):
        await told.until(lambda: told.mailroom.held)
        told.inbox.fault = NotStored("away")
        told.mailroom.is_away = True
        await asyncio.sleep(1)
        assert told.inbox.received == []
        told.inbox.fault, told.mailroom.is_away = None, False
        await told.until_received(2)
    assert told.texts == ["one", "two"]


async def test_a_mailbox_that_is_numbered_anew_is_read_again_without_doubles(dovecot):
    letters = [mail(f"letter {n}") for n in range(7)]
    dovecot.put("anew", letters)
    async with reading({SUPPORT: account(dovecot, "anew")}, poll_s=0.3) as told:
        await told.until_received(7)
        with dovecot.client("anew") as client:
            client.create_folder("kept")
            client.select_folder("INBOX")
            client.copy("1:*", "kept")
        first = told.inbox.checkpoints[-1]
        dovecots.forget_numbers(dovecot, "anew")
        dovecot.put("anew", [mail("new")])
        await told.until_received(8)
        await told.until(lambda: told.inbox.checkpoints[-1].last_uid == 8)
    last = told.inbox.checkpoints[-1]
    assert last.uid_validity != first.uid_validity
    assert told.texts == [*(f"letter {n}" for n in range(7)), "new"]
    assert told.inbox.doubles == 7


async def test_several_mailboxes_of_an_account_are_read_whatever_they_are_called(dovecot):
    dovecot.put("several", [mail("in the inbox")])
    dovecot.put("several", [mail("in sales")], mailbox="Sales & more")
    dovecot.put("several", [mail("in persian")], mailbox="پشتیبانی")
    own = {SUPPORT: account(dovecot, "several", imap_mailbox="INBOX, Sales & more, پشتیبانی")}
    async with reading(own) as told:
        await told.until_received(3)
    assert sorted(told.texts) == ["in persian", "in sales", "in the inbox"]
    assert len({one.mailbox for one in told.inbox.checkpoints}) == 3


async def test_a_mailbox_that_is_not_there_is_told_and_the_others_are_read(dovecot):
    dovecot.put("partly", [mail("read")])
    own = {SUPPORT: account(dovecot, "partly", imap_mailbox="INBOX,Nowhere")}
    async with reading(own, poll_s=0.2) as told:
        await told.until_received(1)
        await told.until(lambda: told.mailroom.errors)
        worked = told.mailroom.working.get(SUPPORT, 0)
        await asyncio.sleep(1)
        assert told.mailroom.working.get(SUPPORT, 0) == worked, "the one hides the other"
    assert "does not open the mailbox Nowhere" in told.mailroom.errors[SUPPORT][0]


async def test_mails_from_before_a_day_are_left_alone(dovecot):
    with dovecot.client("since") as client:
        client.append("INBOX", mail("old"), msg_time=datetime(2020, 1, 1, tzinfo=UTC))
        client.append("INBOX", mail("new"))
    own = {SUPPORT: account(dovecot, "since", imap_since="2026-01-01")}
    async with reading(own) as told:
        await told.until_received(1)
        await told.until(lambda: SUPPORT in told.mailroom.working)
    assert told.texts == ["new"]


async def test_a_mail_is_marked_as_seen_when_it_is_stored_and_not_before(dovecot):
    dovecot.put("seen", [mail("one"), mail("two")])
    told = Reading(Own({SUPPORT: account(dovecot, "seen", imap_after_reading="seen")}))
    told.inbox.gate.clear()
    async with reading({}, of=told):
        await asyncio.sleep(1)
        assert not any(b"\\Seen" in flags for flags in dovecot.flags("seen").values())
        told.inbox.gate.set()
        await told.until(
            lambda: all(b"\\Seen" in flags for flags in dovecot.flags("seen").values())
        )
    assert told.texts == ["one", "two"]


async def test_a_stored_mail_is_moved_where_it_is_to_lie(dovecot):
    dovecot.put("moved", [mail("one")])
    dovecot.put("moved", [], mailbox="Done")
    own = {SUPPORT: account(dovecot, "moved", imap_after_reading="move:Done")}
    async with reading(own) as told:
        await told.until(lambda: len(dovecot.flags("moved", "Done")) == 1)
        dovecot.put("moved", [mail("two")])
        await told.until(lambda: len(dovecot.flags("moved", "Done")) == 2)
    assert told.texts == ["one", "two"]
    assert dovecot.flags("moved") == {}


async def test_where_mails_cannot_be_moved_they_are_read_and_the_fault_is_told(dovecot):
    dovecot.put("immovable", [mail("one")])
    own = {SUPPORT: account(dovecot, "immovable", imap_after_reading="move:Nowhere")}
    async with reading(own) as told:
        await told.until_received(1)
        await told.until(lambda: told.mailroom.errors)
        dovecot.put("immovable", [mail("two")])
        await told.until_received(2)
    assert "cannot be moved to Nowhere" in told.mailroom.errors[SUPPORT][0]
    assert len(dovecot.flags("immovable")) == 2


async def test_one_mailbox_for_several_addresses_is_read_once_and_each_gets_its_mails(dovecot):
    sales, third = "sales@example.com", "third@example.com"
    dovecot.put(
        "shared",
        [
            mail("for support"),
            mail("for sales", to=sales),
            mail("by delivery", to="list@example.org", headers=f"Delivered-To: {sales}\r\n"),
            mail("for nobody", to="list@example.org"),
            mail("answer", to=f'"Sales" <sales+12-abcdef@example.com>, {SUPPORT}'),
        ],
    )
    own = {SUPPORT: {}, sales: {}, third: {"imap_host": dovecot.host}}
    async with reading(own, settings=account(dovecot, "shared")) as told:
        await told.until_received(5)
        await told.until(lambda: told.mailroom.errors)
    assert {one.text.strip(): one.entry_point for one in told.inbox.received} == {
        "for support": SUPPORT,
        "for sales": sales,
        "by delivery": sales,
        "for nobody": SUPPORT,
        "answer": sales,
    }
    assert told.inbox.received[4].received.recipient == "sales+12-abcdef@example.com"
    assert list(told.mailroom.errors) == [third], "what is incomplete takes nothing from others"
    assert "imap_username and imap_password" in told.mailroom.errors[third][0]


async def test_mailboxes_are_read_as_settings_come_change_and_go(dovecot):
    dovecot.put("here", [mail("here")])
    dovecot.put("there", [mail("there")])
    async with reading({SUPPORT: {}}) as told:
        await asyncio.sleep(0.3)
        assert told.inbox.received == []
        told.own.values[SUPPORT] = account(dovecot, "here")
        await told.until_received(1)
        told.own.values[SUPPORT] = account(dovecot, "there")
        await told.until_received(2)
        told.own.values[SUPPORT] = {}
        await told.until(lambda: not told.mailroom.held)
        dovecot.put("there", [mail("unread")])
        await asyncio.sleep(0.5)
    assert told.texts == ["here", "there"]


async def test_of_two_processes_one_reads_and_the_other_when_it_is_gone(dovecot):
    dovecot.put("twice", [mail("one")])
    told = Reading(Own({SUPPORT: account(dovecot, "twice")}))
    async with reading({}, of=told):
        await told.until_received(1)
        async with reading({}, of=told):
            await asyncio.sleep(0.5)
            assert len(told.mailroom.fences) == 1
            assert set(told.mailroom.fences.values()) == {1}
    async with reading({}, of=told):
        dovecot.put("twice", [mail("two")])
        await told.until_received(2)
    assert set(told.mailroom.fences.values()) == {2}
    assert told.texts == ["one", "two"]


async def test_who_has_lost_the_right_to_read_stops(dovecot):
    dovecot.put("lost", [mail("one")])
    own = {SUPPORT: account(dovecot, "lost")}
    async with reading(own, lease_s=1) as told:
        await told.until_received(1)
        name = next(iter(told.mailroom.held))
        told.mailroom.held[name] = 99  # another process took it
        await asyncio.sleep(1)
        dovecot.put("lost", [mail("two")])
        await asyncio.sleep(0.5)
        assert told.texts == ["one"]
        del told.mailroom.held[name]
        await told.until_received(2)
    assert told.texts == ["one", "two"]


async def test_a_reader_that_is_ended_leaves_no_thread_behind(dovecot):
    dovecot.put("threads", [mail("one")])
    async with reading({SUPPORT: account(dovecot, "threads")}) as told:
        await told.until_received(1)
        await told.until(lambda: not imap_threads(), within_s=5)  # it waits without one
    await told.until(lambda: not imap_threads(), within_s=2)


def imap_threads():
    return [one for one in threading.enumerate() if one.name == "imap"]
