"""What is said of each decision about a ticket, in both languages side by side.

A sentence is made of pieces; a piece is left out where something it names is not known. Names in
braces are explained in ``routing.decisions``.
"""

from collections.abc import Mapping
from typing import Final

from routing.wording import Language

Pieces = tuple[str, ...]

_SCORE: Final[Mapping[Language, Pieces]] = {
    "en": (" The ticket had waited {waited_only}", " The ticket had waited {sum}"),
    "fa": (" درخواست {waited_only} منتظر مانده بود", " امتیاز درخواست {sum} بود"),
}
_CHOSEN_AGENT: Final[Mapping[Language, Pieces]] = {
    "en": (
        *_SCORE["en"],
        ".",
        " {agent} is the one it was kept for.{is_sticky}",
        " {agent}: {standing}.",
        " Behind: {next_agent} ({behind_because}).",
        " Not eligible: {passed_over}.",
        " {bands}.",
    ),
    "fa": (
        *_SCORE["fa"],
        ".",
        " درخواست برای {agent} نگه داشته شده بود.{is_sticky}",
        " {agent}: {standing}.",
        " پس از او: {next_agent} ({behind_because}).",
        " واجد شرایط نبودند: {passed_over}.",
        " {bands}.",
    ),
}
_CHOSEN_TICKET: Final[Mapping[Language, Pieces]] = {
    "en": (
        *_SCORE["en"],
        ", the highest of all that {agent} could take (next: {next_score})",
        ", the only one that {agent} could take{is_alone}",
        ".",
        " It was kept for {agent}.{is_sticky}",
        " {bands}.",
    ),
    "fa": (
        *_SCORE["fa"],
        "، بالاترین در میان همهٔ آنچه {agent} می‌توانست بگیرد (بعدی: {next_score})",
        "، و {agent} جز آن چیزی برای برداشتن نداشت{is_alone}",
        ".",
        " درخواست برای {agent} نگه داشته شده بود.{is_sticky}",
        " {bands}.",
    ),
}
_CREDITS: Final[Mapping[Language, str]] = {
    "en": " Its credit: {credits}.",
    "fa": " اعتبارش: {credits}.",
}
_KEPT: Final[Mapping[Language, str]] = {
    "en": " It is kept for {sticky_agent} until {sticky_until}.",
    "fa": " تا {sticky_until} برای {sticky_agent} نگه داشته می‌شود.",
}
_WITHDRAWN: Final[Mapping[Language, str]] = {
    "en": " The offer to {withdrawn_from} was withdrawn.",
    "fa": " پیشنهاد به {withdrawn_from} پس گرفته شد.",
}
_AGAIN: Final[Mapping[Language, str]] = {
    "en": "; asked again from {excluded_until}",
    "fa": "؛ از {excluded_until} دوباره از او پرسیده می‌شود",
}

#: By the kind of the event, where it has variants with the name of the variant.
PHRASES: Final[Mapping[str, Mapping[Language, Pieces]]] = {
    "ticket_queued.by_rule": {
        "en": ("Queued in {queue} (tier {tier}) at {at} by entry rule {rule_id}.", _CREDITS["en"]),
        "fa": (
            "ساعت {at} بنا بر قاعدهٔ ورود {rule_id} در صف {queue} (سطح {tier}) جای گرفت.",
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
    "ticket_offered.ticket_looked_for_agent": {
        "en": ("Offered to {agent} at {at}.", *_CHOSEN_AGENT["en"]),
        "fa": ("ساعت {at} به {agent} پیشنهاد شد.", *_CHOSEN_AGENT["fa"]),
    },
    "ticket_offered.agent_looked_for_ticket": {
        "en": (
            "Offered to {agent} at {at}, who had room and looked for work.",
            *_CHOSEN_TICKET["en"],
        ),
        "fa": (
            "ساعت {at} به {agent} پیشنهاد شد که جا داشت و در پی کار بود.",
            *_CHOSEN_TICKET["fa"],
        ),
    },
    "ticket_assigned.ticket_looked_for_agent": {
        "en": ("Given to {agent} at {at}, without asking.", *_CHOSEN_AGENT["en"]),
        "fa": ("ساعت {at} بی‌پرسش به {agent} داده شد.", *_CHOSEN_AGENT["fa"]),
    },
    "ticket_assigned.agent_looked_for_ticket": {
        "en": (
            "Given to {agent} at {at}, without asking, who had room and looked for work.",
            *_CHOSEN_TICKET["en"],
        ),
        "fa": (
            "ساعت {at} بی‌پرسش به {agent} داده شد که جا داشت و در پی کار بود.",
            *_CHOSEN_TICKET["fa"],
        ),
    },
    "ticket_assigned.offer_accepted": {
        "en": ("{agent} accepted at {at}", ", after {rang}", "."),
        "fa": ("{agent} ساعت {at}", " پس از {rang}", " پذیرفت."),
    },
    "ticket_assigned.claimed": {
        "en": ("{agent} took it out of the queue at {at}.",),
        "fa": ("{agent} ساعت {at} خودش آن را از صف برداشت.",),
    },
    "ticket_assigned.given_by_person": {
        "en": (
            "{by} gave it to {agent} at {at}",
            "; {from_agent} had it until then",
            ".",
            _WITHDRAWN["en"],
        ),
        "fa": (
            "{by} ساعت {at} آن را به {agent} سپرد",
            "؛ تا آن هنگام در دست {from_agent} بود",
            ".",
            _WITHDRAWN["fa"],
        ),
    },
    "ticket_assigned.resumed_with_holder": {
        "en": ("{agent}, who has held it all the while and had room, went on with it at {at}.",),
        "fa": ("{agent} که در این میان آن را در دست داشت و جا داشت، ساعت {at} آن را پی گرفت.",),
    },
    "ticket_assigned.wrote_first": {
        "en": ("{agent} wrote to the customer first, at {at}, and holds it.",),
        "fa": ("{agent} ساعت {at} خودش به مشتری نوشت و درخواست در دست اوست.",),
    },
    "offer_declined": {
        "en": ("{agent} declined at {at}", ", after {rang}", _AGAIN["en"], "."),
        "fa": ("{agent} ساعت {at}", " پس از {rang}", " نپذیرفت", _AGAIN["fa"], "."),
    },
    "offer_expired": {
        "en": ("{agent} had not answered by {at}", ", after {rang}", _AGAIN["en"], "."),
        "fa": ("{agent} تا ساعت {at}", "، پس از {rang}،", " پاسخی نداد", _AGAIN["fa"], "."),
    },
    "offer_rescinded": {
        "en": ("The offer to {agent} was taken back at {at}, because {agent} left.",),
        "fa": ("پیشنهاد به {agent} ساعت {at} پس گرفته شد، چون {agent} رفت.",),
    },
    "ticket_escalated": {
        "en": (
            "Referred from {from_queue} (tier {from_tier}) to {queue} (tier {tier}) at {at}",
            ": {reason}",
            ".",
            " Its age is kept.",
            _WITHDRAWN["en"],
        ),
        "fa": (
            "ساعت {at} از {from_queue} (سطح {from_tier}) به {queue} (سطح {tier}) ارجاع شد",
            ": {reason}",
            ".",
            " زمان انتظارش حفظ شد.",
            _WITHDRAWN["fa"],
        ),
    },
    "ticket_transferred.sideways": {
        "en": ("Moved from {from_queue} to {queue} at {at}", " by {by}", ".", _WITHDRAWN["en"]),
        "fa": (
            "ساعت {at} از {from_queue} به {queue} منتقل شد",
            "؛ {by} آن را منتقل کرد",
            ".",
            _WITHDRAWN["fa"],
        ),
    },
    "ticket_transferred.returned": {
        "en": (
            "Returned from {from_queue} (tier {from_tier}) to {queue} (tier {tier}) at {at}",
            " by {by}",
            ".",
            _KEPT["en"],
            _WITHDRAWN["en"],
        ),
        "fa": (
            "ساعت {at} از {from_queue} (سطح {from_tier}) به {queue} (سطح {tier}) بازگردانده شد",
            "؛ {by} آن را بازگرداند",
            ".",
            _KEPT["fa"],
            _WITHDRAWN["fa"],
        ),
    },
    "ticket_transferred.to_agent": {
        "en": ("It passed from {from_agent} to {agent} at {at}.",),
        "fa": ("ساعت {at} از {from_agent} به {agent} رسید.",),
    },
    "ticket_released": {
        "en": ("{agent} gave it back to {queue} at {at}", ": {reason}", "."),
        "fa": ("{agent} ساعت {at} آن را به {queue} پس داد", ": {reason}", "."),
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
            _KEPT["en"],
        ),
        "fa": (
            "ساعت {at} از سر گرفته شد",
            ": {because}",
            "؛ {agent} نبود یا جا نداشت، پس در {queue} منتظر است",
            ".",
            _KEPT["fa"],
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
            _KEPT["en"],
        ),
        "fa": (
            "ساعت {at} بازگشایی شد",
            ": {because}",
            "؛ {agent} حلش کرده بود",
            ".",
            _CREDITS["fa"],
            _KEPT["fa"],
        ),
    },
    "ticket_closed": {
        "en": ("Closed at {at}: the time in which it might have come back is over.",),
        "fa": ("ساعت {at} بسته شد: مهلت بازگشایی آن به سر رسید.",),
    },
    "ticket_marked_spam": {
        "en": ("Closed as spam at {at}", " by {by}", ".", _WITHDRAWN["en"]),
        "fa": ("ساعت {at} هرزنامه دانسته و بسته شد", "؛ {by} چنین گفت", ".", _WITHDRAWN["fa"]),
    },
}
