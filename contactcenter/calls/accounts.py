"""A call counted anew from all that was told of it, and written down.

Whatever comes late, twice or out of order, the figures are those of all hooks together: nothing is
added to what was counted before.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from channels import CallEvent
from contactcenter import db
from contactcenter.calls import (
    call_accounts,
    call_hooks,
    call_legs,
    calls,
    hang_ups,
    standing,
    telling,
)
from contactcenter.calls.call_hooks import Known
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call, Outcome
from contactcenter.db import Conn
from routing.calls.account import Account
from routing.calls.outcomes import SHORT_ABANDON_S

#: What routing goes by: a telephone that came into a room, left it or hung up.
_SETTLED_BY = frozenset({"joined", "left", "ended"})
#: What became of a call of ours that nobody answered, and of one of which nothing was told.
_FAILED: Outcome = "failed"


#: What was told of a call is not kept for ever (``upkeep.sql``): from then on its figures stand.
STANDS_AFTER: Final = timedelta(days=30)

_SQL = db.Statements(__name__)
_save_both = _SQL.take("save_both", int)


class Counted(Struct, frozen=True, kw_only=True):
    """A call and its telephones as they are written now.

    ``has_moved`` is whether that is something routing has to go by.
    """

    call: Call
    legs: list[CallLeg]
    has_moved: bool = False


async def refresh(
    conn: Conn, now: datetime, call: Call, *, fresh: Sequence[CallEvent] = ()
) -> Counted:
    """Count a call anew; it is locked. ``fresh`` is what was told just now.

    What routing has to go by makes the call unsettled.
    """
    return await count(conn, now, call, await call_hooks.known(conn, call.id), fresh=fresh)


async def count(
    conn: Conn, now: datetime, call: Call, known: Known, *, fresh: Sequence[CallEvent] = ()
) -> Counted:
    """The same, by what was read of it since it was locked."""
    legs, events = known.legs, known.events
    stood = standing.stand(call, legs, events)
    counted = stood.call
    if not (call.ended_at is not None and call.account and now - call.ended_at > STANDS_AFTER):
        counted = _accounted(stood.call, stood.legs, events)
    is_news = counted.is_over and not call.is_over
    has_moved = is_news or _has_moved(legs, stood.legs)
    if has_moved:
        counted = msgspec.structs.replace(counted, unsettled_at=call.unsettled_at or now)
    changed = [new for new, old in zip(stood.legs, legs, strict=True) if new != old]
    if counted != call:
        counted = await _save(conn, counted, changed)
        counted = await hang_ups.note(conn, counted)
        await telling.tell(conn, now, call, counted, legs=stood.legs, fresh=fresh)
    else:
        for leg in changed:
            await call_legs.save(conn, leg)
    return Counted(call=counted, legs=stood.legs, has_moved=has_moved)


async def _save(conn: Conn, call: Call, changed: Sequence[CallLeg]) -> Call:
    """Write the call, and those of its telephones of which something else is known now."""
    if not changed:
        return await calls.save(conn, call)
    version = await _save_both.one(conn, msgspec.to_builtins(changed), *calls.columns(call))
    return msgspec.structs.replace(call, version=version)


def _accounted(call: Call, legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> Call:
    """The call with its figures and phases, and the times they begin and end with."""
    labels = {leg.external_id: leg.label for leg in legs if leg.external_id is not None}
    made = call_accounts.of_events(
        [*events, *_parked(call, legs, events), *_ends(legs, events)], labels=labels
    )
    is_over = call.state == "ended"
    if made is None:
        return msgspec.structs.replace(call, outcome=_FAILED if is_over else None)
    outcome = _outcome(call, made, events)
    is_answered = made.met_at is not None and outcome == "answered"
    return msgspec.structs.replace(
        call,
        outcome=outcome if is_over else None,
        parked_at=made.parked_at or call.parked_at,
        answered_at=made.met_at if is_answered else call.answered_at,
        ended_at=(made.ended_at or call.ended_at) if is_over else None,
        account=call_accounts.kept(made) | {"outcome": outcome if is_over else None},
    )


def _outcome(call: Call, made: Account, events: Sequence[CallEvent]) -> Outcome:
    """What became of it; that a callback was promised is known here, not to be guessed."""
    if call.direction == "outbound":
        return "answered" if made.outcome == "answered" else _FAILED
    is_promised = any(event.kind == "callback_asked" for event in events)
    if made.outcome == "callback" and not is_promised:
        return "short_abandoned" if made.queue_s < SHORT_ABANDON_S else "abandoned"
    return made.outcome


def _parked(call: Call, legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> list[CallEvent]:
    """That he waits, where only we know it: the provider has told nothing of his place in line.

    Who was promised a callback in the menu has a place, but does not wait on the line.
    """
    customer = standing.customer_of(legs)
    if customer is None or call.parked_at is None or call.direction == "outbound":
        return []
    if any(event.kind in ("parked", "unparked", "callback_asked") for event in events):
        return []
    return [CallEvent(kind="parked", received_at=call.parked_at, leg=customer.external_id)]


def _ends(legs: Sequence[CallLeg], events: Sequence[CallEvent]) -> list[CallEvent]:
    """Telephones that are over and of which nobody told that: nothing more was heard of them."""
    told = {event.leg for event in events if event.kind == "ended"}
    return [
        CallEvent(kind="ended", received_at=leg.ended_at, leg=leg.external_id, status="completed")
        for leg in legs
        if leg.ended_at is not None and leg.external_id is not None and leg.external_id not in told
    ]


def _has_moved(before: Sequence[CallLeg], after: Sequence[CallLeg]) -> bool:
    """Whether a telephone came into a room, left it or hung up, and not only its times changed."""
    return any(
        new.state in _SETTLED_BY and new.state != old.state
        for new, old in zip(after, before, strict=True)
    )
