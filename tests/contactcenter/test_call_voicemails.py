"""Messages that callers leave: on the timeline once, as a ticket that anybody may take."""

import itertools
import random
from collections.abc import AsyncIterator
from typing import Any

import call_board
import pytest
from call_board import call_of
from call_told import ANN, OURS, at, over, told, voice
from recorded_calls import WAV

from channels import CallHook, Fetched, HangUp, Media
from contactcenter.calls import recordings
from contactcenter.db import Database
from contactcenter.intake import Intake
from contactcenter.switchboard import arriving, switchboard
from contactcenter.switchboard.asked import Asked
from contactcenter.switchboard.recording_keeper import RecordingKeeper
from contactcenter.switchboard.switchboard import Switchboard


@pytest.fixture
async def board(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Switchboard]:
    """Without a menu; who comes to the gather hook waits."""

    async def nothing(_asked: Asked) -> Any:
        return ()

    async def wait(asked: Asked) -> Any:
        await arriving.begin_waiting(asked, queue_id=None)
        return ()

    steps = dict(switchboard.STEPS) | {"voice": nothing, "gather": wait}
    monkeypatch.setattr(switchboard, "STEPS", steps)
    async with call_board.board(database) as built:
        yield built


class Provider:
    missing = ()
    telephony = None

    async def fetch(self, _media: Media) -> Fetched:
        return Fetched(body=WAV, content_type="audio/wav")


def keeper(board: Any) -> RecordingKeeper:
    intake = Intake(board.database, board.bell, reopen_window_s=3600)
    channels: Any = {"phone": Provider()}
    return RecordingKeeper(
        board.database, board.bell, channels, intake.enter, chance=random.Random(1)
    )


def message(seconds: float = 30, *, length_s: int | None = 12, **more: Any) -> CallHook:
    """The caller has said what he wanted to say."""
    return told(
        "voicemail",
        "recording_ended",
        seconds,
        recording="RE1",
        elapsed_s=length_s,
        url="https://provider.test/RE1.mp3",
        answers=True,
        **more,
    )


def completed(seconds: float = 31, *, length_s: int = 12, **more: Any) -> CallHook:
    return told(
        "recording",
        "recording_ended",
        seconds,
        recording="RE1",
        status="completed",
        elapsed_s=length_s,
        url="https://provider.test/RE1.mp3",
        query={"kind": "voicemail"} | more.pop("query", {}),
        **more,
    )


async def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    async with database.read() as conn:
        return [tuple(row) for row in await conn.fetch(statement)]


FILED = "SELECT kind, direction, channel, ticket_id IS NOT NULL, details->>'call_id' FROM interaction ORDER BY id"


async def test_a_message_waits_as_a_ticket_without_a_live_call(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    assert await board.take(message()) == (HangUp(),)
    await board.take(over(seconds=32))

    call = await call_of(database)
    assert call.state == "ended"
    assert await rows(database, FILED) == [("voicemail", "inbound", "phone", True, str(call.id))]
    assert await rows(database, "SELECT state, live_call_id FROM ticket") == [("new", None)]
    assert await rows(
        database,
        "SELECT r.kind, r.call_id, i.kind FROM call_recording r JOIN interaction i ON i.id = r.interaction_id",
    ) == [("voicemail", call.id, "voicemail")]


async def test_its_sound_comes_to_its_entry_on_the_timeline(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(message())

    await keeper(board).round()

    assert await rows(
        database,
        "SELECT i.kind, a.content_type, a.size_bytes, a.recording_id IS NOT NULL"
        " FROM attachment a JOIN interaction i ON i.id = a.interaction_id",
    ) == [("voicemail", "audio/wav", len(WAV), True)]


async def test_in_whatever_order_it_is_told_there_is_one_message_and_one_ticket(
    board: Switchboard, database: Database
) -> None:
    order = [message, completed, over]
    for n, makers in enumerate(itertools.permutations(order)):
        leg = f"CA{n}"
        await board.take(voice(leg, caller=f"+1500555{2000 + n}"))
        for make in (*makers, *makers):
            hook = make(leg=leg)
            if hook.events[0].recording:
                event = {f: getattr(hook.events[0], f) for f in hook.events[0].__struct_fields__}
                event["recording"] = f"RE{n}"
                hook = CallHook(
                    **{f: getattr(hook, f) for f in hook.__struct_fields__}
                    | {"events": (type(hook.events[0])(**event),)}
                )
            await board.take(hook)
        assert await rows(
            database, "SELECT count(*), count(DISTINCT ticket_id) FROM interaction"
        ) == [(n + 1, n + 1)]
    assert await rows(database, "SELECT DISTINCT kind FROM interaction") == [("voicemail",)]


@pytest.mark.parametrize(
    "empty",
    [
        lambda: message(length_s=1, input="hangup"),
        lambda: message(length_s=0, input="hangup"),
        lambda: told(
            "recording",
            "recording_ended",
            31,
            recording="RE1",
            status="absent",
            query={"kind": "voicemail"},
        ),
    ],
)
async def test_who_hangs_up_at_the_tone_has_left_no_message(
    board: Switchboard, database: Database, empty: Any
) -> None:
    await board.take(voice())
    await board.take(empty())
    await keeper(board).round()

    assert await rows(database, "SELECT count(*) FROM interaction WHERE kind = 'voicemail'") == [
        (0,)
    ]
    assert await rows(database, "SELECT filed_at IS NOT NULL FROM call_recording") == [(True,)]


async def test_a_length_that_is_told_late_makes_it_a_message_after_all(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(message(length_s=None))
    assert await rows(database, FILED) == []

    await board.take(completed())

    assert len(await rows(database, FILED)) == 1


async def test_a_message_whose_length_is_never_told_is_not_lost(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(message(length_s=None))
    async with database.transaction() as conn:
        await conn.execute("UPDATE call_recording SET next_file_at = clock_timestamp()")

    await keeper(board).round()

    assert len(await rows(database, FILED)) == 1


async def test_who_waited_first_leaves_his_message_with_the_same_ticket(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(told("gather", "chose", 5, input="1", answers=True))
    await board.take(message())
    await board.take(completed())

    assert await rows(database, "SELECT kind FROM interaction ORDER BY id") == [
        ("call",),
        ("voicemail",),
    ]
    assert await rows(database, "SELECT count(DISTINCT ticket_id) FROM interaction") == [(1,)]
    told_of = await rows(database, "SELECT count(*) FROM event WHERE kind = 'interaction_received'")
    assert told_of == [(2,)]


async def test_a_message_that_was_left_while_we_were_away_finds_its_caller(
    board: Switchboard, database: Database
) -> None:
    await board.take(completed(leg="CA9", query={"caller": ANN, "called": OURS}))
    assert await rows(database, FILED) == []
    async with database.transaction() as conn:
        await conn.execute("UPDATE call_recording SET next_file_at = clock_timestamp()")

    await keeper(board).round()
    await keeper(board).round()

    assert await rows(database, FILED) == [("voicemail", "inbound", "phone", True, None)]
    assert await rows(database, "SELECT kind, value FROM identity") == [("phone", ANN)]


async def test_two_withheld_callers_are_never_one_person(
    board: Switchboard, database: Database
) -> None:
    for leg in ("CA8", "CA9"):
        hook = told(
            "recording", "recording_ended", 31, leg=leg, recording=f"RE{leg}", status="completed",
            elapsed_s=9, query={"kind": "voicemail", "called": OURS},
        )  # fmt: skip
        await board.take(hook)
    async with database.transaction() as conn:
        await conn.execute("UPDATE call_recording SET next_file_at = clock_timestamp()")

    await keeper(board).round()

    assert await rows(
        database, "SELECT count(DISTINCT contact_id), count(DISTINCT kind) FROM identity"
    ) == [(2, 1)]


async def test_a_message_told_before_its_call_is_filed_once_the_call_is_known(
    board: Switchboard, database: Database
) -> None:
    await board.take(completed(leg="CA1"))
    await keeper(board).round()
    assert await rows(database, FILED) == []

    await board.take(voice("CA1"))
    await keeper(board).round()

    call = await call_of(database)
    assert await rows(database, FILED) == [("voicemail", "inbound", "phone", True, str(call.id))]


async def test_a_message_of_nobody_is_kept_and_looked_at_later(
    board: Switchboard, database: Database
) -> None:
    await board.take(completed(leg="CA1", query={"called": "+15005559999"}))
    async with database.transaction() as conn:
        await conn.execute("UPDATE call_recording SET next_file_at = clock_timestamp()")

    await keeper(board).round()

    assert await rows(database, FILED) == []
    assert await rows(
        database,
        "SELECT filed_at, next_file_at > clock_timestamp(), file_attempts FROM call_recording",
    ) == [(None, True, 1)]


# What the provider writes down ------------------------------------------------------------------


def written(text: str | None, status: str = "completed", **more: Any) -> CallHook:
    return told(
        "transcription", "transcribed", 60, recording="RE1", text=text, status=status, **more
    )


TEXT = "SELECT transcription_state, transcription, transcription_language FROM call_recording"


async def test_what_the_provider_writes_down_is_kept_with_the_message(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(message())
    await board.take(written(None, "failed"))
    assert await rows(database, TEXT) == [("failed", None, "en")]

    await board.take(written("My laptop does not start."))
    await board.take(written("Something else."))

    assert await rows(database, TEXT) == [("completed", "My laptop does not start.", "en")]


async def test_a_text_that_comes_first_waits_for_its_message(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(written("Hello."))
    await board.take(message())

    assert await rows(database, TEXT) == [("completed", "Hello.", "en")]
    assert len(await rows(database, FILED)) == 1


async def test_nothing_is_written_down_of_what_was_erased(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    await board.take(message())
    async with database.transaction() as conn:
        row = await recordings.lock(conn, await conn.fetchval("SELECT id FROM call_recording"))
        await recordings.erase(conn, at(60), row, actor="user:1", reason="asked")

    await board.take(written("My laptop does not start."))
    await board.take(completed())

    assert await rows(database, "SELECT state, transcription FROM call_recording") == [
        ("erased", None)
    ]


# Recordings of calls ----------------------------------------------------------------------------


async def test_a_recording_of_a_room_is_its_calls_and_ends_the_pauses(
    board: Switchboard, database: Database
) -> None:
    await board.take(voice())
    call = await call_of(database)
    room = {"conference": "CF1", "room": call.room, "recording": "RE1", "leg": None}
    await board.take(told("recording", "recording_began", 10, **room))
    async with database.transaction() as conn:
        user_id = await conn.fetchval(
            "INSERT INTO user_account (email, name, role) VALUES ('a@b.test', 'A', 'agent') RETURNING id"
        )
        await conn.execute(
            "INSERT INTO recording_pause (call_id, state, asked_by_id, asked_at, paused_at)"
            " VALUES ($1, 'paused', $2, now(), now())",
            call.id,
            user_id,
        )

    ended = told("recording", "recording_ended", 70, status="completed", elapsed_s=60, **room)
    await board.take(ended)
    await board.take(ended)

    assert await rows(
        database, "SELECT kind, state, call_id, duration_s, started_at FROM call_recording"
    ) == [("call", "completed", call.id, 60, at(10))]
    assert await rows(database, "SELECT state FROM recording_pause") == [("over",)]
    assert await rows(
        database, "SELECT kind FROM event WHERE kind LIKE 'recording%' ORDER BY id"
    ) == [
        ("recording_started",),
        ("recording_ended",),
    ]
    assert await rows(database, FILED) == []
