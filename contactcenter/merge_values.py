"""What a merge of contacts is, what it changed, and why one may be refused."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter.contact_facts import Taken
from contactcenter.errors import Conflict
from contactcenter.temperaments.temperament_merging import MovedTemperament


class Moved(Taken, frozen=True, kw_only=True):
    """What a merge changed, as ids and names: enough to undo it.

    ``freed_keys`` are tickets with the entry queue they no longer stand for. The last ids tell
    what was there from what came later. ``segment_ends`` are assertions that would have ended by
    themselves later, and when.
    """

    identity_ids: list[int]
    ticket_ids: list[int]
    interaction_ids: list[int]
    segment_ids: list[int]
    open_segment_ids: list[int]
    segment_ends: list[tuple[int, datetime]] = msgspec.field(default_factory=list)
    freed_keys: list[tuple[int, int]]
    last_ticket_id: int
    last_interaction_id: int
    temperament: MovedTemperament = MovedTemperament()


class Merge(Struct, frozen=True, kw_only=True):
    """One merge: ``merged_id`` became part of ``kept_id``; the counts tell what moved."""

    id: int
    kept_id: int
    merged_id: int
    actor: str
    merged_at: datetime
    undone_at: datetime | None
    identities: int
    interactions: int
    tickets: int
    segments: int


class MergeRow(Struct, frozen=True, kw_only=True):
    """A row of ``contact_merge``."""

    id: int
    kept_id: int
    merged_id: int
    moved: dict[str, Any]
    actor: str
    merged_at: datetime
    undone_at: datetime | None


class Unmergeable(Conflict):
    """The other contact was merged already; ``contact_id`` names what it is part of."""

    code = "unmergeable"


class SendersNotVerified(Conflict):
    """Nobody vouched for who wrote from these addresses: a person has to decide.

    ``identity_ids`` are addresses of mails that our own border never found to be the author's. With
    ``accept_unverified`` they are merged all the same.
    """

    code = "senders_not_verified"


class Held(Struct, frozen=True, kw_only=True):
    """A locked ticket as far as it matters here; ``is_open`` until it is solved."""

    id: int
    contact_id: int
    intake_queue_id: int | None
    is_open: bool


def view(row: MergeRow) -> Merge:
    """The merge with counts in place of ids."""
    moved = msgspec.convert(row.moved, Moved)
    return Merge(
        id=row.id,
        kept_id=row.kept_id,
        merged_id=row.merged_id,
        actor=row.actor,
        merged_at=row.merged_at,
        undone_at=row.undone_at,
        identities=len(moved.identity_ids),
        interactions=len(moved.interaction_ids),
        tickets=len(moved.ticket_ids),
        segments=len(moved.segment_ids),
    )
