"""Bringing in what Twilio took while its calls did not reach us."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from sms_contract import PATH, SmsContract
from twilio_requests import ACCOUNT, signed

from channels import Inbound, Media, NotStored, StatusUpdate, Unavailable, Unreadable
from channels._sms_backfill import BATCH
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio_message import message_form

SMS = SmsContract()
NOON = datetime(2026, 4, 14, 12, 0, tzinfo=UTC)
PICTURE = ("image/png", b"a picture")
LETTER = ("application/pdf", b"a letter")


class Batches(RecordingInbox):
    """Remembers how many came at once."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    async def receive(self, items, *, checkpoint=None):
        self.sizes.append(len(items))
        return await super().receive(items)


class Clock:
    """The fake's clock, which stands until it is moved."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
async def twilio(http):
    """A fake whose clock is ours, the channel on it, and an inbox."""
    async with SMS.provider("accepted") as settings:
        fake = SMS.fake
        fake.clock = Clock()
        fake.channel = SMS.create(SMS.env(http, **settings))
        fake.inbox = Batches()
        yield fake


async def write(twilio, text, *files, at=None):
    if at is not None:
        twilio.clock.now = at
    return await SMS.missed(text, *files)


async def test_what_is_brought_in_is_what_the_hook_would_have_made_of_it(twilio, aiohttp_client):
    hooked = RecordingInbox()
    client = await SMS.serve(aiohttp_client, twilio.channel, hooked)
    await write(twilio, "look", PICTURE, LETTER)
    [message] = twilio.messages.values()
    await SMS.post(client, signed(PATH, message_form(message, twilio.url)))
    await twilio.channel.backfill(twilio.inbox, NOON)

    [there], [here] = hooked.received, twilio.inbox.received
    assert here.details.items() <= there.details.items()
    assert here == replace(there, raw=here.raw, occurred_at=NOON, details=here.details)
    base = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}/Media"
    assert here.media == tuple(
        Media(url=f"{base}/{sid}", content_type=kind)
        for sid, (kind, _) in zip(message.media_sids, (PICTURE, LETTER), strict=True)
    )
    assert here.raw.headers == {":path": f"{message.path}.json"}


async def test_word_that_stops_is_understood_when_it_is_brought_in(twilio):
    await write(twilio, "Stop")

    await twilio.channel.backfill(twilio.inbox, NOON)

    [item] = twilio.inbox.received
    assert item.consent == "withdrawn"


async def test_only_what_came_since_is_brought_in_to_the_second(twilio):
    await write(twilio, "too old", at=NOON - timedelta(seconds=1))
    await write(twilio, "just then", at=NOON)
    await write(twilio, "later", at=NOON + timedelta(seconds=1))

    new = await twilio.channel.backfill(twilio.inbox, NOON + timedelta(milliseconds=900))

    assert new == 2
    assert [item.text for item in twilio.inbox.received] == ["just then", "later"]
    assert twilio.inbox.received[0].occurred_at == NOON


async def test_days_are_brought_in_from_the_oldest(twilio):
    texts = []
    for day in range(4):
        for hour in (1, 12, 23):
            texts.append(f"day {day}, {hour} o'clock")
            await write(twilio, texts[-1], at=NOON + timedelta(days=day, hours=hour - 12))

    new = await twilio.channel.backfill(twilio.inbox, NOON - timedelta(days=2))

    assert new == 12
    assert [item.text for item in twilio.inbox.received] == texts


async def test_since_may_be_told_in_any_zone(twilio):
    tehran = datetime.fromisoformat("2026-04-15T01:00:00+03:30")
    await write(twilio, "too old", at=datetime(2026, 4, 14, 21, 29, 59, tzinfo=UTC))
    await write(twilio, "hello", at=datetime(2026, 4, 14, 21, 30, tzinfo=UTC))

    assert await twilio.channel.backfill(twilio.inbox, tehran) == 1


async def test_many_messages_come_in_batches_over_many_pages(twilio):
    for number in range(2 * 200 + 1):
        await write(twilio, f"message {number}")

    assert await twilio.channel.backfill(twilio.inbox, NOON) == 401
    assert max(twilio.inbox.sizes) == BATCH == 100
    assert {item.text for item in twilio.inbox.received} == {f"message {n}" for n in range(401)}


async def test_files_of_a_deleted_message_do_not_stop_the_others(twilio):
    sid = await write(twilio, "look", PICTURE)
    twilio.messages[sid] = replace(twilio.messages[sid], sid="MMdeleted")
    await write(twilio, "and more")

    assert await twilio.channel.backfill(twilio.inbox, NOON) == 2
    assert [item.text for item in twilio.inbox.received] == ["look", "and more"]
    assert twilio.inbox.received[0].media == ()


async def test_what_cannot_be_understood_is_handed_over_as_such(twilio):
    sid = await write(twilio, "hello")
    twilio.messages[sid] = replace(twilio.messages[sid], from_="whatsapp:+989121234567")
    sid = await write(twilio, "a\0b")

    assert await twilio.channel.backfill(twilio.inbox, NOON) == 2
    one, two = twilio.inbox.received
    assert isinstance(one, Unreadable)
    assert isinstance(two, Unreadable)
    assert (one.reason, two.reason) == ("bad_address", "nul_character")
    assert (await twilio.channel.read("message", one.raw), two.external_id) == (one, sid)


async def test_what_became_of_our_messages_is_reported_where_it_is_settled(twilio):
    twilio.behaviour = Behaviour(dropped=1.0, undelivered=1.0, undelivered_code=30005)
    receipt = await twilio.channel.send(SMS.outbound("c-1"))
    await twilio.drain()
    twilio.behaviour = Behaviour(dropped=1.0, report_delay_s=(60.0, 60.0))
    under_way = await twilio.channel.send(SMS.outbound("c-2"))
    known = twilio.messages[under_way.external_id]
    twilio.messages[known.sid] = replace(known, status="sent", updated_at=NOON)

    assert await twilio.channel.backfill(twilio.inbox, NOON) == 0

    [update] = twilio.inbox.updates
    assert isinstance(update, StatusUpdate)
    assert (update.external_id, update.status) == (receipt.external_id, "undelivered")
    assert (update.error_code, update.failure) == ("30005", "number")
    assert await twilio.channel.read("status", update.raw) == update


async def test_report_is_brought_in_when_it_came_since_however_old_the_message_is(twilio):
    receipt = await twilio.channel.send(SMS.outbound("c-1"))
    await twilio.drain()
    sent = twilio.messages[receipt.external_id]
    for created_h, updated_h in ((5, 0), (5, 1)):
        old = replace(
            sent,
            sid=f"SM{updated_h}",
            created_at=NOON - timedelta(hours=created_h),
            updated_at=NOON - timedelta(hours=updated_h),
        )
        twilio.messages[old.sid] = old

    await twilio.channel.backfill(twilio.inbox, NOON)

    assert {update.external_id for update in twilio.inbox.updates} == {sent.sid, "SM0"}


async def test_report_across_midnight_is_not_lost(twilio):
    midnight = datetime(2026, 4, 15, tzinfo=UTC)
    twilio.clock.now = midnight - timedelta(minutes=1)
    twilio.behaviour = Behaviour(dropped=1.0)
    receipt = await twilio.channel.send(SMS.outbound("c-1"))
    await twilio.drain()
    known = twilio.messages[receipt.external_id]
    twilio.clock.now = midnight + timedelta(minutes=5)
    twilio.messages[known.sid] = replace(known, updated_at=twilio.clock.now)

    await twilio.channel.backfill(twilio.inbox, midnight + timedelta(minutes=1))

    assert [update.external_id for update in twilio.inbox.updates] == [known.sid]


async def test_list_that_breaks_off_leaves_what_was_handed_over(twilio):
    await write(twilio, "yesterday", at=NOON - timedelta(days=1))
    await write(twilio, "today", at=NOON)
    since = NOON - timedelta(days=1, hours=1)
    asked = iter([False, True])
    twilio.chance.random = lambda: 0.0 if next(asked, False) else 0.9
    twilio.behaviour = Behaviour(lists_broken=0.5)

    with pytest.raises(Unavailable):
        await twilio.channel.backfill(twilio.inbox, since)
    assert [item.text for item in twilio.inbox.received] == ["yesterday"]

    assert await twilio.channel.backfill(twilio.inbox, since) == 1
    assert all(isinstance(item, Inbound) for item in twilio.inbox.received)


async def test_report_that_is_not_stored_ends_it(twilio):
    await twilio.channel.send(SMS.outbound("c-1"))
    await twilio.drain()
    twilio.inbox.fault = NotStored("no database")

    with pytest.raises(NotStored):
        await twilio.channel.backfill(twilio.inbox, NOON)
