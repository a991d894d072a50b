"""Assets: the machines customers have from us, found by what is written on them."""

from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import entitlements
from contactcenter.access.actor import Role
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.partial import edited
from contactcenter.api.patterns import SPACES
from contactcenter.assets import asset_views, assets
from contactcenter.assets.asset_views import OwnersTicket, Service
from contactcenter.assets.assets import Asset, Details
from contactcenter.contacts import contacts
from contactcenter.entitlements import Entitled, Granted
from contactcenter.errors import BadInput, Forbidden

#: In any writing: capitals, spaces, hyphens and digits of any alphabet make no difference.
ServiceTag = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Word = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Level = Annotated[str, Meta(max_length=60)]
_Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
_Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]
_Part = Annotated[str, Meta(max_length=500)] | _Number | float | bool
#: As another system has it, to the letter.
Model = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Configuration = Annotated[dict[_Name, _Part], Meta(max_length=100)]
_Link = Annotated[
    str,
    Meta(max_length=2000, pattern=rf"^https://[^{SPACES}/]+(/[^{SPACES}]*)?\Z"),
]
Downloads = Annotated[dict[_Name, _Link], Meta(max_length=50)]

_ASSETS: Final = Cursor("assets", tuple[int])


class AssetQuery(PageQuery, frozen=True, kw_only=True):
    """With ``contact_id`` what this contact owns; with ``retired`` also what is in use no more."""

    contact_id: Id | None = None
    retired: bool = False


class NewAsset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine, and whose it is: ``owner_id`` is a contact, ``owned_since`` by default now."""

    service_tag: ServiceTag
    model: Model
    product_category: Model | None = None
    configuration: Configuration = {}
    downloads: Downloads = {}
    warranty_level: Level = ""
    warranty_from: Instant | None = None
    warranty_until: Instant | None = None
    owner_id: Id | None = None
    owned_since: Instant | None = None


class AssetChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. ``configuration`` and ``downloads`` replace theirs.

    With ``retired`` false a machine that was retired is in use again: a supervisor says that.
    """

    model: Model | UnsetType = UNSET
    product_category: Model | UnsetType | None = UNSET
    configuration: Configuration | UnsetType = UNSET
    downloads: Downloads | UnsetType = UNSET
    warranty_level: Level | UnsetType = UNSET
    warranty_from: Instant | UnsetType | None = UNSET
    warranty_until: Instant | UnsetType | None = UNSET
    retired: bool | UnsetType = UNSET


class OwnerView(Struct, frozen=True, kw_only=True):
    """Whose it is."""

    id: int
    name: str | None
    since: datetime | None


class AssetLine(Struct, frozen=True, kw_only=True):
    """A machine in a list."""

    service_tag: str
    model: str
    product_category: str | None
    owner_id: int | None
    warranty_until: datetime | None
    retired_at: datetime | None


class AssetView(Struct, frozen=True, kw_only=True):
    """A machine with all an agent needs: owner, configuration, warranty, downloads, problems.

    ``tickets`` are the owner's about it: of one that you may not read only the id is told.
    ``services`` is what was done for it while it was somebody else's: when and about what, without
    anything of his. ``granted`` is all that was ever granted with it.
    """

    service_tag: str
    model: str
    product_category: str | None
    configuration: dict[str, Any]
    downloads: dict[str, Any]
    warranty_level: str
    warranty_from: datetime | None
    warranty_until: datetime | None
    under_warranty: bool
    owner: OwnerView | None
    entitlements: list[Entitled]
    granted: list[Granted]
    tickets: list[OwnersTicket]
    services: list[Service]
    created_at: datetime
    retired_at: datetime | None
    version: int


@operation("GET", "/assets", tag="assets", roles=AGENT, via="read")
async def list_assets(call: Call, query: AssetQuery) -> Page[AssetLine]:
    """List machines, of everybody or of one contact, in the order they were made."""
    last = _ASSETS.read(query.cursor)
    found = await assets.page(
        call.conn,
        contact_id=query.contact_id,
        retired=query.retired,
        after_id=last[0] if last else 0,
        limit=query.limit + 1,
    )
    page = _ASSETS.page(found, query.limit, lambda a: (a.id,))
    return Page(items=[asset_line(asset) for asset in page.items], next=page.next)


@operation("POST", "/assets", tag="assets", roles=AGENT, via="dispatch", status=201)
async def create_asset(call: Call, body: NewAsset) -> AssetView:
    """Make a machine. One whose service tag there is already is refused, 409 ``tag_taken``."""
    tag = await assets.check_tag(call.conn, body.service_tag, "body.service_tag")
    fields = {name: getattr(body, name) for name in Details.__struct_fields__}
    details = Details(**fields)
    assets.check(details, "body.")
    await _lock_owner(call, body.owner_id, "body.owner_id")
    if body.owned_since is not None and (body.owner_id is None or body.owned_since > call.now):
        raise BadInput("body.owned_since", "This is since when its owner has it: in the past.")
    asset = await assets.create(
        call.conn,
        call.now,
        tag,
        details,
        owner_id=body.owner_id,
        owned_since=body.owned_since,
        actor=call.actor.reference,
    )
    return await asset_view(call, asset)


@operation("GET", "/assets/{service_tag}", tag="assets", roles=AGENT, via="read")
async def find_asset(call: Call, service_tag: str) -> AssetView:
    """Read a machine by its service tag, in any writing."""
    return await asset_view(call, await assets.find(call.conn, service_tag))


@operation("PATCH", "/assets/{service_tag}", tag="assets", roles=AGENT, via="dispatch")
async def change_asset(call: Call, service_tag: str, body: AssetChange) -> AssetView:
    """Correct what is known of a machine. A warranty decides what its owner is entitled to."""
    before = await _locked(call, service_tag)
    call.check_version(before.version)
    details = edited(_details(before), _of_details(body))
    assets.check(details, "body.")
    was_retired = before.retired_at is not None
    retired = was_retired if body.retired is UNSET else body.retired
    if retired != was_retired and not call.actor.is_at_least(Role.SUPERVISOR):
        raise Forbidden("Whether a machine is in use a supervisor says.")
    asset = await assets.change(
        call.conn, call.now, before, details, retired=retired, actor=call.actor.reference
    )
    return await asset_view(call, asset)


@operation("DELETE", "/assets/{service_tag}", tag="assets", roles=SUPERVISOR, via="dispatch")
async def retire_asset(call: Call, service_tag: str) -> AssetView:
    """Let a machine be in use no more: it is recognised nowhere and entitles nobody."""
    before = await _locked(call, service_tag)
    asset = await assets.change(
        call.conn, call.now, before, _details(before), retired=True, actor=call.actor.reference
    )
    return await asset_view(call, asset)


async def asset_view(call: Call, asset: Asset) -> AssetView:
    """The machine as whoever asks may see it."""
    at = await call.clock()
    viewer_id, owner = call.actor.user_id, None
    entitled: list[Entitled] = []
    if asset.owner_id is not None:
        contact = await contacts.find(call.conn, asset.owner_id)
        owner = OwnerView(id=contact.id, name=contact.name, since=asset.owned_since)
        entitled = [
            one
            for one in await entitlements.effective(call.conn, contact.id, at)
            if one.service_tag == asset.service_tag
        ]
    starts, ends = asset.warranty_from, asset.warranty_until
    return AssetView(
        service_tag=asset.service_tag,
        model=asset.model,
        product_category=asset.product_category,
        configuration=dict(asset.configuration),
        downloads=dict(asset.downloads),
        warranty_level=asset.warranty_level,
        warranty_from=starts,
        warranty_until=ends,
        under_warranty=starts is not None and ends is not None and starts <= at < ends,
        owner=owner,
        entitlements=entitled,
        granted=await entitlements.granted(call.conn, asset_id=asset.id),
        tickets=await asset_views.problems(call.conn, viewer_id, asset.id, asset.owner_id),
        services=await asset_views.services(call.conn, viewer_id, asset.id, asset.owner_id),
        created_at=asset.created_at,
        retired_at=asset.retired_at,
        version=asset.version,
    )


def asset_line(asset: Asset) -> AssetLine:
    """The machine as it stands in a list."""
    return AssetLine(**{name: getattr(asset, name) for name in AssetLine.__struct_fields__})


async def _locked(call: Call, service_tag: str) -> Asset:
    """The machine, locked after its owner."""
    known = await assets.find(call.conn, service_tag)
    if known.owner_id is not None:
        await contacts.lock_rows(call.conn, known.owner_id)
    return await assets.lock(call.conn, service_tag)


async def _lock_owner(call: Call, owner_id: int | None, field: str) -> None:
    if owner_id is None:
        return
    locked = await contacts.lock_rows(call.conn, owner_id)
    if owner_id not in locked or locked[owner_id].merged_into_id is not None:
        raise BadInput(field, f"There is no contact {owner_id}.")


def _details(asset: Asset) -> Details:
    return Details(**{name: getattr(asset, name) for name in Details.__struct_fields__})


class _OfDetails(Struct, frozen=True, kw_only=True):
    model: str | UnsetType
    product_category: str | UnsetType | None
    configuration: dict[str, Any] | UnsetType
    downloads: dict[str, Any] | UnsetType
    warranty_level: str | UnsetType
    warranty_from: datetime | UnsetType | None
    warranty_until: datetime | UnsetType | None


def _of_details(body: AssetChange) -> _OfDetails:
    return _OfDetails(**{name: getattr(body, name) for name in Details.__struct_fields__})
