"""Contacts: the people we talk with, found by any spelling, and the addresses they have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import contact_attributes, contact_facts
from contactcenter.api import contact_profile
from contactcenter.api.contact_profile import FactKeys, FactsInput
from contactcenter.api.contact_views import ContactLine, ContactView, identity_views, view
from contactcenter.api.inputs import MAX_ID, Line
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.contact_attributes import Attribute
from contactcenter.contacts import attribute_values, contact_search, contacts, identities
from contactcenter.contacts.contacts import Contact
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput

#: A language, such as ``fa``, or one in another script, such as ``fa-Latn``.
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Za-z]{4})?\Z")]
Note = Annotated[str, Meta(max_length=4000)]
#: What the house wants to know besides: values of its own attributes, which ``attribute_values``
#: checks, so that what is wrong is named.
Attributes = Annotated[
    dict[str, Any],
    Meta(max_length=50, description="By key of an attribute: text, number, date, true, list…"),
]

#: What an edit may give that is no fact.
_PLAIN: Final = ("name", "language", "note")
_EVERYBODY: Final = Cursor("contacts", tuple[int])
_FOUND: Final = Cursor("contact-search", tuple[int, int])


class ContactQuery(PageQuery, frozen=True, kw_only=True):
    """What to look for: part of a name, or of an address in any writing."""

    q: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")] | None = None


class NewIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address as a person writes it, with its ``kind`` (phone, email, …) or its ``channel``."""

    value: Annotated[str, Meta(min_length=1, max_length=320, pattern=r"\S")]
    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,30}\Z")] | None = None
    channel: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,30}\Z")] | None = None


class NewContact(FactsInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody we want to know before he writes."""

    name: Line | None = None
    language: Language | None = None
    note: Note | None = None
    attributes: Attributes = msgspec.field(default_factory=dict)
    identities: Annotated[tuple[NewIdentity, ...], Meta(max_length=20)] = ()


class ContactChange(FactsInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays, null or an empty list empties.

    ``attributes`` replace the former. ``confirmed`` are keys of what he has said once more: it is
    as fresh as if it were new.
    """

    name: Line | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    note: Note | UnsetType | None = UNSET
    attributes: Attributes | UnsetType = UNSET
    confirmed: FactKeys = ()


@operation("GET", "/contacts", tag="contacts", roles=AGENT, via="read")
async def list_contacts(call: Call, query: ContactQuery) -> Page[ContactLine]:
    """Find contacts, the best match first, or list all, the newest first.

    A name is found by its words in any order, whether written with Persian or Arabic letters, in
    one word or with a half-space; an address by any part of three characters or more, a telephone
    number in any writing and any digits.
    """
    if query.q is None:
        last = _EVERYBODY.read(query.cursor)
        before_id = last[0] if last else MAX_ID
        found = await contact_search.page(call.conn, before_id=before_id, limit=query.limit + 1)
        page = _EVERYBODY.page(found, query.limit, lambda c: (c.id,))
    else:
        found = await contact_search.search(
            call.conn,
            contact_search.wanted(query.q),
            after=_FOUND.read(query.cursor),
            limit=query.limit + 1,
        )
        page = _FOUND.page(found, query.limit, lambda c: (c.rank, c.id))
    known = await contacts.identities(call.conn, [c.id for c in page.items])
    lines = [
        ContactLine(
            id=c.id,
            name=c.name,
            language=c.language,
            created_at=c.created_at,
            identities=identity_views(known[c.id]),
        )
        for c in page.items
    ]
    return Page(items=lines, next=page.next)


@operation("POST", "/contacts", tag="contacts", roles=AGENT, via="transaction", status=201)
async def create_contact(call: Call, body: NewContact) -> ContactView:
    """Make a contact. An address that another contact has is answered 409, naming that contact."""
    addresses = [
        identities.normalised(
            call.services.channels, _written(identity), field=f"body.identities[{n}]"
        )
        for n, identity in enumerate(body.identities)
    ]
    now = await call.clock()
    known = await contact_attributes.by_key(call.conn)
    wanted = Contact(
        id=0,
        name=_stripped(body.name),
        language=body.language,
        note=body.note,
        attributes=attribute_values.checked(known, {}, body.attributes),
        created_at=now,
        updated_at=now,
        **_told(call, body, known, now),
    )
    contact = await contacts.create(
        call.conn, now, contact_facts.noted(None, wanted, now), actor=call.actor.reference
    )
    # In one order for everybody, so that two who make the same contact cannot wait in a ring.
    for address in sorted(set(addresses), key=lambda a: (a.kind, a.value)):
        await identities.add(call.conn, now, contact.id, address)
    return await view(call, contact.id)


@operation("GET", "/contacts/{contact_id}", tag="contacts", roles=AGENT, via="read")
async def find_contact(call: Call, contact_id: int) -> ContactView:
    """Read a contact. One that was merged is answered 404 ``contact_merged``, naming the other."""
    return await view(call, contact_id)


@operation("PATCH", "/contacts/{contact_id}", tag="contacts", roles=AGENT, via="transaction")
async def change_contact(call: Call, contact_id: int, body: ContactChange) -> ContactView:
    """Edit a contact.

    An attribute that nobody has defined, a value of the wrong type or an impossible one is refused
    by its name, and nothing is changed.
    """
    before = (await contacts.lock(call.conn, contact_id))[contact_id]
    call.check_version(before.version)
    now = await call.clock()
    known = await contact_attributes.by_key(call.conn)
    given = _told(call, body, known, now)
    given |= {n: v for n in _PLAIN if (v := getattr(body, n)) is not UNSET}
    given["name"] = _stripped(given.get("name", before.name))
    if not isinstance(body.attributes, UnsetType):
        given["attributes"] = attribute_values.checked(known, before.attributes, body.attributes)
    after = msgspec.structs.replace(before, **given)
    _check_confirmed(after, body.confirmed)
    after = contact_facts.noted(before, after, now, body.confirmed)
    await contacts.change(call.conn, now, before, after, actor=call.actor.reference)
    return await view(call, contact_id)


@operation(
    "POST",
    "/contacts/{contact_id}/identities",
    tag="contacts",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def add_identity(call: Call, contact_id: int, body: NewIdentity) -> ContactView:
    """Let a contact be known by one more address.

    One that another contact has is answered 409 ``identity_taken``, naming that contact: merge
    the two, or take it from there first.
    """
    await contacts.lock(call.conn, contact_id)
    address = identities.normalised(call.services.channels, _written(body), field="body")
    now = await call.clock()
    identity = await identities.add(call.conn, now, contact_id, address)
    await contacts.touch(call.conn, now, contact_id)
    await identities.record_change(
        call.conn, now, contact_id, identity.id, "added", actor=call.actor.reference
    )
    return await view(call, contact_id)


@operation(
    "DELETE",
    "/contacts/{contact_id}/identities/{identity_id}",
    tag="contacts",
    roles=AGENT,
    via="transaction",
)
async def remove_identity(call: Call, contact_id: int, identity_id: int) -> ContactView:
    """Stop knowing a contact by an address, because it changed hands.

    The timeline keeps what was said; whoever writes from that address next is a new contact.
    """
    await contacts.lock(call.conn, contact_id)
    now, actor = await call.clock(), call.actor.reference
    await identities.remove(call.conn, now, contact_id, identity_id, actor=actor)
    await contacts.touch(call.conn, now, contact_id)
    await identities.record_change(call.conn, now, contact_id, identity_id, "removed", actor=actor)
    return await view(call, contact_id)


def _told(
    call: Call, body: FactsInput, known: Mapping[str, Attribute], now: datetime
) -> dict[str, Any]:
    return contact_profile.told(
        body, channels=call.services.channels, keys=known.keys(), today=now.date()
    )


def _check_confirmed(after: Contact, confirmed: tuple[str, ...]) -> None:
    facts = contact_facts.known(after)
    for n, key in enumerate(confirmed):
        if key not in facts:
            raise BadInput(f"body.confirmed[{n}]", f"{key!r} is not known of this contact.")


def _written(identity: NewIdentity) -> Written:
    return Written(value=identity.value, kind=identity.kind, channel=identity.channel)


def _stripped(name: str | None) -> str | None:
    return None if name is None else name.strip()
