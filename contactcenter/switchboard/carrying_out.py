"""What each command asks of the provider, by what is known of its call just now."""

from typing import Final, Literal, NoReturn

from msgspec import Struct

from channels import CallGone, Dialling, Member, Telephony
from contactcenter import db
from contactcenter.calls.commands import Command
from contactcenter.db import Conn

#: What lets a telephone ring.
DIALS: Final = frozenset({"offer", "add"})
#: Where a telephone is that nobody was told anything of.
_NOT_DIALLED: Final = "wanted"


class NotWanted(Exception):
    """It has become pointless meanwhile; the message says why."""


class NotYet(Exception):
    """What it rests on is still to come: a room, or somebody in it."""


class Facts(Struct, frozen=True, kw_only=True):
    """The call of a command and the telephone it is about, where it is about one.

    ``is_called_back`` is a customer whom we had promised it. ``offer_is_over`` is whether the agent
    has lost what his telephone rings for, ``is_being_told`` whether the caller is on his way into
    the line and hears that he is recorded: to move him would cut that off. ``agent_leg_id`` and
    ``agent_external_id`` are the other telephone that the command names.
    """

    entry_point: str
    conference: str | None
    parked_in: str | None
    call_is_over: bool
    external_id: str | None
    address: str | None
    label: str | None
    state: str | None
    offer_is_over: bool
    is_called_back: bool
    is_being_told: bool
    agent_leg_id: int | None
    agent_external_id: str | None

    @property
    def was_never_dialled(self) -> bool:
        """Whether the provider knows nothing of this telephone."""
        return self.state == _NOT_DIALLED and self.external_id is None


_SQL = db.Statements(__name__)
_facts = _SQL.take("facts", Facts)


async def facts(conn: Conn, command: Command) -> Facts:
    """What is known now, read without a lock."""
    agent_leg_id = command.arguments.get("agent_leg_id")
    return await _facts.one(conn, command.call_id, command.leg_id, agent_leg_id)


async def ask(telephony: Telephony, command: Command, facts: Facts) -> str | None:
    """Do it; returns the provider's id of a telephone that was dialled.

    Raises what ``Telephony`` raises, ``NotWanted`` and ``NotYet``.
    """
    match command.verb:
        case "offer" | "add":
            return await _dial(telephony, command, facts)
        case "connect":
            await _connect(telephony, command, facts)
        case "hold" | "unhold":
            await telephony.hold(_member(facts), on=command.verb == "hold")
        case "remove":
            await _remove(telephony, command, facts)
        case "coach":
            await telephony.coach(
                _member(facts),
                mode=command.arguments["mode"],
                agent_leg=facts.agent_external_id,
            )
        case "record" | "pause_recording" | "resume_recording":
            await _record(telephony, command, facts)
        case "hang_up":
            if not facts.was_never_dialled:
                await telephony.hang_up(facts.entry_point, _telephone(facts))
        case "leave_queue":
            step = str(command.arguments.get("step", ""))
            await telephony.leave_queue(facts.entry_point, _telephone(facts), step=step)
    return None


async def _dial(telephony: Telephony, command: Command, facts: Facts) -> str | None:
    """Dial a telephone once: what may have been dialled is not, whoever was told of it or not."""
    if not facts.was_never_dialled:
        return None
    if facts.offer_is_over or facts.call_is_over:
        raise NotWanted("the offer is over")
    if command.is_doubtful:
        raise NotWanted("nobody heard of it")
    assert command.leg_id is not None
    assert facts.address is not None
    dialling = Dialling(
        call_id=command.call_id,
        leg_id=command.leg_id,
        entry_point=facts.entry_point,
        address=facts.address,
        timeout_s=int(command.arguments.get("timeout_s", 20)),
        name=command.arguments.get("name", "offer"),
    )
    if command.verb == "offer":
        return await telephony.offer(dialling)
    if facts.conference is None:
        raise NotYet("there is no room yet")
    assert facts.label is not None
    return await telephony.add(dialling, conference=facts.conference, label=facts.label)


async def _connect(telephony: Telephony, command: Command, facts: Facts) -> None:
    """Bring the customer to the agent: from where he waits, or from his music in the room."""
    if facts.offer_is_over:
        raise NotWanted("the agent has gone")
    if facts.call_is_over:
        raise CallGone("the call is over")
    if facts.state == "joined" and facts.conference is not None:
        await telephony.hold(_member(facts), on=False)
        return
    if facts.is_being_told and command.attempts <= _HEARS_IT_WITHIN:
        raise NotYet("he still hears that the call is recorded")
    await telephony.connect(
        facts.entry_point, _telephone(facts), parked_in=facts.parked_in, call_id=command.call_id
    )


#: So often it is waited for that somebody has heard the announcement: 7.5 s, and 4 s each from then
#: on. If we are still not told that he is in line, the hook was lost.
_HEARS_IT_WITHIN: Final = 5


async def _remove(telephony: Telephony, command: Command, facts: Facts) -> None:
    """Out of the room; who is not in it (any more) hangs up."""
    if facts.state == "answered" and command.attempts <= _COMES_WITHIN:
        raise NotYet("he is about to come in")
    if facts.state != "joined" or facts.conference is None:
        await telephony.hang_up(facts.entry_point, _telephone(facts))
        return
    try:
        await telephony.remove(_member(facts))
    except CallGone:
        await telephony.hang_up(facts.entry_point, _telephone(facts))


#: So often a telephone that was let in is waited for.
_COMES_WITHIN: Final = 2


async def _record(telephony: Telephony, command: Command, facts: Facts) -> None:
    actions: dict[str, Literal["start", "pause", "resume", "stop"]] = {
        "record": command.arguments.get("action", "start"),
        "pause_recording": "pause",
        "resume_recording": "resume",
    }
    if facts.conference is None:
        raise CallGone("there is no room")
    await telephony.record(facts.entry_point, facts.conference, actions[command.verb])


def _member(facts: Facts) -> Member:
    if facts.conference is None:
        raise CallGone("there is no room")
    return Member(entry_point=facts.entry_point, conference=facts.conference, leg=_telephone(facts))


def _telephone(facts: Facts) -> str:
    if facts.external_id is None or facts.state == "ended":
        _gone()
    return facts.external_id


def _gone() -> NoReturn:
    raise CallGone("this telephone has hung up")
