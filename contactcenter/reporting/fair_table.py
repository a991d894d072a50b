"""The fair view as a table, a row an agent, for spreadsheets."""

from collections.abc import Mapping
from typing import Any, Final

from contactcenter.reporting.agent_plot_words import FIGURES
from contactcenter.reporting.agent_plots import UNITS
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.fair_figures import MEASURES
from contactcenter.reporting.fair_view import FairFigure, FairRow, FairView
from contactcenter.reporting.tables import Heading, Unit
from routing.wording import Language

Said = Mapping[Language, str]

_TITLE: Final[Said] = {"en": "Fair view", "fa": "نمای منصفانه"}
_NOTE: Final[Said] = {
    "en": "Rows are by who could use support, one's own first. They are no ranking.",
    "fa": "ردیف‌ها به ترتیب نیاز به پشتیبانی است، ردیف خود شما پیش از همه؛ رتبه‌بندی نیست.",
}
_WORK: Final[Mapping[str, tuple[Unit, str, str]]] = {
    "agent_id": ("count", "agent number", "شماره‌ی کارشناس"),
    "agent": ("text", "agent", "کارشناس"),
    "is_own": ("flag", "own", "خود"),
    "n": ("count", "tickets", "درخواست‌ها"),
    "solved": ("count", "solved", "حل‌شده"),
    "assists": ("count", "helped to solve", "همکاری در حل"),
    "handle_s": ("seconds", "handling", "رسیدگی"),
    "previous_n": ("count", "tickets before", "درخواست‌های دوره‌ی پیش"),
    "words": ("text", "in words", "به زبان ساده"),
}
#: Of each figure, after its name; None is in the unit of the figure.
_PARTS: Final[Mapping[str, tuple[Unit | None, str, str]]] = {
    "observed": (None, "observed", "مشاهده‌شده"),
    "expected": (None, "expected", "مورد انتظار"),
    "difference": (None, "difference", "تفاوت"),
    "estimate": (None, "without chance", "بدون تصادف"),
    "half": (None, "±", "±"),
    "verdict": ("text", "verdict", "داوری"),
    "words": ("text", "in words", "به زبان ساده"),
}


def analysis(view: FairView, language: Language) -> Analysis:
    """The view with its figures side by side; a figure that an agent does not have is empty."""
    return Analysis(
        report="fair",
        title=_TITLE[language],
        definition=" ".join(view.figures[measure].definition[language] for measure in MEASURES),
        period=view.period,
        inputs={"order": view.order, "n": view.n, "cap_s": view.cap_s},
        generated_at=view.generated_at,
        as_of=view.as_of,
        columns=_columns(language),
        rows=[_row(row, language) for row in view.rows],
        notes=[_NOTE[language]],
    )


def _columns(language: Language) -> list[Heading]:
    fa = language == "fa"
    told = [Heading(name=n, label=w[2] if fa else w[1], unit=w[0]) for n, w in _WORK.items()]
    for measure in MEASURES:
        for part, (unit, en_label, fa_label) in _PARTS.items():
            told.append(
                Heading(
                    name=f"{measure}_{part}",
                    label=f"{FIGURES[measure][language]}: {fa_label if fa else en_label}",
                    unit=unit or UNITS[measure],
                )
            )
    return told


def _row(row: FairRow, language: Language) -> dict[str, Any]:
    cells: dict[str, Any] = {name: getattr(row, name) for name in _WORK}
    cells["words"] = row.words[language]
    for measure, figure in row.figures.items():
        cells |= {f"{measure}_{part}": _cell(figure, part, language) for part in _PARTS}
    return cells


def _cell(figure: FairFigure, part: str, language: Language) -> Any:
    if part == "verdict":
        return figure.verdict_words[language]
    return figure.words[language] if part == "words" else getattr(figure, part)
