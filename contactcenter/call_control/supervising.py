"""Supervisors in calls: listening, whispering to the agent, or heard by all.

His own telephone is dialled straight into the room, where nobody hears him unless he asks for it;
a whisper is heard by one telephone and becomes listening where that one leaves. He is never counted
as an agent. Each way he was in a call is written down, with an event.
"""

from datetime import datetime

from contactcenter import agents, events
from contactcenter.call_control import ringing, talks
from contactcenter.call_control.talks import NobodyThere, Talk
from contactcenter.calls import call_legs, call_supervisions, commands
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.call_supervisions import Mode, Supervision
from contactcenter.db import Conn
from contactcenter.errors import Conflict
from contactcenter.events import Event


class SupervisesAlready(Conflict):
    """You are in this call already: change how."""

    code = "supervises_already"


async def enter(
    conn: Conn,
    now: datetime,
    talk: Talk,
    supervisor_id: int,
    mode: Mode,
    *,
    is_told: bool,
    actor: str,
) -> Supervision:
    """Dial the supervisor's telephone into the room.

    Raises ``CallIsOver``, ``NotTalkedIn``, ``SupervisesAlready``, ``NoTelephone`` or
    ``OnTheTelephone``; for a whisper ``NobodyThere`` where no agent is in the room.
    """
    talk.check_talked_in()
    if await _of(conn, talk, supervisor_id) is not None:
        raise SupervisesAlready
    coached = _coached(talk, mode)
    leg = await ringing.dial(conn, now, talk, supervisor_id, mode, asks_for_key=False)
    return await _begin(
        conn, now, talk, leg, mode, coached=coached, is_told=is_told, actor=actor, was=None
    )


async def change(
    conn: Conn, now: datetime, talk: Talk, supervisor_id: int, mode: Mode, *, actor: str
) -> Supervision:
    """Let him be heard by others than before; the same again changes nothing.

    Raises ``NobodyThere`` where he, or whom he would whisper to, is not in the room (yet).
    """
    talk.check_talked_in()
    supervision = await _of(conn, talk, supervisor_id)
    leg = None if supervision is None else talk.leg(supervision.leg_id)
    if supervision is None or leg is None or not talks.is_in(leg):
        raise NobodyThere("your telephone is not in this call")
    if supervision.mode == mode:
        return supervision
    return await _switch(
        conn, now, talk, supervision, mode, coached=_coached(talk, mode), actor=actor
    )


async def leave(conn: Conn, now: datetime, talk: Talk, supervisor_id: int, *, actor: str) -> None:
    """His telephone hangs up; raises ``NobodyThere`` where he is not in the call."""
    supervision = await _of(conn, talk, supervisor_id)
    leg = None if supervision is None else talk.leg(supervision.leg_id)
    if supervision is None or leg is None:
        raise NobodyThere("your telephone is not in this call")
    await ringing.hang_up(conn, now, leg)
    await _finish(conn, now, talk, supervision, actor=actor)


async def follow(conn: Conn, now: datetime, call_id: int) -> None:
    """What supervisors do follows what became of the telephones, under the routing lock."""
    if not await call_supervisions.open_of_call(conn, call_id):
        return
    talk = await talks.lock(conn, call_id)
    for supervision in await call_supervisions.open_of_call(conn, call_id):
        leg = talk.leg(supervision.leg_id)
        if leg is None or not talks.is_live(leg):
            await _finish(conn, now, talk, supervision, actor=f"user:{supervision.supervisor_id}")
        elif talk.call.is_over or not (await agents.find(conn, supervision.supervisor_id)).enabled:
            await ringing.hang_up(conn, now, leg)
            await _finish(conn, now, talk, supervision, actor="system")
    await _quieten(conn, now, talk)


async def aim(conn: Conn, now: datetime, talk: Talk, at: CallLeg | None) -> None:
    """Who whispers whispers to this telephone of an agent from now on; to nobody: he listens."""
    coached = at if at is not None and at.party == "agent" else None
    for supervision in await call_supervisions.open_of_call(conn, talk.call.id):
        if supervision.mode == "whisper":
            mode: Mode = "listen" if coached is None else "whisper"
            await _switch(conn, now, talk, supervision, mode, coached=coached, actor="system")


async def how(conn: Conn, leg: CallLeg) -> tuple[bool, int | None]:
    """How a supervisor's telephone comes into the room: muted, and whose telephone alone hears it.

    Listening where he was called off meanwhile, or whom he would whisper to is gone.
    """
    for supervision in await call_supervisions.open_of_call(conn, leg.call_id):
        if supervision.leg_id != leg.id or supervision.mode == "listen":
            continue
        if supervision.coached_leg_id is None:
            return False, None
        coached = await call_legs.find(conn, supervision.coached_leg_id)
        if talks.is_in(coached):
            return False, coached.id
    return True, None


async def _quieten(conn: Conn, now: datetime, talk: Talk) -> None:
    """Nobody whispers where who heard it has left: in a room of others it might be heard."""
    for supervision in await call_supervisions.open_of_call(conn, talk.call.id):
        coached = talk.leg(supervision.coached_leg_id)
        if supervision.mode == "whisper" and (coached is None or not talks.is_in(coached)):
            await _switch(conn, now, talk, supervision, "listen", coached=None, actor="system")


async def _switch(
    conn: Conn,
    now: datetime,
    talk: Talk,
    supervision: Supervision,
    mode: Mode,
    *,
    coached: CallLeg | None,
    actor: str,
) -> Supervision:
    leg = talk.leg(supervision.leg_id)
    assert leg is not None, "a supervision has a telephone"
    await commands.write(
        conn,
        now,
        talk.call.id,
        "coach",
        leg_id=leg.id,
        mode=mode,
        agent_leg_id=None if coached is None else coached.id,
    )
    await call_supervisions.finish(conn, now, supervision)
    return await _begin(
        conn,
        now,
        talk,
        leg,
        mode,
        coached=coached,
        is_told=supervision.is_told or mode == "barge",  # he hears him
        actor=actor,
        was=supervision.mode,
    )


async def _begin(
    conn: Conn,
    now: datetime,
    talk: Talk,
    leg: CallLeg,
    mode: Mode,
    *,
    coached: CallLeg | None,
    is_told: bool,
    actor: str,
    was: Mode | None,
) -> Supervision:
    assert leg.user_id is not None, "a supervisor's telephone is somebody's"
    supervision = await call_supervisions.begin(
        conn,
        now,
        call_id=talk.call.id,
        leg_id=leg.id,
        supervisor_id=leg.user_id,
        agent_id=talk.ticket.agent_id,
        coached_leg_id=None if coached is None else coached.id,
        mode=mode,
        is_told=is_told,
    )
    await _tell(conn, now, talk, supervision, actor=actor, was=was, becomes=mode)
    return supervision


async def _finish(
    conn: Conn, now: datetime, talk: Talk, supervision: Supervision, *, actor: str
) -> None:
    await call_supervisions.finish(conn, now, supervision)
    await _tell(conn, now, talk, supervision, actor=actor, was=supervision.mode, becomes=None)


async def _of(conn: Conn, talk: Talk, supervisor_id: int) -> Supervision | None:
    found = await call_supervisions.open_of_call(conn, talk.call.id)
    return next((one for one in found if one.supervisor_id == supervisor_id), None)


def _coached(talk: Talk, mode: Mode) -> CallLeg | None:
    if mode != "whisper":
        return None
    if talk.holder is None:
        raise NobodyThere("no agent is in the call to whisper to")
    return talk.holder


async def _tell(
    conn: Conn,
    now: datetime,
    talk: Talk,
    supervision: Supervision,
    *,
    actor: str,
    was: Mode | None,
    becomes: Mode | None,
) -> None:
    changed = Event(
        kind="call_supervision_changed",
        at=now,
        actor=actor,
        ticket_id=talk.ticket.id,
        contact_id=talk.ticket.contact_id,
        agent_id=supervision.agent_id if supervision.is_told else None,
        team_ids=tuple(talk.ticket.team_ids),
        data={
            "call_id": talk.call.id,
            "supervision_id": supervision.id,
            "supervisor_id": supervision.supervisor_id,
            "of_agent_id": supervision.agent_id,
            "from": was,
            "to": becomes,
        },
    )
    await events.record(conn, changed)
