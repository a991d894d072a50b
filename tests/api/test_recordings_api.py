"""Recordings over the API: heard in ranges byte for byte, by whom is written down, paused."""

import asyncio
from typing import Any

import aiohttp
import factories
import pytest
import recorded_calls
from recorded_calls import WAV

from contactcenter.api.byte_ranges import ByteRange, asked
from contactcenter.calls import commands, recording_pauses, recordings


class House:
    """A team with its queue, one of its tickets with a call that is going on, and people."""

    def __init__(self, table: Any, staff: Any) -> None:
        self.table, self.staff = table, staff

    async def prepare(self) -> None:
        table = self.table
        await factories.prepare(table)
        self.now = await table.fetchval("SELECT clock_timestamp()")
        self.team = await factories.team(table)
        self.queue = await factories.queue(table, team_id=self.team)
        self.number = await recorded_calls.number(table, queue_id=self.queue)
        await recorded_calls.policy(table, self.number)
        ticket = await factories.queued_ticket(
            table, self.now, queue_id=self.queue, channel="phone"
        )
        self.ticket = ticket.id
        self.call = await recorded_calls.call(
            table, self.now, entry_point_id=self.number, ticket_id=self.ticket
        )

    async def member(self, role: str) -> Any:
        """Somebody of the team."""
        caller = await self.staff.signed_in(role)
        await factories.join_teams(self.table, caller.user_id, self.team)
        return caller

    async def recorded(self, **more: Any) -> recordings.Recording:
        return await recorded_calls.fetched(
            self.table, self.now, self.call, entry_point_id=self.number, **more
        )

    async def kinds(self) -> list[str]:
        rows = await self.table.fetch("SELECT kind FROM event ORDER BY id")
        return [row["kind"] for row in rows]


@pytest.fixture
async def house(table: Any, staff: Any) -> House:
    house = House(table, staff)
    await house.prepare()
    return house


# Bytes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, "whole"),
        ("bytes=0-0", ByteRange(first=0, last=0)),
        ("bytes=0-", ByteRange(first=0, last=99)),
        ("bytes=99-", ByteRange(first=99, last=99)),
        ("bytes=10-19", ByteRange(first=10, last=19)),
        ("bytes=10-1000", ByteRange(first=10, last=99)),
        ("bytes=-5", ByteRange(first=95, last=99)),
        ("bytes=-1000", ByteRange(first=0, last=99)),
        ("BYTES= 1-2 ", ByteRange(first=1, last=2)),
        ("bytes=100-", "unsatisfiable"),
        ("bytes=100-101", "unsatisfiable"),
        ("bytes=-0", "unsatisfiable"),
        ("bytes=5-2", "whole"),
        ("bytes=1-2,4-5", "whole"),
        ("items=1-2", "whole"),
        ("bytes=", "whole"),
        ("bytes=-", "whole"),
        ("bytes=+1-2", "whole"),
        ("bytes=۱-۲", "whole"),
        (f"bytes={'9' * 40}-", "whole"),
    ],
)
def test_a_range_is_understood_as_the_standard_has_it(header: str | None, wanted: Any) -> None:
    assert asked(header, None, etag='"a"', size=100) == wanted


@pytest.mark.parametrize(
    ("if_range", "is_part"),
    [('"a"', True), ('"b"', False), ('W/"a"', False), ("Sun, 22 Nov 2026 10:00:00 GMT", False)],
)
def test_a_range_of_another_file_is_the_whole_of_this_one(if_range: str, is_part: bool) -> None:
    found = asked("bytes=1-2", if_range, etag='"a"', size=100)

    assert (found == ByteRange(first=1, last=2)) is is_part


async def test_a_recording_is_heard_byte_for_byte_in_any_range(house: House) -> None:
    recording = await house.recorded()
    agent = await house.member("agent")
    path = f"/recordings/{recording.id}/audio"
    edge = 256 * 1024
    ranges = [(0, 0), (edge - 1, edge), (edge, 2 * edge + 7), (5, len(WAV) - 1), (599_000, 600_015)]

    whole = await agent.send("GET", path)
    assert (whole.status, await whole.read()) == (200, WAV)
    for first, last in ranges:
        part = await agent.send("GET", path, headers={"Range": f"bytes={first}-{last}"})
        assert part.status == 206
        assert await part.read() == WAV[first : last + 1]
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(WAV)}"
        assert part.headers["Content-Length"] == str(last - first + 1)
    tail = await agent.send("GET", path, headers={"Range": "bytes=-10"})
    assert await tail.read() == WAV[-10:]


async def test_what_lies_behind_the_end_is_refused_with_the_size(house: House) -> None:
    recording = await house.recorded()
    agent = await house.member("agent")

    beyond = await agent.send(
        "GET", f"/recordings/{recording.id}/audio", headers={"Range": f"bytes={len(WAV)}-"}
    )

    assert (beyond.status, await beyond.read()) == (416, b"")
    assert beyond.headers["Content-Range"] == f"bytes */{len(WAV)}"
    assert await house.table.fetchval("SELECT count(*) FROM recording_access") == 0


async def test_who_asks_for_the_header_alone_gets_the_size_and_has_heard_nothing(
    house: House,
) -> None:
    recording = await house.recorded()
    agent = await house.member("agent")

    head = await agent.send("HEAD", f"/recordings/{recording.id}/audio")

    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["Content-Length"] == str(len(WAV))
    assert head.headers["Accept-Ranges"] == "bytes"
    assert await house.table.fetchval("SELECT count(*) FROM recording_access") == 0


async def test_a_recording_stays_out_of_caches_and_is_no_page(house: House) -> None:
    recording = await house.recorded()
    agent = await house.member("agent")

    answer = await agent.send("GET", f"/recordings/{recording.id}/audio")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    etag = answer.headers["ETag"]
    part = {"Range": "bytes=0-3", "If-Range": etag}
    again = await agent.send("GET", f"/recordings/{recording.id}/audio", headers=part)
    assert (again.status, await again.read()) == (206, WAV[:4])


# Who --------------------------------------------------------------------------------------------


async def test_only_who_may_read_the_ticket_hears_its_call(house: House) -> None:
    recording = await house.recorded()
    stranger = await house.staff.signed_in("agent")
    supervisor = await house.staff.signed_in("supervisor")
    admin = await house.staff.signed_in("admin")
    paths = [f"/recordings/{recording.id}", f"/recordings/{recording.id}/audio"]
    paths.append(f"/calls/{house.call}/recordings")

    for path in paths:
        assert (await stranger.send("GET", path)).status == 404
        assert (await supervisor.send("GET", path)).status == 404
        assert (await admin.send("GET", path)).status == 200
        assert (await (await house.member("agent")).send("GET", path)).status == 200


async def test_what_nobody_knows_whose_it_is_is_for_administrators(house: House) -> None:
    recording = await recorded_calls.fetched(house.table, house.now, None)
    member = await house.member("supervisor")
    admin = await house.staff.signed_in("admin")

    assert (await member.send("GET", f"/recordings/{recording.id}/audio")).status == 404
    assert (await admin.send("GET", f"/recordings/{recording.id}/audio")).status == 200


async def test_agents_hear_recordings_and_supervisors_keep_them_as_files(house: House) -> None:
    recording = await house.recorded()
    path = f"/recordings/{recording.id}/audio?download=true"

    refused = await (await house.member("agent")).send("GET", path)
    kept = await (await house.member("supervisor")).send("GET", path)

    assert (refused.status, kept.status) == (403, 200)
    assert kept.headers["Content-Disposition"].startswith("attachment; filename=")
    rows = await house.table.fetch("SELECT purpose FROM recording_access")
    assert [row["purpose"] for row in rows] == ["download"]


async def test_everybody_who_hears_it_is_written_down_with_what_he_heard(house: House) -> None:
    recording = await house.recorded()
    agent, supervisor = await house.member("agent"), await house.member("supervisor")
    path = f"/recordings/{recording.id}/audio"
    for wanted in ("bytes=0-99", "bytes=100-199", "bytes=500-599", "bytes=500-599"):
        await (await agent.send("GET", path, headers={"Range": wanted})).read()
    await (await supervisor.send("GET", path)).read()

    told = await supervisor("GET", f"/recordings/{recording.id}/accesses", status=200)

    by_supervisor, by_agent = told["items"]
    assert by_agent["user_id"] == agent.user_id
    assert by_agent["ranges"] == [[0, 199], [500, 599]]
    assert (by_agent["requests"], by_agent["bytes_asked"], by_agent["whole"]) == (4, 400, False)
    assert (by_supervisor["ranges"], by_supervisor["whole"]) == ([[0, len(WAV) - 1]], True)
    assert (await agent.send("GET", f"/recordings/{recording.id}/accesses")).status == 403


async def test_who_comes_back_another_time_has_sat_down_anew(house: House) -> None:
    recording = await house.recorded()
    supervisor = await house.member("supervisor")
    await (await supervisor.send("GET", f"/recordings/{recording.id}/audio")).read()
    await house.table.execute(
        "UPDATE recording_access SET began_at = began_at - interval '1 hour', last_at = last_at - interval '1 hour'"
    )
    await (await supervisor.send("GET", f"/recordings/{recording.id}/audio")).read()

    told = await supervisor("GET", f"/recordings/{recording.id}/accesses?limit=1", status=200)
    rest = await supervisor(
        "GET", f"/recordings/{recording.id}/accesses?cursor={told['next']}", status=200
    )

    assert len(told["items"]) == len(rest["items"]) == 1
    assert told["items"][0]["id"] > rest["items"][0]["id"]


# Erasing ----------------------------------------------------------------------------------------


async def test_what_is_erased_is_heard_by_nobody_and_its_row_stays(house: House) -> None:
    recording = await house.recorded()
    admin = await house.staff.signed_in("admin")
    await (await admin.send("GET", f"/recordings/{recording.id}/audio")).read()

    assert (
        await (await house.member("supervisor")).send("DELETE", f"/recordings/{recording.id}")
    ).status == 403
    await admin("DELETE", f"/recordings/{recording.id}", status=204)
    await admin("DELETE", f"/recordings/{recording.id}", status=204)

    heard = await admin("GET", f"/recordings/{recording.id}/audio", status=409)
    assert heard["code"] == "recording_not_here"
    shown = await admin("GET", f"/recordings/{recording.id}", status=200)
    assert (shown["state"], shown["at_provider"]) == ("erased", "erasing")
    assert shown["erased_at"] is not None
    assert len((await admin("GET", f"/recordings/{recording.id}/accesses"))["items"]) == 1
    for table in ("blob", "blob_chunk", "attachment"):
        assert await house.table.fetchval(f"SELECT count(*) FROM {table}") == 0
    erased = await house.table.fetchrow(
        "SELECT actor, data FROM event WHERE kind = 'recording_erased'"
    )
    assert (erased["actor"], erased["data"]["reason"]) == (f"user:{admin.user_id}", "asked")
    assert (await house.kinds()).count("recording_erased") == 1


async def test_what_is_being_recorded_cannot_be_erased(house: House) -> None:
    told = recordings.Told(
        external_id="RE1", account="AC1", kind="call", state="recording", started_at=house.now
    )
    recording = await recordings.note(
        house.table, house.now, told, call_id=house.call, entry_point_id=house.number
    )

    refused = await (await house.staff.signed_in("admin"))(
        "DELETE", f"/recordings/{recording.id}", status=409
    )

    assert refused["code"] == "recording_runs"


# Pauses -----------------------------------------------------------------------------------------


async def told(house: House) -> None:
    await house.table.execute(
        "INSERT INTO call_recording_notice (call_id, said, told_at) VALUES ($1, $2, now())",
        house.call,
        [{"language": "en", "say": "This call is recorded."}],
    )


async def last_command(house: House) -> Any:
    return await house.table.fetchrow("SELECT id, verb FROM call_command ORDER BY id DESC LIMIT 1")


async def test_a_pause_is_asked_for_once_and_is_true_when_the_provider_says_so(
    house: House,
) -> None:
    await told(house)
    agent = await house.member("agent")
    await recorded_calls.agent_on(house.table, house.now, house.call, agent.user_id)
    path = f"/calls/{house.call}/recording"

    first = await agent("POST", f"{path}/pause", status=202)
    again = await agent("POST", f"{path}/pause", status=202)
    assert (first["state"], first["paused_at"], again["id"]) == ("asked", None, first["id"])
    assert await house.table.fetchval("SELECT count(*) FROM call_command") == 1
    assert "recording_paused" not in await house.kinds()

    command = await last_command(house)
    assert command["verb"] == "pause_recording"
    await recording_pauses.command_ended(house.table, house.now, command["id"])
    assert (await house.kinds()).count("recording_paused") == 1
    paused = await agent("POST", f"{path}/pause", status=202)
    assert (paused["state"], paused["id"]) == ("paused", first["id"])

    await agent("POST", f"{path}/resume", status=202)
    await agent("POST", f"{path}/resume", status=202)
    command = await last_command(house)
    await recording_pauses.command_ended(house.table, house.now, command["id"])
    over = await agent("POST", f"{path}/resume", status=202)
    assert over["state"] == "over"
    assert await house.table.fetchval("SELECT count(*) FROM call_command") == 2
    assert (await house.kinds()).count("recording_resumed") == 1


async def test_the_agent_is_told_at_once_that_his_customer_must_not_go_on(house: House) -> None:
    await told(house)
    agent = await house.member("agent")
    await recorded_calls.agent_on(house.table, house.now, house.call, agent.user_id)
    await agent("POST", f"/calls/{house.call}/recording/pause", status=202)
    command = await last_command(house)

    await recording_pauses.command_ended(house.table, house.now, command["id"], error="refused")

    event = await house.table.fetchrow("SELECT kind, agent_id FROM event ORDER BY id DESC LIMIT 1")
    assert tuple(event) == ("recording_not_paused", agent.user_id)
    anew = await agent("POST", f"/calls/{house.call}/recording/pause", status=202)
    assert anew["state"] == "asked"  # the button works again
    assert await house.table.fetchval("SELECT count(*) FROM call_command") == 2


async def test_a_pause_whose_end_fails_goes_on_and_can_be_ended_again(house: House) -> None:
    await told(house)
    agent = await house.member("agent")
    await recorded_calls.agent_on(house.table, house.now, house.call, agent.user_id)
    await agent("POST", f"/calls/{house.call}/recording/pause", status=202)
    await recording_pauses.command_ended(house.table, house.now, (await last_command(house))["id"])
    await agent("POST", f"/calls/{house.call}/recording/resume", status=202)
    await recording_pauses.command_ended(
        house.table, house.now, (await last_command(house))["id"], error="away"
    )

    assert (await house.kinds())[-1] == "recording_not_resumed"
    anew = await agent("POST", f"/calls/{house.call}/recording/resume", status=202)
    assert anew["state"] == "resuming"
    assert await house.table.fetchval("SELECT count(*) FROM call_command") == 3


async def test_only_who_talks_in_the_call_or_supervises_it_pauses_it(house: House) -> None:
    await told(house)
    path = f"/calls/{house.call}/recording/pause"

    assert (await (await house.staff.signed_in("agent")).send("POST", path)).status == 404
    refused = await (await house.member("agent"))("POST", path, status=403)
    assert refused["code"] == "not_your_ticket"
    await (await house.member("supervisor"))("POST", path, status=202)


async def test_a_call_that_is_over_or_not_recorded_has_no_pause(house: House) -> None:
    supervisor = await house.member("supervisor")
    path = f"/calls/{house.call}/recording/pause"
    assert (await supervisor("POST", path, status=409))["code"] == "not_recorded"
    await told(house)
    await house.table.execute(
        "UPDATE call SET state = 'ended', outcome = 'answered', ended_at = now()"
    )

    assert (await supervisor("POST", path, status=409))["code"] == "call_is_over"


async def test_two_who_pause_at_once_ask_the_provider_once(house: House) -> None:
    await told(house)
    one, other = await house.member("supervisor"), await house.member("supervisor")
    path = f"/calls/{house.call}/recording/pause"

    both = await asyncio.gather(one("POST", path, status=202), other("POST", path, status=202))

    assert both[0]["id"] == both[1]["id"]
    assert len(await commands.of_call(house.table, house.call)) == 1


async def test_a_gap_is_shown_with_the_recording(house: House) -> None:
    await told(house)
    started = recordings.Told(
        external_id="RE1", account="AC1", kind="call", state="recording", started_at=house.now
    )
    await recordings.note(
        house.table, house.now, started, call_id=house.call, entry_point_id=house.number
    )
    supervisor = await house.member("supervisor")
    await supervisor("POST", f"/calls/{house.call}/recording/pause", status=202)
    await recording_pauses.command_ended(house.table, house.now, (await last_command(house))["id"])

    (shown,) = await supervisor("GET", f"/calls/{house.call}/recordings", status=200)

    assert shown["state"] == "paused"
    assert [gap["paused_at"] is not None for gap in shown["pauses"]] == [True]


# Policies ---------------------------------------------------------------------------------------


async def test_a_number_records_once_somebody_said_so_with_the_words(house: House) -> None:
    admin = await house.staff.signed_in("admin")
    number = await recorded_calls.number(house.table)
    path = f"/entry_points/{number}/recording"
    before = await admin.send("GET", path)
    assert (await before.json())["mode"] == "off"
    match = {"If-Match": before.headers["ETag"]}
    said = {
        "mode": "all",
        "announcement": {
            "en": {"say": "This call is recorded."},
            "fa": {"play": "https://prompts.test/fa.wav"},
        },
        "keep_days": 30,
    }

    changed = await admin.send("PUT", path, said, headers=match)
    assert changed.status == 200, await changed.text()
    assert (await admin.send("PUT", path, said, headers=match)).status == 412
    same = await admin.send("PUT", path, said, headers={"If-Match": changed.headers["ETag"]})
    assert same.headers["ETag"] == changed.headers["ETag"]

    shown = await admin("GET", path, status=200)
    assert (shown["mode"], shown["keep_days"]) == ("all", 30)
    event = await house.table.fetchval(
        "SELECT data FROM event WHERE kind = 'configuration_changed' ORDER BY id DESC LIMIT 1"
    )
    assert event["what"] == "recording_policy"
    assert event["changed"]["announcement"] == {"from": [], "to": ["en", "fa"]}


async def test_a_policy_that_would_record_people_untold_is_refused(
    house: House, subtests: pytest.Subtests
) -> None:
    for change, field in [
        ({"announcement": {}}, "body.announcement"),
        ({"announcement": {"en": {}}}, "body.announcement.en"),
        ({"announcement": {"fa": {"say": "ضبط می‌شود"}}}, "body.announcement.fa.say"),
        (
            {"announcement": {"en": {"play": "http://prompts.test/a"}}},
            "body.announcement[...].play",
        ),
        ({"keep_days": 0}, "body.keep_days"),
        ({"resumes_after_s": 5}, "body.resumes_after_s"),
    ]:
        with subtests.test(change=change, field=field):
            admin = await house.staff.signed_in("admin")
            said = {"mode": "all", "announcement": {"en": {"say": "Recorded."}}} | change

            refused = await admin(
                "PUT",
                f"/entry_points/{house.number}/recording",
                said,
                headers={"If-Match": '"1"'},
                status=422,
            )

            assert refused["field"] == field


async def test_what_is_no_telephone_number_has_no_recordings(house: House) -> None:
    sms = await factories.entry_point(house.table, queue_id=house.queue)
    admin = await house.staff.signed_in("admin")
    said = {"mode": "all", "announcement": {"en": {"say": "Recorded."}}}

    refused = await admin(
        "PUT", f"/entry_points/{sms}/recording", said, headers={"If-Match": '"0"'}, status=409
    )

    assert refused["code"] == "not_a_telephone_number"


async def test_what_is_erased_while_it_is_heard_does_not_end_as_if_it_were_whole(
    house: House,
) -> None:
    recording = await house.recorded()
    await house.table.execute("DELETE FROM blob_chunk WHERE position = 2")
    agent = await house.member("agent")

    async def hear() -> None:
        answer = await agent.send("GET", f"/recordings/{recording.id}/audio")
        await answer.read()

    with pytest.raises(aiohttp.ClientError):
        await hear()


async def test_nobody_hears_a_recording_past_the_list_of_who_did(house: House) -> None:
    await house.table.execute(
        "UPDATE call SET interaction_id = (SELECT min(id) FROM interaction WHERE ticket_id = $1)",
        house.ticket,
    )
    recording = await house.recorded()
    agent = await house.member("agent")
    entries = await agent("GET", f"/tickets/{house.ticket}/timeline", status=200)
    (file,) = entries["items"][0]["attachments"]
    assert (file["recording_id"], file["content_type"]) == (recording.id, "audio/wav")

    refused = await agent("GET", f"/attachments/{file['id']}", status=409)

    assert refused["code"] == "is_recording"
    assert await house.table.fetchval("SELECT count(*) FROM recording_access") == 0
