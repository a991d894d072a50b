"""Reads new messages with the turns before them in their ticket; nothing here reads or writes rows.

A message that comes out of order is read where it belongs, and those after it are read again, so
that what is kept does not depend on what came first.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter.temperaments.temperament_evidence import ReadMessage
from routing.temperament.contact import log_ratios
from routing.temperament.reading import Reader, Reading
from routing.temperament.values import Message

#: Nobody's manner needs more words than this to show; a book would hold up everybody else.
LOOKED_AT_CHARACTERS: Final = 8_000
#: So many turns before a message are its context.
CONTEXT: Final = 8


class Turn(Struct, frozen=True, kw_only=True):
    """What was said in a ticket, by its contact or by us; what others wrote is not among it."""

    ticket_id: int
    id: int
    direction: str
    channel: str
    body: str
    occurred_at: datetime


class Found(Struct, frozen=True, kw_only=True):
    """What reading gave; ``nothing_in`` are messages without own words."""

    read: list[ReadMessage]
    nothing_in: list[int]


def read_new(reader: Reader, turns: Sequence[Turn], new_ids: Collection[int]) -> Found:
    """Read the new messages of a ticket, and those that came before them but were written later."""
    in_order = sorted(turns, key=lambda turn: (turn.occurred_at, turn.id))
    said = [_message(turn) for turn in in_order]
    read: list[ReadMessage] = []
    nothing_in: list[int] = []
    last_new = -CONTEXT - 1
    for place, turn in enumerate(in_order):
        if turn.id in new_ids:
            last_new = place
        if turn.direction != "inbound" or place - last_new > CONTEXT:
            continue
        reading = reader(said[place], said[max(0, place - CONTEXT) : place])
        if reading.has_own_words:
            read.append(_kept(turn.id, reading))
        else:
            nothing_in.append(turn.id)
    return Found(read=read, nothing_in=nothing_in)


def _message(turn: Turn) -> Message:
    return Message(
        role="customer" if turn.direction == "inbound" else "agent",
        text=turn.body[:LOOKED_AT_CHARACTERS],
        channel=turn.channel,
        at=turn.occurred_at,
        interaction_id=turn.id,
    )


def _kept(interaction_id: int, reading: Reading) -> ReadMessage:
    return ReadMessage(
        interaction_id=interaction_id,
        log_ratios=log_ratios(reading),
        is_explicit=reading.is_explicit,
        cues=[
            {
                "cue": e.cue,
                "points_to": e.points_to,
                "span": list(e.span),
                "weight": round(e.weight, 3),
            }
            for e in reading.evidence
        ],
    )
