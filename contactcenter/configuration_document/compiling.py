"""Who serves which queue: somebody's own memberships, and those that follow from his teams.

Of several teams that give somebody a queue the one with the best terms counts: the lowest level,
then the higher band, the shorter delay, the smaller handicap. His own terms count before any
team's, and need no requirement met: a person has named him.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from contactcenter.configuration_document.document import Agent, Document, TeamQueue, Terms


class Member(Struct, frozen=True, kw_only=True):
    """An agent, by address, serves a queue, by name."""

    agent: str
    queue: str
    terms: Terms
    source: Literal["own", "team"]


def memberships(document: Document) -> list[Member]:
    """All of them, by queue and agent; a queue that does not exist has no members.

    ``agents`` of the document must not be missing: see ``completed``.
    """
    agents = document.agents or {}
    own = {
        (queue, email): Member(agent=email, queue=queue, terms=terms, source="own")
        for email, agent in agents.items()
        for queue, terms in agent.queues.items()
        if queue in document.queues
    }
    granted = {
        (queue, email): Member(agent=email, queue=queue, terms=terms, source="team")
        for (queue, email), terms in _granted(document, agents).items()
    }
    return [member for _, member in sorted({**granted, **own}.items())]


def completed(document: Document, current: Document) -> Document:
    """The document with what it leaves as it is."""
    return Document(
        **{
            **{name: getattr(document, name) for name in Document.__struct_fields__},
            "calendars": current.calendars if document.calendars is None else document.calendars,
            "agents": current.agents if document.agents is None else document.agents,
            "entry_points": {**current.entry_points, **document.entry_points},
        }
    )


def _granted(document: Document, agents: Mapping[str, Agent]) -> dict[tuple[str, str], Terms]:
    grants: dict[str, list[TeamQueue]] = defaultdict(list)
    for grant in document.teams:
        if grant.queue in document.queues:
            grants[grant.team].append(grant)
    made: dict[tuple[str, str], Terms] = {}
    for email, agent in agents.items():
        for grant in (grant for team in agent.teams for grant in grants[team]):
            if agent.skills.meet(document.queues[grant.queue].requires):
                key, terms = (grant.queue, email), grant.terms
                made[key] = min(made.get(key, terms), terms, key=_worse)
    return made


def _worse(terms: Terms) -> tuple[int, int, int, int]:
    return terms.level, -terms.band, terms.delay_s, terms.handicap_s
