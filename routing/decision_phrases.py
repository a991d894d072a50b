"""What is said of each decision about a ticket, in both languages side by side."""

from collections.abc import Mapping
from typing import Final

from routing.offer_phrases import KEPT, OFFERS, WITHDRAWN, Pieces
from routing.wording import Language

_CREDITS: Final[Mapping[Language, str]] = {
    "en": " Its credit: {credits}.",
    "fa": " اعتبارش: {credits}.",
}

_RISEN: Final[Mapping[Language, Pieces]] = {
    "en": ("Referred from {from_queue} (tier {from_tier}) to {queue} (tier {tier}) at {at}",),
    "fa": ("ساعت {at} از {from_queue} (سطح {from_tier}) به {queue} (سطح {tier}) ارجاع شد",),
}
_KEEPS: Final[Mapping[Language, Pieces]] = {
    "en": (" Its age is kept.", " Its credit grew by {credits}.", WITHDRAWN["en"]),
    "fa": (" زمان انتظارش حفظ شد.", " بر اعتبارش افزوده شد: {credits}.", WITHDRAWN["fa"]),
}

#: By the kind of the event, where it has variants with the name of the variant.
PHRASES: Final[Mapping[str, Mapping[Language, Pieces]]] = {
    **OFFERS,
    "ticket_queued.by_rule": {
        "en": (
            "Queued in {queue} (tier {tier}) at {at} by entry rule",
            " {rule_number}",
            ".",
            _CREDITS["en"],
        ),
        "fa": (
            "ساعت {at} بنا بر قاعدهٔ ورود",
            " {rule_number}",
            " در صف {queue} (سطح {tier}) جای گرفت.",
            _CREDITS["fa"],
        ),
    },
    "ticket_queued.by_policy": {
        "en": (
            "Queued in {queue} (tier {tier}) at {at} by segment policy {policy}.",
            _CREDITS["en"],
        ),
        "fa": (
            "ساعت {at} بنا بر سیاست {policy} برای این دسته از مشتریان",
            " در صف {queue} (سطح {tier}) جای گرفت.",
            _CREDITS["fa"],
        ),
    },
    "ticket_queued.default": {
        "en": (
            "Queued in {queue} (tier {tier}) at {at}: no entry rule holds",
            ", and this is the queue of the entry point.",
            _CREDITS["en"],
        ),
        "fa": (
            "ساعت {at} در صف {queue} (سطح {tier}) جای گرفت: هیچ قاعدهٔ ورودی صدق نمی‌کرد",
            " و این صف درگاه آن است.",
            _CREDITS["fa"],
        ),
    },
    "ticket_escalated.by_person": {
        "en": (*_RISEN["en"], " by {by}", ": {reason}", ".", *_KEEPS["en"]),
        "fa": (*_RISEN["fa"], "، به دست {by}", ": {reason}", ".", *_KEEPS["fa"]),
    },
    "ticket_escalated.by_rule": {
        "en": (*_RISEN["en"], " by rule {rule}", ": {because}", ".", *_KEEPS["en"]),
        "fa": (*_RISEN["fa"], " بنا بر قاعدهٔ {rule}", ": {because}", ".", *_KEEPS["fa"]),
    },
    "supervisor_notified": {
        "en": (
            "Supervisors were asked to look at it at {at}",
            " by rule {rule}",
            ": {because}",
            ".",
        ),
        "fa": (
            "ساعت {at} از سرپرستان خواسته شد به آن نگاه کنند",
            "، بنا بر قاعدهٔ {rule}",
            ": {because}",
            ".",
        ),
    },
    "resolution_failed": {
        "en": ("At {at} {agent} noted that a solution had failed", ": {reason}", "."),
        "fa": ("ساعت {at} {agent} نوشت که راه‌حلی نتیجه نداد", ": {reason}", "."),
    },
    "ticket_overflowed": {
        "en": ("Still waiting at {at}, it overflowed from {from_queue} to {queue}", "."),
        "fa": ("چون هنوز منتظر بود، ساعت {at} از {from_queue} به {queue} سرریز شد", "."),
    },
    "ticket_abandoned": {
        "en": (
            "The customer left at {at}",
            ", after {waited}",
            ", before anybody had answered.",
            WITHDRAWN["en"],
        ),
        "fa": (
            "مشتری ساعت {at}",
            " پس از {waited}",
            " رفت، پیش از آنکه کسی پاسخ دهد.",
            WITHDRAWN["fa"],
        ),
    },
    "ticket_credited": {
        "en": (
            "Its credit is {credit} since {at}",
            "; granted: {credits}",
            "; taken back: {revoked}",
            ".",
        ),
        "fa": (
            "از ساعت {at} اعتبارش {credit} است",
            "؛ افزوده شد: {credits}",
            "؛ پس گرفته شد: {revoked}",
            ".",
        ),
    },
    "sla_warned": {
        "en": (
            "At {at} the promise of a {metric} is at risk",
            " ({policy}, {target})",
            ": it is due at {due_at}.",
        ),
        "fa": (
            "ساعت {at} تعهد {metric}",
            " ({policy}، {target})",
            " در خطر است: سررسیدش {due_at} است.",
        ),
    },
    "sla_breached": {
        "en": ("The promise of a {metric}", " ({policy}, {target})", " was broken at {due_at}."),
        "fa": ("تعهد {metric}", " ({policy}، {target})", " در {due_at} نقض شد."),
    },
    "ticket_transferred.sideways": {
        "en": ("Moved from {from_queue} to {queue} at {at}", " by {by}", ".", WITHDRAWN["en"]),
        "fa": (
            "ساعت {at} از {from_queue} به {queue} منتقل شد",
            "، به دست {by}",
            ".",
            WITHDRAWN["fa"],
        ),
    },
    "ticket_returned": {
        "en": (
            "Returned from {from_queue} (tier {from_tier}) to {queue} (tier {tier}) at {at}",
            " by {by}",
            ": {reason}",
            ".",
            " Its age is kept.",
            KEPT["en"],
            WITHDRAWN["en"],
        ),
        "fa": (
            "ساعت {at} از {from_queue} (سطح {from_tier}) به {queue} (سطح {tier}) بازگردانده شد",
            "، به دست {by}",
            ": {reason}",
            ".",
            " زمان انتظارش حفظ شد.",
            KEPT["fa"],
            WITHDRAWN["fa"],
        ),
    },
    "ticket_transferred.to_agent": {
        "en": ("It passed from {from_agent} to {agent} at {at}.",),
        "fa": ("ساعت {at} از {from_agent} به {agent} رسید.",),
    },
    "ticket_released": {
        "en": ("{agent} gave it back to {queue} at {at}", ": {reason}", ".", KEPT["en"]),
        "fa": ("{agent} ساعت {at} آن را به {queue} پس داد", ": {reason}", ".", KEPT["fa"]),
    },
    "ticket_pending": {
        "en": (
            "The customer's turn since {at}",
            "; {agent} keeps it",
            "; ours again at {wake_at}",
            ".",
        ),
        "fa": (
            "از ساعت {at} نوبت مشتری است",
            "؛ در دست {agent} می‌ماند",
            "؛ {wake_at} باز نوبت ماست",
            ".",
        ),
    },
    "ticket_held": {
        "en": ("On hold since {at}", " with {agent}", ", until {wake_at}", "."),
        "fa": ("از ساعت {at}", " نزد {agent}", " معلق است", "، تا {wake_at}", "."),
    },
    "ticket_resumed.held": {
        "en": ("It went on at {at}", ": {because}", "."),
        "fa": ("ساعت {at} از سر گرفته شد", ": {because}", "."),
    },
    "ticket_resumed.waiting": {
        "en": (
            "It went on at {at}",
            ": {because}",
            "; {agent} was not there or had no room, so it waits in {queue}",
            ".",
            KEPT["en"],
        ),
        "fa": (
            "ساعت {at} از سر گرفته شد",
            ": {because}",
            "؛ {agent} نبود یا جا نداشت، پس در {queue} منتظر است",
            ".",
            KEPT["fa"],
        ),
    },
    "ticket_solved": {
        "en": ("{agent} solved it at {at}", ", {took} after it had come", " ({disposition})", "."),
        "fa": (
            "{agent} ساعت {at}",
            "، {took} پس از آمدنش،",
            " آن را حل کرد",
            " ({disposition})",
            ".",
        ),
    },
    "ticket_reopened": {
        "en": (
            "It came back at {at}",
            ": {because}",
            "; {agent} had solved it",
            ".",
            _CREDITS["en"],
            KEPT["en"],
        ),
        "fa": (
            "ساعت {at} بازگشایی شد",
            ": {because}",
            "؛ {agent} حلش کرده بود",
            ".",
            _CREDITS["fa"],
            KEPT["fa"],
        ),
    },
    "ticket_closed": {
        "en": ("Closed at {at}: the time in which it might have come back is over.",),
        "fa": ("ساعت {at} بسته شد: مهلت بازگشایی آن به سر رسید.",),
    },
    "ticket_marked_spam": {
        "en": ("Closed as spam at {at}", " by {by}", ".", WITHDRAWN["en"]),
        "fa": ("ساعت {at} هرزنامه دانسته و بسته شد", "؛ {by} چنین گفت", ".", WITHDRAWN["fa"]),
    },
}
