"""Hooks of telephones as a channel hands them to the switchboard."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import CallEvent, CallHook, Raw

#: When the calls of tests begin; places for events are prepared around now.
NOON = datetime.now(UTC).replace(microsecond=0)
OURS = "+15005550006"
ANN = "+15005550001"

_keys = itertools.count(1)


def at(seconds: float) -> datetime:
    """So many seconds after the call began."""
    return NOON + timedelta(seconds=seconds)


def told(
    name: Any,
    kind: Any = None,
    seconds: float = 0,
    *,
    leg: str | None = "CA1",
    conference: str | None = None,
    room: str | None = None,
    key: str | None = None,
    query: dict[str, str] | None = None,
    late_s: float = 0.2,
    account: str = "AC1",
    answers: bool = False,
    **event: Any,
) -> CallHook:
    """A hook with one event, which happened so many seconds after the call began."""
    received_at = at(seconds + late_s)
    events: tuple[CallEvent, ...] = ()
    if kind is not None:
        events = (
            CallEvent(
                kind=kind,
                at=at(seconds),
                received_at=received_at,
                leg=leg,
                conference=conference,
                **event,
            ),
        )
    return CallHook(
        name=name,
        key=key or f"key-{next(_keys)}",
        account=account,
        leg=leg,
        conference=conference,
        room=room,
        query=query or {},
        events=events,
        received_at=received_at,
        raw=Raw(body=f"{name}={kind}".encode(), content_type="application/x-www-form-urlencoded"),
        answers=answers,
    )


def voice(
    leg: str = "CA1", *, caller: str | None = ANN, seconds: float = 0, **more: Any
) -> CallHook:
    """Somebody calls."""
    return told(
        "voice",
        "began",
        seconds,
        leg=leg,
        direction="inbound",
        caller=caller,
        called=OURS,
        answers=True,
        **more,
    )


def over(leg: str = "CA1", seconds: float = 60, status: str = "completed", **more: Any) -> CallHook:
    """A telephone hung up."""
    return told("call_status", "ended", seconds, leg=leg, status=status, **more)
