"""Everything a fake telephone network remembers, and what all its parts share."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from contactcenter.fakes.twilio_voice_hooks import HookPoster
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import NOBODY, Caller, Phone
from contactcenter.fakes.twilio_voice_time import Time


class Member:
    """Somebody in a queue, since when."""

    def __init__(self, leg: Leg, since: datetime) -> None:
        self.leg = leg
        self.since = since


class Queue:
    """A place to wait. ``members`` are in the order they came."""

    def __init__(self, sid: str, name: str, most: int, at: datetime) -> None:
        self.sid = sid
        self.name = name
        self.most = most
        self.created_at = at
        self.members: list[Member] = []
        self.waits_s: list[int] = []

    @property
    def average_s(self) -> int:
        """How long those who left have waited, on average."""
        return sum(self.waits_s) // len(self.waits_s) if self.waits_s else 0


class Recording:
    """Something recorded. ``pieces_s`` are what was kept, ``running_since`` while it goes on."""

    def __init__(self, *, sid: str, source: str, leg: Leg, conference_sid: str) -> None:
        self.sid = sid
        self.source = source
        self.leg = leg
        self.conference_sid = conference_sid
        self.status = "in-progress"
        self.started_at: datetime | None = None
        self.running_since: datetime | None = None
        self.kept_s = 0.0
        self.status_url = ""
        self.status_events: Sequence[str] = ("completed",)
        self.is_deleted = False


class Network:
    """The state. ``phones`` are who may be called; each call of one uses up a behaviour.

    ``speaking_s`` and ``playing_s`` are how long a text is spoken and a sound is played.
    ``numbers`` are the account's own; none given, every number is.
    """

    def __init__(
        self,
        *,
        time: Time,
        poster: HookPoster,
        account_sid: str,
        auth_token: str,
        numbers: frozenset[str],
    ) -> None:
        self.time = time
        self.poster = poster
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.numbers = numbers
        self.url = ""
        self.legs: dict[str, Leg] = {}
        self.queues: dict[str, Queue] = {}
        self.recordings: dict[str, Recording] = {}
        self.phones: dict[str, list[Phone]] = {}
        self.speaking_s = 2.0
        self.playing_s = 3.0
        self.most_in_queue = 1000
        self.ring_s = 60

    @property
    def problems(self) -> list[str]:
        """What the product did wrong, in words."""
        return self.poster.problems

    def now(self) -> datetime:
        """The network's time."""
        return self.time.now()

    def leg(self, *, direction: str, from_: str, to: str, person: Caller | Phone) -> Leg:
        """Make a telephone that takes part."""
        leg = Leg(
            sid=new_sid("CA"),
            number=len(self.legs) + 1,
            account_sid=self.account_sid,
            direction=direction,
            from_=from_,
            to=to,
            person=person,
            created_at=self.now(),
        )
        self.legs[leg.sid] = leg
        return leg

    def phone(self, address: str) -> Phone:
        """How a telephone behaves when it is called now; the last behaviour stays."""
        behaviours = self.phones.get(address)
        if not behaviours:
            return NOBODY
        return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]

    def queue(self, name: str) -> Queue:
        """The queue of that name, made when it is first used."""
        for queue in self.queues.values():
            if queue.name == name:
                return queue
        queue = Queue(new_sid("QU"), name, self.most_in_queue, self.now())
        self.queues[queue.sid] = queue
        return queue

    def report(self, leg: Leg, url: str, params: Sequence[tuple[str, str]]) -> None:
        """Tell of a telephone something nobody waits for."""
        leg.posted += 1
        self.poster.report(url, params, name=f"{leg.number}/{leg.posted}")

    def progress(self, leg: Leg, status: str) -> None:
        """Change a telephone's status and tell who asked for it."""
        leg.status = status
        params = leg.progress_form(self.now())
        if params is not None:
            self.report(leg, leg.status_url, params)


def new_sid(prefix: str) -> str:
    """Make an id that was never used."""
    return f"{prefix}{secrets.token_hex(16)}"


def seconds_between(since: datetime, until: datetime) -> int:
    """Whole seconds, as the network counts."""
    return int((until - since).total_seconds())
