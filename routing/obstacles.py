"""Why an agent has not got a ticket, in words: the first clause that is false, and until when.

A sentence is made of pieces, as in ``routing.offer_phrases``.
"""

from collections.abc import Mapping
from typing import Final

from routing.decisions import said
from routing.eligibility import Clause
from routing.offer_phrases import Pieces
from routing.wording import Language

#: By the clause; a ticket that does not wait is told by its state.
PHRASES: Final[Mapping[str, Mapping[Language, Pieces]]] = {
    "not_waiting.new": {
        "en": ("Nobody has looked at the ticket yet.",),
        "fa": ("هنوز کسی درخواست را غربال نکرده است.",),
    },
    "not_waiting.offered": {
        "en": (
            "It rings at {rings_at}",
            ", until {until}",
            ".",
            " {agent} came right behind ({behind_because}).",
            " Nothing else keeps {agent} from it.{otherwise}",
        ),
        "fa": (
            "نزد {rings_at} زنگ می‌خورد",
            "، تا {until}",
            ".",
            " {agent} درست پس از او بود ({behind_because}).",
            " جز این چیزی مانع {agent} نیست.{otherwise}",
        ),
    },
    "not_waiting.offered_to_him": {
        "en": ("It rings at {agent}", ", until {until}", "."),
        "fa": ("هم‌اکنون نزد {agent} زنگ می‌خورد", "، تا {until}", "."),
    },
    "not_waiting.assigned": {
        "en": ("{holder} has it.",),
        "fa": ("در دست {holder} است.",),
    },
    "not_waiting.pending": {
        "en": ("It is the customer's turn", "; {holder} keeps it", ", until {until}", "."),
        "fa": ("نوبت مشتری است", "؛ در دست {holder} می‌ماند", "، تا {until}", "."),
    },
    "not_waiting.on_hold": {
        "en": ("It is on hold", " with {holder}", ", until {until}", "."),
        "fa": ("درخواست", " نزد {holder}", " معلق است", "، تا {until}", "."),
    },
    "not_waiting.solved": {
        "en": ("It is solved.",),
        "fa": ("حل شده است.",),
    },
    "not_waiting.closed": {
        "en": ("It is closed.",),
        "fa": ("بسته شده است.",),
    },
    "queue_closed": {
        "en": ("{queue} is closed", ", until {until}", "."),
        "fa": ("{queue} بسته است", "، تا {until}", "."),
    },
    "not_a_member": {
        "en": ("{agent} does not serve {queue}.",),
        "fa": ("{agent} عضو {queue} نیست.",),
    },
    "no_telephone": {
        "en": ("The customer is on the telephone, and {agent} has none.",),
        "fa": ("مشتری پای تلفن است و {agent} تلفنی ندارد.",),
    },
    "not_available": {
        "en": ("{agent} is {presence}", " since {since}", ", until {until}", "."),
        "fa": ("{agent}", " از {since}", " {presence} است", "، تا {until}", "."),
    },
    "no_room": {
        "en": ("{agent} has {free} of {capacity} units free; the ticket takes {weight}.",),
        "fa": (
            "{agent} از {capacity} واحد ظرفیت {free} واحد آزاد دارد؛ درخواست {weight} واحد می‌گیرد.",
        ),
    },
    "telephone_busy": {
        "en": ("The telephone of {agent} is in use.",),
        "fa": ("تلفن {agent} مشغول است.",),
    },
    "too_early": {
        "en": ("{agent} is asked when it has waited {delay}, from {until}.",),
        "fa": ("از {agent} پس از {delay} انتظار پرسیده می‌شود، از {until}.",),
    },
    "excluded": {
        "en": ("{agent} did not take it and is asked again from {until}.",),
        "fa": ("{agent} آن را نپذیرفت و از {until} دوباره از او پرسیده می‌شود.",),
    },
    "kept_for_another": {
        "en": ("It is kept for {sticky_agent}, until {until}.",),
        "fa": ("تا {until} برای {sticky_agent} نگه داشته شده است.",),
    },
    "nothing": {
        "en": ("Nothing keeps {agent} from it: it is being handed out.",),
        "fa": ("چیزی مانع {agent} نیست: درخواست در حال واگذاری است.",),
    },
}

#: Where an agent is who is not available.
PRESENCE: Final[Mapping[str, Mapping[Language, str]]] = {
    "offline": {"en": "signed off", "fa": "خارج"},
    "away": {"en": "away", "fa": "غایب"},
    "wrap_up": {"en": "wrapping up", "fa": "در حال جمع‌بندی"},
    "draining": {"en": "finishing, taking nothing new", "fa": "در حال به پایان بردن کارهایش"},
}


def sentence(
    clause: Clause | None, state: str, known: Mapping[str, str], language: Language
) -> str:
    """Why not, of what is known: what is not known is left out."""
    return said(PHRASES[variant(clause, state)][language], known)


def variant(clause: Clause | None, state: str) -> str:
    """Which sentence it is; ``state`` is the ticket's, ``offered_to_him`` where it rings at him."""
    if clause is None:
        return "nothing"
    return f"{clause}.{state}" if clause == "not_waiting" else clause
