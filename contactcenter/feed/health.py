"""Whether the feed can keep up, asked of the database alone: for ``doctor`` and the metrics."""

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.feed import reader


class Writer(Struct, frozen=True, kw_only=True):
    """A transaction that writes. ``pid`` is None for a prepared one; ``name`` is the program's."""

    pid: int | None
    name: str
    database: str
    age_s: float | None


class Health(Struct, frozen=True, kw_only=True):
    """How late the feed is at least, and the writers that make it wait, oldest first."""

    lag_s: float
    writers: list[Writer]


_SQL = db.Statements(__name__)
_writers = _SQL.take("writers", Writer)


async def health(conn: Conn) -> Health:
    """Ask; ``lag_s`` is 0.0 where no committed event has to wait."""
    looked = await reader.look(conn)
    return Health(lag_s=looked.held_back_s or 0.0, writers=await _writers.all(conn))
