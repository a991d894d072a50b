"""The account of a call: its phases and its seconds, made of all that was told of it.

Nothing is added up on the way: whatever comes late, twice or in another order, the same events
give the same account. ``docs/phone.md`` says what each figure is and where it comes from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from routing.calls import beside, handing_on, spans
from routing.calls import conversation as conversations
from routing.calls import parties as telephones
from routing.calls.conversation import Conversation
from routing.calls.events import Event, distinct
from routing.calls.moments import Moments, moments
from routing.calls.outcomes import Outcome, outcome
from routing.calls.parties import Parties
from routing.calls.spans import Span

#: Who talks with the customer where it is a number outside; agents have names.
_OUTSIDE: Final = ""
#: ``outside`` is talk with a number we connected him to, and no agent there.
PhaseKind = Literal["menu", "waiting", "ringing", "talk", "hold", "outside", "voicemail", "wrap_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of a call. ``agent`` is whose it is; None for the customer's own.

    ``to_at`` is None as long as it goes on.
    """

    kind: PhaseKind
    from_at: datetime
    to_at: datetime | None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """What an agent did in a call, in seconds; handling is all three."""

    talk_s: int = 0
    hold_s: int = 0
    wrap_s: int = 0

    @property
    def handle_s(self) -> int:
        """How long he was busy with it."""
        return self.talk_s + self.hold_s + self.wrap_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a call amounts to, as far as it has come.

    ``outcome`` is what it would be if nothing else came; it stands once ``is_over``. ``met_at`` is
    when the customer first had an agent, or an outside number, with him.
    """

    outcome: Outcome
    is_over: bool
    began_at: datetime
    parked_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    ivr_s: int
    queue_s: int
    ring_s: int
    talk_s: int
    hold_s: int
    call_s: int
    transfers: int
    warm: int
    agents: Mapping[str, AgentFigures] = field(default_factory=dict)
    phases: Sequence[Phase] = ()

    @property
    def figures(self) -> dict[str, Any]:
        """The outcome, the seconds and the counts, by their names, as plain values."""
        names = ("outcome", "ivr_s", "queue_s", "ring_s", "talk_s", "hold_s", "call_s")
        return {
            **{name: getattr(self, name) for name in (*names, "transfers", "warm")},
            "agents": {
                agent: asdict(done) | {"handle_s": done.handle_s}
                for agent, done in self.agents.items()
            },
        }


def account(events: Iterable[Event], *, labels: Mapping[str, str] | None = None) -> Account | None:
    """Make up the account of a call; None where nothing was told of it.

    ``labels`` say whose telephones are, by the provider's ids, where that is known beside what was
    told: ``customer``, ``agent:7``, ``supervisor:3``, ``number:12``.
    """
    told = distinct(events)
    if not told:
        return None
    parties = telephones.parties(told, labels or {})
    when = moments(told, parties)
    talk = conversations.conversation(told, parties, when)
    menu = _menu(told, parties, when, talk)
    rings = beside.rings(told, parties)
    wraps = _wraps(told, talk)
    passed = handing_on.handed_on(
        {**talk.stays, _OUTSIDE: talk.outsiders}, {**talk.talked, _OUTSIDE: talk.outside}
    )
    queue_s = spans.length_s(talk.waited)
    met = spans.union([*talk.talk, *talk.hold, *talk.outside])
    return Account(
        outcome=outcome(told, parties, when, talk, waited_s=queue_s),
        is_over=when.is_over,
        began_at=_at(when.began_s),
        parked_at=None if when.parked_s is None else _at(when.parked_s),
        met_at=_at(met[0][0]) if met else None,
        ended_at=_at(when.ended_s) if when.is_over else None,
        ivr_s=menu[1] - menu[0],
        queue_s=queue_s,
        ring_s=sum(span[1] - span[0] for _, span in rings),
        talk_s=spans.length_s(talk.talk),
        hold_s=spans.length_s(talk.hold),
        call_s=when.ended_s - when.began_s if parties.customers else 0,
        transfers=passed.transfers,
        warm=passed.warm,
        agents=_agents(talk, wraps),
        phases=_phases(told, parties, when, talk),
    )


def _wraps(told: Sequence[Event], talk: Conversation) -> dict[str, Sequence[Span]]:
    """By whoever met the customer, and by whoever had something to do although he did not."""
    met = {agent: beside.wraps(told, agent, stays) for agent, stays in talk.stays.items()}
    missed = {agent: beside.wraps(told, agent, stays) for agent, stays in talk.missed.items()}
    return {**met, **{agent: of_agent for agent, of_agent in missed.items() if of_agent}}


def _agents(talk: Conversation, wraps: Mapping[str, Sequence[Span]]) -> dict[str, AgentFigures]:
    return {
        agent: AgentFigures(
            talk_s=spans.length_s(talk.talked.get(agent, ())),
            hold_s=spans.length_s(talk.held.get(agent, ())),
            wrap_s=sum(end - begin for begin, end in wraps[agent]),
        )
        for agent in sorted(wraps)
    }


def _menu(told: Sequence[Event], parties: Parties, when: Moments, talk: Conversation) -> Span:
    """From the beginning until he waited, talked, left a message or hung up; not if we called."""
    his = [event for event in told if event.leg in parties.customers]
    if not his or any(event.direction == "outbound" for event in his):
        return when.began_s, when.began_s
    firsts = [when.parked_s, when.message_s, *(one[0] for one in (*talk.talk, *talk.hold))]
    return when.began_s, min((s for s in firsts if s is not None), default=when.ended_s)


def _phases(
    told: Sequence[Event], parties: Parties, when: Moments, talk: Conversation
) -> tuple[Phase, ...]:
    """All stretches in order; those of agents overlap where two were there at once.

    Of a call that goes on they are looked at a second after what was told last: what began with it
    is there, and what ended with it has ended.
    """
    if not when.is_over:
        when = replace(when, ended_s=when.ended_s + 1)
        talk = conversations.conversation(told, parties, when)
    menu = _menu(told, parties, when, talk)
    found: list[tuple[PhaseKind, Span, str | None]] = [("menu", menu, None)]
    found += [("waiting", one, None) for one in talk.waited]
    found += [("ringing", one, agent) for agent, one in beside.rings(told, parties)]
    found += [("talk", one, agent) for agent, of in talk.talked.items() for one in of]
    found += [("hold", one, agent) for agent, of in talk.held.items() for one in of]
    found += [("outside", one, None) for one in talk.outside]
    if when.message_s is not None:
        found.append(("voicemail", (when.message_s, when.ended_s), None))
    found += [("wrap_up", one, agent) for agent, of in _wraps(told, talk).items() for one in of]
    return tuple(
        Phase(
            kind=kind,
            from_at=_at(begin),
            to_at=None if end == when.ended_s and not when.is_over else _at(end),
            agent=agent,
        )
        for kind, (begin, end), agent in sorted(found, key=lambda f: (f[1], f[0], f[2] or ""))
        if begin < end
    )


def _at(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
