"""A call's account, made of what channels told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from channels import CallEvent
from routing.calls.account import Account, Phase, account
from routing.calls.events import Event

#: What an account is made of; the rest of what is told is for others.
_TOLD: Final = tuple(f.name for f in fields(Event) if f.init)


def of_events(
    events: Iterable[CallEvent], *, labels: Mapping[str, str] | None = None
) -> Account | None:
    """Make up the account of a call by all that was told of it, in any order; None for nothing.

    ``labels`` say whose telephones are, by the provider's ids: what our rows know.
    """
    return account(map(_event, events), labels=labels)


def kept(made: Account) -> dict[str, Any]:
    """The account as it is kept and shown: its figures and its phases, times in ISO 8601."""
    return {**made.figures, "phases": [_phase(phase) for phase in made.phases]}


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "kind": phase.kind,
        "from": phase.from_at.isoformat(),
        "to": None if phase.to_at is None else phase.to_at.isoformat(),
        "agent": phase.agent,
    }


def _event(event: CallEvent) -> Event:
    return Event(**{name: getattr(event, name) for name in _TOLD})
