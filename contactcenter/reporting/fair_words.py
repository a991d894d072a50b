"""What the fair view says of an agent in words, in English and Persian; never a rank."""

from collections.abc import Mapping
from typing import Final, Literal

from contactcenter.statistics.casemix import FEWEST, Standing
from routing.wording import Language, in_persian_digits

Measure = Literal["solved_share", "handle_time", "solved_per_hour"]

#: What each figure of the view is.
DEFINITIONS: Final[Mapping[Measure, Mapping[Language, str]]] = {
    "solved_share": {
        "en": "Tickets he solved that did not come back, of those he let go of or solved in the"
        " period; an episode counts once.",
        "fa": "درخواست‌هایی که حل کرد و بازنگشتند، از همه‌ی آن‌ها که در این دوره رها یا حل کرد؛ "
        "هر نوبتِ درخواست یک بار شمرده می‌شود.",
    },
    "handle_time": {
        "en": "Seconds of handling a ticket, of the same tickets; longer than the p99 of all counts"
        " as that long.",
        "fa": "ثانیه‌های رسیدگی به هر درخواست، از همان درخواست‌ها؛ بیش از صدک ۹۹ همه، برابر همان "
        "شمرده می‌شود.",
    },
    "solved_per_hour": {
        "en": "Tickets solved for each hour of handling: the first by the second.",
        "fa": "درخواست‌های حل‌شده در هر ساعت رسیدگی: اولی تقسیم بر دومی.",
    },
}

_SENTENCES: Final[Mapping[Measure, Mapping[Language, str]]] = {
    "solved_share": {
        "en": "With these customers a typical colleague solves {expected} of 100;"
        " {name} solved {observed}",
        "fa": "با این مشتریان، یک همکار معمولی از هر ۱۰۰ درخواست {expected} تا را حل می‌کند؛ "
        "{name} {observed} تا را حل کرد",
    },
    "handle_time": {
        "en": "With these customers a typical colleague takes {expected} s for a ticket;"
        " {name} took {observed}",
        "fa": "با این مشتریان، یک همکار معمولی برای هر درخواست {expected} ثانیه وقت می‌گذارد؛ "
        "{name} {observed} ثانیه وقت گذاشت",
    },
    "solved_per_hour": {
        "en": "With these customers a typical colleague solves {expected} an hour;"
        " {name} solved {observed}",
        "fa": "با این مشتریان، یک همکار معمولی در هر ساعت {expected} درخواست را حل می‌کند؛ "
        "{name} {observed} تا را حل کرد",
    },
}
_LIKELY: Final[Mapping[Language, str]] = {
    "en": " (likely {low}-{high}).",
    "fa": " (به احتمال زیاد {low} تا {high}).",
}
_ALIKE: Final[Mapping[Language, str]] = {
    "en": "; such differences come about by chance.",
    "fa": "؛ چنین تفاوتی از سر تصادف هم پیش می‌آید.",
}
_FEW: Final[Mapping[Language, str]] = {
    "en": "{name} had {n} tickets; below {fewest} nothing is said.",
    "fa": "{name} {n} درخواست داشت؛ کمتر از {fewest} برای داوری کافی نیست.",
}
_WORK: Final[Mapping[Language, str]] = {
    "en": "{name} solved {solved} and had a hand in {assists} that colleagues solved.",
    "fa": "{name} {solved} درخواست را حل کرد و در حل {assists} درخواستِ همکاران سهم داشت.",
}


def work(name: str, solved: int, assists: int) -> dict[Language, str]:
    """What an agent solved and what he helped to solve, in one sentence and with one weight."""
    figures = {"solved": str(solved), "assists": str(assists)}
    return {language: _told(text, language, name, **figures) for language, text in _WORK.items()}


def sentence(measure: Measure, name: str, standing: Standing, language: Language) -> str:
    """What an agent did beside what colleagues do with the same customers.

    Of fewer than `FEWEST` tickets nothing is said but that. Where agents do not differ by more than
    chance there is no interval either.
    """
    one = standing.difference
    if one.n < FEWEST:
        few = _FEW[language]
        return _told(few, language, name, n=str(one.n), fewest=str(FEWEST))
    end = _LIKELY if standing.half else _ALIKE
    highest = 1.0 if measure == "solved_share" else float("inf")
    low, high = (
        min(max(end, 0.0), highest) for end in (standing.likely.lower, standing.likely.upper)
    )
    figures = {
        "expected": _number(measure, one.expected),
        "observed": _number(measure, one.observed),
        "low": _number(measure, low),
        "high": _number(measure, high),
    }
    return _told(_SENTENCES[measure][language] + end[language], language, name, **figures)


def _told(text: str, language: Language, name: str, **figures: str) -> str:
    """A name keeps its own digits."""
    if language == "fa":
        figures = {key: in_persian_digits(figure) for key, figure in figures.items()}
    return text.format(name=name, **figures)


def _number(measure: Measure, value: float) -> str:
    if measure == "solved_share":
        return f"{100 * value:.0f}"
    return f"{value:.0f}" if measure == "handle_time" else f"{value:.1f}"
