"""What each message showed of its writer's temperament: six numbers and places, never words.

A row belongs to whoever its interaction belongs to, and goes with it. Whatever is judged is judged
from these rows and from what people refused, so that nothing has to be read twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from routing.temperament.contact import Shown
from routing.temperament.standing import Refusal
from routing.temperament.values import Label


class ReadMessage(Struct, frozen=True, kw_only=True):
    """What reading a message gave; ``cues`` as they are stored, an item a sign."""

    interaction_id: int
    log_ratios: tuple[float, ...]
    is_explicit: bool
    cues: list[dict[str, Any]]


class Row(Struct, frozen=True, kw_only=True):
    """A row of ``temperament_evidence``; ``at`` is when it was written, or received if earlier."""

    contact_id: int
    interaction_id: int
    ticket_id: int
    channel: str
    at: datetime
    log_ratios: list[float]
    is_explicit: bool
    cues: list[dict[str, Any]]
    behaviour: dict[str, float]

    def shown(self) -> Shown:
        """As the judgement takes it."""
        return Shown(
            interaction_id=self.interaction_id,
            thread=self.ticket_id,
            channel=self.channel,
            at=self.at,
            log_ratios=tuple(self.log_ratios),
            is_explicit=self.is_explicit,
            cues=frozenset(cue["points_to"] for cue in self.cues),
            behaviour=self.behaviour,
        )


class _Refused(Struct, frozen=True, kw_only=True):
    contact_id: int
    label: Label
    at: datetime
    until: datetime


_SQL = db.Statements(__name__)
_put = _SQL.command("put")
_forget = _SQL.command("forget")
_note_behaviour = _SQL.command("note_behaviour")
_of_contacts = _SQL.take("of_contacts", Row)
_refused = _SQL.take("refused", _Refused)
_follow = _SQL.command("follow")
_move_refusals = _SQL.take("move_refusals", int)
_return_refusals = _SQL.command("return_refusals")
_delete_of = _SQL.command("delete_of")
_leave_unread = _SQL.command("leave_unread")


async def put(conn: Conn, read: Sequence[ReadMessage], nothing_in: Collection[int] = ()) -> None:
    """Keep what was read, once a message; of those with nothing of their own nothing is kept.

    What the contact had done by then is noted where a message shows something, and anew for
    what came after one that is late.
    """
    if nothing_in:
        await _forget.run(conn, sorted(nothing_in))
    if not read:
        return
    ordered = sorted(read, key=lambda one: one.interaction_id)
    await _put.run(
        conn,
        [one.interaction_id for one in ordered],
        *([one.log_ratios[n] for one in ordered] for n in range(6)),
        [one.is_explicit for one in ordered],
        [msgspec.json.encode(one.cues).decode() for one in ordered],
    )
    telling = [one.interaction_id for one in ordered if one.cues]
    if telling:
        await _note_behaviour.run(conn, telling)


async def of_contacts(conn: Conn, contact_ids: Collection[int]) -> Mapping[int, list[Row]]:
    """The latest of these contacts' rows, as many as are judged, in the order of their times."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in await _of_contacts.all(conn, sorted(contact_ids)):
        found[row.contact_id].append(row)
    return found


async def refused(conn: Conn, contact_ids: Collection[int]) -> Mapping[int, list[Refusal]]:
    """What people said these contacts are not."""
    found: dict[int, list[Refusal]] = defaultdict(list)
    for one in await _refused.all(conn, sorted(contact_ids)):
        found[one.contact_id].append(Refusal(label=one.label, at=one.at, until=one.until))
    return found


async def move(conn: Conn, from_id: int, to_id: int) -> list[int]:
    """After a merge: rows follow their interactions; returns the refusals that moved."""
    await _follow.run(conn, from_id)
    return await _move_refusals.all(conn, from_id, to_id)


async def move_back(conn: Conn, from_id: int, to_id: int, refusal_ids: list[int]) -> None:
    """After a merge was undone: rows follow their interactions, refusals go back."""
    await _follow.run(conn, from_id)
    await _return_refusals.run(conn, from_id, to_id, refusal_ids)


async def delete_of(conn: Conn, contact_id: int) -> None:
    """Delete all that is kept of a contact, and what was still to be read."""
    await _delete_of.run(conn, contact_id)


async def leave_unread(conn: Conn, interaction_ids: Iterable[int]) -> None:
    """Have messages read later that are routed without a look."""
    await _leave_unread.run(conn, sorted(interaction_ids))
