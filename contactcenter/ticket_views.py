"""Tickets as the people who may read them see them."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.calls.ticket_calls import TicketCall
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from routing.sla import Metric
from routing.states import State
from routing.temperament import Label, guidance

#: How the next promise of a ticket stands.
Promise = Literal["running", "paused", "overdue"]


class Line(Struct, frozen=True, kw_only=True):
    """A ticket in a list.

    Of its promises the next to be due, ``sla_…``; null where none runs. ``sla_due_at`` is null
    while that one stands still: none of them runs then.
    """

    id: int
    subject: str
    state: State
    channel: str
    tier: int | None
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    contact_id: int
    contact_name: str | None
    temperament: Label
    language: str | None
    category_id: int | None
    opened_at: datetime
    enqueued_at: datetime
    last_customer_message_at: datetime | None
    last_reply_at: datetime | None
    wake_at: datetime | None
    solved_at: datetime | None
    abandoned_at: datetime | None
    escalations: int
    reopens: int
    sla_metric: Metric | None
    sla_due_at: datetime | None
    sla_state: Promise | None
    version: int


class _Row(Struct, frozen=True, kw_only=True):
    id: int
    subject: str
    state: State
    channel: str
    entry_point_id: int | None
    tier: int | None
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    accountable_id: int | None
    accountable_name: str | None
    accountable_team_id: int | None
    accountable_team_name: str | None
    hand_over: Literal["escalated", "returned"] | None
    handed_over_at: datetime | None
    handed_over_by_id: int | None
    contact_id: int
    contact_name: str | None
    temperament: Label
    language: str | None
    category_id: int | None
    credit_s: int
    episode: int
    escalations: int
    returns: int
    reopens: int
    opened_at: datetime
    enqueued_at: datetime
    first_reply_at: datetime | None
    last_customer_message_at: datetime | None
    last_reply_at: datetime | None
    wake_at: datetime | None
    hold_reason: str | None
    disposition: str | None
    solved_at: datetime | None
    solved_by_id: int | None
    closed_at: datetime | None
    abandoned_at: datetime | None
    spam: bool
    follows_id: int | None
    sticky_agent_id: int | None
    sticky_until: datetime | None
    version: int
    sla_metric: Metric | None
    sla_due_at: datetime | None
    sla_state: Promise | None
    tags: list[str]
    credits: dict[str, int]
    segments: list[Any]
    policy_guidance: Any
    follow_ups: list[Any]
    assets: list[Any]
    names_unowned_tag: bool
    offered_to_id: int | None
    offer_expires_at: datetime | None
    opted_out_at: datetime | None
    call: Any


class Word(Struct, frozen=True, kw_only=True):
    """What the contact is: a value of a kind of segment, and how both are called."""

    kind: str
    kind_name_en: str
    kind_name_fa: str
    value: str
    name_en: str
    name_fa: str


class OpenFollowUp(Struct, frozen=True, kw_only=True):
    """What somebody still has to do, by when; ``what_fa`` is there where nobody wrote ``what``."""

    id: int
    kind: Literal["promise", "undecided", "task"]
    what: str
    what_fa: str | None
    due_at: datetime
    is_overdue: bool
    agent_id: int | None
    team_id: int | None


class Machine(Struct, frozen=True, kw_only=True):
    """What the problem is about."""

    service_tag: str
    model: str


class Remark(Struct, frozen=True, kw_only=True):
    """A sentence for the agent, in both languages."""

    en: str
    fa: str


#: Nobody is told more of it: neither which tag it was, nor whether there is such a machine.
UNOWNED_TAG: Final = Remark(
    en="A service tag was named that is not this customer's. Ask whose machine it is.",
    fa="شناسهٔ دستگاهی گفته شده که از آنِ این مشتری نیست. بپرسید دستگاه مال کیست.",
)


class Guidance(Struct, frozen=True, kw_only=True):
    """How to treat this person, in the language of the agent's choice."""

    en: tuple[str, ...]
    fa: tuple[str, ...]


class PolicyGuidance(Struct, frozen=True, kw_only=True):
    """What the first policy that guides says of customers like him, in both languages."""

    policy: str
    en: str
    fa: str


class TicketView(_Row, frozen=True, kw_only=True):
    """A ticket with all an agent needs before the first word.

    ``accountable_id`` is the agent who holds it, else the lead of the queue's team; null where the
    team has no lead: then all of ``accountable_team_id`` are. ``hand_over`` says how it came to its
    queue while nobody there has taken it: by whom, if he held it, and when. ``enqueued_at`` is the
    start of the episode, kept through every move.
    ``sticky_agent_id`` had it before: until ``sticky_until`` it is kept for him while he is signed
    in. ``abandoned_at`` is when the customer left before anybody had answered; it was not solved.
    ``credits`` are the reasons whose seconds add up to ``credit_s``, ``segments`` what counts of
    the contact now.
    ``opted_out_at`` is since when one of the contact's addresses takes no messages from us on this
    channel; null where all do. An answer there is refused with ``opted_out``. ``sla_…`` is the next
    promise to be due, as in lists. ``assets`` are machines of the contact's that it is about,
    ``unowned_tag`` is there where another was named, until somebody attached one since.
    ``contact_card`` is where the contact's card is read. ``call`` is there while he is on the line.
    """

    segments: list[Word]
    policy_guidance: PolicyGuidance | None
    follow_ups: list[OpenFollowUp]
    assets: list[Machine]
    unowned_tag: Remark | None
    guidance: Guidance
    contact_card: str
    call: TicketCall | None


class Filter(Struct, frozen=True, kw_only=True):
    """What to list; None is everything."""

    queue_id: int | None = None
    states: list[str] | None = None
    agent_id: int | None = None
    contact_id: int | None = None
    tag: str | None = None
    temperament: str | None = None


_SQL = db.Statements(__name__)
_list_page = _SQL.take("list_page", Line)
_find = _SQL.take("find", _Row)
_ring_of = _SQL.take("ring_of", int)
_may_read_ticket = _SQL.take("may_read_ticket", bool)


async def page(
    conn: Conn, viewer_id: int, wanted: Filter, *, before_id: int, limit: int
) -> list[Line]:
    """List newest first what this person may read; a plan of its own for each set of filters."""
    async with conn.transaction(readonly=True):
        # Which index serves depends on which filters are set: a shared plan would serve none.
        await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        return await _list_page.all(
            conn,
            viewer_id,
            before_id,
            limit,
            wanted.queue_id,
            wanted.states,
            wanted.agent_id,
            wanted.contact_id,
            wanted.tag,
            wanted.temperament,
        )


async def find(conn: Conn, viewer_id: int, ticket_id: int) -> TicketView:
    """Read one; ``NotFound`` where there is none that this person may read."""
    row = await _find.first(conn, viewer_id, ticket_id)
    if row is None:
        raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)
    columns = msgspec.structs.asdict(row)
    words = msgspec.convert(columns.pop("segments"), list[Word])
    told = msgspec.convert(columns.pop("policy_guidance"), PolicyGuidance | None)
    machines = msgspec.convert(columns.pop("assets"), list[Machine])
    follow_ups = msgspec.convert(columns.pop("follow_ups"), list[OpenFollowUp])
    call = msgspec.convert(columns.pop("call"), TicketCall | None)
    return TicketView(
        **columns,
        segments=words,
        policy_guidance=told,
        follow_ups=follow_ups,
        call=call,
        assets=machines,
        unowned_tag=UNOWNED_TAG if row.names_unowned_tag else None,
        guidance=guidance_for(row.temperament),
        contact_card=card_of(row.contact_id),
    )


async def check_may_read(conn: Conn, viewer_id: int, ticket_id: int) -> None:
    """Raise ``NotFound`` where there is no such ticket that this person may read."""
    if not await _may_read_ticket.one(conn, viewer_id, ticket_id):
        raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)


async def ringing_at(conn: Conn, agent_id: int) -> list[int]:
    """The tickets the agent can accept or decline now, the most urgent first."""
    return await _ring_of.all(conn, agent_id)


def card_of(contact_id: int) -> str:
    """Where an agent reads all that is known of whom he is about to talk with."""
    return f"/api/v1/contacts/{contact_id}/card"


def guidance_for(temperament: Label) -> Guidance:
    """How to treat a person of this temperament, in both languages."""
    texts = guidance(temperament)
    return Guidance(en=texts["en"], fa=texts["fa"])
