"""Writes who is in which team, what he knows, and the queues he serves on terms of his own."""

from datetime import datetime

import msgspec

from contactcenter.activation.members import membership
from contactcenter.administration import agent_skills, staffing, teams
from contactcenter.administration.staffing import Membership
from contactcenter.configuration_document.document import Agent, Document
from contactcenter.configuration_document.naming import Names
from contactcenter.db import Conn

_NOBODY = Agent()


async def write(
    conn: Conn, now: datetime, before: Document, after: Document, names: Names, *, actor: str
) -> None:
    """Write what is not as it was; what follows from teams is compiled afterwards."""
    given: list[Membership] = []
    for email, was, becomes in _pairs(before, after):
        agent_id = names.agents[email]
        for team in sorted({*becomes.teams} - {*was.teams}):
            await teams.add_member(conn, now, names.teams[team], agent_id, actor=actor)
        if was.skills != becomes.skills:
            await staffing.lock(conn, agent_id)
            known = await agent_skills.find(conn, agent_id)
            wished = msgspec.structs.replace(known, **msgspec.structs.asdict(becomes.skills))
            await agent_skills.replace(conn, now, known, wished, actor=actor)
        for name in sorted({*was.queues} - {*becomes.queues}):
            await staffing.take(conn, now, names.queues[name], agent_id, actor=actor)
        given += [
            membership(names.queues[name], agent_id, terms, source="own")
            for name, terms in sorted(becomes.queues.items())
            if was.queues.get(name) != terms
        ]
    await staffing.give_many(conn, now, given, actor=actor)


async def write_leavers(
    conn: Conn, now: datetime, before: Document, after: Document, names: Names, *, actor: str
) -> None:
    """Take people out of teams, when it is known which queues they serve from now on."""
    for email, was, becomes in _pairs(before, after):
        for team in sorted({*was.teams} - {*becomes.teams}):
            await teams.let_go(conn, now, names.teams[team], names.agents[email], actor=actor)


def _pairs(before: Document, after: Document) -> list[tuple[str, Agent, Agent]]:
    was, becomes = before.agents or {}, after.agents or {}
    return [
        (email, was.get(email, _NOBODY), becomes.get(email, _NOBODY))
        for email in sorted({*was, *becomes})
        if was.get(email, _NOBODY) != becomes.get(email, _NOBODY)
    ]
