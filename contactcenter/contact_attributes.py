"""What may be known of a contact: the built-in facts and the house's own, each with its type."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

Type = Literal["text", "number", "date", "boolean", "choice", "list", "hours"]

#: Nobody is asked for these before everything else is known, whatever an administrator says.
ALWAYS_SENSITIVE: Final = frozenset({"gender", "birth_date"})
#: What the product itself writes into a contact's attributes.
RESERVED: Final = frozenset({"formerly_of", "told_by"})


class Choice(Struct, frozen=True, kw_only=True):
    """One value that may be chosen, and how it is called."""

    value: str
    name_en: str
    name_fa: str


class Attribute(Struct, frozen=True, kw_only=True):
    """One fact that may be known of a contact.

    A number lies between ``minimum`` and ``maximum``, a date between ``earliest`` and ``latest``; a
    choice is one of ``choices``, and so is each word of a list that has some. ``worth`` (0 to 100)
    is its share in how complete a profile is, and the order in which what is missing is asked for:
    by ``question_en`` and ``question_fa`` where it is ``asked``, and what is ``sensitive`` last.
    After ``fresh_days`` it counts half as fresh; null where it does not grow old.
    """

    key: str
    name_en: str
    name_fa: str
    type: Type
    choices: list[Choice]
    minimum: float | None
    maximum: float | None
    earliest: date | None
    latest: date | None
    built_in: bool
    sensitive: bool
    asked: bool
    worth: int
    fresh_days: int | None
    question_en: str | None
    question_fa: str | None
    version: int
    archived_at: datetime | None


class AttributeIsBuiltIn(Conflict):
    """This attribute belongs to the product: its type, its range and its values stay."""

    code = "attribute_is_built_in"


class _Row(Attribute, frozen=True, kw_only=True):
    choices: list[Any]


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", _Row)
_create = _SQL.take("create", str)
_change = _SQL.command("change")


async def list_all(conn: Conn, *, archived: bool) -> list[Attribute]:
    """Every attribute, what is worth most first; with ``archived``, also those."""
    return [_made(row) for row in await _list_all.all(conn, None, archived)]


async def by_key(conn: Conn) -> Mapping[str, Attribute]:
    """The attributes in use."""
    return {attribute.key: attribute for attribute in await list_all(conn, archived=False)}


async def find(conn: Conn, key: str) -> Attribute:
    """Read one; raises ``NotFound``."""
    row = await _list_all.first(conn, key, True)
    if row is None:
        raise NotFound(f"there is no attribute {key}")
    return _made(row)


async def lock(conn: Conn, key: str) -> Attribute:
    """Lock the attributes and read one; raises ``NotFound``."""
    await _lock.run(conn)
    return await find(conn, key)


async def create(conn: Conn, now: datetime, wanted: Attribute, *, actor: str) -> Attribute:
    """Add one of the house's own; raises ``NameTaken`` or ``BadInput``."""
    if wanted.key in RESERVED:
        raise BadInput("body.key", f"{wanted.key} is written by the product itself.")
    if wanted.key in ALWAYS_SENSITIVE:
        raise NameTaken(f"there is an attribute {wanted.key} already")
    _check(wanted)
    if await _create.first(conn, wanted.type, *_columns(wanted)) is None:
        raise NameTaken(f"there is an attribute {wanted.key} already")
    return await _told(conn, now, None, wanted.key, actor=actor)


async def change(
    conn: Conn, now: datetime, before: Attribute, after: Attribute, *, actor: str
) -> Attribute:
    """Save an edit of a locked attribute; its key and type stay.

    What contacts have already stays with them, even where it would not be taken now. Raises
    ``AttributeIsBuiltIn`` or ``BadInput``.
    """
    if before == after:
        return before
    if before.built_in and _shape(before) != _shape(after):
        raise AttributeIsBuiltIn(f"{before.key} is part of the product")
    _check(after)
    await _change.run(conn, *_columns(after), after.archived_at)
    return await _told(conn, now, before, after.key, actor=actor)


def _columns(wanted: Attribute) -> tuple[Any, ...]:
    return (
        wanted.key,
        wanted.name_en,
        wanted.name_fa,
        wanted.choices,
        wanted.minimum,
        wanted.maximum,
        wanted.earliest,
        wanted.latest,
        wanted.sensitive,
        wanted.asked,
        wanted.worth,
        wanted.fresh_days,
        wanted.question_en,
        wanted.question_fa,
    )


def _shape(attribute: Attribute) -> tuple[Any, ...]:
    a = attribute
    return (a.type, a.choices, a.minimum, a.maximum, a.earliest, a.latest, a.archived_at)


def _check(wanted: Attribute) -> None:
    if wanted.key in ALWAYS_SENSITIVE and not wanted.sensitive:
        raise BadInput("body.sensitive", f"{wanted.key} stays sensitive.")
    if (wanted.question_en is None) != (wanted.question_fa is None):
        missing = "question_en" if wanted.question_en is None else "question_fa"
        raise BadInput(f"body.{missing}", "A question is asked in both languages.")
    if wanted.asked and wanted.question_en is None:
        raise BadInput("body.asked", "There is no question to ask.")
    _check_range(wanted)
    _check_choices(wanted)


def _check_range(wanted: Attribute) -> None:
    for type_, first, last in (("number", "minimum", "maximum"), ("date", "earliest", "latest")):
        low, high = getattr(wanted, first), getattr(wanted, last)
        for name, value in ((first, low), (last, high)):
            if value is not None and wanted.type != type_:
                raise BadInput(f"body.{name}", f"Only a {type_} has this.")
        if low is not None and high is not None and low > high:
            raise BadInput(f"body.{last}", f"It is less than {first}.")


def _check_choices(wanted: Attribute) -> None:
    if wanted.built_in:
        return
    if wanted.type == "choice" and not wanted.choices:
        raise BadInput("body.choices", "Name at least one value.")
    if wanted.choices and wanted.type not in ("choice", "list"):
        raise BadInput("body.choices", f"A {wanted.type} is not chosen from values.")
    words = [choice.value for choice in wanted.choices]
    for n, word in enumerate(words):
        if word in words[:n]:
            raise BadInput(f"body.choices[{n}].value", f"{word} is named twice.")


async def _told(
    conn: Conn, now: datetime, before: Attribute | None, key: str, *, actor: str
) -> Attribute:
    after = await find(conn, key)
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "contact_attribute", key, changed, actor=actor)
    return after


def _made(row: _Row) -> Attribute:
    columns = msgspec.structs.asdict(row)
    return Attribute(**columns | {"choices": msgspec.convert(row.choices, list[Choice])})
