"""One ticket's new messages, and what they mean: nothing here reads or writes."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from contactcenter.assets.ticket_assets import Spoken
from contactcenter.dispatch.arriving import Finding
from contactcenter.temperaments.temperament_reading import LOOKED_AT_CHARACTERS
from contactcenter.tickets import tickets
from routing import entry, language, requests
from routing.states import State
from routing.text import own_words

T = TypeVar("T")

#: A message that nobody has looked at for this long is routed without a look.
LATE_AFTER_S: Final = 2.0


class Claimed(Struct, frozen=True, kw_only=True):
    """A ticket with messages that nobody has looked at, as it is before the look."""

    id: int
    contact_id: int
    state: State
    channel: str
    temperament: str
    language: str | None
    entry_point_id: int | None
    queue_id: int | None
    entry_queue_id: int | None
    subject: str
    opted_out: bool


class NewMessage(Struct, frozen=True, kw_only=True):
    """One of these messages, and how long it has waited for a look.

    ``counts`` tells whether a person wrote it to us. What does not is here only if it opened its
    ticket, which needs a queue: no manner is read from it, and nothing is promised for it.
    ``by_contact`` is false where somebody else wrote in his problem. What is no ``text`` came by
    telephone: ``call_id`` is a call that waits, ``queue_id``, ``language`` and ``service_tag`` are
    what its menu led to.
    """

    id: int
    ticket_id: int
    counts: bool
    by_contact: bool
    body: str
    received_at: datetime
    waited: timedelta
    is_text: bool = True
    call_id: int | None = None
    queue_id: int | None = None
    language: str | None = None
    service_tag: str = ""


class Case(Struct, frozen=True, kw_only=True):
    """One ticket's new messages; ``facts`` of a new one."""

    ticket: Claimed
    facts: entry.Problem | None
    messages: Sequence[NewMessage]

    @property
    def counts(self) -> bool:
        """Whether a person wrote any of them."""
        return any(m.counts for m in self.messages)

    @property
    def read(self) -> Sequence[NewMessage]:
        """Those whose words are looked at: a person's, if there are any."""
        return [m for m in self.messages if m.counts] or self.messages


def is_late(messages: Sequence[NewMessage]) -> bool:
    """Whether one has waited so long that it is routed without a look."""
    return max(m.waited for m in messages) > timedelta(seconds=LATE_AFTER_S)


def without_a_look(case: Case) -> Finding:
    """The entry point's default queue, and what was known of the contact before."""
    ticket = case.ticket
    queue_id = ticket.queue_id or _last(m.queue_id for m in case.messages) or ticket.entry_queue_id
    assert queue_id is not None, f"ticket {ticket.id} has no queue to go to"
    read = case.read
    return Finding(
        ticket_id=ticket.id,
        interaction_ids=[m.id for m in case.messages],
        received_at=read[-1].received_at,
        first_received_at=read[0].received_at,
        temperament=ticket.temperament,
        language=_last(m.language for m in case.messages) or ticket.language,
        subject=tickets.subject_of(read[0].body),
        queue_id=queue_id,
        counts=case.counts,
        call_id=_last(m.call_id for m in case.messages),
    )


def concluded(case: Case, temperament: str, rules: Sequence[entry.Rule]) -> Finding:
    """What the words and the person mean; of a new ticket, also which rule fits.

    ``temperament`` is what counts of the person, these messages among what it rests on.
    """
    text = "\n".join(own_words(m.body[:LOOKED_AT_CHARACTERS]) for m in case.read)
    words = [m.body[:LOOKED_AT_CHARACTERS] for m in case.messages if m.counts]
    cues = [requests.asks_for_escalation(said) for said in words]
    finding = msgspec.structs.replace(
        without_a_look(case),
        temperament=temperament,
        language=language.detect(text) or _last(m.language for m in case.messages),
        escalation_cue=next((cue for cue in cues if cue is not None), None),
    )
    if case.facts is None:
        return finding
    problem = dataclasses.replace(
        case.facts, language=finding.language, temperament=finding.temperament, text=text
    )
    rule = entry.first_match(rules, problem)
    if rule is None:
        return finding
    return msgspec.structs.replace(finding, queue_id=rule.queue_id, rule_id=rule.rule_id)


def _last(told: Iterable[T | None]) -> T | None:
    return next((one for one in reversed([*told]) if one is not None), None)


def stays(ticket: Claimed, finding: Finding) -> bool:
    """Whether the new messages change nothing about where the ticket is or how it is shown."""
    return (
        finding.counts
        and finding.call_id is None
        and ticket.state in ("waiting", "offered", "assigned", "on_hold")
        and finding.escalation_cue is None
        and finding.temperament == ticket.temperament
        and (finding.language is None or finding.language == ticket.language)
    )


def spoken(case: Case) -> list[Spoken]:
    """What the contact himself wrote, the subject of a new problem with its first words."""
    ticket = case.ticket
    his = [m for m in case.messages if m.counts and m.by_contact]
    subjects = [ticket.subject if ticket.state == "new" else "", *[""] * len(his)]
    return [
        Spoken(
            ticket_id=ticket.id,
            contact_id=ticket.contact_id,
            interaction_id=message.id,
            at=message.received_at,
            text=f"{subject}\n{message.body}\n{message.service_tag}",
        )
        for subject, message in zip(subjects, his, strict=False)
    ]
