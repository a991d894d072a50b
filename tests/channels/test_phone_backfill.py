"""Calls and recordings that nobody could tell us of are found in the provider's lists."""

from datetime import timedelta

import pytest
from phone_line import DESK, SARA, START, line
from recording_inbox import RecordingInbox

from channels import Media, NotStored, TakeMessage, Unavailable, Undeliverable
from contactcenter.fakes.twilio_refusal import Refusal
from contactcenter.fakes.twilio_voice_people import Caller, Message

SINCE = START - timedelta(hours=1)


class Set:
    """Only these numbers are ours; one of them may have an account of its own."""

    def __init__(self, *numbers, account=None):
        self.numbers = numbers
        self.account = account or {}

    def of(self, channel, address):
        return self.account if address == self.numbers[-1] else {}

    def addresses(self, channel):
        return self.numbers


async def missed(desk):
    """A call that found nobody but the apology, and left a message; all reports of it are lost."""
    desk.answers.is_down = True
    desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=12)))
    await desk.passes(120)
    desk.answers.is_down = False
    assert desk.answers.taken == []


async def test_call_and_message_that_were_missed_are_brought_in():
    async with line(own=Set(DESK)) as desk:
        await missed(desk)

        await desk.phone.backfill(RecordingInbox(), SINCE)

    [call, recording] = desk.answers.taken
    assert (call.name, recording.name) == ("call_status", "recording")
    assert call.query == {"listed": "1"}
    began, ended = call.events
    assert (began.kind, began.caller, began.called) == ("began", SARA, DESK)
    assert (began.at, began.received_at) == (None, START)
    assert (ended.kind, ended.status) == ("ended", "completed")
    assert ended.elapsed_s == int((ended.at - START).total_seconds())
    told = recording.events[-1]
    assert (told.kind, told.elapsed_s, told.caller, told.called) == (
        "recording_ended",
        12,
        SARA,
        DESK,
    )
    assert recording.query["kind"] == "voicemail"
    assert told.url.endswith(".mp3")


async def test_recording_in_the_list_has_the_key_of_its_hook():
    async with line(own=Set(DESK)) as desk:
        desk.answers.says["voice"] = (TakeMessage(call_id=7),)
        desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=12)))
        await desk.passes(60)
        [told] = desk.answers.told("recording")
        desk.answers.taken.clear()

        await desk.phone.backfill(RecordingInbox(), SINCE)
        await desk.phone.backfill(RecordingInbox(), SINCE)

    assert {hook.key for hook in desk.answers.taken if hook.name == "recording"} == {told.key}
    assert len({hook.key for hook in desk.answers.taken}) == 2


async def test_call_that_goes_on_and_what_was_long_ago_is_left_alone():
    async with line(own=Set(DESK)) as desk:
        desk.answers.says["voice"] = (TakeMessage(call_id=7),)
        desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=12)))
        await desk.passes(5)
        desk.answers.taken.clear()
        await desk.phone.backfill(RecordingInbox(), SINCE)
        assert desk.answers.taken == []
        await desk.passes(60)
        desk.answers.taken.clear()

        await desk.phone.backfill(RecordingInbox(), START + timedelta(hours=1))

        assert desk.answers.taken == []


async def test_numbers_that_others_serve_are_left_alone():
    async with line(own=Set("+982191011111")) as desk:
        desk.answers.is_down = True
        desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=12)))
        desk.voice.rings(SARA, "+982191011111", Caller(message=Message(seconds=12)))
        await desk.passes(120)
        desk.answers.is_down = False

        await desk.phone.backfill(RecordingInbox(), SINCE)

    assert {e.called for hook in desk.answers.taken for e in hook.events if e.called} == {
        "+982191011111"
    }


async def test_account_whose_calls_are_answered_elsewhere_is_not_even_asked():
    async with line() as desk:
        await missed(desk)

        assert await desk.phone.backfill(RecordingInbox(), SINCE) == 0

    assert desk.answers.taken == []
    assert desk.voice.gate.requests == []


async def test_sound_of_a_message_is_fetched_with_the_accounts_key():
    async with line(own=Set(DESK)) as desk:
        await missed(desk)
        await desk.phone.backfill(RecordingInbox(), SINCE)
        url = desk.answers.taken[-1].events[-1].url

        sound = await desk.phone.fetch(Media(url=url, content_type="audio/mpeg"))

        assert sound.content_type == "audio/mpeg"
        assert len(sound.body) > 1000
        with pytest.raises(Undeliverable):
            await desk.phone.fetch(Media(url=f"{url[:-8]}00000.mp3", content_type="audio/mpeg"))
    with pytest.raises(Undeliverable):
        await desk.phone.fetch(Media(url="https://127.0.0.1/a.mp3", content_type="audio/mpeg"))


async def test_what_cannot_be_stored_is_brought_in_later():
    async with line(own=Set(DESK)) as desk:
        await missed(desk)
        desk.answers.is_down = True

        with pytest.raises(NotStored):
            await desk.phone.backfill(RecordingInbox(), SINCE)


async def test_account_that_cannot_be_read_does_not_hold_up_the_others():
    own = {"twilio_account_sid": "AC" + "9" * 32, "twilio_auth_tokens": "wrong"}
    async with line(own=Set(DESK, "+982191011111", account=own)) as desk:
        await missed(desk)

        with pytest.raises(Unavailable):
            await desk.phone.backfill(RecordingInbox(), SINCE)

    assert len(desk.answers.taken) == 2


async def test_list_that_cannot_be_read_is_asked_for_later():
    async with line(own=Set(DESK)) as desk:
        desk.voice.gate.failing = lambda _: Refusal(500, 20500, "oh")

        with pytest.raises(Unavailable):
            await desk.phone.backfill(RecordingInbox(), SINCE)
