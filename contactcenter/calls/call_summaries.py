"""What a timeline tells of a call, beside that there was one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.calls.calls import Direction, Outcome, State
from contactcenter.db import Conn


class CallSummary(Struct, frozen=True, kw_only=True):
    """A call on the timeline: what came of it, and how long each part of it took.

    ``account`` has its phases, from when to when and with whom, and its seconds, as far as they
    were told; ``transfers`` is how often it was handed on, ``recordings`` how many can be heard.
    """

    id: int
    direction: Direction
    state: State
    outcome: Outcome | None
    language: str | None
    choices: list[str]
    service_tag: str | None
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    transfers: int
    recordings: int
    account: dict[str, Any]


class _Row(CallSummary, frozen=True, kw_only=True):
    of_interaction_id: int


_SQL = db.Statements(__name__)
_of_interactions = _SQL.take("of_interactions", _Row)


async def of_interactions(conn: Conn, interaction_ids: Sequence[int]) -> dict[int, CallSummary]:
    """The calls that entries of a timeline are about, by entry; messages left have theirs, too."""
    found = {}
    for row in await _of_interactions.all(conn, list(interaction_ids)):
        told = msgspec.structs.asdict(row)
        interaction_id = told.pop("of_interaction_id")
        found[interaction_id] = CallSummary(**told)
    return found
