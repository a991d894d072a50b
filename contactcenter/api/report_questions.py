"""What all reports are asked: what to keep of which dimension, in whose zone and language."""

from typing import Annotated, Any, Final, get_args

from msgspec import Meta

from contactcenter.api import report_operations
from contactcenter.api.operation import Call
from contactcenter.errors import BadInput
from contactcenter.measuring import Dimension
from contactcenter.reporting.catalogue import REPORTS, Report
from routing.wording import Language

_NUMBERS: Final = ("agent", "team", "queue", "tier", "entry_point", "category", "to_tier")

#: Codes and numbers, few enough for an address: a web server reads 8,190 bytes of one.
Only = Annotated[
    tuple[
        Annotated[
            str,
            Meta(
                max_length=80,
                pattern=r"^[ -~]*\Z",
                description="What to keep, such as `queue:3`; `queue:` is what has none. Repeated"
                " with the same dimension: any of them.",
            ),
        ],
        ...,
    ],
    Meta(max_length=20),
]


def language_of(call: Call, wanted: Language | None) -> Language:
    """The language that was asked for, or that of who asks."""
    return wanted or ("fa" if call.actor.language == "fa" else "en")


def kept(given: tuple[str, ...]) -> dict[Dimension, frozenset[Any]]:
    """What to keep of each dimension; raises ``BadInput`` naming the dimensions there are."""
    wanted: dict[Dimension, frozenset[Any]] = {}
    for place, one in enumerate(given):
        dimension, value = _told(one, f"query.only[{place}]")
        wanted[dimension] = wanted.get(dimension, frozenset()) | {value}
    return wanted


def group_of(given: tuple[str, ...], by: tuple[Dimension, ...] | None) -> dict[Dimension, Any]:
    """The one group that is meant; raises ``BadInput``, also where it is none of ``by``."""
    group: dict[Dimension, Any] = {}
    for number, one in enumerate(given):
        place = f"query.group[{number}]"
        dimension, value = _told(one, place)
        if by is not None and dimension not in by:
            raise BadInput(place, f"The report is told by {', '.join(by)} and not {dimension}.")
        if dimension in group:
            raise BadInput(place, f"A group has one {dimension}.")
        group[dimension] = value
    return group


def _told(one: str, place: str) -> tuple[Dimension, Any]:
    name, _, text = one.partition(":")
    dimension = dimension_of(name, place)
    return dimension, _value(dimension, text, place)


def report_named(name: str) -> Report:
    """The report of this name; raises ``BadInput`` naming those there are."""
    known = REPORTS.get(name)
    if known is None:
        raise BadInput("path.report", f"Choose among {', '.join(report_operations.names())}.")
    return known


def _value(dimension: Dimension, text: str, place: str) -> Any:
    if not text:
        return None
    if dimension not in _NUMBERS:
        return text
    if not text.isascii() or not text.isdigit():
        raise BadInput(place, f"What is kept of {dimension} is a number.")
    return int(text)


def dimensions(text: str) -> tuple[Dimension, ...]:
    """What to tell apart, separated by commas; nothing in an empty text."""
    found = [dimension_of(one, "query.by") for one in text.split(",")] if text.strip() else []
    for place, one in enumerate(found):
        if one in found[:place]:
            raise BadInput("query.by", f"{one} was named twice.")
    return tuple(found)


def dimension_of(name: str, place: str) -> Dimension:
    """What to tell apart; raises ``BadInput`` naming ``place`` and what there is."""
    dimension: Dimension = among(name.strip(), get_args(Dimension), place)
    return dimension


def among(name: str, known: tuple[Any, ...], place: str) -> Any:
    """The name, which is one of those; raises ``BadInput`` naming ``place`` and them."""
    if name not in known:
        raise BadInput(place, f"Choose among {', '.join(known)}, not {name[:50]!r}.")
    return name
