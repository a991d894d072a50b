"""Decisions about a ticket in words: a sentence for each, made of what was written down then.

Nothing is computed anew, and nothing but names is looked up: what a decision went by lies in the
data of its event. ``routing.decision_phrases`` has the sentences. What they may name:

- ``at`` and ``agent``, whom the event is about; ``by``, who did it, if that is a person or program;
- every field of the data: ``…_s`` as a span of time, ``…_at`` and ``…_until`` as an instant,
  ``queue_id``, ``agent_id`` and ``…_from`` as names, codes in words, and other values as they are;
- of an offer what ``routing.offer_reasons`` makes of its reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any, Final

from routing.decision_phrases import PHRASES
from routing.decision_words import ACTORS, code, word
from routing.escalation import Held, in_words
from routing.offer_reasons import credit_names, credit_rows, reasons
from routing.wording import Language, digits, name, span

#: Fields that name an agent, and what the sentences call them.
_AGENTS: Final = {
    "from_agent_id": "from_agent",
    "sticky_agent_id": "sticky_agent",
    "withdrawn_from": "withdrawn_from",
}
#: Fields that name a queue.
_QUEUES: Final = {"queue_id": "queue", "from_queue_id": "from_queue", "to_queue_id": "to_queue"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An event of a ticket, as it was written down."""

    kind: str
    at: datetime
    actor: str
    agent_id: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A language, the names of agents and queues, and how an instant is written in it.

    Whoever has no name is called by his number.
    """

    language: Language
    agents: Mapping[int, str]
    queues: Mapping[int, str]
    instant: Callable[[datetime], str]

    def agent(self, agent_id: int) -> str:
        """An agent's name."""
        return name(self.agents.get(agent_id, f"#{agent_id}"), self.language)

    def queue(self, queue_id: int) -> str:
        """A queue's name."""
        return name(self.queues.get(queue_id, f"#{queue_id}"), self.language)

    def moment(self, at: datetime | str) -> str:
        """An instant, also as JSON has it."""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return self.instant(moment)


def sentence(decision: Decision, speaker: Speaker) -> str:
    """What is to be said of a decision; raises ``KeyError`` where nothing is known to say."""
    text = said(PHRASES[variant(decision)][speaker.language], _known(decision, speaker))
    return text[:1].upper() + text[1:]


def said(pieces: tuple[str, ...], known: Mapping[str, str]) -> str:
    """The pieces of which everything is known, one after the other."""
    return "".join(piece.format_map(known) for piece in pieces if _named(piece) <= known.keys())


def variant(decision: Decision) -> str:
    """Which sentence it is."""
    kind, data = decision.kind, decision.data
    match kind:
        case "ticket_offered" | "ticket_assigned":
            how = data["why"]["decision"]
        case "ticket_escalated":
            how = "by_rule" if data.get("because") else "by_person"
        case "ticket_queued":
            how = "default" if data.get("rule_id") is None else "by_rule"
            how = "by_policy" if data.get("policy") else how
        case "ticket_transferred" if "from_agent_id" in data:
            how = "to_agent"
        case "ticket_transferred":
            if data["tier"] < data["from_tier"]:  # as it was told before it had a name of its own
                return "ticket_returned"
            how = "sideways"
        case "ticket_resumed":
            how = "held" if data["state"] == "assigned" else "waiting"
        case _:
            return kind
    return f"{kind}.{how}"


def agents_named(decision: Decision) -> set[int]:
    """Whose names the sentence may need."""
    data = {**decision.data, **decision.data.get("why", {})}
    found: set[int | None] = {
        decision.agent_id,
        *(data.get(field) for field in _AGENTS),
        data.get("agent_id"),
    }
    found.add(data.get("next", {}).get("agent_id"))
    found |= {one["agent_id"] for one in data.get("passed_over", ())}
    for actor in (decision.actor, data.get("by", "")):
        kind, _, number = actor.partition(":")
        if kind == "user":
            found.add(int(number))
    return {agent_id for agent_id in found if agent_id is not None}


def queues_named(decision: Decision) -> set[int]:
    """The queues whose names the sentence may need."""
    return {decision.data[field] for field in _QUEUES if decision.data.get(field) is not None}


def _known(decision: Decision, speaker: Speaker) -> dict[str, str]:
    why = decision.data.get("why", {})
    known = {"at": speaker.moment(decision.at)}
    for field, value in {**decision.data, **why}.items():
        text = _written(decision.kind, field, value, speaker)
        if text is not None:
            known[_called(field)] = text
    if decision.agent_id is not None:
        known["agent"] = speaker.agent(decision.agent_id)
    if by := _actor(why.get("by", decision.actor), speaker):
        known["by"] = by
    return known | reasons(why, speaker)


def _called(field: str) -> str:
    """What a field is called in the sentences."""
    return _AGENTS.get(field) or _QUEUES.get(field) or field.removesuffix("_s")


def _written(  # noqa: PLR0911  each kind of field has its own way
    kind: str, field: str, value: Any, speaker: Speaker
) -> str | None:
    """How the value of a field is written; None: not at all."""
    language = speaker.language
    if value is None or isinstance(value, bool):
        return None
    if field in _AGENTS:
        return speaker.agent(value)
    if field in _QUEUES:
        return speaker.queue(value)
    if field.endswith(("_at", "_until")):
        return speaker.moment(value)
    if isinstance(value, Mapping | list):
        return _many(field, value, language) or None
    if isinstance(value, str):
        return code(kind, field, value, language)
    return span(value, language) if field.endswith("_s") else digits(str(value), language)


def _many(field: str, value: Any, language: Language) -> str:
    match field:
        case "credits":
            return credit_rows(value, language)
        case "revoked":
            return credit_names(value, language)
        case "because":
            return in_words([Held(**one) for one in value], language)
        case _:
            return ""


def _actor(actor: str, speaker: Speaker) -> str | None:
    kind, _, number = actor.partition(":")
    if kind == "user":
        return speaker.agent(int(number))
    return word(ACTORS, kind, speaker.language) if kind in ACTORS else None


def _named(piece: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(piece) if field}
