"""Machines as another system tells of them."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.api.assets import Configuration, Downloads, Level, Model, ServiceTag
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import ADMIN, Call, operation
from contactcenter.api.segments import IdentityName
from contactcenter.assets import asset_import
from contactcenter.assets.asset_import import MAX_LINES, Taken
from contactcenter.contacts import identities
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput


class ImportedAsset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine; what is left out stays as it is.

    The owner of a machine that is nobody's may be named by ``owner_id`` or an address of his.
    """

    service_tag: ServiceTag
    model: Model | UnsetType = UNSET
    product_category: Model | UnsetType | None = UNSET
    configuration: Configuration | UnsetType = UNSET
    downloads: Downloads | UnsetType = UNSET
    warranty_level: Level | UnsetType = UNSET
    warranty_from: Instant | UnsetType | None = UNSET
    warranty_until: Instant | UnsetType | None = UNSET
    owner_id: Id | None = None
    owner: IdentityName | None = None
    owned_since: Instant | None = None


@operation("POST", "/asset_imports", tag="assets", roles=ADMIN, via="dispatch", status=201)
async def import_assets(
    call: Call, body: Annotated[list[ImportedAsset], Meta(min_length=1, max_length=MAX_LINES)]
) -> Taken:
    """Tell of machines: all lines, or none if one is refused. The same twice changes nothing.

    A machine is never taken from its owner: that is told as a transfer.
    """
    lines = [_line(call, f"body[{n}].", one) for n, one in enumerate(body)]
    return await asset_import.take(call.conn, call.now, lines, actor=call.actor.reference)


def _line(call: Call, place: str, told: ImportedAsset) -> asset_import.Line:
    if told.owner is not None and told.owner_id is not None:
        raise BadInput(f"{place}owner", "Name the contact by one of both.")
    owner = None
    if told.owner is not None:
        written = Written(kind=told.owner.kind, value=told.owner.value)
        owner = identities.normalised(call.services.channels, written, field=f"{place}owner")
    fields = {n: getattr(told, n) for n in ImportedAsset.__struct_fields__ if n != "owner"}
    return asset_import.Line(place=place, owner=owner, **fields)
