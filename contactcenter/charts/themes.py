"""How all charts look: light and dark, colours, letters, digits.

Colours are those of Okabe and Ito, told apart by who is colour-blind and in grey; what differs in
colour differs in shape, dash or place, too. Source: https://jfly.uni-koeln.de/color/
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from routing.wording import Language

Theme = Literal["light", "dark"]

#: What is there is taken; nothing is fetched.
FONTS: Final = "Vazirmatn, 'Noto Sans Arabic', 'Segoe UI', Tahoma, 'DejaVu Sans', sans-serif"
_PERSIAN_NUMBERS: Final[Mapping[str, Any]] = {
    "decimal": "٫",
    "thousands": "٬",
    "grouping": [3],
    "currency": ["", ""],
    "numerals": list("۰۱۲۳۴۵۶۷۸۹"),
    "percent": "٪",
}


class Colours(Struct, frozen=True, kw_only=True):
    """Of one theme; ``series`` in the order in which they are taken."""

    paper: str
    ink: str
    faint: str
    main: str
    warning: str
    alarm: str
    series: tuple[str, ...]
    #: From little to much.
    scale: str
    is_scale_reversed: bool


COLOURS: Final[Mapping[Theme, Colours]] = {
    "light": Colours(
        paper="#ffffff",
        ink="#222222",
        faint="#d9d9d9",
        main="#0072b2",
        warning="#e69f00",
        alarm="#d55e00",
        series=("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"),
        scale="viridis",
        is_scale_reversed=True,
    ),
    "dark": Colours(
        paper="#16181d",
        ink="#e8e8e8",
        faint="#3a3f48",
        main="#56b4e9",
        warning="#f0e442",
        alarm="#ff8c42",
        series=("#56b4e9", "#e69f00", "#2bc99a", "#ff8c42", "#e59cc6"),
        scale="viridis",
        is_scale_reversed=False,
    ),
}


def config(theme: Theme, language: Language) -> dict[str, Any]:
    """The ``config`` of a Vega-Lite specification."""
    colours = COLOURS[theme]
    words = {"labelColor": colours.ink, "titleColor": colours.ink}
    told: dict[str, Any] = {
        "font": FONTS,
        "axis": {
            **words,
            "domainColor": colours.ink,
            "tickColor": colours.ink,
            "gridColor": colours.faint,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "labelLimit": 220,
        },
        # Widths are estimated where a picture is drawn, and Persian letters are wider.
        "axisY": {"titlePadding": 12},
        "legend": {**words, "orient": "bottom", "labelLimit": 320, "columns": 3},
        "title": {
            "color": colours.ink,
            "subtitleColor": colours.ink,
            "fontSize": 16,
            "anchor": "end" if language == "fa" else "start",
            "offset": 20,
        },
        "header": words,
        "text": {"color": colours.ink, "fontSize": 12},
        "view": {"stroke": colours.faint},
        "range": {"category": list(colours.series)},
    }
    if language == "fa":
        told["locale"] = {"number": dict(_PERSIAN_NUMBERS)}
    return told
