"""A configuration becomes active as a whole, or not at all; every change is a version of it."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import asyncpg
import factories
import msgspec
import pytest

from contactcenter import configuration_versions, rules
from contactcenter.activation import activating
from contactcenter.activation.recording import recorded
from contactcenter.administration import agent_skills, staffing, teams
from contactcenter.configuration_document import parsing, reading, rows, writing
from contactcenter.configuration_document.document import Document, Terms
from contactcenter.configuration_document.problems import InvalidConfiguration
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, seek
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.errors import Stale
from contactcenter.tickets import tickets

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANNELS = frozenset({"sms"})
#: Everything a configuration is made of, as rows.
TABLES = (
    "routing_setting", "credit_rule", "queue", "agent_skill", "team_queue", "membership", "team_member",
    "overflow_step", "escalation_rule", "sla_policy", "entry_rule", "entry_point",
)  # fmt: skip
#: What says nothing of the configuration itself.
COUNTED = ("version", "archived_at")

CENTRE = """
calendars:
  Tehran office:
    name_fa: دفتر تهران
    time_zone: Asia/Tehran
    week: {saturday: ["08:00-17:00"], thursday: ["08:00-13:00"]}
    exceptions: {2026-12-31: {name_en: Stock-taking, name_fa: انبارگردانی}}
queues:
  general: {team: Frontline, tier: 1, calendar: Tehran office, offer_s: {default: 30, phone: 20}, auto_accept: [sms],
            escalate_to: hardware, escalate_after_s: 3600, return_after_s: 900}
  hardware: {team: Specialists, tier: 2, requires: {product: {laser: 2}}, wrap_up_s: 20, escalate_to: lab}
  lab: {team: Engineering, tier: 3}
teams:
  - {team: Frontline, queue: general}
  - {team: Specialists, queue: hardware}
  - {team: Specialists, queue: general, level: 2, delay_s: 30, handicap_s: 120}
agents:
  ann@desk.test: {teams: [Frontline]}
  bob@desk.test: {teams: [Specialists], skills: {product: {laser: 3}, language: {fa: 2}}}
  cyd@desk.test: {teams: [Specialists], queues: {lab: {band: 2}}}
credits: {customer_category: {large_business: 180, home: 0}, reopened: 150}
sticky: {window_s: {sms: 900}}
entry:
  - {when: {keyword: [data loss, از دست رفتن]}, queue: hardware}
  - {when: {category: Product / Fault, entry_point: "sms:+15550001111"}, queue: hardware}
  - {when: {}, queue: general}
entry_points:
  sms:+15550001111: {queue: general}
overflow:
  general: [{after_s: 600, to: hardware, only: [sms]}]
escalation:
  - {name: stuck, from: general, when: {reopens: 2}, to: hardware}
  - {name: asked, when: {customer_request: true}, to: next_tier, notify: supervisor}
limits: {escalations_per_ticket: 2}
sla:
  - {name: business, when: {customer_category: [large_business, government], queue: general}, first_reply_s: 900}
  - {name: everybody, first_reply_s: 3600, resolution_s: 86400, calendar: Tehran office}
"""


@pytest.fixture
async def centre(conn: asyncpg.Connection) -> asyncpg.Connection:
    """Three people without work, and a number to write to."""
    await factories.prepare(conn)
    for name in ("ann", "bob", "cyd"):
        agent_id = await factories.agent(conn, NOW, name=name)
        await conn.execute(
            "UPDATE user_account SET email = $2 WHERE id = $1", agent_id, f"{name}@desk.test"
        )
    await factories.entry_point(conn, queue_id=1, address="+15550001111")
    return conn


async def activate(conn: asyncpg.Connection, text: str | Document, **other: Any) -> int:
    document = text if isinstance(text, Document) else parsing.parse(text.encode())
    version = await conn.fetchval("SELECT coalesce(max(version), 0) FROM configuration_version")
    given = {"based_on": version, "channels": CHANNELS, "actor": "user:1", "note": None} | other
    await activating.activate(conn, NOW, document, **given)
    return await conn.fetchval("SELECT coalesce(max(version), 0) FROM configuration_version")


async def current(conn: asyncpg.Connection) -> Document:
    return reading.read(await rows.read(conn))


async def everything(conn: asyncpg.Connection) -> dict[str, list[str]]:
    """All rows as text, without their own versions, and what was archived left out."""
    found = {}
    for table in TABLES:
        records = await conn.fetch(f"SELECT * FROM {table}")
        found[table] = sorted(
            repr({k: v for k, v in record.items() if k not in COUNTED})
            for record in records
            if record.get("archived_at") is None
        )
    return found


def place(row: str) -> int:
    """The position of a rule that was read as text."""
    found = re.search(r"'position': (\d+)", row)
    assert found
    return int(found[1])


async def served(conn: asyncpg.Connection) -> set[tuple[str, str, int, str]]:
    records = await conn.fetch(
        """SELECT u.name, q.name, m.level, m.source FROM membership m JOIN queue q ON q.id = m.queue_id
           JOIN user_account u ON u.id = m.agent_id"""
    )
    return {tuple(record) for record in records}


_PHONE = """SELECT e.phone_menu_id, m.tree, m.version, r.mode, r.keep_days, r.version, a.phone_address
  FROM entry_point e JOIN phone_menu m ON m.id = e.phone_menu_id
  JOIN recording_policy r ON r.entry_point_id = e.id CROSS JOIN agent a ORDER BY a.id"""


async def telephone(conn: asyncpg.Connection, queue: str) -> None:
    """A number whose callers are recorded and whose menu leads to a queue; telephones to ring."""
    queue_id = await conn.fetchval("SELECT id FROM queue WHERE name = $1", queue)
    number_id = await factories.entry_point(conn, queue_id=queue_id, channel="phone")
    tree = {"nodes": {"a": {"kind": "queue", "queue_id": queue_id}, "b": {"kind": "voicemail"}}}
    menu_id = await conn.fetchval(
        "INSERT INTO phone_menu (name, tree) VALUES ('Main', $1) RETURNING id", tree
    )
    await conn.execute(
        "UPDATE entry_point SET phone_menu_id = $2, queue_id = (SELECT id FROM queue WHERE name ="
        " 'general') WHERE id = $1",
        number_id,
        menu_id,
    )
    await conn.execute(
        "INSERT INTO recording_policy (entry_point_id, mode, announcement, keep_days)"
        " VALUES ($1, 'all', $2, 7)",
        number_id,
        {"en": {"say": "This call is recorded."}},
    )
    await conn.execute("UPDATE agent SET phone_address = 'client:' || id")


async def test_what_is_not_in_the_document_of_calls_stays_as_it_is(centre: asyncpg.Connection):
    await activate(centre, CENTRE)
    await telephone(centre, "lab")
    before = await centre.fetch(_PHONE)

    document = await current(centre)
    assert "phone" in {key.partition(":")[0] for key in document.entry_points}
    await activate(centre, msgspec.structs.replace(document, sla=()))

    assert await centre.fetch(_PHONE) == before
    assert len(before) == 3


async def test_a_queue_to_which_a_phone_menu_leads_must_be_served(centre: asyncpg.Connection):
    alone = CENTRE.replace(
        "lab: {team: Engineering, tier: 3}",
        "lab: {team: Engineering, tier: 3}\n  calls: {team: Engineering, tier: 3}",
    )
    await activate(centre, alone)  # nothing leads there yet
    await telephone(centre, "calls")

    with pytest.raises(InvalidConfiguration) as refused:
        await activate(centre, alone)

    faults = [str(fault) for fault in refused.value.faults]
    assert faults == ["queues.calls: tickets come here and nobody serves it"]


async def test_a_document_becomes_rows_and_rows_the_same_document(centre: asyncpg.Connection):
    version = await activate(centre, CENTRE)

    assert version == 1
    now_in_force = await current(centre)
    wanted = parsing.parse(CENTRE.encode())
    in_order = sorted(wanted.teams, key=lambda grant: (grant.queue, grant.level))
    wanted = msgspec.structs.replace(wanted, teams=tuple(in_order))
    assert writing.plain(now_in_force) == writing.plain(wanted)
    kept = await configuration_versions.find(centre, 1)
    assert parsing.convert(kept.document) == now_in_force
    assert await served(centre) == {
        ("ann", "general", 1, "team"),
        ("bob", "general", 2, "team"),
        ("cyd", "general", 2, "team"),
        ("bob", "hardware", 1, "team"),
        ("cyd", "lab", 1, "own"),
    }


async def test_what_was_read_and_written_changes_nothing_when_it_is_activated(
    centre: asyncpg.Connection,
):
    await activate(centre, CENTRE)
    rows_before = await everything(centre)
    events_before = await centre.fetchval("SELECT count(*) FROM event")

    text = writing.dump(await current(centre))
    version = await activate(centre, parsing.parse(text.encode()))

    assert version == 1
    assert await everything(centre) == rows_before
    assert await centre.fetchval("SELECT count(*) FROM event") == events_before


async def test_going_back_restores_every_row(centre: asyncpg.Connection):
    await activate(centre, CENTRE)
    first = await everything(centre)
    document = await current(centre)
    without = {name: queue for name, queue in document.queues.items() if name != "lab"}
    without["hardware"] = msgspec.structs.replace(
        without["hardware"], escalate_to=None, wrap_up_s=5
    )
    bob = msgspec.structs.replace(
        document.agents["bob@desk.test"], teams=(), queues={"hardware": Terms(level=4)}
    )
    other = msgspec.structs.replace(
        document,
        queues=without,
        agents={"ann@desk.test": document.agents["ann@desk.test"], "bob@desk.test": bob},
        entry=document.entry[1:],
        overflow={},
        escalation=(),
        sla=document.sla[:1],
        credits={"reopened": 1},
        capacity={"sms": 2},
        sticky=rules.Sticky(),
    )
    assert await activate(centre, other) == 2
    assert await everything(centre) != first

    await activating.revert(
        centre, NOW, 1, based_on=2, channels=CHANNELS, actor="user:1", note="it was better"
    )

    kept = await configuration_versions.find(centre, 3)
    assert (kept.reverts_to, kept.note) == (1, "it was better")
    assert kept.document == (await configuration_versions.find(centre, 1)).document
    again = await everything(centre)
    # A rule that was removed and is there again is another row, at the same place.
    for found in (first, again):
        in_order = sorted(found["entry_rule"], key=place)
        found["entry_rule"] = [re.sub(r"'(id|position)': \d+, ", "", row) for row in in_order]
        found["escalation_rule"].sort()
    assert again == first


async def test_whoever_read_an_older_version_overwrites_nothing(centre: asyncpg.Connection):
    await activate(centre, CENTRE)
    before = await everything(centre)

    with pytest.raises(Stale):
        await activate(centre, CENTRE.replace("level: 2", "level: 3"), based_on=0)
    with pytest.raises(Stale):
        await activate(centre, "version: 7\n" + CENTRE)

    assert await everything(centre) == before


async def test_an_invalid_document_changes_nothing_and_names_every_fault(
    centre: asyncpg.Connection, subtests: pytest.Subtests
):
    for edit, faults in [
        (
            ("team: Frontline, tier", "team: Frontlines, tier"),
            ['queues.general.team: no team "Frontlines"'],
        ),
        (
            ("calendar: Tehran office,", "calendar: Mars,"),
            ['queues.general.calendar: no calendar "Mars"'],
        ),
        (
            ("auto_accept: [sms]", "auto_accept: [fax]"),
            ['queues.general.auto_accept[0]: no channel "fax"'],
        ),
        (("phone: 20", "pigeon: 20"), ['queues.general.offer_s.pigeon: no channel "pigeon"']),
        (
            ("escalate_to: hardware", "escalate_to: nowhere"),
            ['queues.general.escalate_to: no queue "nowhere"'],
        ),
        (
            ("lab: {team: Engineering, tier: 3}", "lab: {team: Engineering, tier: 2}"),
            [
                'queues.hardware.escalate_to: "lab" is of tier 2: tickets rise from tier 2 to a higher one'
            ],
        ),
        (
            ("{team: Frontline, queue: general}", "{team: Frontline, queue: genral}"),
            ['teams[0].queue: no queue "genral"'],
        ),
        (
            ("{team: Specialists, queue: hardware}", "{team: Specialists, queue: general}"),
            [
                'teams: team "Specialists" is given queue "general" 2 times',
                "queues.hardware: tickets come here and nobody who meets what it requires serves it",
            ],
        ),
        (
            ("ann@desk.test:", "eve@desk.test:"),
            ['agents["eve@desk.test"]: no agent "eve@desk.test"'],
        ),
        (
            ("ann@desk.test: {teams: [Frontline]", "ann@desk.test: {teams: [Front]"),
            ['agents["ann@desk.test"].teams[0]: no team "Front"'],
        ),
        (
            ("queues: {lab: {band: 2}}", "queues: {lib: {band: 2}}"),
            [
                'agents["cyd@desk.test"].queues.lib: no queue "lib"',
                "queues.lab: tickets come here and nobody serves it",
            ],
        ),
        (
            ("laser: 3", "laser: 1"),
            ["queues.hardware: tickets come here and nobody who meets what it requires serves it"],
        ),
        (
            ("large_business: 180", "huge: 180"),
            [
                'credits.customer_category.huge: there is no customer_category "huge": this never fits'
            ],
        ),
        (("reopened: 150", "reopend: 150"), ['credits.reopend: no reason "reopend"']),
        (
            ("window_s: {sms: 900}", "window_s: {telex: 900}"),
            ['sticky.window_s.telex: no channel "telex"'],
        ),
        (
            ("{keyword: [data loss, از دست رفتن]}", "{keyword: []}"),
            ["entry[0].when.keyword: an empty list asks for nothing"],
        ),
        (
            ("{keyword: [data loss, از دست رفتن]}", "{tier: 2}"),
            ["entry[0].when.tier: a new problem has none yet: this never fits"],
        ),
        (
            ("category: Product / Fault", "category: Product / Smell"),
            ['entry[1].when.category: no category "Product / Smell"'],
        ),
        (
            ('entry_point: "sms:+15550001111"', 'entry_point: "sms:+1"'),
            ['entry[1].when.entry_point: no entry point "sms:+1"'],
        ),
        (
            ('entry_point: "sms:+15550001111"', "entry_point_id: 1"),
            ["entry[1].when.entry_point_id: here it is called entry_point, and goes by name"],
        ),
        (
            ("sms:+15550001111: {queue: general}", "sms:+19990001111: {queue: general}"),
            [
                'entry_points.sms:+15550001111: its queue "Frontline" is left out: give it another',
                'entry_points.sms:+19990001111: no entry point "sms:+19990001111"',
            ],
        ),
        (
            ("to: hardware, only: [sms]", "to: x, only: [sms]"),
            ['overflow.general[0].to: no queue "x"'],
        ),
        (
            ("to: hardware, only: [sms]", "to: general, only: [sms]"),
            ["overflow.general[0].to: it overflows to itself"],
        ),
        (
            (
                "to: hardware, only: [sms]}]",
                "to: hardware}]\n  hardware: [{after_s: 9, to: lab}]\n  lab: [{after_s: 9, to: general}]",
            ),
            ["overflow.lab[0].to: it overflows in a circle: general > hardware > lab > general"],
        ),
        (
            ("when: {reopens: 2}, to: hardware", "when: {reopens: 2}, to: general"),
            ['escalation[0].to: "general" is of tier 1: a rule leads to a higher tier'],
        ),
        (
            ("when: {reopens: 2}", "when: {reopens: -2}"),
            ["escalation[0].when.reopens: a whole number, 1 to 1000"],
        ),
        (
            ("when: {reopens: 2}", "when: {any: [{reopen: 2}, {category: Smell}]}"),
            [
                "escalation[0].when.any[0].reopen: no such leaf",
                'escalation[0].when.any[1].category: no category "Smell"',
            ],
        ),
        (("name: asked", "name: stuck"), ['escalation: two rules are named "stuck"']),
        (
            (
                "from: general, when: {reopens: 2}, to: hardware",
                "from: lab, when: {reopens: 2}, to: next_tier",
            ),
            ['escalation[0].to: "lab" has no escalate_to: there is no next tier'],
        ),
        (
            ("first_reply_s: 900}", "calendar: Mars}"),
            [
                'sla[0].calendar: no calendar "Mars"',
                "sla[0]: it promises nothing: give first_reply_s, next_reply_s or resolution_s",
            ],
        ),
        (
            ("time_zone: Asia/Tehran", "time_zone: Moon/Copernicus"),
            [
                'calendars["Tehran office"].time_zone: there is no time zone Moon/Copernicus; one is written like Asia/Tehran'
            ],
        ),
        (
            ('["08:00-17:00"]', '["08:00-17:00", "16:00-18:00"]'),
            [
                'calendars["Tehran office"].week.saturday[1]: it begins before the one before it has ended'
            ],
        ),
    ]:
        with subtests.test(edit=edit, faults=faults):
            before = await everything(centre)
            assert edit[0] in CENTRE

            with pytest.raises(InvalidConfiguration) as raised:
                await activate(centre, CENTRE.replace(*edit, 1))

            assert [str(fault) for fault in raised.value.faults] == faults
            assert await everything(centre) == before
            assert await centre.fetchval("SELECT count(*) FROM configuration_version") == 0


async def test_whoever_gains_a_queue_takes_what_waits_and_what_rings_at_a_loser_goes_on(
    centre: asyncpg.Connection,
):
    await activate(centre, CENTRE)
    queue_id = await centre.fetchval("SELECT id FROM queue WHERE name = 'hardware'")
    ticket = await factories.queued_ticket(centre, NOW, queue_id=queue_id)
    await seek.agent_for(centre, NOW, ticket)
    assert await rings_at(centre) == ["bob"]

    swapped = (
        CENTRE.replace("bob@desk", "BOB@desk")
        .replace("cyd@desk", "bob@desk")
        .replace("BOB@desk", "cyd@desk")
    )
    assert await activate(centre, swapped) == 2

    assert await rings_at(centre) == ["cyd"]
    rescinded, offered = await centre.fetch(
        "SELECT state, why FROM offer WHERE ticket_id = $1 ORDER BY id", ticket.id
    )
    assert rescinded["state"] == "rescinded"
    told = await centre.fetch(
        "SELECT data FROM event WHERE kind = 'ticket_offered' ORDER BY id",
    )
    assert [event["data"]["configuration"] for event in told] == [1, 2]
    assert offered["why"]["configuration"] == 2


async def rings_at(conn: asyncpg.Connection) -> list[str]:
    rows_found = await conn.fetch(
        "SELECT u.name FROM offer o JOIN user_account u ON u.id = o.agent_id WHERE o.state = 'pending'"
    )
    return [row["name"] for row in rows_found]


async def test_a_queue_that_is_left_out_is_archived_and_the_same_one_when_it_is_back(
    centre: asyncpg.Connection,
):
    await activate(centre, CENTRE)
    queue_id = await centre.fetchval("SELECT id FROM queue WHERE name = 'lab'")
    ticket = await factories.queued_ticket(centre, NOW, queue_id=queue_id)
    await centre.execute(
        "UPDATE ticket SET state = 'solved', solved_at = $2 WHERE id = $1", ticket.id, NOW
    )
    await centre.execute(
        "UPDATE leg SET to_at = $2, ended_by = 'solved' WHERE ticket_id = $1", ticket.id, NOW
    )
    await centre.execute("UPDATE ticket SET entry_point_id = (SELECT id FROM entry_point)")
    without = (
        CENTRE.replace("  lab: {team: Engineering, tier: 3}\n", "")
        .replace(", escalate_to: lab}", "}")
        .replace(", queues: {lab: {band: 2}}", "")
    )

    await activate(centre, without)

    assert await centre.fetchval("SELECT archived_at FROM queue WHERE id = $1", queue_id) == NOW
    solved = await tickets.lock(centre, ticket.id)
    back = await ending.reopen(centre, NOW, solved, actor="customer", because="customer_wrote")
    general = await centre.fetchval("SELECT id FROM queue WHERE name = 'general'")
    assert (back.queue_id, back.tier, back.state) == (general, 1, "assigned")
    await activate(centre, CENTRE)
    found = await centre.fetchrow("SELECT id, archived_at FROM queue WHERE name = 'lab'")
    assert (found["id"], found["archived_at"]) == (queue_id, None)


async def test_a_queue_with_unsolved_tickets_cannot_be_left_out_or_moved_to_another_tier(
    centre: asyncpg.Connection,
):
    await activate(centre, CENTRE)
    queue_id = await centre.fetchval("SELECT id FROM queue WHERE name = 'lab'")
    await factories.queued_ticket(centre, NOW, queue_id=queue_id)
    without = (
        CENTRE.replace("  lab: {team: Engineering, tier: 3}\n", "")
        .replace(", escalate_to: lab}", "}")
        .replace(", queues: {lab: {band: 2}}", "")
    )

    with pytest.raises(InvalidConfiguration) as left_out:
        await activate(centre, without)
    with pytest.raises(InvalidConfiguration) as moved:
        await activate(centre, CENTRE.replace("Engineering, tier: 3", "Engineering, tier: 4"))

    assert (
        str(left_out.value.faults[0])
        == "queues.lab: it is left out, but unsolved tickets are in it"
    )
    assert str(moved.value.faults[0]) == "queues.lab.tier: unsolved tickets in it carry tier 3"


async def test_what_comes_through_another_door_is_a_version_too(centre: asyncpg.Connection):
    await activate(centre, CENTRE)
    cyd = await centre.fetchval("SELECT id FROM user_account WHERE name = 'cyd'")

    async with recorded(centre, NOW, actor="user:1"):
        await staffing.lock(centre, cyd)
        known = await agent_skills.find(centre, cyd)
        wished = msgspec.structs.replace(known, product={"laser": 2})
        await agent_skills.replace(centre, NOW, known, wished, actor="user:1")

    assert ("cyd", "hardware", 1, "team") in await served(centre)
    kept = await configuration_versions.find(centre, 2)
    assert kept.document["agents"]["cyd@desk.test"]["skills"] == {"product": {"laser": 2}}
    async with recorded(centre, NOW, actor="user:1"):
        await teams.remove_member(centre, NOW, 2, cyd, actor="user:1")
    assert {row for row in await served(centre) if row[0] == "cyd"} == {("cyd", "lab", 1, "own")}
    async with recorded(centre, NOW, actor="user:1"):
        pass
    assert await centre.fetchval("SELECT max(version) FROM configuration_version") == 3


async def test_serving_a_queue_of_a_team_gives_none_of_what_the_team_serves(
    centre: asyncpg.Connection,
):
    await activate(centre, CENTRE)

    # bob and cyd became members of Frontline, to read what is in its queue.
    members = await centre.fetch(
        "SELECT u.name, m.source FROM team_member m JOIN user_account u ON u.id = m.user_id WHERE team_id = 1"
    )
    assert {tuple(row) for row in members} == {("ann", "own"), ("bob", "queue"), ("cyd", "queue")}
    assert ("bob", "general", 2, "team") in await served(centre)
    await activate(centre, CENTRE + "\n")
    assert ("bob", "general", 2, "team") in await served(centre)


async def test_of_two_who_activate_at_once_one_is_refused(database: Database):
    async with database.transaction() as conn:
        await conn.execute("UPDATE queue SET escalate_to_id = NULL, escalate_after_s = NULL")
        await conn.execute("DELETE FROM entry_rule")
        agent_id = await factories.agent(conn, NOW, queues=[1])
        await conn.execute("UPDATE agent SET presence = 'offline' WHERE id = $1", agent_id)
    async with database.read() as conn:
        base = await current(conn)

    async def one(dispatcher: Dispatcher, cooldown_s: int) -> None:
        document = msgspec.structs.replace(base, limits=rules.Limits(cooldown_s=cooldown_s))

        async def change(conn: Conn, now: datetime) -> None:
            await activating.activate(
                conn, now, document, based_on=0, channels=CHANNELS, actor="user:1", note=None
            )

        await dispatcher.submit(change)

    async with dispatching(database) as here, dispatching(database) as there:
        results = await asyncio.gather(
            one(here, 100), one(there, 200), one(here, 300), return_exceptions=True
        )

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Stale", "Stale"]
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM configuration_version") == 1
        kept = await configuration_versions.find(conn, 1)
        assert kept.document == writing.plain(await current(conn))


async def test_the_defaults_of_a_document_are_those_of_the_rules(centre: asyncpg.Connection):
    empty = Document()
    in_force = await rules.current(centre)

    assert empty.capacity == in_force.capacity
    for part in ("sticky", "bands", "limits"):
        mine, theirs = getattr(empty, part), getattr(in_force, part)
        assert msgspec.structs.asdict(mine) == msgspec.structs.asdict(theirs)
