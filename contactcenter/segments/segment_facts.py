"""What rule segments may ask of contacts, and what of it is known of many contacts at an instant.

Nobody's manner is among it: a rule segment may decide who is served first, and by whom.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import db
from contactcenter.currencies import CURRENCIES
from contactcenter.db import Conn
from contactcenter.segments import profile_registry, segment_kinds_asked
from contactcenter.segments.profile_registry import Fact
from contactcenter.segments.segment_kinds_asked import MANNER, SEGMENT
from routing.segmentation import Attribute, Known

#: What people do, as ``behaviour_counts`` names it.
BEHAVIOUR: Final = (
    "contacts_30d",
    "purchases_12m",
    "tenure_months",
    "discount_requests_90d",
    "complaints_90d",
    "complaint_topics_90d",
    "quotes_requested_90d",
    "carts_abandoned_30d",
    "returns_12m",
    "reopened_30d",
    "median_reply_s",
)
_BEHAVIOUR: Final = "behaviour."
#: Purchases of twelve months in minor units of a currency.
_SPENT: Final = "spent_12m."
_ASSETS: Final = frozenset({"assets", "asset.model", "asset.category", "asset.warranty_ends"})
_BIRTH_DATE: Final = "profile.birth_date"

_TYPES: Final[Mapping[str, Any]] = {"boolean": "flag"}
_FIXED: Final = (
    Attribute(name="age", type="age", fact=_BIRTH_DATE),
    Attribute(name="birthday", type="birthday", fact=_BIRTH_DATE),
    Attribute(name="language", type="choice"),
    Attribute(name="known_since", type="instant"),
    Attribute(name="address", type="words"),
    Attribute(name="assets", type="number"),
    Attribute(name="asset.model", type="words"),
    Attribute(name="asset.category", type="words"),
    Attribute(name="asset.warranty_ends", type="instant"),
    *(Attribute(name=f"{_BEHAVIOUR}{feature}", type="number") for feature in BEHAVIOUR),
    *(Attribute(name=f"{_SPENT}{currency}", type="number") for currency in sorted(CURRENCIES)),
)


class Schema(Struct, frozen=True, kw_only=True):
    """What may be asked for now, by name; ``profile`` is how the facts of a profile are read."""

    attributes: Mapping[str, Attribute]
    profile: Mapping[str, Fact]


class _Segments(Struct, frozen=True, kw_only=True):
    contact_id: int
    kind: str
    words: list[str]


class _Counted(Struct, frozen=True, kw_only=True):
    contact_id: int
    feature: str
    value: float


class _Change(Struct, frozen=True, kw_only=True):
    contact_id: int
    changes_at: datetime | None


class _Addresses(Struct, frozen=True, kw_only=True):
    contact_id: int
    kinds: list[str]


class _Assets(Struct, frozen=True, kw_only=True):
    contact_id: int
    models: list[str]
    categories: list[str]
    assets: int
    warranty_ends_at: datetime | None
    changes_at: datetime | None


_SQL = db.Statements(__name__)
_segments = _SQL.take("segments", _Segments)
_segment_changes = _SQL.take("segment_changes", _Change)
_behaviour = _SQL.take("behaviour", _Counted)
_behaviour_changes = _SQL.take("behaviour_changes", _Change)
_spent = _SQL.take("spent", _Counted)
_addresses = _SQL.take("addresses", _Addresses)
_assets = _SQL.take("assets", _Assets)

#: What is known, by contact and name.
Facts = dict[int, dict[str, Known]]


async def schema(conn: Conn) -> Schema:
    """Everything that may be asked for now."""
    profile = await profile_registry.facts(conn)
    found = [
        Attribute(
            name=fact.name,
            type=_TYPES.get(fact.type, fact.type),
            choices=frozenset(fact.choices) or None,
        )
        for fact in profile.values()
    ]
    found += await segment_kinds_asked.attributes(conn)
    found += _FIXED
    return Schema(attributes={a.name: a for a in found}, profile=profile)


async def read(
    conn: Conn,
    now: datetime,
    contact_ids: Sequence[int],
    asked: Collection[str],
    there_is: Schema,
) -> Facts:
    """What is known of these contacts, of what is asked; those merged into others are left out."""
    found = await _profiles(conn, contact_ids, asked, there_is)
    ids = sorted(found)
    if kinds := [n.removeprefix(SEGMENT) for n in asked if n.startswith(SEGMENT)]:
        await _read_segments(conn, now, ids, kinds, found)
    if "language" in asked:
        await _read_languages(conn, now, ids, found)
    if any(name.startswith((_BEHAVIOUR, _SPENT)) for name in asked):
        await _read_behaviour(conn, now, ids, asked, found)
    if "address" in asked:
        for row in await _addresses.all(conn, ids):
            found[row.contact_id]["address"] = Known(value=frozenset(row.kinds))
    if not _ASSETS.isdisjoint(asked):
        await _read_assets(conn, now, ids, found)
    return found


async def _profiles(
    conn: Conn, contact_ids: Sequence[int], asked: Collection[str], there_is: Schema
) -> Facts:
    """What stands in the contact itself: the statement has a column for each that is asked."""
    columns = {name: there_is.profile[name].sql for name in asked if name in there_is.profile}
    columns["known_since"] = "c.created_at"
    columns["language"] = "c.language"
    listed = ", ".join(f"{sql} AS f{n}" for n, sql in enumerate(columns.values()))
    # The parts are the registry's own and hold no words of anybody.
    rows = await conn.fetch(
        f"SELECT c.id, {listed} FROM contact c"  # noqa: S608
        " WHERE c.id = ANY ($1::bigint[]) AND c.merged_into_id IS NULL",
        list(contact_ids),
    )
    return {
        row["id"]: {
            name: Known(value=value)
            for n, name in enumerate(columns)
            if (value := row[f"f{n}"]) is not None
        }
        for row in rows
    }


async def _read_segments(
    conn: Conn, now: datetime, ids: Sequence[int], kinds: Sequence[str], found: Facts
) -> None:
    several = await segment_kinds_asked.several(conn)
    changes = {row.contact_id: row.changes_at for row in await _segment_changes.all(conn, ids, now)}
    for contact_id in ids:
        for kind in kinds:
            nothing = frozenset[str]() if kind in several else None
            known = Known(value=nothing, changes_at=changes.get(contact_id))
            found[contact_id][SEGMENT + kind] = known
    for row in await _segments.all(conn, ids, now, kinds):
        value = frozenset(row.words) if row.kind in several else row.words[0]
        known = Known(value=value, changes_at=changes.get(row.contact_id))
        found[row.contact_id][SEGMENT + row.kind] = known


async def _read_languages(conn: Conn, now: datetime, ids: Sequence[int], found: Facts) -> None:
    """What somebody said he would rather speak counts before what his contact was made with."""
    changes = {row.contact_id: row.changes_at for row in await _segment_changes.all(conn, ids, now)}
    said = {
        row.contact_id: row.words[0] for row in await _segments.all(conn, ids, now, ["language"])
    }
    for contact_id in ids:
        own = found[contact_id].get("language")
        value = said.get(contact_id, None if own is None else own.value)
        found[contact_id]["language"] = Known(value=value, changes_at=changes.get(contact_id))


async def _read_behaviour(
    conn: Conn, now: datetime, ids: Sequence[int], asked: Collection[str], found: Facts
) -> None:
    features = [n.removeprefix(_BEHAVIOUR) for n in asked if n.startswith(_BEHAVIOUR)]
    currencies = [n.removeprefix(_SPENT) for n in asked if n.startswith(_SPENT)]
    looked_at = features + (["purchases_12m"] if currencies else [])
    changes = {
        row.contact_id: row.changes_at
        for row in await _behaviour_changes.all(conn, ids, now, looked_at)
    }
    values: dict[int, dict[str, float]] = defaultdict(dict)
    if features:
        for row in await _behaviour.all(conn, ids, now, features):
            values[row.contact_id][_BEHAVIOUR + row.feature] = row.value
    if currencies:
        for row in await _spent.all(conn, ids, now, currencies):
            values[row.contact_id][_SPENT + row.feature] = row.value
    names = [n for n in asked if n.startswith((_BEHAVIOUR, _SPENT))]
    for contact_id in ids:
        for name in names:
            value = values[contact_id].get(name)
            found[contact_id][name] = Known(value=value, changes_at=changes.get(contact_id))


async def _read_assets(conn: Conn, now: datetime, ids: Sequence[int], found: Facts) -> None:
    for row in await _assets.all(conn, ids, now):
        values = {
            "assets": float(row.assets),
            "asset.model": frozenset(row.models),
            "asset.category": frozenset(row.categories),
            "asset.warranty_ends": row.warranty_ends_at,
        }
        for name, value in values.items():
            found[row.contact_id][name] = Known(value=value, changes_at=row.changes_at)


__all__ = ["BEHAVIOUR", "MANNER", "Facts", "Schema", "read", "schema"]
