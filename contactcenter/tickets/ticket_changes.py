"""Tickets changed many at a time, by one statement, with the event that each of them owes."""

from datetime import datetime

from msgspec import Struct

from contactcenter.events import Event


class ChangedTicket(Struct, frozen=True, kw_only=True):
    """A ticket after a statement changed it and counted its version."""

    id: int
    version: int
    contact_id: int
    agent_id: int | None
    state: str
    queue_id: int | None
    tier: int | None
    team_ids: list[int]


def fact(ticket: ChangedTicket, now: datetime, actor: str, **changed: object) -> Event:
    """The event of one of them; each field with its value before and after."""
    return Event(
        kind="ticket_changed",
        at=now,
        actor=actor,
        ticket_id=ticket.id,
        version=ticket.version,
        contact_id=ticket.contact_id,
        agent_id=ticket.agent_id,
        team_ids=tuple(ticket.team_ids),
        data={
            "state": ticket.state,
            "queue_id": ticket.queue_id,
            "tier": ticket.tier,
            "changed": changed,
        },
    )
