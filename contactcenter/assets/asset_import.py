"""Machines as another system tells of them: all lines or none, and twice is once.

A line says what it says: what it leaves out stays as it is, or empty where the machine is new. It
may name the owner of a machine that is nobody's; it never takes one from anybody, for that is told
as a transfer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from channels import Address
from contactcenter import db
from contactcenter.administration import service_tag_formats
from contactcenter.assets import assets
from contactcenter.assets.assets import Asset, Details
from contactcenter.contacts import contacts
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from routing import service_tags

#: More lines are brought in several goes.
MAX_LINES: Final = 200


class Line(Struct, frozen=True, kw_only=True):
    """One machine; ``place`` is what an error's place begins with, such as ``body[3].``.

    ``owner_field`` is where it says whose it is.
    """

    place: str
    service_tag: str
    model: str | UnsetType = UNSET
    product_category: str | UnsetType | None = UNSET
    configuration: Mapping[str, Any] | UnsetType = UNSET
    downloads: Mapping[str, str] | UnsetType = UNSET
    warranty_level: str | UnsetType = UNSET
    warranty_from: datetime | UnsetType | None = UNSET
    warranty_until: datetime | UnsetType | None = UNSET
    owner_id: int | None = None
    owner: Address | None = None
    owned_since: datetime | None = None
    owner_field: str = "owner"


class Taken(Struct, frozen=True, kw_only=True):
    """How many machines are new, are told of otherwise than before, and were known so already."""

    new: int
    changed: int
    known: int


class _Ready(Struct, frozen=True, kw_only=True):
    line: Line
    tag: str
    before: Asset | None
    owner_id: int | None


class _Identity(Struct, frozen=True, kw_only=True):
    kind: str
    value: str
    contact_id: int


_SQL = db.Statements(__name__)
_survivors = _SQL.take("survivors", _Identity)
_lock_all = _SQL.take("lock_all", str)


async def take(conn: Conn, now: datetime, lines: Sequence[Line], *, actor: str) -> Taken:
    """Take these in; under the routing lock. Raises ``BadInput`` naming the place."""
    tags = await _tags(conn, lines)
    owners = await _owners(conn, lines)
    await contacts.lock_rows(conn, *{owner for owner in owners if owner is not None})
    there = set(await _lock_all.all(conn, sorted(tags)))
    counts = {"new": 0, "changed": 0, "known": 0}
    for line, tag, owner_id in zip(lines, tags, owners, strict=True):
        before = await assets.find(conn, tag) if tag in there else None
        one = _Ready(line=line, tag=tag, before=before, owner_id=owner_id)
        after = await _take(conn, now, one, actor=actor)
        changed = before is not None and after.version != before.version
        counts["new" if before is None else "changed" if changed else "known"] += 1
    return Taken(**counts)


async def _take(conn: Conn, now: datetime, one: _Ready, *, actor: str) -> Asset:
    line, before, owner_id = one.line, one.before, one.owner_id
    details = _details(line, before)
    assets.check(details, line.place)
    since = line.owned_since
    if since is not None and since > now:
        raise BadInput(f"{line.place}owned_since", "This lies in the future.")
    if before is None:
        return await assets.create(
            conn, now, one.tag, details, owner_id=owner_id, owned_since=since, actor=actor
        )
    if owner_id not in (None, before.owner_id) and before.owner_id is not None:
        raise BadInput(
            line.place + line.owner_field, "It is somebody else's: tell of the transfer."
        )
    retired = before.retired_at is not None
    await assets.change(conn, now, before, details, retired=retired, actor=actor)
    if owner_id is not None and before.owner_id is None:
        await assets.transfer(conn, now, before, owner_id, at=since, actor=actor)
    return await assets.find(conn, one.tag)


def _details(line: Line, before: Asset | None) -> Details:
    """What the machine is from now on: as it was, with what the line says."""
    if before is None and line.model is UNSET:
        raise BadInput(f"{line.place}model", "A new machine has a model.")
    was = {} if before is None else {n: getattr(before, n) for n in Details.__struct_fields__}
    says = {n: v for n in Details.__struct_fields__ if (v := getattr(line, n)) is not UNSET}
    return msgspec.structs.replace(Details(**{"model": "", **was}), **says)


async def _tags(conn: Conn, lines: Sequence[Line]) -> list[str]:
    """The tags in their one form, each once."""
    formats = await service_tag_formats.all_formats(conn)
    seen: dict[str, str] = {}
    for line in lines:
        tag = service_tags.canonical(line.service_tag)
        if not service_tags.is_tag(tag, formats):
            raise BadInput(
                f"{line.place}service_tag", "This is no service tag as the house writes them."
            )
        if tag in seen:
            raise BadInput(f"{line.place}service_tag", f"{seen[tag]}service_tag is the same.")
        seen[tag] = line.place
    return list(seen)


async def _owners(conn: Conn, lines: Sequence[Line]) -> list[int | None]:
    """Who owns each, after all merges, where the line says so."""
    addresses = [line.owner for line in lines if line.owner is not None]
    ids = [str(line.owner_id) for line in lines if line.owner_id is not None]
    kinds = [a.kind for a in addresses] + [""] * len(ids)
    found = await _survivors.all(conn, kinds, [a.value for a in addresses] + ids)
    known = {(one.kind, one.value): one.contact_id for one in found}
    owners: list[int | None] = []
    for line in lines:
        if line.owner is None and line.owner_id is None:
            owners.append(None)
            continue
        key = (
            ("", str(line.owner_id)) if line.owner is None else (line.owner.kind, line.owner.value)
        )
        if key not in known:
            raise BadInput(line.place + line.owner_field, "Nobody is known by this address or id.")
        owners.append(known[key])
    return owners
