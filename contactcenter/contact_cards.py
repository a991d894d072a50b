"""A contact's card: all an agent needs before the first word, read in one statement.

Every agent may know of every contact; what is talked of on tickets is shown as far as he may read
them. Nothing another customer wrote is on it, nor another's address.
"""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import completeness, contact_facts, db, redaction
from contactcenter.completeness import MissingFact, Score, Worth
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact, KnownIdentity
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.segments.profile_registry import SEGMENTS
from contactcenter.segments.segment_views import SegmentView
from contactcenter.segments.segments import TEMPERAMENT, UNKNOWN, Source
from contactcenter.ticket_views import Guidance, guidance_for
from routing.temperament import Label
from routing.text import own_words

#: So much is shown of what was said.
EXCERPT_CHARACTERS: Final = 300


class Manner(Struct, frozen=True, kw_only=True):
    """How he wants to be treated, with guidance; the evidence is at ``…/temperament``."""

    label: Label
    confidence: float
    source: Source | None
    since: datetime | None
    note: str | None
    guidance: Guidance


class Said(Struct, frozen=True, kw_only=True):
    """Something he said or was told, by whom of us; the words without quotations, cut short."""

    id: int
    ticket_id: int
    channel: str
    direction: Literal["inbound", "outbound"]
    state: str
    excerpt: str
    occurred_at: datetime
    author_id: int | None
    author_name: str | None


class OpenTicket(Struct, frozen=True, kw_only=True):
    """A problem that is not solved; of a ``restricted`` one nothing but its id is told."""

    id: int
    restricted: bool
    subject: str | None = None
    state: str | None = None
    channel: str | None = None
    queue_name: str | None = None
    agent_id: int | None = None
    agent_name: str | None = None
    opened_at: datetime | None = None
    last_customer_message_at: datetime | None = None
    last_reply_at: datetime | None = None
    sla_metric: str | None = None
    sla_due_at: datetime | None = None
    sla_state: str | None = None


class OwnedAsset(Struct, frozen=True, kw_only=True):
    """A machine that is his now, since when, and until when its warranty runs."""

    id: int
    service_tag: str
    model: str
    product_category: str | None
    warranty_level: str
    warranty_until: datetime | None
    since: datetime


class FollowUp(Struct, frozen=True, kw_only=True):
    """What he was promised, or what somebody has to do about him, by when."""

    id: int
    kind: str
    what: str
    what_fa: str | None
    due_at: datetime
    ticket_id: int | None
    agent_id: int | None
    agent_name: str | None
    overdue: bool


class Opinion(Struct, frozen=True, kw_only=True):
    """What he liked or did not like."""

    id: int
    topic: str
    attribute: str | None
    polarity: str
    score: int | None
    words: str | None
    given_at: datetime
    ticket_id: int | None


class Card(Struct, frozen=True, kw_only=True):
    """What is known of a contact at ``read_at``; ``segments`` has no temperament among them."""

    contact: Contact
    read_at: datetime
    identities: list[KnownIdentity]
    segments: list[SegmentView]
    entitlements: list[str]
    manner: Manner
    behaviour: dict[str, float]
    interactions: list[Said]
    tickets: list[OpenTicket]
    assets: list[OwnedAsset]
    follow_ups: list[FollowUp]
    satisfaction: list[Opinion]
    score: Score

    @property
    def missing_fact(self) -> MissingFact | None:
        """The one thing worth asking."""
        return self.score.missing_fact

    def segment(self, kind: str) -> SegmentView | None:
        """What counts of a kind with one value."""
        return next((s for s in self.segments if s.kind == kind), None)


class _Row(Contact, frozen=True, kw_only=True):
    read_at: datetime
    identities: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    entitlements: list[str]
    behaviour: dict[str, float]
    interactions: list[dict[str, Any]]
    tickets: list[dict[str, Any]]
    assets: list[dict[str, Any]]
    follow_ups: list[dict[str, Any]]
    satisfaction: list[dict[str, Any]]
    worth_knowing: list[dict[str, Any]]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Row)


async def read(conn: Conn, viewer_id: int, contact_id: int) -> Card:
    """The card as this person may see it; raises ``NotFound``, or ``ContactMerged``.

    Of a history of more than 500 interactions of which he may read none of the newest, those on
    the 50 newest tickets that he may read are looked at.
    """
    row = await _read.first(conn, viewer_id, contact_id)
    if row is None:
        await contacts.find(conn, contact_id)  # says why
        raise NotFound(f"there is no contact {contact_id}", contact_id=contact_id)
    return _card(row)


def _card(row: _Row) -> Card:
    contact = Contact(**{name: getattr(row, name) for name in Contact.__struct_fields__})
    said = msgspec.convert(row.segments, list[SegmentView])
    own = [identity["value"] for identity in row.identities]
    return Card(
        contact=contact,
        read_at=row.read_at,
        identities=msgspec.convert(row.identities, list[KnownIdentity]),
        segments=[segment for segment in said if segment.kind != TEMPERAMENT],
        entitlements=row.entitlements,
        manner=_manner(next((s for s in said if s.kind == TEMPERAMENT), None)),
        behaviour=row.behaviour,
        interactions=[_said(one, own) for one in row.interactions],
        tickets=[_ticket(one, own) for one in row.tickets],
        assets=msgspec.convert(row.assets, list[OwnedAsset]),
        follow_ups=[
            msgspec.convert(_without_others(one, "what", own), FollowUp) for one in row.follow_ups
        ],
        satisfaction=[
            msgspec.convert(_without_others(one, "words", own), Opinion) for one in row.satisfaction
        ],
        score=_score(contact, said, row),
    )


def _score(contact: Contact, said: list[SegmentView], row: _Row) -> Score:
    since = msgspec.convert(contact.known_at, dict[str, datetime])
    known_at = {key: since.get(key, contact.created_at) for key in contact_facts.known(contact)}
    known_at |= {s.kind: s.since for s in said if s.kind in SEGMENTS}
    facts = msgspec.convert(row.worth_knowing, list[Worth])
    return completeness.score(facts, known_at, contact.declined, row.read_at)


def _manner(said: SegmentView | None) -> Manner:
    label = msgspec.convert(UNKNOWN if said is None else said.value, Label)
    return Manner(
        label=label,
        confidence=0.0 if said is None else said.confidence,
        source=None if said is None else said.source,
        since=None if said is None else said.since,
        note=None if said is None else said.note,
        guidance=guidance_for(label),
    )


def _said(one: dict[str, Any], own: list[str]) -> Said:
    text = one.pop("text")
    words = redaction.redacted(own_words(text) or text, own)
    short = " ".join(words.split())
    if len(short) > EXCERPT_CHARACTERS:
        short = short[: EXCERPT_CHARACTERS - 1] + "…"
    return msgspec.convert({**one, "excerpt": short}, Said)


def _ticket(one: dict[str, Any], own: list[str]) -> OpenTicket:
    if not one.pop("readable"):
        return OpenTicket(id=one["id"], restricted=True)
    told = _without_others(one, "subject", own)
    return msgspec.convert({**told, "restricted": False}, OpenTicket)


def _without_others(one: dict[str, Any], name: str, own: list[str]) -> dict[str, Any]:
    text = one[name]
    return one if text is None else {**one, name: redaction.redacted(text, own)}
