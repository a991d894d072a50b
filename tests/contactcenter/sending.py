"""Messages that wait to be sent, and a channel that does what it is told with them."""

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import factories

from channels import FailureKind, Listed, Outbound, Receipt
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.outbound import outbox
from contactcenter.sender import Sender

NOW = datetime.now(UTC)


async def take(outbound: Outbound) -> Receipt:
    return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")


class Line:
    """Keeps what it was asked to send; ``listed`` is what it says when it is asked what it has."""

    missing: tuple[str, ...] = ()
    has_threads = False
    repeats_safely = False
    valid_s: int | None = None
    patience_s: float | None = None
    max_files_bytes = 5_000_000
    telephony: None = None

    def __init__(self, answer: Callable[[Outbound], Awaitable[Receipt]] = take) -> None:
        self.answer = answer
        self.accounts: dict[str, str] = {}
        self.asked: list[Outbound] = []
        self.listed: Sequence[Listed] | Exception = ()
        self.searched: list[tuple[Outbound, datetime]] = []

    def sender(self, entry_point: str) -> str:
        return entry_point

    def account(self, entry_point: str) -> str:
        return self.accounts.get(entry_point, "AC-general")

    def failure(self, code: str) -> FailureKind | None:
        return "consent" if code == "21610" else None

    async def send(self, outbound: Outbound) -> Receipt:
        self.asked.append(outbound)
        return await self.answer(outbound)

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:
        self.searched.append((outbound, since))
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


async def our_number(conn: Conn, address: str) -> int:
    known = await conn.fetchval("SELECT id FROM entry_point WHERE address = $1", address)
    if known is not None:
        return int(known)
    return await factories.entry_point(conn, queue_id=await factories.queue(conn), address=address)


async def queued(
    conn: Conn,
    *texts: str,
    phone: str = "+989123334455",
    ours: str = "+982100000001",
    segments: int = 1,
) -> list[int]:
    """Messages from one of our numbers to one customer; returns the interactions' ids."""
    entry_point = await our_number(conn, ours)
    author = await factories.user(conn)
    contact_id = await factories.contact(conn, phone=phone)
    ids = []
    for n, text in enumerate(texts):
        interaction_id = await conn.fetchval(
            """INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction,
                 kind, author_id, body, state, segments, occurred_at, received_at)
               SELECT $1, $2, i.id, 'sms', 'outbound', 'message', $3, $4, 'queued', $6, $5, $5
               FROM identity i WHERE i.contact_id = $1 RETURNING id""",
            contact_id,
            entry_point,
            author,
            text,
            NOW,
            segments,
        )
        await outbox.enqueue(
            conn,
            NOW,
            interaction_id,
            conversation=f"sms:{ours}:{phone}",
            correlation_id=f"{phone}-{n}",
        )
        ids.append(interaction_id)
    return ids


def sender_of(database: Database, line: Line, **options: int) -> Sender:
    return Sender(
        database,
        Bell(database),
        {"sms": line},  # type: ignore[dict-item]
        public_url="https://desk.test",
        chance=random.Random(7),
        **options,
    )


async def states(database: Database) -> list[tuple[str, str, str | None]]:
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT o.state AS sending, i.state, i.error_code FROM outbox o"
            " JOIN interaction i ON i.id = o.interaction_id ORDER BY o.id"
        )
    return [tuple(row) for row in rows]


async def kinds(database: Database) -> list[str]:
    async with database.read() as conn:
        return [row["kind"] for row in await conn.fetch("SELECT kind FROM event ORDER BY id")]
