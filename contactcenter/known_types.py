"""A connection that does not ask the server for what every server says alike.

asyncpg knows PostgreSQL's own types, but not their arrays: each connection asks for them at its
first ``bigint[]``, by a recursive statement over the catalogue that takes the server longer than
most of ours do. Those are the same in every database, so a process asks for each once.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

#: Ids below this one are written in PostgreSQL's source, and stay.
#: Source: https://www.postgresql.org/docs/current/system-catalog-initial-data.html
_FIRST_THAT_MAY_DIFFER: Final = 10_000
#: Of what PostgreSQL's own types are, but for rows of its tables: these grow with its versions.
_BASE: Final = b"b"

#: What servers said of their own types, by the type's id: its row, and its element's.
_told: Final[dict[int, list[asyncpg.Record]]] = {}


class _Unasked:
    """Stands for the question that was not needed: after it nothing has to be prepared anew."""

    name: Final = "unasked"


class KnowingConnection(asyncpg.Connection):
    """A connection that asks for PostgreSQL's own types once a process."""

    async def _introspect_types(
        self,
        typeoids: Sequence[int],
        timeout: float | None,  # noqa: ASYNC109  asyncpg calls it so
    ) -> tuple[list[asyncpg.Record], Any]:
        """Return what is to be known of these types, and the statement that asked for it.

        asyncpg calls it, and does not promise to: ``tests/contactcenter/test_known_types.py``
        tells when it no longer does.
        """
        asked: Any = _Unasked
        found: list[asyncpg.Record] = []
        for oid in typeoids:
            rows = _told.get(oid)
            if rows is None:
                rows, asked = await super()._introspect_types([oid], timeout)  # type: ignore[misc]
                if all(_is_the_same_everywhere(row) for row in rows):
                    _told[oid] = rows
            found += rows
        return found, asked


def _is_the_same_everywhere(row: asyncpg.Record) -> bool:
    return bool(row["oid"] < _FIRST_THAT_MAY_DIFFER and row["kind"] == _BASE)
