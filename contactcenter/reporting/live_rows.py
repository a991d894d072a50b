"""The live board as rows, a queue each: for spreadsheets, and for the chart of who waits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.live import Board, DayFigures, QueueNow
from contactcenter.reporting.making import Span
from contactcenter.reporting.over_time_words import Said
from contactcenter.reporting.tables import Heading, Unit
from routing.wording import Language, digits

_MINUTE_S: Final = 60

_TITLE: Final[Said] = {"en": "Waiting now, by age", "fa": "در صف، بر پایه‌ی مدت انتظار"}
_DEFINITION: Final[Said] = {
    "en": "Who waits in each queue now, by how long, and what became today of those who came into"
    " it.",
    "fa": "چه کسانی اکنون در هر صف منتظرند و از کی، و از کسانی که امروز به آن آمدند چه شد.",
}
_LABELS: Final[Mapping[str, Said]] = {
    "queue_id": {"en": "queue number", "fa": "شماره‌ی صف"},
    "queue": {"en": "queue", "fa": "صف"},
    "tier": {"en": "tier", "fa": "سطح"},
    "waiting": {"en": "waiting", "fa": "در صف"},
    "longest_wait_s": {"en": "longest wait", "fa": "طولانی‌ترین انتظار"},
    "longest_ticket_id": {"en": "ticket that waits longest", "fa": "درخواستی که بیش از همه مانده"},
    "calls": {"en": "calls", "fa": "تماس‌ها"},
    "callbacks": {"en": "callbacks", "fa": "تماس‌های بازگشتی"},
    "agents": {"en": "agents there", "fa": "کارشناسان حاضر"},
    "available": {"en": "agents free", "fa": "کارشناسان آماده"},
    "answered": {"en": "answered today", "fa": "پاسخ‌گرفته‌ی امروز"},
    "abandoned": {"en": "abandoned today", "fa": "منصرف‌شده‌ی امروز"},
    "service_level": {"en": "service level today", "fa": "سطح خدمت امروز"},
    "service_level_of": {"en": "service level of", "fa": "سطح خدمت از"},
}
_UNITS: Final[Mapping[str, Unit]] = {
    "queue_id": "number",
    "queue": "text",
    "tier": "number",
    "longest_ticket_id": "number",
    "longest_wait_s": "seconds",
    "service_level": "share",
}
#: What is told of all queues together.
_SUMS: Final = ("waiting", "longest_wait_s", "calls", "callbacks", "talking")


def of_board(board: Board, language: Language) -> Analysis:
    """Its queues as rows; the sums of all of them, and what is at risk, among the inputs."""
    return Analysis(
        report="live",
        title=_TITLE[language],
        definition=_DEFINITION[language],
        period=Span(from_at=board.today_from, to_at=board.generated_at, time_zone=board.time_zone),
        inputs={
            "within_s": board.within_s,
            "variant": board.variant,
            "ages_s": list(board.ages_s),
            **{name: getattr(board, name) for name in _SUMS},
            **_told(board.today),
            "at_risk": board.at_risk_n,
            "at_risk_within_s": board.at_risk_within_s,
            "presences": dict(board.presences),
        },
        generated_at=board.generated_at,
        as_of=board.as_of,
        columns=_columns(board.ages_s, language),
        rows=[_row(board.ages_s, one) for one in board.queues],
    )


def age(ages_s: Sequence[int], place: int, language: Language) -> str:
    """The bucket of age at this place, as it is read; ages are whole minutes."""
    since, until = (_minutes(ages_s, n, language) for n in (place, place + 1))
    if place == 0:
        return {"en": f"under {until} min", "fa": f"کمتر از {until} دقیقه"}[language]
    if not until:
        return {"en": f"{since} min and more", "fa": f"{since} دقیقه و بیشتر"}[language]
    return {"en": f"{since}–{until} min", "fa": f"{since} تا {until} دقیقه"}[language]


def column_of(since_s: int) -> str:
    """The column of who has waited since then, and less than the next age."""
    return f"waiting_from_{since_s}_s"


def _minutes(ages_s: Sequence[int], place: int, language: Language) -> str:
    return digits(f"{ages_s[place] // _MINUTE_S}", language) if place < len(ages_s) else ""


def _columns(ages_s: Sequence[int], language: Language) -> list[Heading]:
    columns = [
        Heading(name=name, label=said[language], unit=_UNITS.get(name, "count"))
        for name, said in _LABELS.items()
    ]
    ages = [
        Heading(
            name=column_of(since_s),
            label=f"{_LABELS['waiting'][language]}: {age(ages_s, place, language)}",
            unit="count",
        )
        for place, since_s in enumerate(ages_s)
    ]
    behind = list(_LABELS).index("waiting") + 1
    return [*columns[:behind], *ages, *columns[behind:]]


def _row(ages_s: Sequence[int], queue: QueueNow) -> dict[str, Any]:
    ages = {column_of(s): n for s, n in zip(ages_s, queue.waiting_by_age, strict=True)}
    return {"queue": queue.name, **_told(queue), **ages, **_told(queue.today)}


def _told(of: QueueNow | DayFigures) -> dict[str, Any]:
    """Those of its fields that are columns."""
    return {name: getattr(of, name) for name in of.__struct_fields__ if name in _LABELS}
