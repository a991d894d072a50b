"""Our own addresses as the intake asks for them: by channel and address, from memory."""

import time
from collections.abc import Mapping
from typing import Final

import structlog
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

#: How long a new entry point may stay unnoticed by a process that has already cached the rest.
TTL_S: Final = 2.0

log = structlog.get_logger()


class OwnAddress(Struct, frozen=True, kw_only=True):
    """An entry point, and the queue its problems go to where no rule says otherwise."""

    id: int
    channel: str
    address: str
    queue_id: int


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", OwnAddress)
_discover = _SQL.take("discover", int)


class OwnAddresses:
    """One a process."""

    def __init__(self) -> None:
        self._known: Mapping[tuple[str, str], OwnAddress] = {}
        self._read_at_s = float("-inf")

    async def find(self, conn: Conn, channel: str, address: str) -> OwnAddress:
        """The entry point of an address; discovered if nobody set it up."""
        wanted = (channel, address)
        if wanted not in self._known or time.monotonic() - self._read_at_s > TTL_S:
            await self._read(conn)
        if wanted not in self._known:
            if (found := await _discover.first(conn, *wanted)) is not None:
                log.warning("entry_point_discovered", entry_point_id=found, channel=channel)
            await self._read(conn)
        return self._known[wanted]

    async def known(self, conn: Conn, channel: str, address: str) -> OwnAddress | None:
        """The entry point of an address that anybody may name; None where nobody set it up."""
        if time.monotonic() - self._read_at_s > TTL_S:
            await self._read(conn)
        return self._known.get((channel, address))

    async def _read(self, conn: Conn) -> None:
        rows = await _list_all.all(conn)
        self._known = {(row.channel, row.address): row for row in rows}
        self._read_at_s = time.monotonic()
