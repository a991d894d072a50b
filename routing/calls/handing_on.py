"""How often a customer was handed on, and how often it was talked over first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.calls.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """``transfers`` are all; in ``warm`` ones both were in the room before the first one left."""

    transfers: int
    warm: int


def handed_on(
    stays: Mapping[str, Sequence[Span]], talked: Mapping[str, Sequence[Span]]
) -> HandedOn:
    """Follow the customer from who talked with him first to who did last.

    Who was asked for advice and left again took nothing over. Who came back took over from nobody.
    A number outside takes over like anybody, once it talks with him and no agent is there.
    """
    holder, transfers, warm = _first(talked), 0, 0
    while holder is not None:
        whose, since_s = holder
        left_s = next((end for begin, end in stays[whose] if begin <= since_s < end), since_s)
        after = {
            agent: began_s
            for agent, spans in talked.items()
            if (began_s := _goes_on(spans, left_s)) is not None
        }
        if not after:
            break
        successor = min(
            after, key=lambda agent: (after[agent], _since(stays[agent], left_s), agent)
        )
        if successor != whose:
            transfers += 1
            warm += any(begin < left_s < end for begin, end in stays[successor])
        holder = successor, after[successor]
    return HandedOn(transfers=transfers, warm=warm)


def _first(talked: Mapping[str, Sequence[Span]]) -> tuple[str, int] | None:
    found = [(spans[0][0], agent) for agent, spans in talked.items() if spans]
    return (min(found)[1], min(found)[0]) if found else None


def _goes_on(spans: Sequence[Span], after_s: int) -> int | None:
    """When he talks with the customer after that; None where he never does."""
    return next((max(begin, after_s) for begin, end in spans if end > after_s), None)


def _since(stays: Sequence[Span], at_s: int) -> int:
    """Since when he has been in the room at that second, or when he comes next."""
    return next((begin for begin, end in stays if end > at_s), at_s)
