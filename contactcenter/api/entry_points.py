"""Entry points: our own addresses, which customers write to."""

import secrets
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.activation.recording import recorded
from contactcenter.administration import entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.api.inputs import Id
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited
from contactcenter.configuration_vocabulary import OptionKey, OptionValue

_Name = Annotated[str, Meta(max_length=200, description="Spaces around it are dropped.")]
#: What a long code may send is 1; Source: https://www.twilio.com/docs/api/errors/21611
_Rate = Annotated[float, Meta(gt=0, le=1000)]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]

_OPTIONS: Final = 100


class NewEntryPoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address of ours, in any writing, and the queue its problems go to.

    For a widget of a web chat the ``address`` is its key, which may be left out: one is made.
    Without a ``calendar_id`` it is always open. ``options`` are settings of its channel that it has
    of its own, such as ``smtp_host``.
    """

    channel: Annotated[str, Meta(min_length=2, max_length=31)]
    address: Annotated[str, Meta(min_length=1, max_length=320, pattern=r"\S")] | None = None
    queue_id: Id
    name: _Name = ""
    language: _Language | None = None
    segments_per_s: _Rate | None = None
    calendar_id: Id | None = None
    phone_menu_id: Id | None = None
    options: Annotated[dict[OptionKey, OptionValue], Meta(max_length=_OPTIONS)] = {}


class EntryPointChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. Channel and address never change.

    An option that is null is removed: what the settings hold for all is used again.
    """

    name: _Name | UnsetType = UNSET
    queue_id: Id | UnsetType = UNSET
    language: _Language | UnsetType | None = UNSET
    segments_per_s: _Rate | UnsetType | None = UNSET
    calendar_id: Id | UnsetType | None = UNSET
    phone_menu_id: Id | UnsetType | None = UNSET
    options: (
        Annotated[dict[OptionKey, OptionValue | None], Meta(max_length=_OPTIONS)] | UnsetType
    ) = UNSET


@operation("GET", "/entry_points", tag="entry_points", roles=AGENT, via="read")
async def list_entry_points(call: Call) -> list[EntryPoint]:
    """List our addresses, channel by channel.

    A ``discovered`` one got a message before anybody had set it up.
    """
    return await entry_points.list_all(call.conn)


@operation("GET", "/entry_points/{entry_point_id}", tag="entry_points", roles=AGENT, via="read")
async def find_entry_point(call: Call, entry_point_id: int) -> EntryPoint:
    """Read one of our addresses."""
    return await entry_points.find(call.conn, entry_point_id)


@operation("POST", "/entry_points", tag="entry_points", roles=ADMIN, via="dispatch", status=201)
async def create_entry_point(call: Call, body: NewEntryPoint) -> EntryPoint:
    """Set up an address of ours; messages to it are taken within two seconds."""
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await entry_points.create(
            call.conn,
            call.now,
            channel=body.channel,
            address=body.address,
            key=secrets.token_hex(12),
            name=body.name.strip(),
            queue_id=body.queue_id,
            language=body.language,
            segments_per_s=body.segments_per_s,
            calendar_id=body.calendar_id,
            phone_menu_id=body.phone_menu_id,
            options=body.options,
            channels=call.services.channels,
            actor=call.actor.reference,
        )


@operation(
    "PATCH",
    "/entry_points/{entry_point_id}",
    tag="entry_points",
    roles=ADMIN,
    via="dispatch",
)
async def change_entry_point(call: Call, entry_point_id: int, body: EntryPointChange) -> EntryPoint:
    """Edit an address of ours; problems that came in before stay where they are."""
    before = await entry_points.lock(call.conn, entry_point_id)
    call.check_version(before.version)
    after = edited(before, msgspec.structs.replace(body, options=UNSET))
    if body.options is not UNSET:
        options = {**before.options, **body.options}
        kept = {key: value for key, value in options.items() if value is not None}
        after = msgspec.structs.replace(after, options=kept)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await entry_points.change(
            call.conn, call.now, before, after, actor=call.actor.reference
        )
