"""Entitlements: what customers may expect of us, until when, and what it follows from."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from contactcenter import entitlements
from contactcenter.api.assets import AssetView, Level, Word, asset_view
from contactcenter.api.inputs import Instant
from contactcenter.api.operation import ADMIN, AGENT, SUPERVISOR, Call, operation
from contactcenter.assets import assets
from contactcenter.contacts import contacts
from contactcenter.entitlements import Entitled, Granted, Source, Term, TermOf, Terms, Wanted


class NewEntitlement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be expected: a kind such as ``on_site``, perhaps a level, and since when.

    Rules ask ``segment.entitlement`` for the kind, or for kind and level, ``on_site:next_day``.
    Without ``from`` it counts from now on, without ``until`` for good.
    """

    kind: Word
    source: Source
    level: Level = ""
    from_at: Instant | None = field(default=None, name="from")
    until: Instant | None = None


class ContactEntitlements(Struct, frozen=True, kw_only=True):
    """What counts ``at`` an instant, and all that was ever granted to the contact by name."""

    contact_id: int
    at: datetime
    effective: list[Entitled]
    granted: list[Granted]


class EntitlementQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``at``, what counted at that instant."""

    at: Instant | None = None


class NewTerm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What whoever is of this category, or has this contract, may expect."""

    segment_kind: TermOf
    segment_value: Word
    kind: Word
    level: Level = ""


@operation(
    "GET", "/contacts/{contact_id}/entitlements", tag="entitlements", roles=AGENT, via="read"
)
async def list_entitlements(
    call: Call, contact_id: int, query: EntitlementQuery
) -> ContactEntitlements:
    """Read what a contact may expect: by name, by what he owns, by his category and contracts."""
    await contacts.find(call.conn, contact_id)
    return await _view(call, contact_id, query.at or await call.clock())


@operation(
    "POST",
    "/contacts/{contact_id}/entitlements",
    tag="entitlements",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def entitle_contact(call: Call, contact_id: int, body: NewEntitlement) -> ContactEntitlements:
    """Entitle a contact. His unsolved tickets get what it is worth at once."""
    await contacts.lock(call.conn, contact_id)
    await entitlements.grant(
        call.conn, call.now, _wanted(body), contact_id, actor=call.actor.reference
    )
    return await _view(call, contact_id, call.now)


@operation(
    "POST",
    "/assets/{service_tag}/entitlements",
    tag="entitlements",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def entitle_owner(call: Call, service_tag: str, body: NewEntitlement) -> AssetView:
    """Entitle whoever owns a machine: it goes with the machine when that is somebody else's."""
    known = await assets.find(call.conn, service_tag)
    if known.owner_id is not None:
        await contacts.lock_rows(call.conn, known.owner_id)
    asset = await assets.lock(call.conn, service_tag)
    await entitlements.grant(call.conn, call.now, _wanted(body), asset, actor=call.actor.reference)
    return await asset_view(call, asset)


@operation(
    "DELETE",
    "/entitlements/{entitlement_id}",
    tag="entitlements",
    roles=SUPERVISOR,
    via="dispatch",
)
async def end_entitlement(call: Call, entitlement_id: int) -> Granted:
    """Let an entitlement end now; one that is over is refused, 409 ``entitlement_is_over``."""
    return await entitlements.end(call.conn, call.now, entitlement_id, actor=call.actor.reference)


@operation("GET", "/entitlement_terms", tag="entitlements", roles=AGENT, via="read")
async def list_entitlement_terms(call: Call) -> Terms:
    """Read what categories and contracts entitle to."""
    return await entitlements.read_terms(call.conn)


@operation("PUT", "/entitlement_terms", tag="entitlements", roles=ADMIN, via="dispatch")
async def replace_entitlement_terms(
    call: Call, body: Annotated[list[NewTerm], Meta(max_length=500)]
) -> Terms:
    """Make these all that categories and contracts entitle to."""
    wanted = [
        Term(segment_kind=t.segment_kind, segment_value=t.segment_value, kind=t.kind, level=t.level)
        for t in body
    ]
    return await entitlements.replace_terms(
        call.conn, call.now, wanted, version=call.version, actor=call.actor.reference
    )


def _wanted(body: NewEntitlement) -> Wanted:
    return Wanted(
        kind=body.kind,
        level=body.level,
        source=body.source,
        from_at=body.from_at,
        until_at=body.until,
    )


async def _view(call: Call, contact_id: int, at: datetime) -> ContactEntitlements:
    return ContactEntitlements(
        contact_id=contact_id,
        at=at,
        effective=await entitlements.effective(call.conn, contact_id, at),
        granted=await entitlements.granted(call.conn, contact_id=contact_id),
    )
