"""What rows are called in a document, and which row a name means."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from contactcenter.configuration_document.rows import Category, Rows

#: In a condition these go by id in the rows and by another name in the document.
_ATTRIBUTES: Final = {"entry_point_id": "entry_point", "queue_id": "queue", "category": "category"}
_IN_ROWS: Final = {name: attribute for attribute, name in _ATTRIBUTES.items()}
#: What holds of several conditions.
_GROUPS: Final = frozenset({"any", "all"})


class Names:
    """Which id is called what, of everything a document names."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @cached_property
    def queues(self) -> dict[str, int]:
        """Also those that are archived: one that is named again is in use again."""
        return {queue.name: queue.id for queue in self._rows.queues}

    @cached_property
    def teams(self) -> dict[str, int]:
        """By name."""
        return {team.name: team.id for team in self._rows.teams}

    @cached_property
    def agents(self) -> dict[str, int]:
        """By e-mail address."""
        return {person.email: person.id for person in self._rows.people}

    @cached_property
    def calendars(self) -> dict[str, int]:
        """By English name."""
        return {calendar.name_en: calendar.id for calendar in self._rows.calendars}

    @cached_property
    def entry_points(self) -> dict[str, int]:
        """By channel and address."""
        return {point.key: point.id for point in self._rows.entry_points}

    @cached_property
    def categories(self) -> dict[str, int]:
        """By path, ``Hardware / Printer``; what is archived gives way to what is not."""
        ordered = sorted(self._rows.categories, key=lambda category: not category.archived)
        by_id = {category.id: category for category in ordered}
        return {_path(category, by_id): category.id for category in ordered}

    def condition_in_names(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        """A condition of the rows as the document has it; an id of nothing stays a number."""
        known = {
            "entry_point_id": _inverse(self.entry_points),
            "queue_id": _inverse(self.queues),
            "category": _inverse(self.categories),
        }
        return _translated(condition, _ATTRIBUTES, known)

    def condition_in_ids(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        """The other way round, of a condition whose names are known."""
        known = {
            "entry_point": self.entry_points,
            "queue": self.queues,
            "category": self.categories,
        }
        return _translated(condition, _IN_ROWS, known)


def namer(names: Mapping[str, int]) -> Callable[[int], str]:
    """What an id is called."""
    return _inverse(names).__getitem__


def attributes(condition: Mapping[str, Any], place: str) -> Iterable[tuple[str, str, Any]]:
    """Each attribute of a condition and of those inside it: place, name, what is wanted."""
    for name, wanted in condition.items():
        if name in _GROUPS and isinstance(wanted, list):
            for n, part in enumerate(wanted):
                if isinstance(part, Mapping):
                    yield from attributes(part, f"{place}.{name}[{n}]")
        else:
            yield place, name, wanted


def _inverse(names: Mapping[str, int]) -> dict[int, str]:
    return {id_: name for name, id_ in names.items()}


def _path(category: Category, by_id: Mapping[int, Category]) -> str:
    names, above = [category.name_en], category.parent_id
    while above is not None:
        names.append(by_id[above].name_en)
        above = by_id[above].parent_id
    return " / ".join(reversed(names))


def _translated(
    condition: Mapping[str, Any],
    attributes: Mapping[str, str],
    known: Mapping[str, Mapping[Any, Any]],
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, wanted in condition.items():
        if name in _GROUPS and isinstance(wanted, list):
            made[name] = [_translated(part, attributes, known) for part in wanted]
        else:
            made[attributes.get(name, name)] = _wanted(wanted, known.get(name, {}))
    return made


def _wanted(wanted: Any, known: Mapping[Any, Any]) -> Any:
    if isinstance(wanted, Mapping):
        return {name: _wanted(value, known) for name, value in wanted.items()}
    if isinstance(wanted, list | tuple):
        return [_wanted(value, known) for value in wanted]
    return known.get(wanted, wanted)
