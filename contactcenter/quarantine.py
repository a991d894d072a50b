"""Authentic payloads that could not be understood: kept byte for byte, with reason and retry."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from msgspec import Struct

from channels import Inbound, Purpose, Unreadable
from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.mails.mail_columns import message_key
from contactcenter.storable_text import optional, storable, within

log = structlog.get_logger()


class Held(Struct, frozen=True, kw_only=True):
    """One quarantined payload. ``times_received`` counts the provider's redeliveries.

    ``entry_point_id`` is known of mails; ``ticket_id`` is the ticket that a stranger's mail names.
    """

    id: int
    channel: str
    purpose: Purpose
    reason: str
    detail: str
    content_type: str
    external_id: str | None
    size_bytes: int
    times_received: int
    received_at: datetime
    retried_at: datetime | None
    released_at: datetime | None
    interaction_id: int | None
    entry_point_id: int | None
    ticket_id: int | None


class RawPayload(Struct, frozen=True, kw_only=True):
    """The bytes as they came, and what was said of them."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes


class _Receipt(Struct, frozen=True, kw_only=True):
    id: int
    times_received: int
    received_at: datetime


class _Seen(Struct, frozen=True, kw_only=True):
    team_ids: list[int]
    contact_id: int


_SQL = db.Statements(__name__)
_hold = _SQL.take("hold", _Receipt)
_came_otherwise = _SQL.take("came_otherwise", _Receipt)
_for_ticket = _SQL.take("for_ticket", Held)
_team_ids = _SQL.take("team_ids", _Seen)
_page = _SQL.take("page", Held)
_find = _SQL.take("find", Held)
_raw = _SQL.take("raw", RawPayload)
_tried = _SQL.command("tried")
_interaction_of = _SQL.take("interaction_of", int)
_release = _SQL.command("release")


async def hold(
    conn: Conn,
    purpose: Purpose,
    item: Unreadable,
    *,
    entry_point_id: int | None = None,
    ticket_id: int | None = None,
) -> int:
    """Keep a payload; the same bytes received again are counted, not kept twice.

    So is a mail that came by another way to the same entry point. ``ticket_id`` is the ticket that
    it names: whoever may see that is told.
    """
    sha256 = hashlib.sha256(item.raw.body).digest()
    external_id = optional(item.external_id)
    if entry_point_id is not None and external_id is not None:
        again = await _came_otherwise.first(conn, entry_point_id, external_id, purpose, sha256)
        if again is not None:
            return again.id
    receipt = await _hold.one(
        conn,
        item.channel,
        purpose,
        item.reason,
        storable(item.detail),
        storable(item.raw.content_type),
        within(item.raw.headers),
        item.raw.body,
        sha256,
        external_id,
        entry_point_id,
        ticket_id,
    )
    if receipt.times_received == 1:
        await _tell(conn, receipt, item, ticket_id)
    return receipt.id


async def for_ticket(conn: Conn, ticket_id: int, *, after_id: int = 0) -> list[Held]:
    """What waits for a decision about a ticket, the oldest first; a hundred behind ``after_id``."""
    return await _for_ticket.all(conn, ticket_id, after_id, 100)


async def page(
    conn: Conn, *, before_id: int, held: bool | None, channel: str | None, limit: int
) -> list[Held]:
    """List newest first; ``held`` True for those that wait, False for released, None for all."""
    return await _page.all(conn, before_id, held, channel, limit)


async def find(conn: Conn, quarantine_id: int) -> Held:
    """Read one; raises ``NotFound``."""
    held = await _find.first(conn, quarantine_id)
    if held is None:
        raise NotFound(f"there is nothing {quarantine_id} in quarantine")
    return held


async def raw(conn: Conn, quarantine_id: int) -> RawPayload:
    """Read its bytes exactly as they came; raises ``NotFound``."""
    payload = await _raw.first(conn, quarantine_id)
    if payload is None:
        raise NotFound(f"there is nothing {quarantine_id} in quarantine")
    return payload


async def tried(
    conn: Conn, quarantine_id: int, now: datetime, *, reason: str | None, detail: str | None
) -> None:
    """Note that it still cannot be understood, and why; None where that is noted already."""
    await _tried.run(conn, quarantine_id, now, reason, detail)


async def release(
    conn: Conn,
    quarantine_id: int,
    now: datetime,
    message: Inbound | None,
    *,
    actor: str,
    accepted_as: str | None = None,
) -> None:
    """Note that it was understood, and which interaction the message became; once.

    ``accepted_as`` is what a person decided of a mail that waited for that.
    """
    interaction_id = None
    if message is not None:
        interaction_id = await _became(conn, message)
    if await _release.run(conn, quarantine_id, now, interaction_id):
        held = await find(conn, quarantine_id)
        data = {
            "quarantine_id": quarantine_id,
            "interaction_id": interaction_id,
            "accepted_as": accepted_as,
        }
        about = await _about(conn, held.ticket_id)
        event = events.Event(kind="payload_released", at=now, actor=actor, data=data, **about)
        await events.record(conn, event)
        log.info("payload_released", quarantine_id=quarantine_id)


async def _tell(conn: Conn, receipt: _Receipt, item: Unreadable, ticket_id: int | None) -> None:
    """Record that something is held: for supervisors, or for who may see the ticket it names."""
    await events.record(
        conn,
        events.Event(
            kind="payload_quarantined",
            at=receipt.received_at,
            actor="system",
            data={
                "quarantine_id": receipt.id,
                "channel": item.channel,
                "reason": item.reason,
            },
            **await _about(conn, ticket_id),
        ),
    )
    log.warning("payload_quarantined", quarantine_id=receipt.id, reason=item.reason)


async def _about(conn: Conn, ticket_id: int | None) -> dict[str, Any]:
    """Whom an event concerns: who may see the ticket, and supervisors alone where there is none."""
    if ticket_id is None:
        return {}
    seen = await _team_ids.one(conn, ticket_id)
    return {
        "ticket_id": ticket_id,
        "contact_id": seen.contact_id,
        "team_ids": tuple(seen.team_ids),
    }


async def _became(conn: Conn, message: Inbound) -> int | None:
    sender, received = message.sender, message.received
    message_id = received.mail.message_id if received is not None else None
    return await _interaction_of.first(
        conn,
        sender.kind,
        storable(sender.value),
        optional(message.external_id),
        None if message_id is None else message_key(message_id),
    )
