"""Escalation in words, in English and in Persian: why a ticket went up, or came back."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from routing.escalation.conditions import Held
from routing.wording import Language, digits

Reason = Literal[
    "agent",
    "cannot_solve",
    "needs_access",
    "customer_asked",
    "wrong_team",
    "solution_failed",
    "other",
    "customer_words",
    "time_in_tier",
    "rule",
]
Failure = Literal[
    "did_not_help", "helped_for_a_while", "could_not_be_done", "made_it_worse", "other"
]
ReturnReason = Literal["known_fix", "routine", "not_for_this_tier", "needs_information", "other"]

#: Why a ticket was referred to a higher tier. Those a person may give are named in the API.
REASONS: Final[Mapping[Language, Mapping[Reason, str]]] = {
    "en": {
        "agent": "an agent referred it",
        "cannot_solve": "more knowledge is needed",
        "needs_access": "access is needed that this tier does not have",
        "customer_asked": "the customer asked for it",
        "wrong_team": "it is another team's matter",
        "solution_failed": "the solution did not help",
        "other": "another reason",
        "customer_words": "the customer's words asked for somebody more senior",
        "time_in_tier": "the time of the tier ran out",
        "rule": "a rule",
    },
    "fa": {
        "agent": "کارشناس آن را ارجاع داد",
        "cannot_solve": "دانش بیشتری لازم است",
        "needs_access": "دسترسی‌ای لازم است که این سطح ندارد",
        "customer_asked": "مشتری خواست",
        "wrong_team": "کار تیم دیگری است",
        "solution_failed": "راه‌حل نتیجه نداد",
        "other": "دلیل دیگر",
        "customer_words": "مشتری در پیامش فرد بالاتری خواست",
        "time_in_tier": "زمان این سطح تمام شد",
        "rule": "یک قاعده",
    },
}
#: Why a ticket was sent back to a lower tier.
RETURN_REASONS: Final[Mapping[Language, Mapping[ReturnReason, str]]] = {
    "en": {
        "known_fix": "a known fix is attached",
        "routine": "after the diagnosis it is routine",
        "not_for_this_tier": "this tier is not needed",
        "needs_information": "the customer must be asked first",
        "other": "another reason",
    },
    "fa": {
        "known_fix": "راه‌حل شناخته‌شده پیوست است",
        "routine": "پس از عیب‌یابی کاری عادی است",
        "not_for_this_tier": "به این سطح نیاز ندارد",
        "needs_information": "نخست باید از مشتری پرسید",
        "other": "دلیل دیگر",
    },
}
#: Why a solution that was tried is none.
FAILURES: Final[Mapping[Language, Mapping[Failure, str]]] = {
    "en": {
        "did_not_help": "it did not help",
        "helped_for_a_while": "it helped for a while",
        "could_not_be_done": "the customer could not do it",
        "made_it_worse": "it made matters worse",
        "other": "another reason",
    },
    "fa": {
        "did_not_help": "نتیجه نداد",
        "helped_for_a_while": "مدتی نتیجه داد",
        "could_not_be_done": "مشتری نتوانست انجامش دهد",
        "made_it_worse": "وضع را بدتر کرد",
        "other": "دلیل دیگر",
    },
}
#: What held, with the number that was found and the one that was wanted.
LEAF_NAMES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "business_minutes_in_tier": "{found} open minutes in this tier (limit {wanted})",
        "business_minutes_in_queue": "{found} open minutes in this queue (limit {wanted})",
        "minutes_without_reply": "{found} open minutes without an answer (limit {wanted})",
        "public_replies_without_solve": "{found} answers without a solution (limit {wanted})",
        "reopens": "reopened {found} times (limit {wanted})",
        "transfers": "moved sideways {found} times (limit {wanted})",
        "offers_unanswered": "rang {found} times without an answer (limit {wanted})",
        "sla_burn": "{found} % of the promised time gone (limit {wanted} %)",
        "repeat_contacts": "{found} other problems of the same kind lately (limit {wanted})",
        "customer_request": "the customer asked for somebody more senior",
        "agent_request": "the agent asked for it",
        "resolution_failed": "a solution failed",
        "keyword": "the customer used a word that is listened for",
        "category": "the category",
        "customer_category": "the kind of customer",
        "contract": "the contract",
        "value_class": "the customer's value",
        "temperament": "the temperament",
        "language": "the language",
        "channel": "the channel",
        "entry_point_id": "the address it came to",
        "tier": "the tier",
        "queue_id": "the queue",
    },
    "fa": {
        "business_minutes_in_tier": "{found} دقیقهٔ کاری در این سطح (حد {wanted})",
        "business_minutes_in_queue": "{found} دقیقهٔ کاری در این صف (حد {wanted})",
        "minutes_without_reply": "{found} دقیقهٔ کاری بی‌پاسخ (حد {wanted})",
        "public_replies_without_solve": "{found} پاسخ بی‌نتیجه (حد {wanted})",
        "reopens": "{found} بار بازگشایی (حد {wanted})",
        "transfers": "{found} بار جابه‌جایی هم‌سطح (حد {wanted})",
        "offers_unanswered": "{found} بار زنگ بی‌پاسخ (حد {wanted})",
        "sla_burn": "{found}٪ از زمان تعهد گذشته (حد {wanted}٪)",
        "repeat_contacts": "{found} درخواست دیگر از همین نوع به‌تازگی (حد {wanted})",
        "customer_request": "مشتری فرد بالاتری خواست",
        "agent_request": "کارشناس آن را خواست",
        "resolution_failed": "راه‌حلی نتیجه نداد",
        "keyword": "مشتری واژه‌ای را گفت که به آن گوش می‌دهیم",
        "category": "دسته",
        "customer_category": "نوع مشتری",
        "contract": "قرارداد",
        "value_class": "ارزش مشتری",
        "temperament": "خلق‌وخو",
        "language": "زبان",
        "channel": "کانال",
        "entry_point_id": "نشانی مقصد",
        "tier": "سطح",
        "queue_id": "صف",
    },
}
_OTHER: Final[Mapping[Language, str]] = {"en": "the segment {name}", "fa": "بخش {name}"}


def reason_in_words(kind: str, reason: str, language: Language) -> str:
    """Why a ticket went up, or came back (``kind`` is "returned"); an unknown code as it is."""
    table = RETURN_REASONS[language] if kind == "returned" else REASONS[language]
    return next((words for code, words in table.items() if code == reason), reason)


def in_words(because: Iterable[Held], language: Language) -> str:
    """What made a rule hold, as a list that can stand in a sentence."""
    said = (_leaf(held, language) for held in because)
    return ("، " if language == "fa" else ", ").join(said)


def _leaf(held: Held, language: Language) -> str:
    template = LEAF_NAMES[language].get(held.leaf)
    if template is None:
        return _OTHER[language].format(name=held.leaf.removeprefix("segment."))
    wanted = held.wanted["times"] if isinstance(held.wanted, Mapping) else held.wanted
    share = 100 if held.leaf == "sla_burn" else 1
    text = template.format(found=_number(held.found, share), wanted=_number(wanted, share))
    return digits(text, language)


def _number(value: Any, share: int) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value * share:g}"
    return ""
