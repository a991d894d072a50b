"""Conditions that somebody wrote down: whether each names what there is, and the place if not.

What a condition means is ``routing.entry``'s; entry rules and everything like them are checked
here before they are stored.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.segments import segments
from routing import entry, language
from routing.temperament import LABELS

#: A longer list belongs into several rules.
MAX_VALUES: Final = 200
MAX_CHARACTERS: Final = 200
#: What a problem does not have before it has entered a queue.
NOT_OF_NEW_PROBLEMS: Final = frozenset({"tier", "queue_id"})


class Known(Struct, frozen=True, kw_only=True):
    """What there is to ask for: ids and words, and the values of each kind of segment."""

    channels: frozenset[str]
    queues: frozenset[int]
    entry_points: frozenset[int]
    categories: frozenset[int]
    segments: dict[str, frozenset[str]]
    free: frozenset[str]


class _Read(Struct, frozen=True, kw_only=True):
    known: dict[str, Any]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Read)


async def known(conn: Conn, channels: Collection[str]) -> Known:
    """What conditions may name now; ``channels`` are those that are spoken."""
    found = (await _read.one(conn)).known
    # Temperaments are words of the rules, not rows.
    words = {**found.pop("segments"), "temperament": list(LABELS)}
    return msgspec.convert({**found, "segments": words, "channels": list(channels)}, Known)


def check(
    condition: Mapping[str, Any],
    place: str,
    there_is: Known,
    *,
    refused: Collection[str] = (),
) -> None:
    """Raise ``BadInput`` at ``place`` and the attribute where a condition could never be met.

    ``refused`` are attributes that mean nothing where this condition is asked.
    """
    for name, wanted in condition.items():
        field = f"{place}.{name[:60]}"
        try:
            entry.check({name: wanted})
        except entry.InvalidCondition as error:
            raise BadInput(field, f"{error}.") from error
        if name in refused:
            raise BadInput(field, f"A new problem has no {name} yet: this never fits.")
        values = entry.values_of(wanted)
        if len(values) > MAX_VALUES or any(len(str(v)) > MAX_CHARACTERS for v in values):
            raise BadInput(
                field, f"At most {MAX_VALUES} values of {MAX_CHARACTERS} characters are taken."
            )
        for value in values:
            _check_value(name, value, field, there_is)


def _check_value(name: str, value: Any, field: str, there_is: Known) -> None:
    kind = entry.segment_kind(name)
    if kind is not None:
        _check_segment(kind, value, field, there_is)
        return
    known_values: Mapping[str, Collection[Any]] = {
        "channel": there_is.channels,
        "temperament": LABELS,
        "entry_point_id": there_is.entry_points,
        "language": get_args(language.Language),
        "category": there_is.categories,
        "queue_id": there_is.queues,
        "tier": range(1, 10),
    }
    if name in known_values and value not in known_values[name]:
        raise BadInput(field, f'There is no {name} "{value}": this never fits.')


def _check_segment(kind: str, value: str, field: str, there_is: Known) -> None:
    if kind in there_is.free:
        if segments.canonical(value) != value:
            raise BadInput(field, f'Write it as "{segments.canonical(value)}".')
    elif kind not in there_is.segments:
        raise BadInput(field, f'There is no kind of segment "{kind}".')
    elif value not in there_is.segments[kind]:
        raise BadInput(field, f'There is no {kind} "{value}": this never fits.')
