"""Whatever changes what routing goes by makes a version, whichever door it comes through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from contactcenter import configuration, configuration_versions
from contactcenter.activation import members
from contactcenter.configuration_document import reading, rows, writing
from contactcenter.db import Conn
from contactcenter.dispatch import escalating
from contactcenter.dispatch.connection import forget_rules

#: What decides when tickets are referred unasked.
_ESCALATION: Final = ("escalation", "limits", "queues")


@asynccontextmanager
async def recorded(
    conn: Conn,
    now: datetime,
    *,
    actor: str,
    note: str | None = None,
    reverts_to: int | None = None,
    as_a_whole: bool = False,
) -> AsyncIterator[None]:
    """Let what is done inside be a version of the configuration; under the routing lock.

    The version begins first, so that what is decided meanwhile says that it went by it. Who serves
    which queue by a team or by what he knows is compiled anew. Where nothing changed, there is no
    new version. What came ``as_a_whole`` is told of by an event, besides what changed in it.
    """
    before = _as_kept(await rows.read(conn))
    newest = await configuration_versions.newest(conn)
    version = await configuration_versions.begin(
        conn, now, reverts_to=reverts_to, actor=actor, note=note
    )
    forget_rules(conn)
    yield
    found = await rows.read(conn)
    await members.compile_anew(conn, now, found, actor=actor)
    after = _as_kept(found)
    forget_rules(conn)
    if after == (before if newest is None else newest.document):
        await configuration_versions.undo(conn, version)
        return
    await configuration_versions.finish(conn, version, after)
    if any(before.get(part) != after.get(part) for part in _ESCALATION):
        await escalating.ask_queues(conn, now)
    if not as_a_whole:
        return
    changed = {"version": {"from": version - 1, "to": version}}
    await configuration.record(conn, now, "configuration", version, changed, actor=actor)


def _as_kept(found: rows.Rows) -> dict[str, Any]:
    return writing.plain(reading.read(found))
