"""When something was heard, by the clock that everything stored goes by."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from channels import CallHook

#: In the query of a hook that the provider's list was made into.
_LISTED: Final = "listed"


def by_database(hook: CallHook, now: datetime) -> CallHook:
    """The hook on the database's clock; the process's own tells how long it was under way."""
    under_way = max(timedelta(), datetime.now(UTC) - hook.received_at)
    received_at = now - under_way
    events = tuple(msgspec.structs.replace(e, received_at=received_at) for e in hook.events)
    return msgspec.structs.replace(hook, received_at=received_at, events=events)


def is_old_news(hook: CallHook) -> bool:
    """Whether the provider listed it, instead of telling us when it happened."""
    return _LISTED in hook.query


def is_next_turn(hook: CallHook) -> bool:
    """Whether somebody who waits asks for more music, and says nothing else."""
    return hook.name == "wait" and all(event.kind == "parked" for event in hook.events)
