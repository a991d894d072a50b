"""The machines customers have from us: what each is, and whose. Who had it before is history.

What changes them runs under the routing lock: a warranty or an owner decides what somebody is
entitled to, and with it how long his open tickets count as waiting.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import configuration, db, events
from contactcenter.administration import service_tag_formats
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.segmentation import segment_setting
from contactcenter.segments import segments
from routing import service_tags


class Details(Struct, frozen=True, kw_only=True):
    """What a machine is: ``downloads`` are names with https links, by name."""

    model: str
    product_category: str | None = None
    configuration: Mapping[str, Any] = {}
    downloads: Mapping[str, str] = {}
    warranty_level: str = ""
    warranty_from: datetime | None = None
    warranty_until: datetime | None = None


class Asset(Details, frozen=True, kw_only=True):
    """A row of ``asset``; ``owner_id`` is whose it is now, after all merges."""

    id: int
    service_tag: str
    version: int
    created_at: datetime
    retired_at: datetime | None
    owner_id: int | None
    owned_since: datetime | None


class Owner(Struct, frozen=True, kw_only=True):
    """Whose it was, from when to when; ``told_at`` is when we were told."""

    contact_id: int
    from_at: datetime
    to_at: datetime | None
    told_at: datetime
    actor: str


class TagTaken(Conflict):
    """There is a machine of this service tag already."""

    code = "tag_taken"


class AssetRetired(Conflict):
    """This machine is in use no more."""

    code = "asset_retired"


class AlreadyTheOwner(Conflict):
    """It is his already."""

    code = "already_the_owner"


class _Edited(Details, frozen=True, kw_only=True):
    retired: bool


#: Of these events tell how many there are.
_SIZED: Final = ("configuration", "downloads")

_SQL = db.Statements(__name__)
_find = _SQL.take("find", Asset)
_lock = _SQL.take("lock", int)
_page = _SQL.take("page", Asset)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_retire = _SQL.command("retire")
_give = _SQL.command("give")
_take = _SQL.command("take")
_owners = _SQL.take("owners", Owner)


async def find(conn: Conn, service_tag: str) -> Asset:
    """Read one by its tag in any writing; raises ``NotFound``."""
    tag = service_tags.canonical(service_tag)
    found = await _find.first(conn, tag)
    if found is None:
        raise NotFound("there is no machine of this service tag")
    return found


async def lock(conn: Conn, service_tag: str) -> Asset:
    """Read one and lock it until the end of the transaction; raises ``NotFound``."""
    await _lock.first(conn, service_tags.canonical(service_tag))
    return await find(conn, service_tag)


async def page(
    conn: Conn, *, contact_id: int | None, retired: bool, after_id: int, limit: int
) -> list[Asset]:
    """One page, in the order they were made: of everybody, or what one contact owns now."""
    return await _page.all(conn, contact_id, retired, after_id, limit)


async def owners(conn: Conn, asset_id: int) -> list[Owner]:
    """Everybody whose it was, the latest first; a merged contact as who he is now."""
    return await _owners.all(conn, asset_id)


async def check_tag(conn: Conn, written: str, field: str) -> str:
    """The tag in its one form; raises ``BadInput`` where no format of the house fits."""
    tag = service_tags.canonical(written)
    if not service_tags.is_tag(tag, await service_tag_formats.all_formats(conn)):
        raise BadInput(field, "This is no service tag as the house writes them.")
    return tag


def check(details: Details, place: str) -> None:
    """Refuse what no machine can be; ``BadInput`` names the place."""
    if (details.warranty_from is None) != (details.warranty_until is None):
        missing = "warranty_from" if details.warranty_from is None else "warranty_until"
        raise BadInput(f"{place}{missing}", "A warranty runs from an instant to another.")
    if details.warranty_from is not None and details.warranty_until is not None:
        if details.warranty_until <= details.warranty_from:
            raise BadInput(f"{place}warranty_until", "It ends after it begins.")
    elif details.warranty_level:
        raise BadInput(f"{place}warranty_level", "There is no warranty to be of this level.")
    written = segments.canonical(details.warranty_level)
    if written != details.warranty_level:
        raise BadInput(f"{place}warranty_level", f'Write it as "{written}".')


async def create(
    conn: Conn,
    now: datetime,
    service_tag: str,
    details: Details,
    *,
    owner_id: int | None,
    owned_since: datetime | None,
    actor: str,
) -> Asset:
    """Make one of a checked tag, of a locked contact if it is somebody's; raises ``TagTaken``."""
    asset_id = await _create.first(conn, service_tag, *_columns(details), now)
    if asset_id is None:
        raise TagTaken
    changed = configuration.differences(None, _edited(details, retired=False), sized=_SIZED)
    await events.record(
        conn, _fact("asset_created", now, actor, owner_id, asset_id=asset_id, changed=changed)
    )
    if owner_id is not None:
        await give(conn, now, asset_id, owner_id, since=owned_since or now, actor=actor)
    return await find(conn, service_tag)


async def change(
    conn: Conn, now: datetime, before: Asset, details: Details, *, retired: bool, actor: str
) -> Asset:
    """Save an edit of a locked machine; nothing is recorded where nothing changes."""
    was = _edited(before, retired=before.retired_at is not None)
    becomes = _edited(details, retired=retired)
    if becomes == was:
        return before
    await _change.run(conn, before.id, *_columns(details), now)
    if retired != was.retired:
        await _retire.run(conn, before.id, now if retired else None)
    changed = configuration.differences(was, becomes, sized=_SIZED)
    fact = _fact("asset_changed", now, actor, before.owner_id, asset_id=before.id, changed=changed)
    await events.record(conn, fact)
    await told(conn, now, [before.owner_id], actor=actor)
    return await find(conn, before.service_tag)


async def give(
    conn: Conn, now: datetime, asset_id: int, contact_id: int, *, since: datetime, actor: str
) -> None:
    """Let a machine of nobody be a locked contact's."""
    await _give.run(conn, asset_id, contact_id, since, now, actor)
    changed = {"is_owner": {"from": False, "to": True}}
    fact = _fact("asset_transferred", now, actor, contact_id, asset_id=asset_id, changed=changed)
    await events.record(conn, fact)
    await told(conn, now, [contact_id], actor=actor)


async def transfer(
    conn: Conn, now: datetime, asset: Asset, to_id: int | None, *, at: datetime | None, actor: str
) -> Asset:
    """Let a locked machine be a locked contact's, or nobody's that we know, from an instant on.

    What was done for the machine stays with it; whose words they were stays with him. Raises
    ``AssetRetired``, ``AlreadyTheOwner`` or ``BadInput``.
    """
    if asset.retired_at is not None:
        raise AssetRetired
    if asset.owner_id == to_id:
        raise AlreadyTheOwner("It is his already." if to_id else "It is nobody's already.")
    at = at or now
    history = await owners(conn, asset.id)
    if at > now:
        raise BadInput("body.at", "This lies in the future: tell it when it has happened.")
    if history and at < max(one.to_at or one.from_at for one in history):
        raise BadInput("body.at", "It was given to somebody later than this.")
    if asset.owner_id is not None:
        await _take.run(conn, asset.id, at)
        changed = {"is_owner": {"from": True, "to": False}}
        fact = _fact(
            "asset_transferred", now, actor, asset.owner_id, asset_id=asset.id, changed=changed
        )
        await events.record(conn, fact)
        await told(conn, now, [asset.owner_id], actor=actor)
    if to_id is not None:
        await give(conn, now, asset.id, to_id, since=at, actor=actor)
    return await find(conn, asset.service_tag)


async def told(
    conn: Conn, now: datetime, contact_ids: Collection[int | None], *, actor: str
) -> None:
    """Let everything that goes by what these people own or may expect look again."""
    known = {contact_id for contact_id in contact_ids if contact_id is not None}
    if known:
        await segment_setting.told(conn, now, known, actor=actor)


def _edited(details: Details, *, retired: bool) -> _Edited:
    fields = {name: getattr(details, name) for name in Details.__struct_fields__}
    return _Edited(**fields, retired=retired)


def _columns(details: Details) -> list[Any]:
    return [getattr(details, name) for name in Details.__struct_fields__]


def _fact(
    kind: str,
    now: datetime,
    actor: str,
    contact_id: int | None,
    *,
    asset_id: int,
    changed: Mapping[str, Any],
) -> events.Event:
    """What happened to a machine, by its id: a tag on paper is not to be found in the past."""
    data = {"asset_id": asset_id, "changed": changed}
    return events.Event(kind=kind, at=now, actor=actor, contact_id=contact_id, data=data)
