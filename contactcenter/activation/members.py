"""Makes agents serve the queues that follow from their teams and from what they know."""

from datetime import datetime

from contactcenter import queues, staffing
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
    for key, member in sorted(wanted.items()):
        there = standing.get(key)
        if member.source == "own" or (
            there is not None and there.source == "team" and reading.terms_of(there) == member.terms
        ):
            continue
        queue_id, agent_id = key
        queue = await queues.find(conn, queue_id)
        await staffing.give(
            conn, now, queue, agent_id, as_terms(member.terms), source="team", actor=actor
        )


def as_terms(terms: Terms) -> queues.Terms:
    """The terms of a document as those of a membership."""
    return queues.Terms(
        level=terms.level, delay_s=terms.delay_s, handicap_s=terms.handicap_s, band=terms.band
    )
