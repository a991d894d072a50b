"""Calls and what was recorded of them, for tests that need some; rows only, no provider."""

import itertools
from datetime import datetime
from typing import Any

import factories

from contactcenter.calls import recordings
from contactcenter.calls.recordings import Recording, Told
from contactcenter.db import Conn

_numbers = itertools.count(1)

#: The beginning of a WAV file, and more than two chunks of a blob of bytes that all differ.
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + b"".join(
    n.to_bytes(4, "big") for n in range(150_000)
)


async def number(conn: Conn, *, queue_id: int | None = None, language: str | None = None) -> int:
    """A telephone number of ours."""
    entry_point_id = await factories.entry_point(
        conn, queue_id=queue_id or await factories.queue(conn), channel="phone"
    )
    await conn.execute(
        "UPDATE entry_point SET language = $2 WHERE id = $1", entry_point_id, language
    )
    return entry_point_id


async def call(
    conn: Conn,
    now: datetime,
    *,
    entry_point_id: int,
    ticket_id: int | None = None,
    direction: str = "inbound",
    state: str = "talking",
    language: str | None = None,
) -> int:
    """A call with the customer's telephone in it."""
    n = next(_numbers)
    call_id: int = await conn.fetchval(
        """INSERT INTO call (entry_point_id, direction, address_kind, address, ticket_id, state, outcome, language,
                             conference, began_at, ended_at)
           VALUES ($1, $2, 'phone', $3, $4, $5::text, CASE WHEN $5 = 'ended' THEN 'answered' END, $6, $7, $8,
                   CASE WHEN $5 = 'ended' THEN $8::timestamptz END)
           RETURNING id""",
        entry_point_id,
        direction,
        f"+98912{n:07}",
        ticket_id,
        state,
        language,
        f"CF{n}",
        now,
    )
    await conn.execute(
        "INSERT INTO call_leg (call_id, party, address, purpose, external_id, state, began_at)"
        " VALUES ($1, 'customer', $2, 'customer', $3, 'joined', $4)",
        call_id,
        f"+98912{n:07}",
        f"CA{n}",
        now,
    )
    return call_id


async def agent_on(conn: Conn, now: datetime, call_id: int, user_id: int) -> None:
    """A telephone of an agent in the call."""
    await conn.execute(
        "INSERT INTO call_leg (call_id, party, user_id, address, purpose, external_id, state, began_at)"
        " VALUES ($1, 'agent', $2, 'client:a', 'offer', $3, 'joined', $4)",
        call_id,
        user_id,
        f"CA{next(_numbers)}",
        now,
    )


async def policy(conn: Conn, entry_point_id: int, **columns: Any) -> None:
    """The number records, and says so in English, or as it is told here."""
    values = {"mode": "all", "announcement": {"en": {"say": "This call is recorded."}}} | columns
    names = ", ".join(values)
    places = ", ".join(f"${n}" for n in range(2, len(values) + 2))
    await conn.execute(
        f"INSERT INTO recording_policy (entry_point_id, {names}) VALUES ($1, {places})",
        entry_point_id,
        *values.values(),
    )


async def completed(
    conn: Conn,
    now: datetime,
    call_id: int | None,
    *,
    entry_point_id: int | None = None,
    kind: recordings.Kind = "call",
    duration_s: int = 60,
    **more: Any,
) -> Recording:
    """One that is over, and lies at the provider."""
    external_id = more.pop("external_id", f"RE{next(_numbers)}")
    told = Told(
        external_id=external_id,
        account="AC1",
        kind=kind,
        state="completed",
        started_at=now,
        duration_s=duration_s,
        source_url=f"https://provider.test/{external_id}",
        **more,
    )
    return await recordings.note(conn, now, told, call_id=call_id, entry_point_id=entry_point_id)


async def fetched(
    conn: Conn, now: datetime, call_id: int | None, content: bytes = WAV, **more: Any
) -> Recording:
    """One that is with us."""
    recording = await completed(conn, now, call_id, **more)
    async with conn.transaction():
        assert await recordings.store(conn, now, recording.id, content, "audio/wav")
        return await recordings.lock(conn, recording.id)
