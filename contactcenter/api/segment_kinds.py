"""Kinds of segments: what may be asserted of contacts, and who may say it."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.administration import segment_kinds
from contactcenter.administration.segment_kinds import SegmentKind, Value
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation

Kind = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,40}\Z")]
Who = Literal["agent", "supervisor", "admin"]


class SegmentKindQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that are said no more."""

    archived: bool = False


class NewValue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that may be said."""

    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}\Z")]
    name_en: Line
    name_fa: Line


Values = Annotated[tuple[NewValue, ...], Meta(max_length=200)]


class NewSegmentKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be said of contacts, and by whom at least.

    Rules ask for it as ``segment.<kind>``. It has ``values``, or is ``free``: any word will do.
    """

    kind: Kind
    name_en: Line
    name_fa: Line
    several: bool = False
    free: bool = False
    set_by: Who = "agent"
    values: Values = ()


class SegmentKindChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays.

    ``values`` replace the former: one that is left out is said no more. With ``archived`` false an
    archived kind comes back.
    """

    name_en: Line | UnsetType = UNSET
    name_fa: Line | UnsetType = UNSET
    set_by: Who | UnsetType = UNSET
    values: Values | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


@operation("GET", "/segment_kinds", tag="segments", roles=AGENT, via="read")
async def list_segment_kinds(call: Call, query: SegmentKindQuery) -> list[SegmentKind]:
    """List what may be asserted of contacts."""
    return await segment_kinds.list_all(call.conn, archived=query.archived)


@operation("GET", "/segment_kinds/{segment_kind}", tag="segments", roles=AGENT, via="read")
async def find_segment_kind(call: Call, segment_kind: str) -> SegmentKind:
    """Read one kind with its values."""
    return await segment_kinds.find(call.conn, segment_kind)


@operation("POST", "/segment_kinds", tag="segments", roles=ADMIN, via="transaction", status=201)
async def create_segment_kind(call: Call, body: NewSegmentKind) -> SegmentKind:
    """Add a kind of the house's own."""
    wanted = SegmentKind(
        kind=body.kind,
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        several=body.several,
        free=body.free,
        set_by=body.set_by,
        built_in=False,
        values=_values(body.values),
        version=1,
        archived_at=None,
    )
    return await segment_kinds.create(
        call.conn, await call.clock(), wanted, actor=call.actor.reference
    )


@operation("PATCH", "/segment_kinds/{segment_kind}", tag="segments", roles=ADMIN, via="transaction")
async def change_segment_kind(
    call: Call, segment_kind: str, body: SegmentKindChange
) -> SegmentKind:
    """Rename a kind, say who may say it, replace its values, or archive it.

    Contacts keep what was said of them. What is part of the product is not archived, 409
    ``kind_is_built_in``; temperament has operations of its own.
    """
    before = await segment_kinds.lock(call.conn, segment_kind)
    call.check_version(before.version)
    now = await call.clock()
    archived_at = before.archived_at
    if isinstance(body.archived, bool):
        archived_at = (before.archived_at or now) if body.archived else None
    after = msgspec.structs.replace(
        before,
        name_en=before.name_en if body.name_en is UNSET else body.name_en.strip(),
        name_fa=before.name_fa if body.name_fa is UNSET else body.name_fa.strip(),
        set_by=before.set_by if body.set_by is UNSET else body.set_by,
        values=before.values if body.values is UNSET else _values(body.values),
        archived_at=archived_at,
    )
    return await segment_kinds.change(call.conn, now, before, after, actor=call.actor.reference)


def _values(given: tuple[NewValue, ...]) -> list[Value]:
    return [
        Value(value=one.value, name_en=one.name_en.strip(), name_fa=one.name_fa.strip())
        for one in given
    ]
