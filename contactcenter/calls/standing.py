"""How a call and its telephones stand, by all that was told of them; nothing here reads or writes.

The order in which it was told does not matter: what happened goes by the provider's own times and
sequences. A telephone that has hung up never comes back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from channels import CallEvent
from contactcenter.calls.call_legs import CallLeg, State
from contactcenter.calls.calls import Call
from contactcenter.calls.calls import State as CallState

#: How far a telephone has come; in a room it may come and go.
_PROGRESS: Final[dict[str, State]] = {
    "dialled": "dialling",
    "ringing": "ringing",
    "began": "answered",
    "answered": "answered",
    "pressed": "answered",
}
_RANK: Final[dict[State, int]] = {
    "wanted": 0,
    "dialling": 1,
    "ringing": 2,
    "answered": 3,
    "left": 4,
    "joined": 4,
    "ended": 5,
}
#: How a customer's waiting ends where his telephone hangs up.
_GONE: Final = "hung_up"


class Standing(Struct, frozen=True, kw_only=True):
    """A call and its telephones as they stand now."""

    call: Call
    legs: list[CallLeg]


def happened_at(event: CallEvent) -> datetime:
    """The provider's own time; where it tells none, when we heard of it."""
    return event.at or event.received_at


def stand(call: Call, legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> Standing:
    """The call and its legs, by all of the call's events in any order; outcome apart."""
    ordered = sorted(events, key=_order)
    stood = [_leg(leg, ordered) for leg in legs]
    rooms = [event.conference for event in ordered if event.conference is not None]
    began = [happened_at(event) for event in ordered if event.kind == "began"]
    attested = [event.attestation for event in ordered if event.attestation is not None]
    parked = [event for event in ordered if event.kind == "parked"]
    parked_in = [event.parked_in for event in parked if event.parked_in is not None]
    state = "ended" if call.is_over or _is_over(call, stood) else _state(call, stood, ordered)
    return Standing(
        call=msgspec.structs.replace(
            call,
            state=state,
            attestation=attested[0] if attested else call.attestation,
            began_at=min([call.began_at, *began]),
            conference=rooms[-1] if rooms else call.conference,
            parked_in=parked_in[-1] if parked_in else call.parked_in,
            parked_at=_first([happened_at(event) for event in parked]) or call.parked_at,
            answered_at=_met_at(stood) or call.answered_at,
            ended_at=_ended_at(call, stood) if state == "ended" else None,
        ),
        legs=stood,
    )


def customer_of(legs: Sequence[CallLeg]) -> CallLeg | None:
    """The customer's telephone: the one he has now, where he was called more than once."""
    his = [leg for leg in legs if leg.party == "customer"]
    return next((leg for leg in his if not leg.is_over), his[-1] if his else None)


def leg_of(legs: Sequence[CallLeg], leg_id: int | None, external_id: str | None) -> CallLeg | None:
    """The telephone a hook is about: ours by our id, a caller's by the provider's."""
    if leg_id is not None:
        return next((one for one in legs if one.id == leg_id), None)
    return next((one for one in legs if external_id and one.external_id == external_id), None)


def is_held(legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> bool:
    """Whether the customer hears music alone."""
    customer = customer_of(legs)
    if customer is None or customer.state != "joined":
        return False
    told = [
        event.kind
        for event in sorted(events, key=_order)
        if event.leg == customer.external_id and event.kind in ("held", "unheld", "joined")
    ]
    return bool(told) and told[-1] == "held"


def _order(event: CallEvent) -> tuple[datetime, int, datetime]:
    return happened_at(event), event.sequence or 0, event.received_at


def _leg(leg: CallLeg, events: Sequence[CallEvent]) -> CallLeg:
    """One telephone after these events, earliest first."""
    if leg.external_id is None:
        return leg
    own = [event for event in events if event.leg == leg.external_id]
    over = [event for event in own if _ends(event)]
    answered = [happened_at(e) for e in own if e.kind in ("began", "answered")]
    joined = [happened_at(e) for e in own if e.kind == "joined"]
    changed = msgspec.structs.replace(
        leg,
        answered_at=_first(answered) or leg.answered_at,
        joined_at=_first(joined) or leg.joined_at,
    )
    if over:
        last = next((e for e in over if e.kind == "ended"), over[0])
        return msgspec.structs.replace(
            changed,
            state="ended",
            end_reason=(last.status if last.kind == "ended" else None)
            or leg.end_reason
            or "completed",
            ended_at=happened_at(last),
        )
    if leg.is_over:
        return changed
    return msgspec.structs.replace(changed, state=_progress(leg, own, events))


def _progress(leg: CallLeg, own: Sequence[CallEvent], all_: Sequence[CallEvent]) -> State:
    """How far a telephone has come that has not hung up; out of a room only once it was in."""
    state = leg.state
    for event in own:
        step = _PROGRESS.get(event.kind)
        if step is not None and _RANK[step] > _RANK[state]:
            state = step
    came = [e for e in own if e.kind in ("joined", "left")]
    if not came:
        return state
    if came[-1].kind == "left":
        return "left"
    closed = [e for e in all_ if e.kind == "room_closed" and e.conference == came[-1].conference]
    is_closed = any(happened_at(e) >= happened_at(came[-1]) for e in closed)
    return "left" if is_closed else "joined"


def _ends(event: CallEvent) -> bool:
    return event.kind == "ended" or (event.kind == "unparked" and event.status == _GONE)


def _is_over(call: Call, legs: Sequence[CallLeg]) -> bool:
    """Once the customer has hung up, or nobody is left of a call that we began."""
    customer = customer_of(legs)
    if customer is not None and customer.is_over:
        return True
    return call.direction == "outbound" and bool(legs) and all(leg.is_over for leg in legs)


def _ended_at(call: Call, legs: Sequence[CallLeg]) -> datetime | None:
    customer = customer_of(legs)
    if customer is not None and customer.ended_at is not None:
        return customer.ended_at
    ends = [leg.ended_at for leg in legs if leg.ended_at is not None]
    return max(ends) if ends else call.ended_at


def _met_at(legs: Sequence[CallLeg]) -> datetime | None:
    """When the customer first had somebody with him in the room."""
    customers = [leg.joined_at for leg in legs if leg.party == "customer" and leg.joined_at]
    others = [leg.joined_at for leg in legs if leg.party in ("agent", "number") and leg.joined_at]
    return max(min(customers), min(others)) if customers and others else None


def _state(call: Call, legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> CallState:
    """Where a call is that goes on."""
    customer = customer_of(legs)
    if customer is not None and customer.state == "joined":
        if is_held(legs, events):
            return "on_hold"
        with_him = [leg for leg in legs if leg.party != "customer" and leg.state == "joined"]
        return "talking" if with_him else "connecting"
    way: Literal["parked", "unparked"] | None = None
    status: str | None = None
    for event in events:
        is_his = customer is not None and event.leg == customer.external_id
        if event.kind == "recording_began" and is_his and way != "parked":
            return "voicemail"
        if event.kind in ("parked", "unparked"):
            way = "parked" if event.kind == "parked" else "unparked"
            status = event.status
    if way == "unparked":
        return "connecting" if status == "connected" else "voicemail"
    if way == "parked" or (call.interaction_id is not None and call.direction == "inbound"):
        return "waiting"
    return "menu" if call.direction == "inbound" else "dialling"


def _first(times: Sequence[datetime]) -> datetime | None:
    return min(times) if times else None
