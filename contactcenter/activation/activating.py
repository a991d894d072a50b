"""Checks a document against what there is, and makes it the configuration in force."""

from collections.abc import Collection
from datetime import datetime

from contactcenter import configuration_versions
from contactcenter.activation import centre, members, people, rule_rows
from contactcenter.activation.recording import recorded
from contactcenter.configuration_document import checking, parsing, reading, rows
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.findings import Findings, World
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_document.problems import InvalidConfiguration
from contactcenter.configuration_document.rows import Rows
from contactcenter.db import Conn
from contactcenter.dispatch.connection import forget_rules
from contactcenter.errors import Stale
from contactcenter.segments import conditions


async def check(conn: Conn, document: Document, *, channels: Collection[str]) -> Findings:
    """All that is wrong with the document, if it were to be activated now; changes nothing."""
    return checking.check(document, await _world(conn, await rows.read(conn), document, channels))


async def activate(
    conn: Conn,
    now: datetime,
    document: Document,
    *,
    based_on: int,
    channels: Collection[str],
    actor: str,
    note: str | None,
    reverts_to: int | None = None,
) -> Findings:
    """Make the document the configuration in force, all of it or nothing; under the routing lock.

    Raises ``Stale`` where another version than ``based_on`` is in force, ``InvalidConfiguration``
    with everything that is wrong. A document that changes nothing makes no version.
    """
    found_rows = await rows.read(conn)
    if found_rows.version != based_on or document.version not in (None, based_on):
        raise Stale(
            f"this is an edit of version {document.version or based_on} of the configuration, but"
            f" {found_rows.version} is in force by now: read it, and edit that one"
        )
    found = checking.check(document, await _world(conn, found_rows, document, channels))
    if found.errors:
        raise InvalidConfiguration(found.errors)
    async with recorded(conn, now, actor=actor, note=note, reverts_to=reverts_to, as_a_whole=True):
        await _write(conn, now, found_rows, found.document, channels=channels, actor=actor)
    return found


async def revert(
    conn: Conn,
    now: datetime,
    version: int,
    *,
    based_on: int,
    channels: Collection[str],
    actor: str,
    note: str | None,
) -> Findings:
    """Make what an earlier version said the configuration in force, as a new version.

    Raises ``NotFound`` and what ``activate`` does: the world may have changed since.
    """
    kept = await configuration_versions.find(conn, version)
    return await activate(
        conn,
        now,
        parsing.convert(kept.document),
        based_on=based_on,
        channels=channels,
        actor=actor,
        note=note,
        reverts_to=version,
    )


async def _write(
    conn: Conn,
    now: datetime,
    found: Rows,
    document: Document,
    *,
    channels: Collection[str],
    actor: str,
) -> None:
    """What others rest on comes first, what nothing leads to any more goes last."""
    before, names = reading.read(found), Names(found)
    await centre.write_calendars(conn, now, before, document, names, actor=actor)
    names = Names(await rows.read(conn))
    await centre.write_queues(conn, now, document, names, actor=actor)
    written = await rows.read(conn)
    names = Names(written)
    await rule_rows.write(conn, before, document, names)
    forget_rules(conn)
    await people.write(conn, now, before, document, names, actor=actor)
    await members.compile_anew(conn, now, await rows.read(conn), actor=actor)
    await people.write_leavers(conn, now, before, document, names, actor=actor)
    await centre.write_entry(conn, now, document, names, channels=channels, actor=actor)
    await centre.archive_others(conn, now, found, document, actor=actor)


async def _world(conn: Conn, found: Rows, document: Document, channels: Collection[str]) -> World:
    """What there is beside the document, and which queues it may not leave out or move."""
    moved = [
        queue.id
        for queue in found.queues
        if not queue.archived
        and (queue.name not in document.queues or document.queues[queue.name].tier != queue.tier)
    ]
    return World(
        rows=found,
        channels=frozenset(channels),
        known=await conditions.known(conn, channels),
        in_use=await rows.in_use(conn, moved),
    )
