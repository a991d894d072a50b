"""What a restricted team writes is in no answer and no frame of anybody else.

Everything such a team can write holds a canary. Every read of the API is made by everybody else,
with the ids of what is hidden, and nothing that comes back may hold it.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, Final

import aiohttp
import pytest
from access_table import TABLE
from house import PUBLIC_URL, House
from world import Who, World

from contactcenter import api
from contactcenter.api.operation import PREFIX
from contactcenter.reporting import kept_facts

CANARY: Final = "canary7f3b"
READS: Final = [o for o in api.operations() if o.is_safe or o.name == "render_saved_reply"]
#: Ways to ask a list for what is hidden; the names are those of the things in the world.
QUERIES: Final = {
    "list_tickets": [
        f"tag={CANARY}",
        "contact_id={contact_id}",
        "queue_id={queue_id}",
        "limit=200",
    ],
    "list_contacts": ["limit=200", f"q={CANARY}"],
    "named_report": ["", "by=agent", "format=csv"],
    "list_agents": ["queue_id={queue_id}"],
}


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return World(house)


@pytest.fixture(scope="module")
def hidden(world: World) -> dict[str, Any]:
    """A restricted team's ticket on which everything was done that takes words."""
    names = ["ticket_id", "attachment_id", "merge_id", "reply_id"]
    names += ["call_id", "recording_id", "callback_id"]
    things = world.things(names, "restricted", owner_id=world.mate)
    things["queue_id"] = world.house.value("SELECT id FROM queue WHERE name = 'restricted'")
    _write(world, things)
    return things


def _write(world: World, things: dict[str, Any]) -> None:
    """As the one who holds the ticket, and is of the team."""
    holder_id = world.house.value("SELECT agent_id FROM ticket WHERE id = $1", things["ticket_id"])
    call = world.house.session(holder_id)
    path = f"{PREFIX}/tickets/{things['ticket_id']}"
    etag = {"If-Match": call("GET", path).headers["etag"]}
    assert call("PATCH", path, {"subject": f"{CANARY} a"}, headers=etag).status == 200
    etag = {"If-Match": call("GET", path).headers["etag"]}
    assert call("PUT", f"{path}/tags", {"tags": [CANARY]}, headers=etag).status == 200
    for what, body in (
        ("notes", {"text": f"{CANARY} b"}),
        ("replies", {"text": f"{CANARY} c"}),
        ("feedback", {"topic": CANARY, "words": f"{CANARY} j", "polarity": "like"}),
        ("follow_ups", {"what": f"{CANARY} k", "due_at": "2099-01-01T00:00:00Z"}),
        ("holds", {"reason": f"{CANARY} d", "wake_at": "2099-01-01T00:00:00Z"}),
        ("escalations", {"note": f"{CANARY} e", "queue_id": _upper(world)}),
    ):
        answer = call("POST", f"{path}/{what}", body)
        assert answer.status == 201, (what, answer.body)
        if what in ("feedback", "follow_ups"):
            things[f"{what.removesuffix('s')}_id"] = answer.json()["id"]
    things["service_tag"] = world.new_asset(things["contact_id"])
    answer = call("POST", f"{path}/assets", {"service_tag": things["service_tag"]})
    assert answer.status == 201, answer.body
    world.house.value(
        "UPDATE attachment SET name = $2 || '.txt' WHERE id = $1", things["attachment_id"], CANARY
    )
    world.house.value(
        "UPDATE saved_reply SET title = $2 || ' f', body = $2 || ' g' WHERE id = $1",
        things["reply_id"],
        CANARY,
    )
    world.house.value(
        "UPDATE interaction SET body = $2 || ' h', error_detail = $2 || ' i' WHERE id = $1",
        things["interaction_id"],
        CANARY,
    )
    world.house.value(
        "UPDATE call_recording SET transcription = $2 || ' l', transcription_state = 'completed'"
        " WHERE id = $1",
        things["recording_id"],
        CANARY,
    )


def _upper(world: World) -> int:
    """A queue of a higher tier, of the same team; made once."""
    found = world.house.value("SELECT id FROM queue WHERE name = 'restricted upper'")
    return found or world.house.value(
        "INSERT INTO queue (name, team_id, tier)"
        " SELECT 'restricted upper', id, 2 FROM team WHERE name = 'restricted' RETURNING id"
    )


def outsiders(world: World) -> Iterator[Who]:
    return (who for who in world.callers if who.role != "admin" or not who.is_known)


def _answers(world: World, who: Who, operation: Any, hidden: dict[str, Any]) -> Iterator[Any]:
    names = re.findall(r"{(\w+)}", operation.path)
    ids = {
        "user_id": 1,
        "team_id": 1,
        "agent_id": 1,
        "entry_point_id": 1,
        "calendar_id": 1,
        "category_id": 1,
        "quarantine_id": 1,
        "name": "x",
        "report": "work",
        "code": "x",
        "opt_out_id": 1,
        "segment_id": 1,
        "segment_kind": "contract",
        "segment_rule": "everybody",
        "audience_id": 1,
        "service_tag": "0000000",
        "behaviour_kind": "purchase",
        "source": "shop",
        "contact_attribute": "gender",
        "notice_id": 1,
        "alert_rule_id": 1,
        "menu_id": 1,
        "prompt_id": 1,
        "price_band_id": 1,
        "token_id": 1,
        "version": 1,
        **hidden,
    }
    path = operation.path.format(**{name: ids[name] for name in names})
    for query in QUERIES.get(operation.name, [""]):
        target = f"{path}?{query.format(**ids)}" if query else path
        yield who.call(operation.method, target)


@pytest.mark.parametrize("operation", READS, ids=lambda o: o.name)
def test_no_answer_to_anybody_else_holds_a_word_of_a_restricted_team(
    operation: Any, world: World, hidden: dict[str, Any]
) -> None:
    for who in outsiders(world):
        for answer in _answers(world, who, operation, hidden):
            told = answer.body.decode("utf-8", "replace") + str(answer.headers)
            assert CANARY not in told, who.name


def test_the_canary_is_there_for_those_it_is_for(world: World, hidden: dict[str, Any]) -> None:
    """Else the test above would see nothing because there is nothing."""
    admin = next(w for w in world.callers if w.name == "admin")
    told = {
        operation.name
        for operation in READS
        if any(
            CANARY in answer.body.decode("utf-8", "replace") + str(answer.headers)
            for answer in _answers(world, admin, operation, hidden)
        )
    }

    assert told >= {
        *("list_tickets", "find_ticket", "read_ticket_timeline", "read_attachment"),
        *("read_contact_timeline", "list_contact_tickets"),
        *("list_feedback", "find_feedback", "list_feedback_of_ticket"),
        *("report_unhandled_feedback", "list_follow_ups", "find_follow_up"),
        *("read_contact_card", "find_contact", "read_recording", "list_recordings"),
        *("list_saved_replies", "find_saved_reply", "render_saved_reply"),
    }


def test_the_work_of_a_restricted_team_is_in_no_figure_of_anybody_else(
    world: World, hidden: dict[str, Any]
) -> None:
    holder = world.house.value(
        "SELECT agent_id FROM event WHERE ticket_id = $1 AND kind = 'reply_written'",
        hidden["ticket_id"],
    )
    world.house.run(lambda conn: kept_facts.renew(conn, [hidden["ticket_id"]]))
    for name, is_told in (("admin", True), ("supervisor", False), ("agent", False)):
        who = next(w for w in world.callers if w.name == name)
        rows = who.call("GET", f"{PREFIX}/reports/performance?by=agent").json()["rows"]

        assert (holder in {row["group"]["agent"] for row in rows}) is is_told, name


def test_no_frame_of_the_feed_holds_a_word_of_a_restricted_team(world: World) -> None:
    """Everybody listens while the team writes; the administrator hears what the others do not."""
    listeners = [who for who in world.callers if who.is_known and not who.is_newcomer]
    listeners = [w for w in listeners if w.scopes is None or "read" in w.scopes]
    heard = asyncio.run(_heard(world, listeners))

    about = {who.name: [f for f in heard[who.name] if _is_about_ticket(f)] for who in listeners}
    assert about["admin"]
    for who in listeners:
        text = str(heard[who.name])
        assert CANARY not in text or who.role == "admin", who.name
        assert not about[who.name] or who.role == "admin", (who.name, about[who.name])


def _is_about_ticket(frame: dict[str, Any]) -> bool:
    return frame["type"] == "event" and frame["event"].get("ticket_id") is not None


async def _heard(world: World, listeners: list[Who]) -> dict[str, list[dict[str, Any]]]:
    heard: dict[str, list[dict[str, Any]]] = {who.name: [] for who in listeners}
    ready = {who.name: asyncio.Event() for who in listeners}
    last = asyncio.Event()

    async def listen(http: aiohttp.ClientSession, who: Who) -> None:
        headers = {**who.call.headers, "Origin": PUBLIC_URL}
        async with http.ws_connect(f"{world.house.url}{PREFIX}/feed", headers=headers) as socket:
            await socket.send_json({"id": 1, "type": "subscribe"})
            async for message in socket:
                frame = message.json()
                heard[who.name].append(frame)
                ready[who.name].set()
                if who.name == "admin" and frame.get("event", {}).get("kind") == "ticket_escalated":
                    last.set()

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        tasks = [asyncio.create_task(listen(http, who)) for who in listeners]
        async with asyncio.timeout(60):
            await asyncio.gather(*(event.wait() for event in ready.values()))
            await asyncio.to_thread(_make_and_write, world)
            await last.wait()
        # The same order for everybody: what the others would get, they have now or never.
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return heard


def _make_and_write(world: World) -> None:
    names = ["ticket_id", "attachment_id", "reply_id", "recording_id"]
    _write(world, world.things(names, "restricted", owner_id=world.mate))


def test_every_read_was_looked_at() -> None:
    assert {f"GET {o.path.removeprefix(PREFIX)}" for o in READS if o.is_safe} == {
        line for line in TABLE if line.startswith("GET ")
    }


def test_what_is_handed_to_a_restricted_team_is_handed_over_and_seen_no_more(world: World) -> None:
    who = next(w for w in world.callers if w.name == "own")
    queue_id = world.house.value("SELECT id FROM queue WHERE name = 'restricted'")
    things = world.things(["ticket_id"], "own", owner_id=world.mate)
    path = f"{PREFIX}/tickets/{things['ticket_id']}"

    answer = who.call("POST", f"{path}/transfers", {"queue_id": queue_id, "note": "Yours"})

    assert (answer.status, answer.body) == (204, b"")
    assert who.call("GET", path).status == 404
    assert _state(world, things) == ("waiting", queue_id)


@pytest.mark.parametrize(
    ("what", "body", "state"),
    [
        ("releases", {"reason": "Lunch"}, "waiting"),
        ("solutions", {"disposition": "solved", "seen_interaction_id": 2**52}, "solved"),
        ("spam_marks", None, "closed"),
    ],
)
def test_whoever_could_read_a_ticket_only_because_he_held_it_can_let_go_of_it(
    world: World, what: str, body: Any, state: str
) -> None:
    who = next(w for w in world.callers if w.name == "own")
    things = world.things(["ticket_id"], "foreign", owner_id=world.mate)
    admin = next(w for w in world.callers if w.name == "admin")
    path = f"{PREFIX}/tickets/{things['ticket_id']}"
    given = admin.call("POST", f"{path}/assignments", {"agent_id": who.call.id})
    assert given.status == 201

    answer = who.call("POST", f"{path}/{what}", body)

    assert (answer.status, answer.body) == (204, b"")
    assert _state(world, things)[0] == state


def _state(world: World, things: dict[str, Any]) -> tuple[str, int]:
    row = world.house.rows("SELECT state, queue_id FROM ticket WHERE id = $1", things["ticket_id"])
    return row[0]["state"], row[0]["queue_id"]
