"""What is stored at the end of the demo, read past the product's own code, in one snapshot."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Database


class Received(Struct, frozen=True, kw_only=True):
    """A customer's message."""

    external_id: str | None
    body: str


class MailReceived(Received, frozen=True, kw_only=True):
    """A customer's mail; ``external_id`` is its Message-ID."""

    sender: str
    ticket_id: int


class Written(Struct, frozen=True, kw_only=True):
    """A message of ours, and how far the outbox came with it."""

    correlation_id: str
    state: str
    body: str


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket as it stands."""

    id: int
    state: str
    tier: int | None
    temperament: str
    episode: int
    escalations: int
    reopens: int
    opened_at: datetime
    enqueued_at: datetime
    solved_at: datetime | None


class Leg(Struct, frozen=True, kw_only=True):
    """One stay of a ticket in one queue with one holder or none."""

    ticket_id: int
    episode: int
    agent_id: int | None
    from_at: datetime
    to_at: datetime | None
    ended_by: str | None


class Offer(Struct, frozen=True, kw_only=True):
    """A ticket at an agent, from the first ring until he let go of it."""

    ticket_id: int
    agent_id: int
    weight: int
    state: str
    offered_at: datetime
    ended_at: datetime | None


class Agent(Struct, frozen=True, kw_only=True):
    """What an agent may hold and what is written down that he holds, in units."""

    id: int
    name: str
    capacity: int
    load: int


class Neglect(Struct, frozen=True, kw_only=True):
    """A ticket that waits, and an agent who could have it."""

    ticket_id: int
    agent: str


class Timer(Struct, frozen=True, kw_only=True):
    """A timer, and how late it is."""

    kind: str
    key: str
    ticket_id: int | None
    late_s: float


class Event(Struct, frozen=True, kw_only=True):
    """A fact about a ticket; without a version where it left the ticket's row alone."""

    id: int
    xid: str
    kind: str
    at: datetime
    ticket_id: int
    version: int | None


class Machine(Struct, frozen=True, kw_only=True):
    """A machine, its owner, and the contacts on whose tickets it is, once for each ticket."""

    service_tag: str
    owner_id: int
    attached_for: Sequence[int]


class Call(Struct, frozen=True, kw_only=True):
    """A call, by the provider's id of its customer's telephone, in seconds as they were measured.

    ``entries`` is how often somebody with this number is on a timeline by phone. It ``is_over``
    when it has ended and routing has drawn its conclusions.
    """

    sid: str
    state: str
    outcome: str | None
    is_over: bool
    ivr_s: int
    queue_s: int
    talk_s: int
    hold_s: int
    call_s: int
    entries: int


class HeldByCall(Struct, frozen=True, kw_only=True):
    """Somebody or something that a call which is over still keeps."""

    call_id: int
    who: str


class Evidence(Struct, frozen=True, kw_only=True):
    """Everything the promises are about."""

    received: Sequence[Received]
    written: Sequence[Written]
    tickets: Sequence[Ticket]
    legs: Sequence[Leg]
    offers: Sequence[Offer]
    agents: Sequence[Agent]
    timers: Sequence[Timer]
    events: Sequence[Event]
    mails_received: Sequence[MailReceived] = ()
    mails_written: Sequence[Written] = ()
    chats_received: Sequence[Received] = ()
    chats_written: Sequence[Written] = ()
    machines: Sequence[Machine] = ()
    calls: Sequence[Call] = ()
    held_by_calls: Sequence[HeldByCall] = ()


_SQL = db.Statements(__name__)
_received = _SQL.take("received", Received)
_written = _SQL.take("written", Written)
_mails_received = _SQL.take("mails_received", MailReceived)
_mails_written = _SQL.take("mails_written", Written)
_chats_received = _SQL.take("chats_received", Received)
_chats_written = _SQL.take("chats_written", Written)
_list_tickets = _SQL.take("list_tickets", Ticket)
_list_legs = _SQL.take("list_legs", Leg)
_list_offers = _SQL.take("list_offers", Offer)
_list_agents = _SQL.take("list_agents", Agent)
_left_waiting = _SQL.take("left_waiting", Neglect)
_unaccountable = _SQL.take("unaccountable", int)
_list_timers = _SQL.take("list_timers", Timer)
_list_machines = _SQL.take("list_machines", Machine)
_list_calls = _SQL.take("list_calls", Call)
_held_by_calls = _SQL.take("held_by_calls", HeldByCall)
_list_events = _SQL.take("list_events", Event)


async def gather(database: Database) -> Evidence:
    """Read it all as it stands at one instant."""
    async with (
        database.read() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        return Evidence(
            received=await _received.all(conn),
            written=await _written.all(conn),
            mails_received=await _mails_received.all(conn),
            mails_written=await _mails_written.all(conn),
            chats_received=await _chats_received.all(conn),
            chats_written=await _chats_written.all(conn),
            tickets=await _list_tickets.all(conn),
            legs=await _list_legs.all(conn),
            offers=await _list_offers.all(conn),
            agents=await _list_agents.all(conn),
            timers=await _list_timers.all(conn),
            events=await _list_events.all(conn),
            machines=await _list_machines.all(conn),
            calls=await _list_calls.all(conn),
            held_by_calls=await _held_by_calls.all(conn),
        )


class Watch:
    """Looks again and again at what must hold at every instant."""

    def __init__(self, database: Database) -> None:
        self.looks = 0
        #: Who was left waiting beside somebody who was free, and what nobody answered for.
        self.neglects: set[Neglect] = set()
        self.unaccountable: set[int] = set()
        self._database = database

    async def look(self) -> None:
        """Take one look; each of its questions is answered from one snapshot."""
        async with self._database.read() as conn:
            self.neglects.update(await _left_waiting.all(conn))
            self.unaccountable.update(await _unaccountable.all(conn))
        self.looks += 1
