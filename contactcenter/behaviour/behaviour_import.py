"""Brings a file of what customers did, however large: all of it, or nothing.

It is read and checked piece by piece, and laid aside; when all of it is right, one transaction
makes it count. So the feed is held back by that transaction only, and memory by one piece.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from msgspec import Struct

from channels import Address
from contactcenter import db, vital_alerts
from contactcenter.behaviour import behaviour, behaviour_reading
from contactcenter.behaviour.behaviour import Taken
from contactcenter.behaviour.behaviour_lines import Line
from contactcenter.behaviour.behaviour_reading import Row
from contactcenter.db import Conn, Database

#: So many lines are looked at together.
PIECE: Final = 2000
#: A statement over all lines of a large file may take this long.
STATEMENT_TIMEOUT_S: Final = 900
_PATIENT: Final = (
    f"SET statement_timeout = '{STATEMENT_TIMEOUT_S}s';"
    f" SET idle_in_transaction_session_timeout = '{STATEMENT_TIMEOUT_S}s'"
)


T = TypeVar("T")


class _Staged(Struct, frozen=True, kw_only=True):
    source: str
    external_id: str


class _Referral(Struct, frozen=True, kw_only=True):
    source: str
    external_id: str
    referred_place: str


class _Unknown(Struct, frozen=True, kw_only=True):
    kind: str
    value: str


_SQL = db.Statements(__name__)
_stage = _SQL.take("stage", _Staged)
_otherwise = _SQL.take("otherwise", str)
_unknown = _SQL.take("unknown", _Unknown)
_put = _SQL.command("put")
_referrals = _SQL.take("referrals", _Referral)
_forget = _SQL.command("forget")
_contacts = _SQL.take("contacts", int)


async def bring(
    database: Database,
    lines: Iterable[Line],
    *,
    create_unknown: bool,
    actor: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Taken:
    """Bring all lines, or none; raises ``BadInput`` naming the place of the first that is wrong.

    ``progress`` hears how many lines were read.
    """
    import_id = secrets.token_hex(8)
    conn = await database.connect("import")
    try:
        await conn.execute(_PATIENT)
        known, not_kept, read = 0, 0, 0
        for piece in _pieces(lines, PIECE):
            now: datetime = await conn.fetchval("SELECT clock_timestamp()")
            found = await behaviour_reading.read(conn, now, piece, accept_unknown=create_unknown)
            twice = await _lay_aside(conn, import_id, found.rows)
            known, not_kept = known + found.known + twice, not_kept + found.not_kept
            read += len(piece)
            progress(read)
        async with conn.transaction():
            now = await conn.fetchval("SELECT clock_timestamp()")
            new, created = await _count(conn, now, import_id, actor=actor)
            taken = Taken(new=new, known=known, not_kept=not_kept, created=created)
            await behaviour.record(conn, now, taken, actor=actor)
        return taken
    finally:
        await _forget.run(conn, import_id)
        await conn.close()


async def _lay_aside(conn: Conn, import_id: str, rows: Sequence[Row]) -> int:
    """Keep rows for the end; returns how many were there already, from earlier pieces."""
    laid = {(s.source, s.external_id) for s in await _stage.all(conn, import_id, *_columns(rows))}
    again = [row for row in rows if row.line.key not in laid]
    if again:
        place = await _otherwise.first(conn, import_id, *_columns(again))
        if place is not None:
            line = next(row.line for row in again if row.line.place == place)
            raise line.wrong("external_id", behaviour_reading.differs(line))
    return len(again)


async def _count(conn: Conn, now: datetime, import_id: str, *, actor: str) -> tuple[int, int]:
    """Let everything that was laid aside count; how much it was, and how many contacts it made."""
    unknown = [Address(kind=u.kind, value=u.value) for u in await _unknown.all(conn, import_id)]
    for piece in _pieces(unknown, PIECE):
        await behaviour.create_contacts(conn, now, piece, actor=actor)
    new = await _put.run(conn, import_id, now)
    referrals = {
        (r.source, r.external_id): r.referred_place for r in await _referrals.all(conn, import_id)
    }
    await behaviour.check_referrals(conn, referrals)
    await vital_alerts.of_complaints(conn, now)
    for contact_ids in _pieces(await _contacts.all(conn, import_id), PIECE):
        await behaviour.ask_rules(conn, now, contact_ids)
    return new, len(unknown)


def _pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    lines = [row.line for row in rows]
    return [
        [line.source for line in lines],
        [line.external_id for line in lines],
        [line.place for line in lines],
        [row.contact_id for row in rows],
        [row.address.kind if row.address else None for row in rows],
        [row.address.value if row.address else None for row in rows],
        [line.kind for line in lines],
        [line.occurred_at for line in lines],
        [line.amount_minor for line in lines],
        [line.cost_minor for line in lines],
        [line.currency for line in lines],
        [line.product for line in lines],
        [line.topic for line in lines],
        [line.place + line.referred.field if line.referred else None for line in lines],
        [row.referred_id for row in rows],
        [row.referred.kind if row.referred else None for row in rows],
        [row.referred.value if row.referred else None for row in rows],
        [row.details for row in rows],
    ]
