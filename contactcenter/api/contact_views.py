"""A contact as it is shown, alone and in lists."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import contact_cards
from contactcenter.api import contact_profile
from contactcenter.api.contact_profile import FactsView
from contactcenter.api.operation import Call
from contactcenter.completeness import MissingFact
from contactcenter.contact_cards import Card, FollowUp, OpenTicket, Opinion, OwnedAsset, Said
from contactcenter.contacts import contacts
from contactcenter.db import Conn
from contactcenter.segments.segment_views import SegmentView
from contactcenter.temperaments import temperament_views
from contactcenter.temperaments.temperament_views import Temperament


class IdentityView(Struct, frozen=True, kw_only=True):
    """One address of a contact in its canonical form; a telephone number is E.164.

    ``opted_out_at`` is since when messages from one of our senders are not wanted there.
    """

    id: int
    kind: str
    value: str
    created_at: datetime
    opted_out_at: datetime | None


class ContactLine(Struct, frozen=True, kw_only=True):
    """A contact in a list."""

    id: int
    name: str | None
    language: str | None
    created_at: datetime
    identities: list[IdentityView]


class ContactView(FactsView, frozen=True, kw_only=True):
    """A contact: who he is, what he wants, what he is to us, and what we talked of.

    ``completeness`` and ``freshness`` are 0 to 1, ``missing_fact`` is the one thing worth asking.
    ``interactions`` are the last five messages, ``tickets`` those that are open, both as far as you
    may read them; ``satisfaction`` is what he said of us, the newest first.
    """

    id: int
    name: str | None
    language: str | None
    preferred_language: str | None
    note: str | None
    attributes: dict[str, Any]
    identities: list[IdentityView]
    segments: list[SegmentView]
    entitlements: list[str]
    temperament: Temperament
    interactions: list[Said]
    tickets: list[OpenTicket]
    assets: list[OwnedAsset]
    follow_ups: list[FollowUp]
    satisfaction: list[Opinion]
    behaviour: dict[str, float]
    completeness: float
    freshness: float
    missing_fact: MissingFact | None
    created_at: datetime
    updated_at: datetime
    version: int


async def view(call: Call, contact_id: int) -> ContactView:
    """A contact with what belongs to him, as whoever asks may see it; raises as ``read`` does."""
    return await read(call.conn, call.actor.user_id, contact_id)


async def read(conn: Conn, viewer_id: int, contact_id: int) -> ContactView:
    """A contact as this person may see it; raises ``NotFound``, or ``ContactMerged``.

    However much belongs to him, it is read in one statement, and his temperament in those that it
    needs.
    """
    card = await contact_cards.read(conn, viewer_id, contact_id)
    contact = card.contact
    language = card.segment("language")
    return ContactView(
        id=contact.id,
        language=contact.language,
        preferred_language=None if language is None else language.value,
        attributes=contact.attributes,
        temperament=await temperament_views.current(conn, contact.id),
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        **contact_profile.shown(contact),
        **dealings(card),
    )


def dealings(card: Card) -> dict[str, Any]:
    """What contact and card show alike: who he is, what he is to us, and where we stand."""
    return {
        "name": card.contact.name,
        "note": card.contact.note,
        "identities": identity_views(card.identities),
        "segments": card.segments,
        "entitlements": card.entitlements,
        "interactions": card.interactions,
        "tickets": card.tickets,
        "assets": card.assets,
        "follow_ups": card.follow_ups,
        "satisfaction": card.satisfaction,
        "behaviour": card.behaviour,
        "completeness": card.score.completeness,
        "freshness": card.score.freshness,
        "missing_fact": card.missing_fact,
        "version": card.contact.version,
    }


def identity_views(known: list[contacts.KnownIdentity]) -> list[IdentityView]:
    """Addresses as they are shown."""
    return [
        IdentityView(
            id=i.id,
            kind=i.kind,
            value=i.value,
            created_at=i.created_at,
            opted_out_at=i.opted_out_at,
        )
        for i in known
    ]
