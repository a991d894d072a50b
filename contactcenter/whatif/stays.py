"""The stays of recorded tickets: what of each episode falls into the span, and since when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from msgspec import Struct

from contactcenter.whatif.recorded import Leg, Recorded, Work
from routing.instants import SECOND_US

_US: Final = timedelta(microseconds=1)


class Hand(Struct, frozen=True, kw_only=True, gc=False):
    """A leg that somebody held: how long he worked on it, and how long it rang at him before."""

    worked_us: int
    rang_us: int


class Stay(Struct, frozen=True, kw_only=True):
    """An episode of a ticket from the span on.

    ``at`` is when it came, came back or was gone on with; ``since`` when the episode began.
    ``legs`` are those from then on, ``hands`` what is known of those that somebody held.
    ``held_by`` had it at ``at``.
    """

    ticket_id: int
    episode: int
    at: datetime
    since: datetime
    legs: Sequence[Leg]
    hands: Sequence[Hand]
    held_by: int | None

    @property
    def number(self) -> int:
        """What it is called when it is played: in the order of the tickets."""
        return self.ticket_id * 1000 + min(self.episode, 999)


def stays(recorded: Recorded) -> list[Stay]:
    """Every episode that was in a queue or in a hand in the span, in order of time."""
    work = {key: list(own) for key, own in groupby(recorded.work, key=lambda w: w.ticket_id)}
    found = []
    for (ticket_id, _), episode in groupby(recorded.legs, key=lambda x: (x.ticket_id, x.episode)):
        stay = _stay(list(episode), work.get(ticket_id, ()), recorded)
        if stay is not None:
            found.append(stay)
    found.sort(key=lambda stay: (stay.at, stay.number))
    return found


def _stay(legs: Sequence[Leg], work: Sequence[Work], recorded: Recorded) -> Stay | None:
    """None where nothing of it takes anybody's time in the span: it was the customer's turn."""
    for n, leg in enumerate(legs):
        if leg.to_at is not None and leg.to_at <= recorded.from_at:
            continue
        begins_at, held_by = max(leg.from_at, recorded.from_at), None
        if leg.agent_id is not None:
            taken = [w for w in _of(leg, work) if w.ended_at is None or w.ended_at > begins_at]
            if not taken:
                continue
            begins_at, held_by = max(begins_at, taken[0].answered_at), leg.agent_id
        if begins_at >= recorded.until_at:
            return None
        rest = legs[n:]
        return Stay(
            ticket_id=leg.ticket_id,
            episode=leg.episode,
            at=begins_at,
            since=legs[0].from_at,
            legs=rest,
            hands=list(_hands(rest, work)),
            held_by=held_by,
        )
    return None


def _hands(legs: Iterable[Leg], work: Sequence[Work]) -> Iterator[Hand]:
    for leg in legs:
        if leg.agent_id is None:
            continue
        own = _of(leg, work)
        worked_s = sum(one.worked_s for one in own)
        rang = own[0].answered_at - own[0].offered_at if own else timedelta()
        yield Hand(worked_us=max(0, round(worked_s * SECOND_US)), rang_us=max(0, rang // _US))


def _of(leg: Leg, work: Sequence[Work]) -> list[Work]:
    """What its holder accepted in a leg: more than once, where it was paused."""
    return [
        one
        for one in work
        if one.agent_id == leg.agent_id
        and one.answered_at >= leg.from_at
        and (leg.to_at is None or one.answered_at < leg.to_at)
    ]


def mean_work_us(found: Iterable[Stay]) -> Mapping[int, int]:
    """The mean work of a leg in each queue: of those that somebody held, by the queue's id."""
    sums: dict[int, tuple[int, int]] = {}
    for stay in found:
        held = (leg for leg in stay.legs if leg.agent_id is not None)
        for leg, hand in zip(held, stay.hands, strict=True):
            count, whole = sums.get(leg.queue_id, (0, 0))
            sums[leg.queue_id] = (count + 1, whole + hand.worked_us)
    return {queue_id: whole // count for queue_id, (count, whole) in sums.items()}
