"""What is said of offers and of who holds a ticket, in both languages side by side.

A sentence is made of pieces; a piece is left out where something it names is not known. Names in
braces are explained in ``routing.decisions``.
"""

from collections.abc import Mapping
from typing import Final

from routing.wording import Language

Pieces = tuple[str, ...]

#: Of a ticket that waits for who had it.
KEPT: Final[Mapping[Language, str]] = {
    "en": " It is kept for {sticky_agent} until {sticky_until}.",
    "fa": " تا {sticky_until} برای {sticky_agent} نگه داشته می‌شود.",
}
#: Of a ticket that rang at somebody.
WITHDRAWN: Final[Mapping[Language, str]] = {
    "en": " The offer to {withdrawn_from} was withdrawn.",
    "fa": " پیشنهاد به {withdrawn_from} پس گرفته شد.",
}
_SCORE: Final[Mapping[Language, Pieces]] = {
    "en": (" The ticket had waited {waited_only}", " The ticket had waited {sum}"),
    "fa": (" درخواست {waited_only} منتظر مانده بود", " امتیاز درخواست {sum} بود"),
}
_CHOSEN_AGENT: Final[Mapping[Language, Pieces]] = {
    "en": (
        *_SCORE["en"],
        ".",
        " {agent} had it before.{is_sticky}",
        " {agent}: {standing}.",
        " Behind: {next_agent} ({behind_because}).",
        " Not eligible: {passed_over}.",
        " {bands_counted}.",
    ),
    "fa": (
        *_SCORE["fa"],
        ".",
        " پیش‌تر در دست {agent} بود.{is_sticky}",
        " {agent}: {standing}.",
        " پس از او: {next_agent} ({behind_because}).",
        " واجد شرایط نبودند: {passed_over}.",
        " {bands_counted}.",
    ),
}
_CHOSEN_TICKET: Final[Mapping[Language, Pieces]] = {
    "en": (
        *_SCORE["en"],
        ", the highest of all that {agent} could take (next: {next_score})",
        ", and it comes before all else that {agent} could take (next: {other_score})",
        ", the only one that {agent} could take{is_alone}",
        ".",
        " {agent} had it before.{is_sticky}",
        " {bands_counted}.",
    ),
    "fa": (
        *_SCORE["fa"],
        "، بالاترین در میان همهٔ آنچه {agent} می‌توانست بگیرد (بعدی: {next_score})",
        "، و پیش از هر چیز دیگری است که {agent} می‌توانست بگیرد (بعدی: {other_score})",
        "، و {agent} جز آن چیزی برای برداشتن نداشت{is_alone}",
        ".",
        " پیش‌تر در دست {agent} بود.{is_sticky}",
        " {bands_counted}.",
    ),
}
_AGAIN: Final[Mapping[Language, str]] = {
    "en": "; asked again from {excluded_until}",
    "fa": "؛ از {excluded_until} دوباره از او پرسیده می‌شود",
}


#: By the kind of the event, where it has variants with the name of the variant.
OFFERS: Final[Mapping[str, Mapping[Language, Pieces]]] = {
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
            WITHDRAWN["en"],
        ),
        "fa": (
            "{by} ساعت {at} آن را به {agent} سپرد",
            "؛ تا آن هنگام در دست {from_agent} بود",
            ".",
            WITHDRAWN["fa"],
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
        "en": ("{agent} declined at {at}", ", after {rang}", _AGAIN["en"], ".", KEPT["en"]),
        "fa": ("{agent} ساعت {at}", " پس از {rang}", " نپذیرفت", _AGAIN["fa"], ".", KEPT["fa"]),
    },
    "offer_expired": {
        "en": (
            "{agent} had not answered by {at}",
            ", after {rang}",
            _AGAIN["en"],
            ".",
            KEPT["en"],
        ),
        "fa": (
            "{agent} تا ساعت {at}",
            "، پس از {rang}،",
            " پاسخی نداد",
            _AGAIN["fa"],
            ".",
            KEPT["fa"],
        ),
    },
    "offer_rescinded": {
        "en": ("The offer to {agent} was taken back at {at}, because {agent} left.", KEPT["en"]),
        "fa": ("پیشنهاد به {agent} ساعت {at} پس گرفته شد، چون {agent} رفت.", KEPT["fa"]),
    },
}
