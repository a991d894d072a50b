"""The card: what an agent has before him when he says the first word to somebody."""

from datetime import datetime

from msgspec import Struct

from contactcenter import contact_cards
from contactcenter.api.contact_profile import Hours, hours_of
from contactcenter.api.contact_views import IdentityView, dealings
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.completeness import MissingFact
from contactcenter.contact_cards import (
    Card,
    FollowUp,
    Manner,
    OpenTicket,
    Opinion,
    OwnedAsset,
    Said,
)
from contactcenter.segments.segment_views import SegmentView


class Preferences(Struct, frozen=True, kw_only=True):
    """How he would be talked to: the language is what was said, else what he writes."""

    channel: str | None
    hours: Hours | None
    language: str | None
    tone_note: str | None
    please_do: list[str]
    please_avoid: list[str]


class CardView(Struct, frozen=True, kw_only=True):
    """Who this is, how to treat him, what he is to us, and where we stand with him.

    ``interactions`` are the last five messages over all channels, of tickets you may read, without
    quotations and without other people's addresses. ``value`` is his value class, ``category`` his
    customer category. ``behaviour`` counts what he did. ``follow_ups`` are what he was promised and
    what is to be done, what is due first. ``missing_fact`` is the one thing worth asking, with its
    question in both languages; null where nothing is left to ask.
    """

    contact_id: int
    name: str | None
    note: str | None
    identities: list[IdentityView]
    temperament: Manner
    value: SegmentView | None
    category: SegmentView | None
    life_cycle: SegmentView | None
    vital: SegmentView | None
    segments: list[SegmentView]
    entitlements: list[str]
    preferred: Preferences
    needs: list[str]
    expectations: list[str]
    interests: list[str]
    likes: list[str]
    dislikes: list[str]
    interactions: list[Said]
    tickets: list[OpenTicket]
    assets: list[OwnedAsset]
    follow_ups: list[FollowUp]
    satisfaction: list[Opinion]
    behaviour: dict[str, float]
    completeness: float
    freshness: float
    missing_fact: MissingFact | None
    read_at: datetime
    version: int


@operation("GET", "/contacts/{contact_id}/card", tag="contacts", roles=AGENT, via="read")
async def read_contact_card(call: Call, contact_id: int) -> CardView:
    """Read all you need before the first word.

    It tells what is talked of on tickets that you may read; of a ticket of a restricted team that
    you are not in, only that it exists.
    """
    return card_view(await contact_cards.read(call.conn, call.actor.user_id, contact_id))


def card_view(card: Card) -> CardView:
    """A card as it is shown."""
    contact = card.contact
    return CardView(
        contact_id=contact.id,
        temperament=card.manner,
        value=card.segment("value_class"),
        category=card.segment("customer_category"),
        life_cycle=card.segment("life_cycle"),
        vital=card.segment("vital"),
        preferred=_preferences(card),
        needs=contact.needs,
        expectations=contact.expectations,
        interests=contact.interests,
        likes=contact.likes,
        dislikes=contact.dislikes,
        read_at=card.read_at,
        **dealings(card),
    )


def _preferences(card: Card) -> Preferences:
    contact = card.contact
    language = card.segment("language")
    return Preferences(
        channel=contact.preferred_channel,
        hours=hours_of(contact),
        language=contact.language if language is None else language.value,
        tone_note=contact.tone_note,
        please_do=contact.please_do,
        please_avoid=contact.please_avoid,
    )
