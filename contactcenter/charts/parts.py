"""What charts are put together of: a frame, axes with units, days as people write them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter.charts.themes import COLOURS, Theme, config
from contactcenter.reporting.making import Span
from contactcenter.reporting.tables import Unit
from contactcenter.time_zones import zone_of
from routing.calendars.persian import FIRST_YEAR, LAST_YEAR, persian_date
from routing.wording import Language, digits

Spec = dict[str, Any]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH: Final = 680
HEIGHT: Final = 320
#: More labels than this do not fit beside one another.
_MOST_LABELS: Final = 14
_FIRST_DAY: Final = date(FIRST_YEAR + 622, 1, 1)
_LAST_DAY: Final = date(LAST_YEAR + 621, 1, 1)
#: From how many seconds on a time is told in which unit, of how many seconds, in both languages.
_TIMES: Final = (
    (2 * 86_400, 86_400, "days", "روز"),
    (2 * 3_600, 3_600, "hours", "ساعت"),
    (120, 60, "minutes", "دقیقه"),
    (0, 1, "seconds", "ثانیه"),
)


class Look(Struct, frozen=True, kw_only=True):
    """In which theme and language a chart is drawn."""

    theme: Theme
    language: Language

    @property
    def is_right_to_left(self) -> bool:
        """Whether names stand to the right of their bars, which grow to the left."""
        return self.language == "fa"

    def whole(self, text: str) -> str:
        """The text, kept in its own direction wherever it stands."""
        return f"\u2067{text}\u2069" if self.language == "fa" else text

    def said(self, en: str, fa: str) -> str:
        """The words of the language."""
        return fa if self.language == "fa" else en


class Scale(Struct, frozen=True, kw_only=True):
    """How numbers of one unit are shown: divided by ``by``, in this d3 format.

    ``is_empty``: there are none, so that an axis has nothing to tell.
    """

    by: float
    title: str
    format: str
    is_empty: bool = False

    def shown(self, value: float | None) -> float | None:
        """A value as it is drawn; there is none of none."""
        return None if value is None else value / self.by

    def axis(self, **more: Any) -> dict[str, Any]:
        """Its axis; without numbers where there are none."""
        bare = {"labels": False, "ticks": False} if self.is_empty else {}
        return {"title": self.title, "format": self.format, **bare, **more}


def scale_of(unit: Unit, label: str, values: Iterable[Any], look: Look) -> Scale:
    """The scale that fits these values."""
    known = [abs(v) for v in values if v is not None]
    largest, none = max(known, default=0.0), not known
    if unit == "share":
        return Scale(by=1, title=label, format="%", is_empty=none)
    if unit == "seconds":
        by, en, fa = next((by, en, fa) for least, by, en, fa in _TIMES if largest >= least)
        title = f"{label} ({look.said(en, fa)})"
        return Scale(by=by, title=title, format=",~r", is_empty=none)
    return Scale(by=1, title=label, format=",~r", is_empty=none)


def frame(title: str, about: str, rows: Sequence[Any], period: Span, look: Look) -> Spec:
    """A specification without its marks: title, period, words for who cannot see it, and data."""
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": period_in_words(period, look)},
        "description": f"{title}. {period_in_words(period, look)}. {about}",
        "background": COLOURS[look.theme].paper,
        "padding": 12,
        "config": config(look.theme, look.language),
        "data": {"values": [_plain(row) for row in rows]},
    }


def nothing(frame: Spec, look: Look) -> Spec:
    """The chart of a time in which nothing happened: its frame, and that in words."""
    words = look.said("Nothing happened in this period.", "در این دوره چیزی رخ نداده است.")
    mark = {"type": "text", "fontSize": 14, "text": look.whole(words)}
    layer = {"data": {"values": [{}]}, "mark": mark}
    return frame | {"width": WIDTH, "height": 110, "layer": [layer]}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v.isoformat() if isinstance(v, date) else v for n, v in row.items()}


def period_in_words(period: Span, look: Look) -> str:
    """From which day to which, in which zone."""
    zone = zone_of(period.time_zone)
    first, last = (instant(at, zone, look) for at in (period.from_at, period.to_at))
    return f"{first} – {last} ({period.time_zone})"


def day(when: date, look: Look) -> str:
    """A day as it is written: 2026-03-21, or the Persian 1405/01/01 in Persian digits."""
    if look.language == "fa" and _FIRST_DAY <= when < _LAST_DAY:
        return digits(str(persian_date(when)).replace("-", "/"), "fa")
    return digits(when.isoformat(), look.language)


def instant(at: datetime, zone: ZoneInfo, look: Look) -> str:
    """A day, and its time if it is not midnight."""
    there = at.astimezone(zone)
    clock = digits(f"{there:%H:%M}", look.language)
    return day(there.date(), look) + ("" if f"{there:%H:%M}" == "00:00" else f" {clock}")


def ordered(field: str, labels: Sequence[str], **axis: Any) -> dict[str, Any]:
    """An axis of texts in the order of the rows, with as many labels as fit."""
    told = list(dict.fromkeys(labels))
    step = -(-len(told) // _MOST_LABELS) or 1
    return {
        "field": field,
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelAngle": -40, "values": told[::step], **axis},
    }


def number(field: str, scale: Scale, /, **more: Any) -> dict[str, Any]:
    """A channel of numbers with their axis."""
    return {"field": field, "type": "quantitative", "axis": scale.axis(), **more}


def counts(field: str, title: str | None) -> dict[str, Any]:
    """A channel of whole numbers, which are told as such even where all are 0."""
    axis = {"title": title, "format": ",d", "tickMinStep": 1}
    return {"field": field, "type": "quantitative", "axis": axis}


def label_of(columns: Iterable[Any], name: str) -> str:
    """What people read above a column."""
    return next((str(c.label) for c in columns if c.name == name), name)


def unit_of(columns: Iterable[Any], name: str) -> Unit:
    """The unit of a column."""
    unit: Unit = next((c.unit for c in columns if c.name == name), "number")
    return unit
