"""What customers do: told by shops and other systems, read back as facts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from channels import Channel
from contactcenter.api.behaviour_kinds import Kind
from contactcenter.api.inputs import MAX_ID, Id, Instant
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.segments import IdentityName
from contactcenter.behaviour import behaviour
from contactcenter.behaviour.behaviour import BehaviourEvent, Place, Referral, Taken
from contactcenter.behaviour.behaviour_lines import Line, Who
from contactcenter.contacts import contacts, identities
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput

#: The largest request: a thousand lines, however long.
MAX_BYTES: Final = 8 << 20

Minor = Annotated[
    int, Meta(ge=0, le=MAX_ID, description="Money in the currency's smallest unit, such as cents.")
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="ISO 4217.", examples=["EUR"])]
Source = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}\Z", examples=["web-shop"])]
ExternalId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
_Number = Annotated[int, Meta(ge=-MAX_ID, le=MAX_ID)]
Detail = Annotated[str, Meta(max_length=500)] | _Number | float | bool
Details = Annotated[dict[Annotated[str, Meta(max_length=60)], Detail], Meta(max_length=20)]

_EVENTS: Final = Cursor("behaviour", tuple[datetime, int])
#: Later than anything that happened.
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


class BehaviourFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a customer did, as one source tells it: ``external_id`` names it there for good.

    The customer is named by ``contact_id`` or by an address of his. Purchases, returns, invoices
    and payments need an amount and its currency, complaints and interests a topic, a referral whom
    it brought. Only kinds of the house's own have ``details``.
    """

    kind: Kind
    external_id: ExternalId
    occurred_at: Instant
    contact_id: Id | None = None
    identity: IdentityName | None = None
    amount_minor: Minor | None = None
    cost_minor: Minor | None = None
    currency: Currency | None = None
    product: Word | None = None
    topic: Word | None = None
    referred_contact_id: Id | None = None
    referred_identity: IdentityName | None = None
    details: Details = {}


class NewBehaviourEvent(BehaviourFacts, frozen=True, kw_only=True):
    """The same of any source, which it names; ``source`` and ``external_id`` name it for good."""

    source: Source


class TellQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``create_contacts`` an address that nobody has makes a contact; else it is an error."""

    create_contacts: bool = False


class BehaviourQuery(PageQuery, frozen=True, kw_only=True):
    """Which events to list."""

    kind: Kind | None = None


@operation(
    "POST",
    "/behaviour_events",
    tag="behaviour",
    roles=ADMIN,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
)
async def tell_behaviour(
    call: Call,
    query: TellQuery,
    body: Annotated[list[NewBehaviourEvent], Meta(min_length=1, max_length=1000)],
) -> Taken:
    """Tell what customers did: all lines, or none if one is refused.

    Late and in any order. What is known already changes nothing, so the same may be sent twice;
    the same name for something else is refused. Of kinds that are not captured, and of what is
    older than its kind is kept, nothing is stored.
    """
    lines = lines_of(call, body, [event.source for event in body])
    return await behaviour.tell(
        call.conn,
        await call.clock(),
        lines,
        create_unknown=query.create_contacts,
        actor=call.actor.reference,
    )


@operation("GET", "/contacts/{contact_id}/behaviour", tag="behaviour", roles=AGENT, via="read")
async def list_behaviour(
    call: Call, contact_id: int, query: BehaviourQuery
) -> Page[BehaviourEvent]:
    """List what a contact did, and whoever has become part of him, the latest first."""
    await contacts.find(call.conn, contact_id)
    at, before_id = _EVENTS.read(query.cursor) or (_LATEST, MAX_ID)
    found = await behaviour.page(
        call.conn,
        contact_id,
        kind=query.kind,
        before=Place(occurred_at=at, id=before_id),
        limit=query.limit + 1,
    )
    return _EVENTS.page(found, query.limit, lambda e: (e.occurred_at, e.id))


@operation("GET", "/contacts/{contact_id}/referrals", tag="behaviour", roles=AGENT, via="read")
async def list_referrals(call: Call, contact_id: int) -> list[Referral]:
    """List whom a contact brought, and whom those brought, nearest first."""
    await contacts.find(call.conn, contact_id)
    return await behaviour.referrals(call.conn, contact_id)


def lines_of(call: Call, events: Sequence[BehaviourFacts], sources: Sequence[str]) -> list[Line]:
    """What a body tells, each of its source; raises ``BadInput`` naming the place."""
    return [
        _line(call.services.channels, f"body[{n}].", event, source)
        for n, (event, source) in enumerate(zip(events, sources, strict=True))
    ]


def _line(channels: Mapping[str, Channel], place: str, event: BehaviourFacts, source: str) -> Line:
    who = _who(channels, place, event.contact_id, event.identity, "")
    if who is None:
        raise BadInput(f"{place}contact_id", "Name the contact by its id or by an address of his.")
    return Line(
        place=place,
        who=who,
        kind=event.kind,
        source=source,
        external_id=event.external_id,
        occurred_at=event.occurred_at,
        amount_minor=event.amount_minor,
        cost_minor=event.cost_minor,
        currency=event.currency,
        product=event.product,
        topic=event.topic,
        referred=_who(
            channels, place, event.referred_contact_id, event.referred_identity, "referred_"
        ),
        details=event.details,
    )


def _who(
    channels: Mapping[str, Channel],
    place: str,
    contact_id: int | None,
    identity: IdentityName | None,
    prefix: str,
) -> Who | None:
    if contact_id is not None and identity is not None:
        raise BadInput(f"{place}{prefix}identity", "Name the contact by one of both.")
    if identity is None:
        return Who(field=f"{prefix}contact_id", contact_id=contact_id) if contact_id else None
    field = f"{prefix}identity"
    written = Written(kind=identity.kind, value=identity.value)
    address = identities.normalised(channels, written, field=place + field)
    return Who(field=field, address=address)
