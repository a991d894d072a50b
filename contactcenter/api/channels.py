"""Channels: what each still needs, and whether the ways in of our addresses work."""

from datetime import datetime

from msgspec import Struct

import channels
from contactcenter.administration import entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.api.operation import SUPERVISOR, Call, operation
from contactcenter.mails import mailroom
from contactcenter.mails.mailroom import WayIn


class OwnSetting(Struct, frozen=True, kw_only=True):
    """What an entry point of the channel may have of its own; ``secret`` ones as a secret."""

    key: str
    help: str
    secret: bool
    example: str


class WayInView(Struct, frozen=True, kw_only=True):
    """How messages come, such as `imap`: ``failures`` in a row since ``worked_at``, and the last.

    ``error`` says of the last failure what a person can do about it.
    """

    way: str
    works: bool
    failures: int
    error: str | None
    failed_at: datetime | None
    worked_at: datetime | None


class AddressView(Struct, frozen=True, kw_only=True):
    """One of our addresses and the ways in that were tried for it."""

    entry_point_id: int
    address: str
    name: str
    discovered: bool
    ways_in: list[WayInView]


class ChannelView(Struct, frozen=True, kw_only=True):
    """A channel; ``missing`` are settings that it still needs before it can send."""

    name: str
    missing: list[str]
    settings: list[OwnSetting]
    entry_points: list[AddressView]


@operation("GET", "/channels", tag="entry_points", roles=SUPERVISOR, via="read")
async def list_channels(call: Call) -> list[ChannelView]:
    """List the channels: what each needs, what our addresses may have of their own, what fails.

    A mailbox that cannot be read says why, and the others are read all the same.
    """
    addresses = await entry_points.list_all(call.conn)
    ways = await mailroom.ways_in(call.conn)
    return [
        ChannelView(
            name=name,
            missing=list(channel.missing),
            settings=[
                OwnSetting(key=s.key, help=s.help, secret=s.secret, example=s.example)
                for s in channels.settings_of(name)
                if s.own
            ],
            entry_points=[_address(one, ways) for one in addresses if one.channel == name],
        )
        for name, channel in sorted(call.services.channels.items())
    ]


def _address(one: EntryPoint, ways: list[WayIn]) -> AddressView:
    return AddressView(
        entry_point_id=one.id,
        address=one.address,
        name=one.name,
        discovered=one.discovered,
        ways_in=[_way_in(way) for way in ways if way.entry_point_id == one.id],
    )


def _way_in(way: WayIn) -> WayInView:
    return WayInView(
        way=way.way,
        works=way.failures == 0,
        failures=way.failures,
        error=way.error,
        failed_at=way.failed_at,
        worked_at=way.worked_at,
    )
