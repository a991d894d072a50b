"""Recordings: told in any order, fetched once, erased in time; nobody is recorded who was not told."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import asyncpg
import factories
import pytest
import recorded_calls
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_calls import WAV
from sending import kinds

import channels
from channels import CallGone, Fetched, Media, Play, Say, Unavailable, Undeliverable
from contactcenter.bell import Bell
from contactcenter.calls import recording_pauses, recording_policies, recordings
from contactcenter.calls.recordings import Told, merged
from contactcenter.db import Database
from contactcenter.intake import Intake
from contactcenter.switchboard import recording_erasing, recording_keeper
from contactcenter.switchboard.recording_keeper import MOST_ATTEMPTS, RecordingKeeper
from contactcenter.upkeep import Upkeep

Answer = Callable[[Media], Awaitable[Fetched]]


class Provider:
    """A channel whose provider keeps sounds, and forgets them when it is asked to."""

    missing: tuple[str, ...] = ()

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.erased: list[str] = []
        self.refusal: Exception | None = None
        self.telephony = self

    async def fetch(self, media: Media) -> Fetched:
        self.asked.append(media.url)
        return await self._answer(media)

    async def erase_recording(self, _entry_point: str, recording: str) -> None:
        self.erased.append(recording)
        if self.refusal is not None:
            raise self.refusal


async def give(_media: Media) -> Fetched:
    return Fetched(body=WAV, content_type="text/html")


def keeper(database: Database, provider: Any) -> RecordingKeeper:
    bell = Bell(database)
    intake = Intake(database, bell, reopen_window_s=3600)
    return RecordingKeeper(
        database, bell, {"phone": provider}, intake.enter, chance=random.Random(1)
    )


class Centre:
    """A number of ours and a ticket with a call that is over."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def prepare(self) -> None:
        async with self.database.transaction() as conn:
            self.now = await conn.fetchval("SELECT clock_timestamp()")
            self.queue = await factories.queue(conn)
            self.number = await recorded_calls.number(conn, queue_id=self.queue)
            ticket = await factories.queued_ticket(
                conn, self.now, queue_id=self.queue, channel="phone"
            )
            self.ticket = ticket.id
            self.call = await recorded_calls.call(
                conn,
                self.now,
                entry_point_id=self.number,
                ticket_id=self.ticket,
                state="ended",
            )
            await conn.execute("UPDATE call SET interaction_id = (SELECT min(id) FROM interaction)")

    async def completed(self, **more: Any) -> recordings.Recording:
        async with self.database.transaction() as conn:
            return await recorded_calls.completed(
                conn, self.now, self.call, entry_point_id=self.number, **more
            )

    async def run(self, statement: str, *arguments: Any) -> None:
        async with self.database.transaction() as conn:
            await conn.execute(statement, *arguments)

    async def value(self, statement: str, *arguments: Any) -> Any:
        async with self.database.read() as conn:
            return await conn.fetchval(statement, *arguments)

    async def row(self) -> asyncpg.Record:
        async with self.database.read() as conn:
            found = await conn.fetchrow(
                "SELECT state, sha256, size_bytes, content_type, error, fetch_attempts,"
                " next_fetch_at > clock_timestamp() AS later, provider_state, provider_attempts"
                " FROM call_recording"
            )
        assert found is not None
        return found

    async def hurry(self) -> None:
        """What was put off is due."""
        await self.run(
            "UPDATE call_recording SET next_fetch_at = next_fetch_at - interval '1 day',"
            " next_provider_at = next_provider_at - interval '1 day'"
        )


@pytest.fixture
async def centre(database: Database) -> Centre:
    centre = Centre(database)
    await centre.prepare()
    return centre


# What is told -----------------------------------------------------------------------------------

BLANK = recordings.Recording(
    id=1, external_id="RE1", kind="call", call_id=None, entry_point_id=None, leg_external_id=None,
    conference=None, caller=None, called=None, state="recording", started_at=None, duration_s=None,
    source_url=None, sha256=None, size_bytes=None, content_type=None, interaction_id=None,
    filed_at=None, erase_at=datetime(2026, 4, 1, tzinfo=UTC), provider_state="kept",
    erases_at_provider=True, ticket_id=None, contact_id=None, team_ids=[],
)  # fmt: skip
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
TOLD = [
    Told(external_id="RE1", account="AC1", kind="call", state="recording", started_at=BEGAN),
    Told(external_id="RE1", account="AC1", kind="call", state="recording", leg_external_id="CA1"),
    Told(external_id="RE1", account="AC1", kind="call", state="absent"),
    Told(external_id="RE1", account="AC1", kind="voicemail", state="completed", duration_s=7),
    Told(
        external_id="RE1",
        account="AC1",
        kind="call",
        state="completed",
        duration_s=7,
        started_at=BEGAN + timedelta(seconds=1),
        source_url="https://provider.test/1",
        caller="+15005550001",
    ),
]


@given(order=st.permutations(TOLD * 2))
@settings(max_examples=30, deadline=None)
def test_whatever_the_order_the_same_is_known_of_a_recording(order: list[Told]) -> None:
    row = BLANK
    for one in order:
        row = merged(row, one, call_id=None, entry_point_id=None)

    assert (row.state, row.kind, row.duration_s, row.started_at) == (
        "completed",
        "voicemail",
        7,
        BEGAN,
    )
    assert (row.leg_external_id, row.caller) == ("CA1", "+15005550001")


def test_what_is_late_takes_nothing_back() -> None:
    fetched = merged(BLANK, TOLD[4], call_id=3, entry_point_id=4)
    for one in TOLD:
        after = merged(fetched, one, call_id=None, entry_point_id=None)
        assert (after.state, after.call_id, after.entry_point_id) == ("completed", 3, 4)


async def test_hooks_in_any_order_make_one_recording_with_the_same_events(
    centre: Centre,
) -> None:
    began, ended = TOLD[0], TOLD[4]
    for n, order in enumerate(itertools.permutations([began, began, ended, ended])):
        async with centre.database.transaction() as conn:
            for told in order:
                one = Told(
                    **{f: getattr(told, f) for f in Told.__struct_fields__}
                    | {"external_id": f"RE{n}"}
                )
                await recordings.note(
                    conn, centre.now, one, call_id=centre.call, entry_point_id=centre.number
                )
            rows = await conn.fetch(
                "SELECT state, duration_s, started_at FROM call_recording WHERE external_id = $1",
                f"RE{n}",
            )
            told_of = await conn.fetch(
                "SELECT kind FROM event WHERE (data->>'recording_id')::bigint = (SELECT max(id) FROM call_recording)"
            )
        assert [tuple(row) for row in rows] == [("completed", 7, BEGAN)]
        assert sorted(row["kind"] for row in told_of) == ["recording_ended", "recording_started"]


async def test_a_recording_that_was_told_before_its_call_becomes_the_calls(
    centre: Centre,
) -> None:
    async with centre.database.transaction() as conn:
        leg, room = await conn.fetchrow(
            "SELECT l.external_id, c.conference FROM call c JOIN call_leg l ON l.call_id = c.id"
        )
        await recorded_calls.completed(conn, centre.now, None, leg_external_id=leg)
        await recorded_calls.completed(conn, centre.now, None, conference=room)
        await recorded_calls.completed(conn, centre.now, None, conference="CFelse")
        assert (
            await recordings.match(conn, centre.call, account="AC1", leg=leg, conference=room) == 2
        )

    assert await centre.value("SELECT count(*) FROM call_recording WHERE call_id IS NULL") == 1


# Fetching ---------------------------------------------------------------------------------------


async def test_a_recording_is_fetched_as_what_its_bytes_show_and_stands_on_the_timeline(
    centre: Centre,
) -> None:
    await centre.completed()
    provider = Provider(give)

    assert await keeper(centre.database, provider).fetch_due() == 1
    assert await keeper(centre.database, provider).fetch_due() == 0

    found = await centre.row()
    assert (found["state"], found["size_bytes"], found["content_type"]) == (
        "fetched",
        len(WAV),
        "audio/wav",
    )
    assert (await kinds(centre.database))[-1] == "recording_stored"
    shown = await centre.value(
        "SELECT a.size_bytes FROM attachment a JOIN call c ON c.interaction_id = a.interaction_id"
    )
    assert shown == len(WAV)


async def test_two_keepers_at_once_fetch_a_recording_once(centre: Centre) -> None:
    await centre.completed()
    provider = Provider(give)

    await asyncio.gather(*(keeper(centre.database, provider).fetch_due() for _ in range(4)))

    assert len(provider.asked) == 1
    assert await centre.value("SELECT count(*) FROM blob") == 1


async def test_a_slower_fetch_of_the_same_recording_changes_nothing(centre: Centre) -> None:
    await centre.completed()
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(_media: Media) -> Fetched:
        asked.set()
        await release.wait()
        return Fetched(body=b"ID3\x04 another", content_type="audio/mpeg")

    async with asyncio.timeout(20):
        slower = asyncio.create_task(keeper(centre.database, Provider(slow)).fetch_due())
        await asked.wait()
        await centre.hurry()  # its claim is over
        await keeper(centre.database, Provider(give)).fetch_due()
        release.set()
        await slower

    assert (await centre.row())["content_type"] == "audio/wav"
    assert (await kinds(centre.database)).count("recording_stored") == 1
    assert await centre.value("SELECT count(*) FROM blob") == 1


async def test_what_is_erased_while_it_is_fetched_leaves_no_bytes(centre: Centre) -> None:
    recording = await centre.completed()

    async def erased(_media: Media) -> Fetched:
        async with centre.database.transaction() as conn:
            row = await recordings.lock(conn, recording.id)
            await recordings.erase(conn, centre.now, row, actor="user:1", reason="asked")
        return Fetched(body=WAV, content_type="audio/wav")

    await keeper(centre.database, Provider(erased)).fetch_due()

    assert (await centre.row())["state"] == "erased"
    assert await centre.value("SELECT count(*) FROM blob_chunk") == 0
    assert "recording_stored" not in await kinds(centre.database)


async def test_what_cannot_be_had_is_tried_for_half_a_day_and_given_up_with_the_reason(
    centre: Centre,
) -> None:
    await centre.completed()

    async def down(_media: Media) -> Fetched:
        raise Unavailable("down")

    provider = Provider(down)
    keeping = keeper(centre.database, provider)
    for _ in range(MOST_ATTEMPTS):
        await keeping.fetch_due()
        await centre.hurry()

    found = await centre.row()
    assert (found["state"], len(provider.asked)) == ("failed", MOST_ATTEMPTS)
    assert "down" in found["error"]
    assert (await kinds(centre.database))[-1] == "recording_failed"


async def test_a_channel_that_fails_hangs_or_is_not_set_up_loses_no_recording(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_keeper, "_FETCH_DEADLINE_S", 0.1)
    await centre.completed()

    async def fail(_media: Media) -> Fetched:
        raise RuntimeError("a bug in the channel")

    async def hang(_media: Media) -> Fetched:
        await asyncio.sleep(60)
        raise AssertionError

    unready = Provider(give)
    unready.missing = ("CONTACTCENTER_TWILIO_ACCOUNT_SID",)
    for provider in (Provider(fail), Provider(hang), unready):
        await keeper(centre.database, provider).fetch_due()
        found = await centre.row()
        assert (found["state"], found["later"]) == ("completed", True)
        await centre.hurry()
    assert unready.asked == []


# A provider that answers over HTTP --------------------------------------------------------------


@pytest.fixture
async def twilio() -> AsyncIterator[Any]:
    """A real server in the place of Twilio's; ``answers`` says what it does with a path."""

    class Server:
        def __init__(self) -> None:
            self.answers: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
            self.authorised: list[bool] = []

        async def handle(self, request: web.Request) -> web.StreamResponse:
            self.authorised.append("Authorization" in request.headers)
            assert self.answers is not None
            return await self.answers(request)

    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    listening = TestServer(app)
    await listening.start_server()
    async with aiohttp.ClientSession() as http:
        env = channels.Env(
            settings={
                "twilio_account_sid": "AC" + "0" * 32,
                "twilio_auth_tokens": "token",
                "twilio_api_base": str(listening.make_url("")).rstrip("/"),
            },
            public_url="https://desk.test",
            region="IR",
            http=http,
        )
        channel = channels.load(env)["phone"]
        server.channel, server.url = (
            channel,
            f"{listening.make_url('/2010-04-01/Accounts/AC')}{'0' * 32}",
        )  # type: ignore[attr-defined]
        yield server
        await channel.close()
    await listening.close()


async def served(centre: Centre, twilio: Any, answer: Any) -> asyncpg.Record:
    """How a recording stands that the provider answers so."""
    twilio.answers = answer
    await centre.completed()
    await centre.run(
        "UPDATE call_recording SET source_url = $1", f"{twilio.url}/Recordings/RE1.mp3"
    )
    await keeper(centre.database, twilio.channel).fetch_due()
    return await centre.row()


async def test_a_recording_is_fetched_with_the_key_of_the_account(
    centre: Centre, twilio: Any
) -> None:
    async def sound(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\xff\xf3\x18\xc4" + b"\0" * 4000, content_type="audio/mpeg")

    found = await served(centre, twilio, sound)

    assert (found["state"], found["content_type"]) == ("fetched", "audio/mpeg")
    assert twilio.authorised == [True]


async def test_a_page_is_no_recording_whatever_it_is_called(centre: Centre, twilio: Any) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<script>alert(1)</script>", content_type="audio/mpeg")

    found = await served(centre, twilio, page)

    assert (found["state"], found["error"]) == ("failed", "What the provider gave is no sound.")
    assert await centre.value("SELECT count(*) FROM blob_chunk") == 0


async def test_more_than_a_limit_is_not_read(
    centre: Centre, twilio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio.channel._fetcher, "_most_bytes", 1000)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(50):
            await response.write(b"\xff\xf3" + b"\0" * 1000)
        return response

    found = await served(centre, twilio, endless)

    assert found["state"] == "failed"
    assert "more than 1000 bytes" in found["error"]


async def test_the_way_to_a_recording_never_leads_into_our_own_network(
    centre: Centre, twilio: Any
) -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://127.0.0.1:1/metadata")

    found = await served(centre, twilio, elsewhere)

    assert found["state"] == "failed"
    assert "https" in found["error"]
    assert len(twilio.authorised) == 1


async def test_what_is_not_there_yet_is_asked_for_again_and_then_given_up(
    centre: Centre, twilio: Any
) -> None:
    async def missing(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    assert (await served(centre, twilio, missing))["state"] == "completed"
    for _ in range(recording_keeper.NOT_YET_ATTEMPTS - 1):
        await centre.hurry()
        await keeper(centre.database, twilio.channel).fetch_due()

    assert (await centre.row())["state"] == "failed"
    assert len(twilio.authorised) == recording_keeper.NOT_YET_ATTEMPTS


# Erasing ----------------------------------------------------------------------------------------


async def test_there_is_one_copy_once_a_recording_was_fetched(centre: Centre) -> None:
    recording = await centre.completed()
    provider = Provider(give)

    await keeper(centre.database, provider).round()

    assert provider.erased == [recording.external_id]
    assert (await centre.row())["provider_state"] == "erased"
    await keeper(centre.database, provider).round()
    assert len(provider.erased) == 1


async def test_a_number_may_say_that_the_provider_keeps_its_copy(centre: Centre) -> None:
    async with centre.database.transaction() as conn:
        await recorded_calls.policy(conn, centre.number, erases_at_provider=False)
    await centre.completed()
    provider = Provider(give)

    await keeper(centre.database, provider).round()

    assert (provider.erased, (await centre.row())["provider_state"]) == ([], "kept")


async def test_what_the_provider_does_not_erase_now_is_asked_again(centre: Centre) -> None:
    await centre.completed()
    provider = Provider(give)
    provider.refusal = Unavailable("down")
    keeping = keeper(centre.database, provider)
    await keeping.round()
    assert ((await centre.row())["provider_state"], len(provider.erased)) == ("erasing", 1)

    await centre.hurry()
    provider.refusal = CallGone()
    await keeping.round()
    assert ((await centre.row())["provider_state"], len(provider.erased)) == ("erased", 2)


async def test_what_the_provider_never_erases_is_said(centre: Centre) -> None:
    await centre.completed()
    provider = Provider(give)
    provider.refusal = Undeliverable("no")

    await keeper(centre.database, provider).round()

    assert (await centre.row())["provider_state"] == "refused"
    assert recording_erasing.MOST_ATTEMPTS > 1


async def test_upkeep_erases_what_is_old_here_and_there_and_the_row_stays(
    centre: Centre,
) -> None:
    async with centre.database.transaction() as conn:
        await recorded_calls.policy(conn, centre.number, keep_days=30, erases_at_provider=False)
    await centre.completed()
    provider = Provider(give)
    await keeper(centre.database, provider).round()
    kept = await centre.value("SELECT erase_at - created_at FROM call_recording")
    assert kept == timedelta(days=30)

    upkeep = Upkeep(centre.database, holder="a")
    await upkeep._erase_recordings()
    assert (await centre.row())["state"] == "fetched"
    await centre.run("UPDATE call_recording SET erase_at = clock_timestamp(), transcription = 'x'")
    await upkeep._erase_recordings()
    await keeper(centre.database, provider).round()

    found = await centre.row()
    assert (found["state"], found["provider_state"], found["size_bytes"]) == (
        "erased",
        "erased",
        len(WAV),
    )
    assert len(provider.erased) == 1
    for table in ("blob", "blob_chunk", "attachment"):
        assert await centre.value(f"SELECT count(*) FROM {table}") == 0
    assert await centre.value("SELECT transcription FROM call_recording") is None
    assert (await kinds(centre.database))[-1] == "recording_erased"


async def test_to_erase_one_of_two_equal_sounds_leaves_the_other(centre: Centre) -> None:
    for external_id in ("RE1", "RE2"):
        await centre.completed(external_id=external_id)
    await keeper(centre.database, Provider(give)).fetch_due()
    await centre.run(
        "UPDATE call_recording SET erase_at = clock_timestamp() WHERE external_id = 'RE1'"
    )

    await Upkeep(centre.database, holder="a")._erase_recordings()

    left = await centre.value("SELECT sum(length(bytes)) FROM blob_chunk")
    assert left == len(WAV)


# Who is told ------------------------------------------------------------------------------------

EN = {"say": "This call is recorded."}
FA = {"play": "https://prompts.test/fa.wav"}


@pytest.fixture
async def caller(centre: Centre) -> Callable[..., Awaitable[int]]:
    async def make(language: str | None = None, direction: str = "inbound", **policy: Any) -> int:
        async with centre.database.transaction() as conn:
            await recorded_calls.policy(
                conn, centre.number, **({"announcement": {"en": EN, "fa": FA}} | policy)
            )
            return await recorded_calls.call(
                conn,
                centre.now,
                entry_point_id=centre.number,
                direction=direction,
                language=language,
            )

    return make


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("en", (Say(text="This call is recorded.", language="en"),)),
        ("fa", (Play(url="https://prompts.test/fa.wav"),)),
        (
            None,
            (
                Say(text="This call is recorded.", language="en"),
                Play(url="https://prompts.test/fa.wav"),
            ),
        ),
        ("de", ()),
    ],
)
async def test_a_caller_is_told_in_his_language_and_not_recorded_without(
    centre: Centre, caller: Any, language: str | None, heard: channels.Script
) -> None:
    call_id = await caller()

    async with centre.database.transaction() as conn:
        said = [
            await recording_policies.announcement(conn, centre.now, call_id, language=language)
            for _ in range(2)
        ]
        joined = await recording_policies.at_join(conn, centre.now, call_id, party="customer")
        agent = await recording_policies.at_join(conn, centre.now, call_id, party="agent")

    assert said == [heard, heard]
    assert joined == agent == ((), bool(heard))


async def test_who_was_not_told_is_never_recorded(centre: Centre, caller: Any) -> None:
    call_id = await caller()

    async with centre.database.transaction() as conn:
        for party in ("agent", "customer", "number", "supervisor"):
            assert await recording_policies.at_join(conn, centre.now, call_id, party=party) == (
                (),
                False,
            )


async def test_whom_we_call_hears_it_before_he_comes_in(centre: Centre, caller: Any) -> None:
    call_id = await caller("en", "outbound")
    told_at = "SELECT told_at IS NOT NULL FROM call_recording_notice"

    async with centre.database.transaction() as conn:
        assert await recording_policies.at_join(conn, centre.now, call_id, party="agent") == (
            (),
            True,
        )
        assert not await conn.fetchval(told_at)
        said, is_recorded = await recording_policies.at_join(
            conn, centre.now, call_id, party="customer"
        )
        assert await conn.fetchval(told_at)

    assert (said, is_recorded) == ((Say(text="This call is recorded.", language="en"),), True)


async def test_who_is_called_in_from_outside_hears_it_too(centre: Centre, caller: Any) -> None:
    call_id = await caller("en")

    async with centre.database.transaction() as conn:
        await recording_policies.announcement(conn, centre.now, call_id, language=None)
        said, is_recorded = await recording_policies.at_join(
            conn, centre.now, call_id, party="number"
        )

    assert (len(said), is_recorded) == (1, True)


async def test_a_call_stays_as_it_was_told_whatever_the_policy_becomes(
    centre: Centre, caller: Any
) -> None:
    call_id = await caller("en")
    async with centre.database.transaction() as conn:
        first = await recording_policies.announcement(conn, centre.now, call_id, language=None)
        await conn.execute("UPDATE recording_policy SET mode = 'off', announcement = '{}'")
        again = await recording_policies.announcement(conn, centre.now, call_id, language=None)
        joined = await recording_policies.at_join(conn, centre.now, call_id, party="agent")

    assert again == first
    assert joined == ((), True)


# Pauses that end by themselves ------------------------------------------------------------------


async def test_a_pause_ends_by_itself_only_where_the_number_says_so(
    centre: Centre, caller: Any
) -> None:
    call_id = await caller("en", resumes_after_s=60)
    async with centre.database.transaction() as conn:
        user_id = await factories.user(conn)
        await recording_policies.announcement(conn, centre.now, call_id, language=None)
        await recording_pauses.pause(conn, centre.now, call_id, user_id=user_id)
        command_id = await conn.fetchval("SELECT max(id) FROM call_command")
        await recording_pauses.command_ended(conn, centre.now, command_id)
        assert await recording_pauses.resume_due(conn, centre.now + timedelta(seconds=59)) == 0
        assert await recording_pauses.resume_due(conn, centre.now + timedelta(seconds=60)) == 1
        assert await recording_pauses.resume_due(conn, centre.now + timedelta(seconds=61)) == 0
        verbs = await conn.fetch("SELECT verb FROM call_command ORDER BY id")

    assert [row["verb"] for row in verbs] == ["pause_recording", "resume_recording"]


async def test_a_new_pause_is_not_ended_by_the_time_of_an_old_one(
    centre: Centre, caller: Any
) -> None:
    call_id = await caller("en", resumes_after_s=60)
    async with centre.database.transaction() as conn:
        user_id = await factories.user(conn)
        await recording_policies.announcement(conn, centre.now, call_id, language=None)
        await recording_pauses.pause(conn, centre.now, call_id, user_id=user_id)
        later = centre.now + timedelta(hours=1)

        stays = await recording_pauses.resume(conn, later, call_id, user_id=None)

        assert stays is not None
        assert stays.state == "asked"
        assert await conn.fetchval("SELECT count(*) FROM call_command") == 1


# Messages that are written down -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "wants", "is_written"),
    [("en", True, True), ("en", False, False), ("fa", True, False), (None, True, False)],
)
async def test_only_messages_in_english_are_written_down_and_only_where_it_is_wanted(
    centre: Centre, caller: Any, language: str | None, wants: bool, is_written: bool
) -> None:
    call_id = await caller(language, transcribes=wants)

    async with centre.database.read() as conn:
        taking = await recording_policies.taking_message(conn, call_id)

    assert (taking.call_id, taking.transcribe) == (call_id, is_written)
