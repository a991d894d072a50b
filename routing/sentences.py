"""Explanations in words, in English and in Persian.

Numbers come from ``routing.explanation``; how an instant and a span of time are written is passed
in, because only the caller knows his clock and his unit.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from routing.decision_words import BEHIND, CREDITS, word
from routing.eligibility import Clause
from routing.explanation import TICKETS_COUNTED, Explanation, PassedOver
from routing.wording import Language, in_persian_digits, listed, name

Write = Callable[[int], str]

#: Why an agent may not have a ticket, by the first false clause.
CLAUSES: Final[Mapping[Language, Mapping[Clause, str]]] = {
    "en": {
        "not_waiting": "the ticket does not wait",
        "queue_closed": "the queue is closed",
        "not_a_member": "does not serve the queue",
        "no_telephone": "has no telephone",
        "not_available": "is not available",
        "no_room": "has no room",
        "telephone_busy": "is on the telephone",
        "too_early": "is asked later",
        "excluded": "did not take it",
        "kept_for_another": "it is kept for another agent",
    },
    "fa": {
        "not_waiting": "درخواست در انتظار نیست",
        "queue_closed": "صف بسته است",
        "not_a_member": "عضو این صف نیست",
        "no_telephone": "تلفن ندارد",
        "not_available": "حاضر نیست",
        "no_room": "ظرفیت ندارد",
        "telephone_busy": "پای تلفن است",
        "too_early": "دیرتر پرسیده می‌شود",
        "excluded": "آن را نپذیرفت",
        "kept_for_another": "برای کارشناس دیگری نگه داشته شده است",
    },
}


def sentence(why: Explanation, language: Language, *, instant: Write, span: Write) -> str:
    """One offer explained; ``instant`` and ``span`` write microseconds, in Latin digits."""
    if language == "fa":
        return " ".join(_persian(why, instant, span))
    return " ".join(_english(why, instant, span))


def clause_in_words(clause: Clause, language: Language) -> str:
    """Why an agent may not have a ticket, to be set after his name."""
    return CLAUSES[language][clause]


def _english(why: Explanation, instant: Write, span: Write) -> Iterator[str]:
    yield f"{instant(why.at_us)}: ticket {why.ticket_id} was offered to {why.agent_id}."
    parts = [f"It had waited {span(why.waited_us)}"]
    parts += [f"+ {span(r.credit_us)} ({word(CREDITS, r.name, 'en')})" for r in why.credits]
    if why.handicap_us:
        parts.append(f"- {span(why.handicap_us)} (handicap)")
    if len(parts) > 1:
        parts.append(f"= {span(why.score_us)}")
    yield " ".join(parts) + "."
    if why.tickets > 1 and why.next_score_us is not None:
        place = "the highest" if why.rank == 1 else f"number {why.rank}"
        yield (
            f"That is {place} of {_count(why.tickets, 'en')} tickets {why.agent_id} could take"
            f" (next: {span(why.next_score_us)})."
        )
    if why.is_sticky:
        yield f"{why.agent_id} is the ticket's own agent."
    yield (
        f"{why.agent_id}: level {why.level}, band {why.band}, load {why.load} of {why.capacity},"
        f" idle for {span(why.idle_us)}, the first of {why.agents}."
    )
    if why.next_agent is not None and why.behind_because is not None:
        yield f"Behind: {why.next_agent} ({word(BEHIND, why.behind_because, 'en')})."
    if why.passed_over:
        named = (_passed(one, "en", instant) for one in why.passed_over)
        yield f"Not eligible: {listed(named, 'en')}."


def _persian(why: Explanation, instant: Write, span: Write) -> Iterator[str]:
    digits = in_persian_digits
    agent = name(why.agent_id, "fa")
    yield digits(f"{instant(why.at_us)}: درخواست {why.ticket_id}") + f" به {agent} پیشنهاد شد."
    parts = [f"{span(why.waited_us)} در انتظار بود"]
    parts += [f"+ {span(r.credit_us)} ({word(CREDITS, r.name, 'fa')})" for r in why.credits]
    if why.handicap_us:
        parts.append(f"- {span(why.handicap_us)} (کسر)")
    if len(parts) > 1:
        parts.append(f"= {span(why.score_us)}")
    yield digits(" ".join(parts)) + "."
    if why.tickets > 1 and why.next_score_us is not None:
        place = "بالاترین" if why.rank == 1 else digits(f"شمارهٔ {why.rank}")
        yield (
            f"{place} از {_count(why.tickets, 'fa')} درخواستی که {agent} می‌توانست بگیرد"
            + digits(f" (بعدی: {span(why.next_score_us)}).")
        )
    if why.is_sticky:
        yield f"{agent} کارشناس خود درخواست است."
    yield f"{agent}: " + digits(
        f"سطح {why.level}، رستهٔ {why.band}، بار {why.load} از {why.capacity}،"
        f" بیکار {span(why.idle_us)}، نخست از {why.agents}."
    )
    if why.next_agent is not None and why.behind_because is not None:
        yield f"پس از او: {name(why.next_agent, 'fa')} ({word(BEHIND, why.behind_because, 'fa')})."
    if why.passed_over:
        named = (_passed(one, "fa", instant) for one in why.passed_over)
        yield f"واجد شرایط نبودند: {listed(named, 'fa')}."


def _passed(one: PassedOver, language: Language, instant: Write) -> str:
    words = clause_in_words(one.clause, language)
    if language == "fa":
        until = "" if one.until_us is None else in_persian_digits(f"، تا {instant(one.until_us)}")
        return f"{name(one.agent_id, 'fa')} ({words}{until})"
    until = "" if one.until_us is None else f", until {instant(one.until_us)}"
    return f"{one.agent_id} ({words}{until})"


def _count(tickets: int, language: Language) -> str:
    """How many tickets, where counting stopped at some."""
    if language == "fa":
        return in_persian_digits(("دست‌کم " if tickets == TICKETS_COUNTED else "") + str(tickets))
    return ("at least " if tickets == TICKETS_COUNTED else "") + str(tickets)
