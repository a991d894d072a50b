"""What is said of an alert: a sentence in English or Persian, and the fields a program reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from contactcenter.alerting.deliveries import Due

_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_MEASURES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "waiting": "waiting",
        "longest_wait_s": "longest wait",
        "agents": "agents who are there",
        "available": "agents who are free",
        "abandoned_today": "gone unanswered today",
        "service_level_today": "service level today",
        "at_risk": "promises due within 30 minutes",
    },
    "fa": {
        "waiting": "در انتظار",
        "longest_wait_s": "بیشترین انتظار",
        "agents": "کارشناسان حاضر",
        "available": "کارشناسان آزاد",
        "abandoned_today": "رفته‌ی بی‌پاسخ امروز",
        "service_level_today": "سطح خدمت امروز",
        "at_risk": "تعهدهای تا ۳۰ دقیقه دیگر",
    },
}
_RAISED: Final = {
    "en": "{name}: {measure} in {where} is {value}, {direction} {threshold}.",
    "fa": "{name}: {measure} در {where} {value} است، {direction} {threshold}.",
}
_CLEARED: Final = {
    "en": "Over: {name}. {measure} in {where}: {value}. It had begun at {since}.",
    "fa": "پایان یافت: {name}. {measure} در {where}: {value}. از {since} آغاز شده بود.",
}
_SUBJECTS: Final = {
    "en": {"raised": "Alert: {name}", "cleared": "Over: {name}"},
    "fa": {"raised": "هشدار: {name}", "cleared": "پایان یافت: {name}"},
}
_DIRECTIONS: Final = {
    "en": {"above": "above", "below": "below"},
    "fa": {"above": "بیش از", "below": "کمتر از"},
}
_EVERYWHERE: Final = {"en": "all queues", "fa": "همه صف‌ها"}
#: Why it is over where it was not quiet that ended it.
_NO_VALUE: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"queue_archived": "the queue is archived", "": "switched off or changed"},
    "fa": {"queue_archived": "صف بایگانی شد", "": "خاموش شد یا تغییر کرد"},
}


def subject(due: Due) -> str:
    """The subject of a mail."""
    return _SUBJECTS[due.language][due.what].format(name=due.name)


def sentence(due: Due) -> str:
    """What happened, in one sentence; instants in UTC."""
    language = due.language
    value = due.value if due.what == "raised" else due.cleared_value
    pattern = _RAISED if due.what == "raised" else _CLEARED
    return pattern[language].format(
        name=due.name,
        measure=_MEASURES[language][due.measure],
        where=due.queue_name or _EVERYWHERE[language],
        value=_without_value(due) if value is None else _figure(due.measure, value, language),
        direction=_DIRECTIONS[language][due.direction],
        threshold=_figure(due.measure, due.threshold, language),
        since=f"{due.raised_at:%Y-%m-%d %H:%M} UTC",
    )


def fields(due: Due, now: datetime) -> Mapping[str, Any]:
    """What a webhook gets: ``type``, ``timestamp`` and ``data``, as Standard Webhooks have it."""
    return {
        "type": f"alert.{due.what}",
        "timestamp": now,
        "data": {
            "alert_id": due.alert_id,
            "name": due.name,
            "measure": due.measure,
            "queue_id": due.queue_id,
            "queue": due.queue_name,
            "direction": due.direction,
            "threshold": due.threshold,
            "value": due.value,
            "raised_at": due.raised_at,
            "cleared_at": due.cleared_at if due.what == "cleared" else None,
            "cleared_value": due.cleared_value if due.what == "cleared" else None,
            "cleared_because": due.cleared_because if due.what == "cleared" else None,
            "text": sentence(due),
        },
    }


def _without_value(due: Due) -> str:
    reasons = _NO_VALUE[due.language]
    return reasons.get(due.cleared_because or "", reasons[""])


def _figure(measure: str, value: float, language: str) -> str:
    if measure == "service_level_today":
        written, unit = f"{value * 100:.1f}", {"en": " %", "fa": "٪"}[language]
    elif measure == "longest_wait_s":
        written, unit = f"{value:.0f}", {"en": " s", "fa": " ثانیه"}[language]
    else:
        written, unit = f"{value:g}", ""
    if language == "fa":
        written = written.replace(".", "٫").translate(_PERSIAN_DIGITS)
    return written + unit
