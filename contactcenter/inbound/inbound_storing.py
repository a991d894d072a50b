"""The one statement that puts what customers send onto their timelines, a batch or one alone."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from channels import Inbound
from contactcenter import blobs, db
from contactcenter.db import Conn
from contactcenter.inbound import inbound_columns

#: Our address a message came to, its queue, and the key of the message.
Place = tuple[int, int, bytes]


class Stored(Struct, frozen=True, kw_only=True):
    """Where the ``n``th of a batch stands; there is none of what was stored before."""

    n: int
    interaction_id: int
    contact_id: int
    ticket_id: int


_SQL = db.Statements(__name__)
_receive = _SQL.take("receive", Stored)


async def columns(
    conn: Conn, places: Sequence[Place], items: Sequence[Inbound]
) -> list[list[object]]:
    """A batch as the statement takes it; payloads too large for a row are stored already."""
    inline: list[object] = []
    chunked: list[object] = []
    for item in items:
        is_large = len(item.raw.body) > blobs.INLINE_BYTES
        inline.append(None if is_large else item.raw.body)
        chunked.append(await blobs.store(conn, item.raw.body) if is_large else None)
    kinds: list[object] = ["message" if item.call is None else item.call.kind for item in items]
    return [*inbound_columns.messages(places, items), inline, chunked, kinds]


async def store(
    conn: Conn, batch: list[list[object]], media: Sequence[object], *, reopen_window_s: int
) -> list[Stored]:
    """Store a batch; raises what lost a race raises: run it again."""
    nothing_kept = [None] * len(batch[0])
    return await _receive.all(conn, *batch, nothing_kept, reopen_window_s, *media, None, False)


async def store_one(
    conn: Conn,
    now: datetime,
    place: Place,
    item: Inbound,
    *,
    reopen_window_s: int,
    kept_as: int | None,
    apart: bool,
) -> Stored | None:
    """Store one alone, within somebody's transaction; None where it was stored before.

    ``kept_as`` is the delivery that has its bytes already. ``apart`` opens another ticket than the
    one its sender has.
    """
    batch = await columns(conn, [place], [item])
    media = inbound_columns.media([item])
    return await _receive.first(conn, *batch, [kept_as], reopen_window_s, *media, now, apart)
