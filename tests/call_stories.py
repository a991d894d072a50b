"""Calls as Twilio tells of them, hook by hook, at the second at which each thing happened.

A story is written in seconds since the call came in; ``hooks`` is what arrives of it, in order,
each as late as a test wants.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from msgspec import Struct

BEGAN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CUSTOMER = "CAcustomer"
ROOM = "CFroom"


class Told(Struct):
    """A hook, and when what it tells of happened."""

    at_s: float
    hook: str
    params: dict[str, str]


def stamp(at_s: float) -> str:
    return format_datetime(BEGAN + timedelta(seconds=int(at_s)))


class Story:
    """A call under way."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._room = 0
        self._progress: dict[str, int] = {}
        self._customer = {
            "CallSid": CUSTOMER,
            "AccountSid": "AC1",
            "From": "+989121234567",
            "To": "+982191012345",
            "Caller": "+989121234567",
            "Direction": "inbound",
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "FromCity": "",
        }

    def says(self, at_s: float, hook: str, **params: Any) -> None:
        self.told.append(Told(at_s, hook, {name: str(value) for name, value in params.items()}))

    def calls(self, menu_s: int | None = None) -> None:
        """The customer calls; after so long in the menu he is parked."""
        self.says(0, "voice", **self._customer | {"CallStatus": "ringing"})
        if menu_s is not None:
            self.says(menu_s, "gather", **self._customer, Digits="1")
            self.waits(menu_s, 0)

    def waits(self, at_s: float, waited_s: int, **params: Any) -> None:
        self.says(
            at_s,
            "wait",
            **self._customer,
            QueueSid="QU1",
            QueueTime=waited_s,
            QueuePosition=1,
            AvgQueueTime=9,
            CurrentQueueSize=1,
            MaxQueueSize=1000,
            **params,
        )

    def unparked(
        self, at_s: float, result: str, waited_s: int, status: str = "in-progress"
    ) -> None:
        self.says(
            at_s,
            "enqueue_action",
            **self._customer | {"CallStatus": status},
            QueueResult=result,
            QueueSid="QU1",
            QueueTime=waited_s,
        )

    def rings(
        self,
        leg: str,
        at_s: float,
        over_s: float,
        status: str = "in-progress",
        to: str = "+4930111222",
    ) -> None:
        """An agent's telephone is called, and answered or given up."""
        self.progress(leg, "initiated", at_s, To=to)
        self.progress(leg, "ringing", at_s + 1, To=to)
        self.progress(leg, status, over_s, To=to)
        if status == "in-progress":
            self.says(
                over_s,
                "offer",
                CallSid=leg,
                Direction="outbound-api",
                CallStatus="in-progress",
                To=to,
                From="+982191012345",
            )

    def presses(self, leg: str, at_s: float) -> None:
        self.says(
            at_s,
            "offer",
            CallSid=leg,
            Direction="outbound-api",
            CallStatus="in-progress",
            Digits="1",
        )

    def progress(self, leg: str, status: str, at_s: float, **params: Any) -> None:
        number = self._progress.get(leg, -1) + 1
        self._progress[leg] = number
        way = "inbound" if leg == CUSTOMER else "outbound-api"
        told = {
            "CallSid": leg,
            "CallStatus": status,
            "Direction": way,
            "Timestamp": stamp(at_s),
            "SequenceNumber": number,
            "CallbackSource": "call-progress-events",
        }
        self.says(at_s, "call_status", **told | params)

    def room(self, at_s: float, event: str, leg: str = "", label: str = "", **params: Any) -> None:
        self._room += 1
        told = {
            "ConferenceSid": ROOM,
            "FriendlyName": "call-7",
            "AccountSid": "AC1",
            "SequenceNumber": self._room,
            "Timestamp": stamp(at_s),
            "StatusCallbackEvent": event,
        }
        if leg:
            told |= {
                "CallSid": leg,
                "Muted": "false",
                "Hold": "false",
                "Coaching": "false",
                "EndConferenceOnExit": "false",
            }
        if label:
            told["ParticipantLabel"] = label
        self.says(at_s, "conference", **told | params)

    def joins(self, at_s: float, leg: str, label: str, **params: Any) -> None:
        self.room(at_s, "participant-join", leg, label, **params)

    def leaves(self, at_s: float, leg: str, label: str) -> None:
        self.room(at_s, "participant-leave", leg, label)

    def ends(
        self, at_s: float, leg: str = CUSTOMER, *, began_s: float = 0, status: str = "completed"
    ) -> None:
        lasted = int(at_s - began_s)
        self.progress(leg, status, at_s, CallDuration=lasted, Duration=-(-lasted // 60))

    def wraps_up(self, at_s: float, agent: str) -> None:
        self.says(
            at_s,
            "agent_ui",
            agent=agent,
            event="wrap_up_done",
            at=(BEGAN + timedelta(seconds=at_s)).isoformat(),
        )

    def hooks(self, late: Callable[[], float] = lambda: 0.2) -> list[dict[str, Any]]:
        """What arrives, in that order, each so late."""
        arrived = [(one.at_s + late(), number, one) for number, one in enumerate(self.told)]
        return [
            {
                "hook": one.hook,
                "received": (BEGAN + timedelta(seconds=at_s)).isoformat(),
                "params": one.params,
            }
            for at_s, _, one in sorted(arrived, key=lambda a: a[:2])
        ]

    def mangled(self, seed: int) -> list[dict[str, Any]]:
        """The same call, told late, in disorder and with copies."""
        chance = random.Random(seed)
        hooks = self.hooks(lambda: chance.choice([0.1, 2.5, 19.0, 61.0]) * chance.random())
        copies = [
            dict(hook, received=_later(hook["received"], chance))
            for hook in hooks
            if chance.random() < 0.4
        ]
        return sorted(hooks + copies, key=lambda hook: hook["received"])


def _later(received: str, chance: random.Random) -> str:
    return (datetime.fromisoformat(received) + timedelta(seconds=30 * chance.random())).isoformat()


def handed_over_warm() -> Story:
    """14 s of menu and 38 s of queue; Ann talks 111 s, is on hold for 57 s, brings Bob in, leaves."""
    story = Story()
    story.calls(menu_s=14)
    story.waits(34, 20)
    story.rings("CAann", 40, 46)
    story.presses("CAann", 50)
    story.room(51, "conference-start")
    story.joins(51, "CAann", "agent:ann")
    story.unparked(52, "redirected", 38)
    story.joins(52, CUSTOMER, "customer", EndConferenceOnExit="true")
    story.room(163, "participant-hold", CUSTOMER, "customer", Hold="true")
    story.rings("CAbob", 170, 185)
    story.joins(190, "CAbob", "agent:bob")
    story.room(220, "participant-unhold", CUSTOMER, "customer")
    story.leaves(225, "CAann", "agent:ann")
    story.ends(225, "CAann", began_s=46)
    story.wraps_up(255, "ann")
    story.leaves(365, CUSTOMER, "customer")
    story.leaves(365, "CAbob", "agent:bob")
    story.room(
        365,
        "conference-end",
        ReasonConferenceEnded="participant-with-end-conference-on-exit-left",
        CallSidEndingConference=CUSTOMER,
    )
    story.ends(365)
    story.ends(365, "CAbob", began_s=185)
    story.wraps_up(405, "bob")
    return story
