"""A contact as it is shown, alone and in lists."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import contacts, segment_views, temperaments
from contactcenter.api import contact_profile
from contactcenter.api.contact_profile import FactsView
from contactcenter.api.operation import Call
from contactcenter.contacts import Contact
from contactcenter.segment_views import SegmentView
from contactcenter.temperaments import Temperament


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
    """A contact with his addresses, what he is to us now, and how to treat him."""

    id: int
    name: str | None
    language: str | None
    note: str | None
    attributes: dict[str, Any]
    identities: list[IdentityView]
    segments: list[SegmentView]
    temperament: Temperament
    created_at: datetime
    updated_at: datetime
    version: int


async def view(call: Call, contact: Contact) -> ContactView:
    """A contact with what belongs to him."""
    known = await contacts.identities(call.conn, [contact.id])
    return ContactView(
        id=contact.id,
        name=contact.name,
        language=contact.language,
        note=contact.note,
        attributes=contact.attributes,
        identities=identity_views(known[contact.id]),
        segments=await segment_views.effective(call.conn, contact.id, await call.clock()),
        temperament=await temperaments.current(call.conn, contact.id),
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        version=contact.version,
        **contact_profile.shown(contact),
    )


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
