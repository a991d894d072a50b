"""The words for what events say in codes, in both languages; a code without words stays a code."""

from collections.abc import Mapping
from typing import Final

from routing.wording import Language, name

Words = Mapping[str, Mapping[Language, str]]

_CUSTOMER_WROTE: Final[Mapping[Language, str]] = {
    "en": "the customer wrote",
    "fa": "مشتری نوشت",
}
#: By the field of the event, then by its value.
CODES: Final[Mapping[str, Words]] = {
    "reason": {
        "agent": {"en": "the agent asked for it", "fa": "کارشناس خواست"},
        "customer_words": {
            "en": "the customer asked for somebody more senior",
            "fa": "مشتری کارشناس ارشدتری خواست",
        },
        "time_in_tier": {"en": "the tier's time was over", "fa": "مهلت این سطح به سر رسید"},
        "agent_disabled": {"en": "the account was disabled", "fa": "حساب کاربری غیرفعال شد"},
    },
    "because": {
        "customer_wrote": _CUSTOMER_WROTE,
        "wake_up": {"en": "the date had come", "fa": "موعدش رسید"},
        "agent": {"en": "the agent took it up", "fa": "کارشناس آن را از سر گرفت"},
    },
    "metric": {
        "first_reply": {"en": "first reply", "fa": "نخستین پاسخ"},
        "next_reply": {"en": "next reply", "fa": "پاسخ بعدی"},
        "resolution": {"en": "solution", "fa": "حل درخواست"},
    },
    "disposition": {
        "solved": {"en": "solved", "fa": "حل‌شده"},
    },
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
    "repeat_contact": {"en": "came again", "fa": "تماس دوباره"},
    "returned": {"en": "returned", "fa": "بازگشت"},
    "sla_burn": {"en": "promise at risk", "fa": "قول در خطر"},
    "contract": {"en": "contract", "fa": "قرارداد"},
    "repeat_contact": {"en": "came again", "fa": "مراجعهٔ دوباره"},
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


def word(words: Words, code: str, language: Language) -> str:
    """The words for a code, or the code itself, legible."""
    known = words.get(code)
    return name(code.replace("_", " "), language) if known is None else known[language]
