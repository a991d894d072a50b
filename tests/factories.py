"""Real rows with defaults, for tests that need a world to act in.

Every function takes the connection first, keyword arguments for what the test cares about, and
returns the id of the row it made. Names and addresses are unique within the process. A test on a
bare connection calls ``prepare`` once: it makes the connection like one of the application's.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from contactcenter.access.actor import Actor, RoleName
from contactcenter.db import Conn
from contactcenter.dispatch import moving
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

_numbers = itertools.count(1)


async def prepare(conn: Conn) -> None:
    """Read and write jsonb as the application does, and have a place for events of any time."""
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
        format="text",
    )
    for parent in ("event", "delivery"):
        if not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = $1::text::regclass)", parent
        ):
            await conn.execute(
                f"CREATE TABLE {parent}_ever PARTITION OF {parent}"
                " FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"
            )


# People -------------------------------------------------------------------------------------


def actor(*, role: RoleName = "agent") -> Actor:
    """Somebody who asks for changes; he need not be in the database."""
    return Actor(
        user_id=1,
        name="Somebody",
        role=role,
        language="en",
        kind="session",
        scopes=frozenset(),
        team_ids=(),
        must_change_password=False,
    )


async def user(
    conn: Conn,
    *,
    name: str | None = None,
    role: str = "agent",
    email: str | None = None,
    language: str = "en",
    teams: Sequence[int] = (),
) -> int:
    """An account that nobody can sign in with; ``agent`` makes one who can hold tickets."""
    n = next(_numbers)
    user_id: int = await conn.fetchval(
        "INSERT INTO user_account (email, name, role, language) VALUES ($1, $2, $3, $4)"
        " RETURNING id",
        email or f"person{n}@desk.test",
        name or f"Person {n}",
        role,
        language,
    )
    await join_teams(conn, user_id, *teams)
    return user_id


async def agent(
    conn: Conn,
    now: datetime,
    *,
    name: str | None = None,
    role: str = "agent",
    queues: Sequence[int] = (),
    teams: Sequence[int] = (),
    capacity: int = 3,
    presence: str = "available",
) -> int:
    """Somebody who holds tickets: at his desk since ``now``, serving ``queues``."""
    agent_id = await user(conn, name=name, role=role, teams=teams)
    await conn.execute(
        "INSERT INTO agent (id, capacity, presence, presence_since, idle_since, last_seen_at)"
        " VALUES ($1, $2, $3, $4, $4, $4)",
        agent_id,
        capacity,
        presence,
        now,
    )
    if presence != "offline":
        await conn.execute(
            "INSERT INTO presence_interval (agent_id, presence, from_at) VALUES ($1, $2, $3)",
            agent_id,
            presence,
            now,
        )
    for queue_id in queues:
        await join_queue(conn, agent_id, queue_id)
    return agent_id


async def team(conn: Conn, *, name: str | None = None, restricted: bool = False) -> int:
    """A team without members."""
    return await conn.fetchval(
        "INSERT INTO team (name, restricted) VALUES ($1, $2) RETURNING id",
        name or f"Team {next(_numbers)}",
        restricted,
    )


async def join_teams(conn: Conn, user_id: int, *team_ids: int) -> None:
    for team_id in team_ids:
        await conn.execute(
            "INSERT INTO team_member (team_id, user_id) VALUES ($1, $2)", team_id, user_id
        )


# Where tickets go ---------------------------------------------------------------------------


async def queue(
    conn: Conn,
    *,
    name: str | None = None,
    team_id: int | None = None,
    tier: int = 1,
    auto_accept: Sequence[str] = (),
    offer_timeout_s: int = 60,
    wrap_up_s: int = 0,
    escalate_after_s: int | None = None,
    escalate_to_id: int | None = None,
) -> int:
    """A queue of a team, by default one of its own; without limits of time and without wrap-up."""
    return await conn.fetchval(
        """INSERT INTO queue (name, team_id, tier, auto_accept, offer_timeout_s, wrap_up_s,
                              escalate_after_s, escalate_to_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id""",
        name or f"Queue {next(_numbers)}",
        team_id or await team(conn),
        tier,
        list(auto_accept),
        offer_timeout_s,
        wrap_up_s,
        escalate_after_s,
        escalate_to_id,
    )


async def join_queue(
    conn: Conn,
    agent_id: int,
    queue_id: int,
    *,
    level: int = 1,
    delay_s: int = 0,
    handicap_s: int = 0,
    band: int = 0,
) -> None:
    await conn.execute(
        "INSERT INTO membership (agent_id, queue_id, level, delay_s, handicap_s, band)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        agent_id,
        queue_id,
        level,
        delay_s,
        handicap_s,
        band,
    )


async def team_queue(conn: Conn, team_id: int, queue_id: int, *, level: int = 1) -> None:
    """The team serves the queue; who does so of its members is compiled by the next change."""
    await conn.execute(
        "INSERT INTO team_queue (team_id, queue_id, level) VALUES ($1, $2, $3)",
        team_id,
        queue_id,
        level,
    )


async def entry_point(
    conn: Conn, *, queue_id: int, channel: str = "sms", address: str | None = None
) -> int:
    """One of our addresses."""
    return await conn.fetchval(
        "INSERT INTO entry_point (channel, address, queue_id) VALUES ($1, $2, $3) RETURNING id",
        channel,
        address or f"+98210000{next(_numbers):04}",
        queue_id,
    )


async def calendar(conn: Conn, *, name: str | None = None, time_zone: str = "Asia/Tehran") -> int:
    """A calendar that was made at the beginning of 2026: 08:00 to 17:00, every day but Friday."""
    return await conn.fetchval(
        """WITH made AS (
             INSERT INTO calendar (name_en, name_fa, created_at)
             VALUES ($1, 'تقویم', '2026-01-01 00:00:00+00') RETURNING id, created_at
           ), said AS (
             INSERT INTO calendar_version (calendar_id, version, time_zone, from_at)
             SELECT id, 1, $2, created_at FROM made
           ), hours AS (
             INSERT INTO calendar_hours (calendar_id, version, weekday, opens_min, closes_min)
             SELECT id, 1, weekday, 480, 1020 FROM made, unnest(ARRAY[1, 2, 3, 4, 6, 7]) weekday
           )
           SELECT id FROM made""",
        name or f"Calendar {next(_numbers)}",
        time_zone,
    )


async def configured(conn: Conn, **settings: Any) -> int:
    """A new configuration in force, with these settings (``routing_setting``); its version."""
    for name, value in settings.items():
        await conn.execute(
            "INSERT INTO routing_setting (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
            name,
            value,
        )
    return await conn.fetchval(
        "INSERT INTO configuration_version (version, document, actor, from_at)"
        " SELECT coalesce(max(version), 0) + 1, '{}', 'system', now() FROM configuration_version"
        " RETURNING version"
    )


async def escalation_rule(
    conn: Conn,
    name: str,
    when: Mapping[str, Any],
    *,
    from_queue_id: int | None = None,
    to_queue_id: int | None = None,
    moves: bool = True,
    notify: str | None = None,
) -> None:
    """One more line of the escalation table, behind the others; in force at once."""
    await conn.execute(
        "INSERT INTO escalation_rule"
        " (name, position, from_queue_id, condition, to_queue_id, moves, notify)"
        " SELECT $1, count(*), $2, $3, $4, $5, $6 FROM escalation_rule",
        name,
        from_queue_id,
        when,
        to_queue_id,
        moves,
        notify,
    )
    await configured(conn)


# Customers and their problems ---------------------------------------------------------------


async def contact(
    conn: Conn, *, name: str | None = None, phone: str | None = None, language: str | None = None
) -> int:
    """A person with one telephone number."""
    n = next(_numbers)
    contact_id: int = await conn.fetchval(
        "INSERT INTO contact (name, language) VALUES ($1, $2) RETURNING id",
        name or f"Customer {n}",
        language,
    )
    await identity(conn, contact_id, value=phone or f"+98912{n:07}")
    return contact_id


async def identity(conn: Conn, contact_id: int, *, kind: str = "phone", value: str) -> int:
    """One more address of a contact."""
    return await conn.fetchval(
        "INSERT INTO identity (contact_id, kind, value) VALUES ($1, $2, $3) RETURNING id",
        contact_id,
        kind,
        value,
    )


async def segment_rule(conn: Conn, key: str, condition: Mapping[str, Any]) -> str:
    """A rule segment, of which nobody has been asked yet."""
    await conn.execute(
        "INSERT INTO segment_value (kind, value, name_en, name_fa, position)"
        " VALUES ('group', $1, 'x', 'x', 1)",
        key,
    )
    await conn.execute(
        "INSERT INTO segment_rule (key, condition, created_at, changed_at)"
        " VALUES ($1, $2, now(), now())",
        key,
        condition,
    )
    return key


async def segment(
    conn: Conn,
    since: datetime,
    contact_id: int,
    kind: str,
    value: str,
    *,
    source: str = "agent",
    until: datetime | None = None,
    told_at: datetime | None = None,
) -> int:
    """Something that is said of a contact; of contracts he may have several."""
    return await conn.fetchval(
        """INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at, to_at,
                                told_at, slot)
           SELECT $1, k.kind, $3, $4, 1, 'system', $5, $6, $7,
                  CASE WHEN k.several THEN $3 ELSE '' END
           FROM segment_kind k WHERE k.kind = $2 RETURNING id""",
        contact_id,
        kind,
        value,
        source,
        since,
        until,
        told_at,
    )


async def asset(
    conn: Conn,
    since: datetime,
    contact_id: int | None = None,
    *,
    service_tag: str | None = None,
    model: str = "Latitude 7440",
    warranty: tuple[datetime, datetime] | None = None,
    warranty_level: str = "",
) -> int:
    """A machine, and whose it is since then."""
    asset_id: int = await conn.fetchval(
        """INSERT INTO asset (service_tag, model, warranty_level, warranty_from, warranty_until,
                              created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id""",
        service_tag or f"7J{next(_numbers):05}",
        model,
        warranty_level,
        *(warranty or (None, None)),
        since,
    )
    if contact_id is not None:
        await conn.execute(
            "INSERT INTO asset_owner (asset_id, contact_id, from_at, told_at, actor)"
            " VALUES ($1, $2, $3, $3, 'system')",
            asset_id,
            contact_id,
            since,
        )
    return asset_id


async def entitlement(
    conn: Conn,
    since: datetime,
    kind: str,
    *,
    contact_id: int | None = None,
    asset_id: int | None = None,
    level: str = "",
    source: str = "contract",
    until: datetime | None = None,
    told_at: datetime | None = None,
) -> int:
    """What a contact, or whoever owns the asset, may expect of us."""
    return await conn.fetchval(
        """INSERT INTO entitlement (contact_id, asset_id, kind, level, source, from_at, until_at,
                                    told_at, actor)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'system') RETURNING id""",
        contact_id,
        asset_id,
        kind,
        level,
        source,
        since,
        until,
        told_at or since,
    )


async def feedback(conn: Conn, *, ticket_id: int, owner_id: int, words: str = "Too slow.") -> int:
    """What the customer of a ticket does not like, and who sees to it."""
    return await conn.fetchval(
        """INSERT INTO feedback (topic, polarity, words, contact_id, ticket_id, source, given_at,
                                 received_at, owner_id, actor)
           SELECT 'Laptop', 'dislike', $3, contact_id, id, 'ticket', now(), now(), $2, 'system'
           FROM ticket WHERE id = $1 RETURNING id""",
        ticket_id,
        owner_id,
        words,
    )


async def follow_up(conn: Conn, *, ticket_id: int, agent_id: int, what: str = "Call.") -> int:
    """What an agent is to do for the customer of a ticket."""
    return await conn.fetchval(
        """INSERT INTO follow_up (kind, what, due_at, contact_id, ticket_id, agent_id, created_by,
                                  created_at)
           SELECT 'promise', $3, '2099-01-01', contact_id, id, $2, 'system', now()
           FROM ticket WHERE id = $1 RETURNING id""",
        ticket_id,
        agent_id,
        what,
    )


async def price_band(conn: Conn, *, product: str) -> int:
    """Something sold for 9 cents, never below 6."""
    return await conn.fetchval(
        """INSERT INTO price_band (product, currency, list_minor, opening_minor, cost_minor,
                                   margin_minor, refusal_en, refusal_fa, valid_from)
           VALUES ($1, 'EUR', 9, 8, 5, 1, 'No.', 'نه.', '2020-01-01') RETURNING id""",
        product,
    )


async def notice(conn: Conn, *, entry_point_id: int) -> int:
    """A draft of a text to all who haggle."""
    return await conn.fetchval(
        """WITH made AS (
             INSERT INTO notice (name, audience_kind, audience_value, channel, entry_point_id,
                                 starts_at, created_by, created_at)
             VALUES ('Spring', 'temperament', 'haggler', 'sms', $1, '2099-01-01', 'system', now())
             RETURNING id
           ), said AS (
             INSERT INTO notice_text (notice_id, position, after_s, text_en, text_fa)
             SELECT id, 0, 0, 'Sale', 'حراج' FROM made
           )
           SELECT id FROM made""",
        entry_point_id,
    )


async def behaviour(
    conn: Conn,
    at: datetime,
    contact_id: int,
    kind: str,
    *,
    amount_minor: int = 1000,
    cost_minor: int | None = None,
    currency: str = "EUR",
    topic: str = "delivery",
    referred_id: int | None = None,
    identity_id: int | None = None,
) -> int:
    """Something a customer did, with what its kind needs."""
    is_money = kind in {"purchase", "return", "invoice", "payment"}
    return await conn.fetchval(
        """INSERT INTO behaviour_event (contact_id, kind, source, external_id, occurred_at,
                                        received_at, amount_minor, cost_minor, currency, topic,
                                        referred_id, identity_id)
           VALUES ($1, $2, 'shop', $3, $4, $4, $5, $6, $7, $8, $9, $10) RETURNING id""",
        contact_id,
        kind,
        f"no-{next(_numbers)}",
        at,
        amount_minor if is_money else None,
        cost_minor if is_money else None,
        currency if is_money else None,
        topic if kind in {"complaint", "interest"} else None,
        referred_id,
        identity_id,
    )


async def ticket(
    conn: Conn,
    now: datetime,
    *,
    intake_queue_id: int,
    contact_id: int | None = None,
    channel: str = "sms",
    entry_point_id: int | None = None,
    temperament: str = "unknown",
    weight: int = 1,
    body: str = "My laptop does not start.",
) -> int:
    """What intake leaves behind: a ``new`` ticket, its first message, the events of both."""
    if contact_id is None:
        contact_id = await contact(conn)
    ticket_id: int = await conn.fetchval(
        """INSERT INTO ticket (contact_id, channel, entry_point_id, intake_queue_id, temperament,
                               weight, opened_at, enqueued_at, team_ids)
           SELECT $1, $2, $3, id, $5, $6, $7, $7, ARRAY[team_id] FROM queue WHERE id = $4
           RETURNING id""",
        contact_id,
        channel,
        entry_point_id,
        intake_queue_id,
        temperament,
        weight,
        now,
    )
    data = {"channel": channel, "entry_point_id": entry_point_id}
    await event(conn, now, "ticket_opened", ticket_id=ticket_id, version=1, data=data)
    await interaction(conn, now, ticket_id=ticket_id, body=body)
    return ticket_id


async def queued_ticket(conn: Conn, now: datetime, *, queue_id: int, **columns: Any) -> Ticket:
    """A ticket that triage gave its queue at once, and that waits there."""
    weight = columns.pop("weight", None)  # else what its channel weighs
    ticket_id = await ticket(conn, now, intake_queue_id=queue_id, **columns)
    await conn.execute(
        "UPDATE interaction SET triaged_at = $2 WHERE ticket_id = $1", ticket_id, now
    )
    locked = await tickets.lock(conn, ticket_id)
    waiting = await moving.enqueue(conn, now, locked, queue_id, rule_id=None)
    if weight is None:
        return waiting
    return await tickets.save(conn, msgspec.structs.replace(waiting, weight=weight))


async def interaction(
    conn: Conn,
    now: datetime,
    *,
    ticket_id: int,
    direction: str = "inbound",
    kind: str = "message",
    author_id: int | None = None,
    body: str = "Hello?",
    state: str | None = None,
) -> int:
    """One thing on the timeline, with the event that tells of it; a person's own need an author."""
    identity_id = await conn.fetchval(
        """SELECT i.id FROM ticket t JOIN identity i ON i.contact_id = t.contact_id
           WHERE t.id = $1 ORDER BY i.id LIMIT 1""",
        ticket_id,
    )
    default_state = {"inbound": "received", "outbound": "queued", "internal": "recorded"}
    interaction_id: int = await conn.fetchval(
        """INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel,
                                    direction, kind, author_id, body, state, occurred_at,
                                    received_at)
           SELECT contact_id, id, entry_point_id, $2, channel, $3, $4, $5, $6, $7, $8, $8
           FROM ticket WHERE id = $1 RETURNING id""",
        ticket_id,
        identity_id if direction != "internal" else None,
        direction,
        kind,
        author_id,
        body,
        state or default_state[direction],
        now,
    )
    kinds = {"inbound": "interaction_received", "outbound": "reply_written"}
    if kind == "autoresponse":
        kinds = {"outbound": "autoresponse_written"}
    held = await conn.fetchrow(
        "SELECT state, queue_id, tier, episode, channel, temperament FROM ticket WHERE id = $1",
        ticket_id,
    )
    data = dict(held) if direction == "outbound" else {}
    if kind == "automatic":
        data = {"class": "auto_reply"}
    await event(
        conn,
        now,
        kinds.get(direction, "note_written"),
        ticket_id=ticket_id,
        agent_id=author_id,
        data={"interaction_id": interaction_id, **data},
    )
    return interaction_id


async def chat_visitor(
    conn: Conn, now: datetime, *, ticket_id: int, entry_point_id: int | None = None
) -> int:
    """Who chats on the ticket, with a line for each message of it so far."""
    address = f"visitor-{next(_numbers)}"
    visitor_id: int = await conn.fetchval(
        """INSERT INTO chat_visitor (entry_point_id, token_sha256, address, ticket_id, created_at,
                                     seen_at)
           SELECT coalesce($5, entry_point_id), sha256($2::bytea), $3, $1, $4, $4
           FROM ticket WHERE id = $1 RETURNING id""",
        ticket_id,
        address.encode(),
        address,
        now,
        entry_point_id,
    )
    await conn.execute(
        """WITH line AS (
             INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, at)
             SELECT $1, row_number() OVER (ORDER BY id), 'message', id, received_at
             FROM interaction WHERE ticket_id = $2 AND kind = 'message'
             RETURNING sequence)
           UPDATE chat_visitor SET last_sequence = (SELECT coalesce(max(sequence), 0) FROM line)
           WHERE id = $1""",
        visitor_id,
        ticket_id,
    )
    return visitor_id


async def chat_browser(
    conn: Conn, now: datetime, contact_id: int, *, queue_id: int, is_gone: bool = True
) -> int:
    """A contact's browser at a widget of its own."""
    unique = next(_numbers)
    address = f"visitor-{unique}"
    point_id = await entry_point(conn, queue_id=queue_id, channel="webchat", address=f"w-{unique}")
    await identity(conn, contact_id, kind="chat", value=address)
    return await conn.fetchval(
        """INSERT INTO chat_visitor (entry_point_id, token_sha256, address, created_at, seen_at,
                                     left_at)
           VALUES ($1, sha256($2::text::bytea), $2, $3, $3, CASE WHEN $4 THEN $3::timestamptz END)
           RETURNING id""",
        point_id,
        address,
        now,
        is_gone,
    )


async def chat_message(
    conn: Conn,
    now: datetime,
    visitor_id: int,
    *,
    ticket_id: int,
    text: str = "Hello?",
    by_id: int | None = None,
    is_left: bool = False,
    state: str = "sent",
) -> int:
    """A line of a conversation, of the visitor's or, with an author, of ours."""
    interaction_id: int = await conn.fetchval(
        """INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel,
                                    direction, kind, author_id, body, state, occurred_at,
                                    received_at)
           SELECT i.contact_id, $2, v.entry_point_id, i.id, 'webchat',
                  CASE WHEN $4::bigint IS NULL THEN 'inbound' ELSE 'outbound' END, 'message', $4, $3,
                  CASE WHEN $4::bigint IS NULL THEN 'received' ELSE $5 END, $6, $6
           FROM chat_visitor v JOIN identity i ON i.kind = 'chat' AND i.value = v.address
           WHERE v.id = $1 RETURNING id""",
        visitor_id,
        ticket_id,
        text,
        by_id,
        state,
        now,
    )
    await conn.execute(
        """WITH next AS (
             UPDATE chat_visitor SET last_sequence = last_sequence + 1, ticket_id = $3
             WHERE id = $1 RETURNING last_sequence)
           INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, client_id, is_left, at)
           SELECT $1, last_sequence, 'message', $2, $4, $5, $6 FROM next""",
        visitor_id,
        interaction_id,
        ticket_id,
        None if by_id else f"c-{interaction_id}",
        is_left,
        now,
    )
    return interaction_id


async def reply(conn: Conn, now: datetime, ticket_id: int, author_id: int) -> int:
    """What an agent wrote to the customer, as the timeline and the events have it."""
    return await interaction(
        conn, now, ticket_id=ticket_id, direction="outbound", author_id=author_id, body="Hello."
    )


async def event(
    conn: Conn,
    now: datetime,
    kind: str,
    *,
    ticket_id: int,
    agent_id: int | None = None,
    actor: str | None = None,
    version: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """A fact about a ticket, told to the teams that may see it; done by its agent or a customer."""
    return await conn.fetchval(
        """INSERT INTO event (at, kind, ticket_id, version, contact_id, agent_id, actor, team_ids,
                              data)
           SELECT $2, $3, id, $4, contact_id, $5, $6, team_ids, $7::text::jsonb
           FROM ticket WHERE id = $1 RETURNING id""",
        ticket_id,
        now,
        kind,
        version,
        agent_id,
        actor or ("customer" if agent_id is None else f"user:{agent_id}"),
        json.dumps(data or {}),
    )
