"""Kinds of behaviour: what may be told of customers, whether it is captured, and how long."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited
from contactcenter.behaviour import behaviour_kinds
from contactcenter.behaviour.behaviour_kinds import BehaviourKind

Kind = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,40}\Z")]
Days = Annotated[int, Meta(ge=1, le=36_500)]


class NewBehaviourKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of the house's own; without ``retention_days`` it is kept for good."""

    kind: Kind
    name_en: Line
    name_fa: Line
    captured: bool = True
    retention_days: Days | None = None


class BehaviourKindChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    name_en: Line | UnsetType = UNSET
    name_fa: Line | UnsetType = UNSET
    captured: bool | UnsetType = UNSET
    retention_days: Days | UnsetType | None = UNSET


@operation("GET", "/behaviour_kinds", tag="behaviour", roles=AGENT, via="read")
async def list_behaviour_kinds(call: Call) -> list[BehaviourKind]:
    """List what may be told of customers, and what of it is kept."""
    return await behaviour_kinds.list_all(call.conn)


@operation("GET", "/behaviour_kinds/{behaviour_kind}", tag="behaviour", roles=AGENT, via="read")
async def find_behaviour_kind(call: Call, behaviour_kind: str) -> BehaviourKind:
    """Read one kind."""
    return await behaviour_kinds.find(call.conn, behaviour_kind)


@operation("POST", "/behaviour_kinds", tag="behaviour", roles=ADMIN, via="transaction", status=201)
async def create_behaviour_kind(call: Call, body: NewBehaviourKind) -> BehaviourKind:
    """Add a kind of the house's own."""
    wanted = BehaviourKind(
        kind=body.kind,
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        built_in=False,
        captured=body.captured,
        retention_days=body.retention_days,
        version=1,
    )
    return await behaviour_kinds.create(
        call.conn, await call.clock(), wanted, actor=call.actor.reference
    )


@operation(
    "PATCH", "/behaviour_kinds/{behaviour_kind}", tag="behaviour", roles=ADMIN, via="transaction"
)
async def change_behaviour_kind(
    call: Call, behaviour_kind: str, body: BehaviourKindChange
) -> BehaviourKind:
    """Decide what is recorded: switch a kind off or on, say how many days it is kept, rename it.

    Of a kind that is not captured nothing is stored from now on; what is older than its days is
    deleted by the next sweep, within the hour.
    """
    before = await behaviour_kinds.lock(call.conn, behaviour_kind)
    call.check_version(before.version)
    return await behaviour_kinds.change(
        call.conn, await call.clock(), before, edited(before, body), actor=call.actor.reference
    )
