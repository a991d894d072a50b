"""A configuration becomes active as a whole, or not at all; every change is a version of it."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import factories
import msgspec
import pytest

from contactcenter import configuration_versions
from contactcenter.activation import activating
from contactcenter.configuration_document import parsing, reading, rows, writing
from contactcenter.configuration_document.document import Document

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
  general: {team: Frontline, tier: 1, calendar: Tehran office, offer_s: {default: 30, voice: 20}, auto_accept: [sms],
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


async def served(conn: asyncpg.Connection) -> set[tuple[str, str, int, str]]:
    records = await conn.fetch(
        """SELECT u.name, q.name, m.level, m.source FROM membership m JOIN queue q ON q.id = m.queue_id
           JOIN user_account u ON u.id = m.agent_id"""
    )
    return {tuple(record) for record in records}


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
