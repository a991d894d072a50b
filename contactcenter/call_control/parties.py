"""Who else is in a call: somebody outside is called into it, taken out; or all hang up."""

from datetime import datetime

from contactcenter import events
from contactcenter.call_control import ringing, talks
from contactcenter.call_control.talks import NobodyThere, Talk
from contactcenter.calls import commands
from contactcenter.calls.call_legs import CallLeg
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound
from contactcenter.events import Event


class NotToBeTakenOut(Conflict):
    """The customer and who holds the ticket are the call: end it, or transfer it."""

    code = "is_the_call"


async def invite(conn: Conn, now: datetime, talk: Talk, number: str, *, actor: str) -> CallLeg:
    """Call a number outside into the room; whoever answers there hears and is heard by all.

    Raises ``CallIsOver`` or ``NotTalkedIn``, ``NobodyThere`` where no agent is in the room.
    """
    talk.check_talked_in()
    if talk.holder is None:
        raise NobodyThere(f"nobody who holds ticket {talk.ticket.id} is in the call")
    leg = await ringing.dial_number(conn, now, talk, number)
    await _tell(conn, now, talk, leg, actor=actor, becomes="wanted")
    return leg


async def take_out(conn: Conn, now: datetime, talk: Talk, leg_id: int, *, actor: str) -> None:
    """Let one of the telephones hang up: somebody from outside, or who is consulted.

    Raises ``NotFound``, ``NobodyThere`` or ``NotToBeTakenOut``.
    """
    leg = talk.leg(leg_id)
    if leg is None or leg.party == "supervisor":
        raise NotFound(f"there is no participant {leg_id} of call {talk.call.id}")
    if not talks.is_live(leg):
        raise NobodyThere(f"participant {leg_id} has hung up")
    if leg.party == "customer" or (leg.party == "agent" and leg == talk.holder):
        raise NotToBeTakenOut
    await ringing.hang_up(conn, now, leg)
    await _tell(conn, now, talk, leg, actor=actor, becomes="taken_out")


async def end(conn: Conn, now: datetime, talk: Talk, *, actor: str) -> None:
    """Everybody hangs up, whoever is on the line by now; raises ``CallIsOver``."""
    talks.check_not_over(talk.call)
    live = [leg for leg in talk.legs if not leg.is_over]
    live.sort(key=lambda leg: leg.party != "customer")
    for leg in live:
        await commands.call_off(conn, now, leg.id, "offer", "connect", "hold", "unhold")
        await ringing.hang_up(conn, now, leg)
    ended = Event(
        kind="call_ending_asked",
        at=now,
        actor=actor,
        ticket_id=talk.ticket.id,
        contact_id=talk.ticket.contact_id,
        agent_id=talk.ticket.agent_id,
        team_ids=tuple(talk.ticket.team_ids),
        data={"call_id": talk.call.id},
    )
    await events.record(conn, ended)


async def _tell(
    conn: Conn, now: datetime, talk: Talk, leg: CallLeg, *, actor: str, becomes: str
) -> None:
    changed = Event(
        kind="call_party_changed",
        at=now,
        actor=actor,
        ticket_id=talk.ticket.id,
        contact_id=talk.ticket.contact_id,
        agent_id=talk.ticket.agent_id,
        team_ids=tuple(talk.ticket.team_ids),
        data={
            "call_id": talk.call.id,
            "leg_id": leg.id,
            "party": leg.party,
            "from": leg.state if becomes == "taken_out" else None,
            "to": becomes,
        },
    )
    await events.record(conn, changed)
