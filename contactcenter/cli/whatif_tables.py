"""A what-if as tables for people, in English and in Persian."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter.whatif.comparing import TIMES, Answer, Validation
from contactcenter.whatif.figures import Figures, Within
from contactcenter.whatif.wording import DEFINITIONS
from routing.wording import Language, digits, name

#: Where nobody looks at the width.
FILE_WIDTH: Final = 160
_MINUTE: Final = 60
_HOUR: Final = 3600
_HEADS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("as it was", "played as it is", "with the change", "difference"),
    "fa": ("همان‌گونه که بود", "بازی با وضع کنونی", "با تغییر", "تفاوت"),
}
_ALL: Final[Mapping[Language, str]] = {"en": "all queues", "fa": "همهٔ صف‌ها"}
_IN_TIME: Final[Mapping[Language, str]] = {
    "en": "In time is what is answered within {times}, else {rest}.",
    "fa": "در مهلت یعنی پاسخ در {times}، وگرنه {rest}.",
}
#: Channels by their names; one that is not here goes by its code.
_CHANNELS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {},
    "fa": {"phone": "تماس تلفنی", "webchat": "گفت‌وگوی آنلاین", "sms": "پیامک", "email": "ایمیل"},
}
_COMMA: Final[Mapping[Language, str]] = {"en": ", ", "fa": "، "}
_PER_CENT: Final[Mapping[Language, str]] = {"en": "{:.1f} %", "fa": "{:.1f}٪"}
_POINTS: Final[Mapping[Language, str]] = {"en": "{} points", "fa": "{} واحد"}
_TIMES: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("mean", "median", "p90", "longest"),
    "fa": ("میانگین", "میانه", "صدک ۹۰", "بیشترین"),
}
_SECONDS: Final[Mapping[Language, str]] = {"en": "{} s", "fa": "{} ثانیه"}
_VALIDATION: Final[Mapping[Language, str]] = {
    "en": (
        "How much to believe: of {tickets} tickets answered both in fact and when the unchanged "
        "day is played, {share} went to the same agent; mean wait {recorded} in fact, {played} "
        "played; half of the waits differ by at most {median}, nine of ten by at most {p90}. "
        "Answered only in fact: {only_recorded}, only when played: {only_played}."
    ),
    "fa": (
        "چقدر می‌توان اعتماد کرد: از {tickets} درخواستی که هم در واقع و هم در بازی روز بی‌تغییر "
        "پاسخ گرفتند، {share} به همان کارشناس رسید؛ میانگین انتظار در واقع {recorded} و در بازی "
        "{played}؛ اختلاف نیمی از انتظارها حداکثر {median} و نُه‌دهم آن‌ها حداکثر {p90} است. "
        "فقط در واقع پاسخ گرفت: {only_recorded}، فقط در بازی: {only_played}."
    ),
}


def show(answer: Answer, language: Language) -> None:
    """Print a table a queue and one of all, how much to believe, and what each figure means."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=FILE_WIDTH)
    outcomes = (answer.as_it_was, answer.as_configured, answer.changed)
    queues = sorted({queue for outcome in outcomes if outcome for queue in outcome.queues})
    for queue in queues if len(queues) > 1 else ():
        found = tuple(None if o is None else o.queues.get(queue) for o in outcomes)
        console.print(_table(queue, answer, found, language))
    totals = tuple(None if outcome is None else outcome.total for outcome in outcomes)
    console.print(_table(_ALL[language], answer, totals, language))
    if answer.validation is not None:
        console.print(Text(believed(answer.validation, language), style="bold"))
    for definition in DEFINITIONS:
        console.print(
            Text.assemble((f"{definition.name(language)}. ", "bold"), definition.meaning(language))
        )
    console.print(Text(_in_time(answer.within, language)))
    for note in getattr(answer.notes, language):
        console.print(Text(note))


def _table(
    title: str, answer: Answer, found: tuple[Figures | None, ...], language: Language
) -> Table:
    """One queue: a line a figure, a column a day; of what was not asked for there is no column."""
    table = Table(box=box.SIMPLE, title=Text(title), title_justify="left", title_style="bold")
    table.add_column("")
    outcomes = (answer.as_it_was, answer.as_configured, answer.changed)
    columns = [n for n, outcome in enumerate(outcomes) if outcome is not None]
    for n in columns:
        table.add_column(_HEADS[language][n], justify="right")
    if answer.changed is not None:
        table.add_column(_HEADS[language][-1], justify="right")
    for line in _LINES:
        values = [None if figures is None else line.value(figures) for figures in found]
        cells = [_written(values[n], line.kind, language) for n in columns]
        if answer.changed is not None:
            cells.append(_change(values[1], values[2], line.kind, language))
        table.add_row(line.name(language), *cells)
    return table


class _Line(NamedTuple):
    """A line of a table: a figure, and of a wait one of its times."""

    figure: str
    kind: Literal["count", "share", "time"]
    time: str | None = None

    def name(self, language: Language) -> str:
        name = next(d.name(language) for d in DEFINITIONS if d.figure == self.figure)
        if self.time is None:
            return name
        return f"{name}{_COMMA[language]}{_TIMES[language][TIMES.index(self.time)]}"

    def value(self, figures: Figures) -> float | None:
        found = getattr(figures, self.figure)
        value: float | None = found if self.time is None else getattr(found, self.time)
        return value


_LINES: Final = (
    *(_Line(name, "count") for name in ("offered", "answered", "abandoned", "short_abandoned")),
    *(_Line(name, "count") for name in ("overflowed", "moved", "waiting", "escalated")),
    *(_Line("answered_wait", "time", time) for time in ("mean_s", "median_s", "p90_s")),
    *(_Line("wait", "time", time) for time in TIMES),
    *(_Line(name, "share") for name in ("service_level", "abandonment", "occupancy")),
)


def _change(before: float | None, after: float | None, kind: str, language: Language) -> str:
    """By how much a figure differs, with its sign."""
    if before is None or after is None:
        return ""
    if kind == "share":
        by = digits(f"{100 * (after - before):+.1f}", language)
        return _POINTS[language].format(by)
    sign = "-" if after < before else "+"
    return sign + _written(abs(after - before), kind, language)


def _written(value: float | None, kind: str, language: Language) -> str:
    if value is None:
        return "-"
    if kind == "time":
        return duration(value, language)
    text = f"{value:.0f}" if kind == "count" else _PER_CENT[language].format(100 * value)
    return digits(text, language)


def duration(seconds: float, language: Language) -> str:
    """Seconds to a tenth, and from a minute on like ``2:05`` or ``1:02:05``."""
    whole = round(seconds)
    if whole < _MINUTE:
        text = _SECONDS[language].format(f"{seconds:.1f}")
    elif whole < _HOUR:
        text = f"{whole // _MINUTE}:{whole % _MINUTE:02}"
    else:
        minutes = whole // _MINUTE
        text = f"{minutes // _MINUTE}:{minutes % _MINUTE:02}:{whole % _MINUTE:02}"
    return digits(text, language)


def _in_time(within: Within, language: Language) -> str:
    names = _CHANNELS[language]
    times = (
        f"{names.get(channel) or name(channel, language)} {duration(s, language)}"
        for channel, s in within.by_channel.items()
    )
    rest = duration(within.else_s, language)
    return _IN_TIME[language].format(times=_COMMA[language].join(times), rest=rest)


def believed(validation: Validation, language: Language) -> str:
    """How far the played day is from the recorded one, in a few sentences."""

    def time(value: float | None) -> str:
        return "-" if value is None else duration(value, language)

    def count(value: int) -> str:
        return _written(value, "count", language)

    return _VALIDATION[language].format(
        tickets=count(validation.tickets),
        share=_written(validation.same_agent_share, "share", language),
        recorded=time(validation.mean_recorded_s),
        played=time(validation.mean_played_s),
        median=time(validation.median_difference_s),
        p90=time(validation.p90_difference_s),
        only_recorded=count(validation.answered_only_recorded),
        only_played=count(validation.answered_only_played),
    )
