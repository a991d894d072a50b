"""The words for what events say in codes, in both languages; a code without words stays a code."""

from collections.abc import Mapping
from typing import Any, Final

from routing.escalation.words import FAILURES, REASONS, RETURN_REASONS
from routing.wording import Language, name

Words = Mapping[str, Mapping[Language, str]]


def by_code(words: Mapping[Language, Mapping[Any, str]]) -> Words:
    """Words that stand by their language, by their code."""
    return {code: {language: words[language][code] for language in words} for code in words["en"]}


_RELEASES: Final[Words] = {
    "agent_disabled": {"en": "the account was disabled", "fa": "حساب کاربری غیرفعال شد"},
    "customer_called": {"en": "the customer is on the line", "fa": "مشتری پای تلفن است"},
    "call_cut_off": {"en": "the call was cut off", "fa": "تماس قطع شد"},
}
_CAUSES: Final[Words] = {
    "customer_wrote": {"en": "the customer wrote", "fa": "مشتری نوشت"},
    "customer_called": {"en": "the customer called", "fa": "مشتری تلفن زد"},
    "wake_up": {"en": "the date had come", "fa": "موعدش رسید"},
    "agent": {"en": "the agent took it up", "fa": "کارشناس آن را از سر گرفت"},
}
_METRICS: Final[Words] = {
    "first_reply": {"en": "first reply", "fa": "نخستین پاسخ"},
    "next_reply": {"en": "next reply", "fa": "پاسخ بعدی"},
    "resolution": {"en": "solution", "fa": "حل درخواست"},
}
#: By the kind of the event and its field; what people may configure has no words here.
CODES: Final[Mapping[tuple[str, str], Words]] = {
    ("ticket_escalated", "reason"): by_code(REASONS),
    ("ticket_returned", "reason"): by_code(RETURN_REASONS),
    ("resolution_failed", "reason"): by_code(FAILURES),
    ("ticket_released", "reason"): _RELEASES,
    ("ticket_resumed", "because"): _CAUSES,
    ("ticket_reopened", "because"): _CAUSES,
    ("sla_warned", "metric"): _METRICS,
    ("sla_breached", "metric"): _METRICS,
}

#: What an agent behind the chosen one has less of.
BEHIND: Final[Words] = {
    "sticky": {"en": "not the ticket's own agent", "fa": "کارشناس خود درخواست نیست"},
    "level": {"en": "helps out", "fa": "کمکی است"},
    "band": {"en": "a lower band", "fa": "رستهٔ پایین‌تر"},
    "load": {"en": "more work in hand", "fa": "کار بیشتری در دست دارد"},
    "idle": {"en": "idle for less long", "fa": "کمتر بیکار بوده است"},
    "agent_id": {"en": "equal in all, later by name", "fa": "در همه چیز برابر، نامش دیرتر می‌آید"},
}

#: Why a ticket counts as having waited longer; of ``kind:value`` the value is looked up first.
CREDITS: Final[Words] = {
    "given": {"en": "credit", "fa": "اعتبار"},
    "raised": {"en": "raised", "fa": "افزوده"},
    "escalated": {"en": "escalated", "fa": "ارجاع"},
    "reopened": {"en": "reopened", "fa": "بازگشایی"},
    "returned": {"en": "returned", "fa": "بازگشت"},
    "sla_burn": {"en": "promise at risk", "fa": "تعهد در خطر"},
    "contract": {"en": "contract", "fa": "قرارداد"},
    "large_business": {"en": "large business", "fa": "کسب‌وکار بزرگ"},
    "small_business": {"en": "small business", "fa": "کسب‌وکار کوچک"},
    "government": {"en": "government", "fa": "دولتی"},
    "education": {"en": "education", "fa": "آموزشی"},
    "home": {"en": "home", "fa": "خانگی"},
}

#: Whoever is no person with a name.
ACTORS: Final[Words] = {
    "token": {"en": "a program", "fa": "یک برنامه"},
}


def code(kind: str, field: str, value: str, language: Language) -> str:
    """The words for a code in the data of an event; a name, or what has no words, as it is."""
    known = CODES.get((kind, field), {}).get(value)
    return name(value, language) if known is None else known[language]


def word(words: Words, code: str, language: Language) -> str:
    """The words for a code, or the code itself, legible."""
    known = words.get(code)
    return name(code.replace("_", " "), language) if known is None else known[language]
