"""What was decided in a scenario, for people: a sentence for each offer, and how it all ended."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from contactcenter.scenarios.units import Unit, from_us
from routing.engine.playing import Played
from routing.sentences import sentence
from routing.wording import Language, digits, name

_UNIT: Final[Mapping[Language, Mapping[Unit, str]]] = {
    "en": {"s": " s", "ticks": " ticks"},
    "fa": {"s": " ثانیه", "ticks": " تیک"},
}
_OFFERED: Final[Mapping[Language, str]] = {
    "en": "{at}: ticket {ticket} was offered to {agent}.",
    "fa": "{at}: درخواست {ticket} به \u2068{agent}\u2069 پیشنهاد شد.",
}
_ENDED: Final[Mapping[Language, str]] = {"en": "In the end", "fa": "در پایان"}
_TICKET: Final[Mapping[Language, str]] = {
    "en": "ticket {id}: {state}",
    "fa": "درخواست {id}: {state}",
}
_STATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "waiting": "waiting",
        "offered": "offered to {agent}",
        "assigned": "assigned to {agent}",
        "done": "done",
        "left": "left",
        "wrap_up": "wrapping up",
    },
    "fa": {
        "waiting": "در انتظار",
        "offered": "پیشنهادشده به \u2068{agent}\u2069",
        "assigned": "در دست \u2068{agent}\u2069",
        "done": "انجام‌شده",
        "left": "رها کرده",
        "available": "آماده",
        "away": "غایب",
        "offline": "خارج",
        "wrap_up": "در حال جمع‌بندی",
    },
}


def lines(played: Played, unit: Unit, language: Language) -> Iterator[str]:
    """The offers in order, then each ticket and each agent as it ended."""
    instant = partial(_time, unit=unit, suffix="")
    span = partial(_time, unit=unit, suffix=_UNIT[language][unit])
    if played.why:
        for why in played.why:
            yield sentence(why, language, instant=instant, span=span)
    else:
        for at_us, ticket_id, agent in played.offers:
            at, ticket = digits(instant(at_us), language), digits(str(ticket_id), language)
            yield _OFFERED[language].format(at=at, ticket=ticket, agent=agent)
    yield f"{_ENDED[language]}:"
    for ticket_id, (state, holder) in played.tickets.items():
        ended = _STATES[language][state].format(agent=holder)
        ticket = digits(str(ticket_id), language)
        yield "  " + _TICKET[language].format(id=ticket, state=ended)
    for agent, presence in played.agents.items():
        yield f"  {name(agent, language)}: {_STATES[language].get(presence, presence)}"


def _time(value_us: int, *, unit: Unit, suffix: str) -> str:
    return f"{from_us(value_us, unit)}{suffix}"
