"""Makes agents serve the queues that follow from their teams and from what they know."""

from datetime import datetime

from contactcenter.administration import staffing
from contactcenter.administration.staffing import Membership, Source
from contactcenter.configuration_document import compiling, reading
from contactcenter.configuration_document.document import Terms
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_document.rows import Rows
from contactcenter.db import Conn


async def compile_anew(conn: Conn, now: datetime, rows: Rows, *, actor: str) -> None:
    """Bring the memberships that follow from teams into step with the rows; own ones stay.

    Whoever gains a queue looks for tickets, what rings at one who loses it goes to another.
    """
    names = Names(rows)
    wanted = {
        (names.queues[member.queue], names.agents[member.agent]): member
        for member in compiling.memberships(reading.read(rows))
    }
    standing = {(row.queue_id, row.agent_id): row for row in rows.memberships}
    for key, row in sorted(standing.items()):
        if row.source == "team" and key not in wanted:
            await staffing.take(conn, now, *key, actor=actor)
    given = []
    for key, member in sorted(wanted.items()):
        there = standing.get(key)
        if member.source == "own" or (
            there is not None and there.source == "team" and reading.terms_of(there) == member.terms
        ):
            continue
        given.append(membership(*key, member.terms, source="team"))
    await staffing.give_many(conn, now, given, actor=actor)


def membership(queue_id: int, agent_id: int, terms: Terms, *, source: Source) -> Membership:
    """The terms of a document as a membership; whose name it is plays no part."""
    return Membership(
        queue_id=queue_id,
        agent_id=agent_id,
        agent_name="",
        level=terms.level,
        delay_s=terms.delay_s,
        handicap_s=terms.handicap_s,
        band=terms.band,
        source=source,
    )
