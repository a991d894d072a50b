"""On hold and back: whether the customer hears music or those in the room."""

from datetime import datetime

from contactcenter import db, events
from contactcenter.call_control.talks import Talk
from contactcenter.calls import commands
from contactcenter.db import Conn
from contactcenter.errors import Conflict
from contactcenter.events import Event


class OnHoldAlready(Conflict):
    """The customer hears music already."""

    code = "already_on_hold"


class NotOnHold(Conflict):
    """The customer is not on hold."""

    code = "not_on_hold"


_SQL = db.Statements(__name__)
_is_held = _SQL.take("is_held", bool)


async def is_held(conn: Conn, call_id: int) -> bool:
    """Whether the customer is on hold, or will be once the provider has done what it was asked."""
    return bool(await _is_held.first(conn, call_id))


async def hold(conn: Conn, now: datetime, talk: Talk, *, actor: str) -> None:
    """Let the customer hear music; whoever else is in the room goes on talking.

    Raises ``CallIsOver``, ``NotTalkedIn`` or ``OnHoldAlready``.
    """
    talk.check_talked_in()
    if await is_held(conn, talk.call.id):
        raise OnHoldAlready
    await put_on_hold(conn, now, talk, actor=actor)


async def resume(conn: Conn, now: datetime, talk: Talk, *, actor: str) -> None:
    """Bring the customer back; raises ``CallIsOver``, ``NotTalkedIn`` or ``NotOnHold``."""
    talk.check_talked_in()
    if not await is_held(conn, talk.call.id):
        raise NotOnHold
    await take_off_hold(conn, now, talk, actor=actor)


async def put_on_hold(conn: Conn, now: datetime, talk: Talk, *, actor: str) -> None:
    """The same for a customer who is in the room, and may hear music already."""
    if talk.customer is not None and not await is_held(conn, talk.call.id):
        await commands.write(conn, now, talk.call.id, "hold", leg_id=talk.customer.id)
        await _tell(conn, now, talk, actor=actor, was="talking", becomes="on_hold")


async def take_off_hold(conn: Conn, now: datetime, talk: Talk, *, actor: str) -> None:
    """The same for one who may hear the others already."""
    if talk.customer is not None and await is_held(conn, talk.call.id):
        await commands.write(conn, now, talk.call.id, "unhold", leg_id=talk.customer.id)
        await _tell(conn, now, talk, actor=actor, was="on_hold", becomes="talking")


async def _tell(
    conn: Conn, now: datetime, talk: Talk, *, actor: str, was: str, becomes: str
) -> None:
    asked = Event(
        kind="call_hold_asked",
        at=now,
        actor=actor,
        ticket_id=talk.ticket.id,
        contact_id=talk.ticket.contact_id,
        agent_id=talk.ticket.agent_id,
        team_ids=tuple(talk.ticket.team_ids),
        data={"call_id": talk.call.id, "from": was, "to": becomes},
    )
    await events.record(conn, asked)
