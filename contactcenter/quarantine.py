"""Authentic payloads that could not be understood: kept byte for byte, with reason and retry."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import structlog
from msgspec import Struct

from channels import Inbound, Purpose, Unreadable
from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.errors import NotFound

log = structlog.get_logger()


class Held(Struct, frozen=True, kw_only=True):
    """One quarantined payload. ``times_received`` counts the provider's redeliveries."""

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


class RawPayload(Struct, frozen=True, kw_only=True):
    """The bytes as they came, and what was said of them."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes


class _Receipt(Struct, frozen=True, kw_only=True):
    id: int
    times_received: int
    received_at: datetime


_SQL = db.Statements(__name__)
_hold = _SQL.take("hold", _Receipt)
_page = _SQL.take("page", Held)
_find = _SQL.take("find", Held)
_raw = _SQL.take("raw", RawPayload)
_tried = _SQL.command("tried")
_interaction_of = _SQL.take("interaction_of", int)
_release = _SQL.command("release")


async def hold(conn: Conn, purpose: Purpose, item: Unreadable) -> int:
    """Keep a payload; the same bytes received again are counted, not kept twice."""
    receipt = await _hold.one(
        conn,
        item.channel,
        purpose,
        item.reason,
        item.detail,
        item.raw.content_type,
        item.raw.headers,
        item.raw.body,
        hashlib.sha256(item.raw.body).digest(),
        item.external_id,
    )
    if receipt.times_received == 1:
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
            ),
        )
        log.warning("payload_quarantined", quarantine_id=receipt.id, reason=item.reason)
    return receipt.id


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


async def tried(conn: Conn, quarantine_id: int, now: datetime, *, reason: str, detail: str) -> None:
    """Note that it still cannot be understood, and why."""
    await _tried.run(conn, quarantine_id, now, reason, detail)


async def release(
    conn: Conn, quarantine_id: int, now: datetime, message: Inbound | None, *, actor: str
) -> None:
    """Note that it was understood, and which interaction the message became; once."""
    interaction_id = None
    if message is not None:
        sender = message.sender
        interaction_id = await _interaction_of.first(
            conn, sender.kind, sender.value, message.external_id
        )
    if await _release.run(conn, quarantine_id, now, interaction_id):
        data = {"quarantine_id": quarantine_id, "interaction_id": interaction_id}
        event = events.Event(kind="payload_released", at=now, actor=actor, data=data)
        await events.record(conn, event)
        log.info("payload_released", quarantine_id=quarantine_id)
