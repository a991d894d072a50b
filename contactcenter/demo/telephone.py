"""What the telephone network knows of each call, by its own forms, against what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

from contactcenter.demo.carrier import Case, KnownCall
from contactcenter.fakes.twilio_voice import FakeVoice
from contactcenter.fakes.twilio_voice_hooks import Posting

#: Where somebody waits it counts whole seconds since an instant that it cuts to a whole second.
_COUNTED_APART_S: Final = 1
_HOLDS: Final = {"participant-hold": True, "participant-unhold": False}


def witnessed(voice: FakeVoice) -> list[KnownCall]:
    """Every call of a customer's, in the provider's seconds."""
    postings = voice.hooks.postings
    spoken = {p.get("CallSid"): int(p.get("RecordingDuration")) for p in postings if _is_spoken(p)}
    rooms = rooms_of(postings)
    return [
        KnownCall(
            sid=leg.sid,
            queue_s=waited_s(leg.sid, postings, rooms.get(leg.sid, Spent()).met_at),
            talk_s=rooms.get(leg.sid, Spent()).talk_s,
            hold_s=rooms.get(leg.sid, Spent()).hold_s,
            message_s=spoken.get(leg.sid, 0),
            call_s=leg.seconds(),
        )
        for leg in voice.network.legs.values()
        if leg.direction == "inbound"
    ]


def waited_s(sid: str, postings: Sequence[Posting], met_at: datetime | None) -> int:
    """How long somebody waited: in line, and from there until he met an agent in a room."""
    left = [one for one in postings if one.get("QueueResult") and one.get("CallSid") == sid]
    if not left:
        return 0
    on_the_way_s = int(met_at.timestamp()) - int(left[0].at.timestamp()) if met_at else 0
    return int(left[0].get("QueueTime")) + max(0, on_the_way_s)


class Spent(Struct, frozen=True, kw_only=True):
    """How long a customer was in a room with an agent, talking and on hold; and since when."""

    talk_s: int = 0
    hold_s: int = 0
    met_at: datetime | None = None


def rooms_of(postings: Sequence[Posting]) -> Mapping[str, Spent]:
    """What was spent in each room, by the customer's telephone; copies count once."""
    rooms: dict[str, dict[int, Posting]] = {}
    for one in postings:
        if one.get("ConferenceSid") and one.get("StatusCallbackEvent"):
            told = rooms.setdefault(one.get("ConferenceSid"), {})
            told[int(one.get("SequenceNumber"))] = one
    spent = {}
    for told in rooms.values():
        in_order = [told[number] for number in sorted(told)]
        customers = (p.get("CallSid") for p in in_order if p.get("ParticipantLabel") == "customer")
        spent[next(customers, "")] = _spent(in_order)
    return spent


def _spent(told: Sequence[Posting]) -> Spent:
    """Go through what happened in a room, from one event to the next."""
    seconds = {True: 0, False: 0}
    agents: set[str] = set()
    is_there = is_held = False
    before: datetime | None = None
    met_at: datetime | None = None
    for one in told:
        at, event = parsedate_to_datetime(one.get("Timestamp")), one.get("StatusCallbackEvent")
        if before is not None and is_there and agents:
            met_at = met_at or before
            seconds[is_held] += round((at - before).total_seconds())
        before = at
        if one.get("ParticipantLabel") == "customer":
            is_there = _is_in(event, is_there)
            is_held = _HOLDS.get(event, is_held)
        elif one.get("ParticipantLabel").startswith("agent:"):
            there = _is_in(event, one.get("CallSid") in agents)
            (agents.add if there else agents.discard)(one.get("CallSid"))
    return Spent(talk_s=seconds[False], hold_s=seconds[True], met_at=met_at)


def _is_in(event: str, before: bool) -> bool:
    return {"participant-join": True, "participant-leave": False}.get(event, before)


def _is_spoken(posting: Posting) -> bool:
    return bool(posting.get("RecordingDuration")) and not posting.get("ConferenceSid")


def exact_seconds(case: Case) -> tuple[int, Iterator[str]]:
    """Every call that ended is stored with the provider's seconds."""
    stored = {call.sid: call for call in case.evidence.calls}

    def violations() -> Iterator[str]:
        for known in case.calls:
            call = stored.get(known.sid)
            if call is None:
                yield f"Call {known.sid} is lost."
                continue
            if not call.is_over:
                yield f"Call {known.sid} has ended and is stored as {call.state}."
            for name in ("talk_s", "hold_s", "call_s"):
                was, kept = getattr(known, name), getattr(call, name)
                if was != kept:
                    yield f"Call {known.sid} had {was} s of {name[:-2]}; stored are {kept}."
            if abs(known.queue_s - call.queue_s) > _COUNTED_APART_S:
                yield f"Call {known.sid} waited {known.queue_s} s; stored are {call.queue_s}."
            parts_s = call.ivr_s + call.queue_s + call.talk_s + call.hold_s + known.message_s
            if abs(call.call_s - parts_s) > (_COUNTED_APART_S if known.message_s else 0):
                yield f"Call {known.sid} took {call.call_s} s, and its parts {parts_s}."

    return len(case.calls), violations()


def on_one_timeline(case: Case) -> tuple[int, Iterator[str]]:
    """Every call is an entry of its customer's timeline, and is there once."""
    return len(case.evidence.calls), (
        f"Call {call.sid} is on its customer's timeline {call.entries} times."
        for call in case.evidence.calls
        if call.entries != 1
    )


def nobody_left(case: Case) -> tuple[int, Iterator[str]]:
    """Nobody is kept by a call that is over."""
    return len(case.evidence.calls), (
        f"Call {one.call_id} is over, and {one.who} is still held by it."
        for one in case.evidence.held_by_calls
    )


def understood(case: Case) -> tuple[int, Iterator[str]]:
    """The provider had nothing to complain of: neither of a document nor of a request."""
    return len(case.calls), (f"The provider complains: {text}" for text in case.complaints)
