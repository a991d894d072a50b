"""What administrators set up, and the event that tells what of it changed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import events
from contactcenter.db import Conn
from contactcenter.errors import Conflict

#: Every change has these; they tell nothing.
_PLAIN: Final = frozenset({"id", "version", "created_at"})


class NameTaken(Conflict):
    """There is one of this name already."""

    code = "name_taken"


def differences(
    before: Struct | None,
    after: Struct | None,
    *,
    sized: Collection[str] = (),
    untold: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Each field that changed, with its value before and after; None is what was not there.

    Of the ``sized`` fields only the length is told: neither our texts nor what is known of a person
    goes into an event. The ``untold`` ones follow from others.
    """
    was, becomes = _fields(before), _fields(after)
    return {
        name: {"from": _told(name, was, sized), "to": _told(name, becomes, sized)}
        for name in (becomes or was)
        if name not in _PLAIN and name not in untold and was.get(name) != becomes.get(name)
    }


async def record(
    conn: Conn,
    now: datetime,
    what: str,
    thing_id: int | str | None,
    changed: Mapping[str, Any],
    *,
    actor: str,
) -> None:
    """Record a change of the configuration; every process reads anew what it needs of it."""
    data = {"what": what, "id": thing_id, "changed": changed}
    event = events.Event(kind="configuration_changed", at=now, actor=actor, data=data)
    await events.record(conn, event)


def _fields(thing: Struct | None) -> dict[str, Any]:
    return {} if thing is None else msgspec.structs.asdict(thing)


def _told(name: str, values: Mapping[str, Any], sized: Collection[str]) -> Any:
    value = values.get(name)
    return len(value) if name in sized and isinstance(value, str | dict | list) else value
