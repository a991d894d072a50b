"""What may be known of contacts: the built-in facts, and attributes of the house's own."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import contact_attributes
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.contact_attributes import Attribute, Choice

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z")]
OwnType = Literal["text", "number", "date", "boolean", "choice", "list"]
Limit = Annotated[float, Meta(ge=-(2.0**53), le=2.0**53)]
Worth = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=1, le=36_500)]


class AttributeQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that are asked for no more."""

    archived: bool = False


class NewChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value that may be chosen."""

    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}\Z")]
    name_en: Line
    name_fa: Line


Choices = Annotated[tuple[NewChoice, ...], Meta(max_length=200)]


class NewAttribute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that shall be known of contacts; conditions ask for it as ``attribute.<key>``.

    A choice has ``choices``, a list may have some; a number may lie between ``minimum`` and
    ``maximum``, a date between ``earliest`` and ``latest``. The greater its ``worth``, the sooner
    an agent is shown that it is missing: with the question in both languages, if it is to be
    ``asked``; what is ``sensitive`` comes last. After ``fresh_days`` it counts half as fresh.
    """

    key: Key
    name_en: Line
    name_fa: Line
    type: OwnType
    choices: Choices = ()
    minimum: Limit | None = None
    maximum: Limit | None = None
    earliest: date | None = None
    latest: date | None = None
    sensitive: bool = False
    asked: bool = False
    worth: Worth = 10
    fresh_days: Days | None = None
    question_en: Line | None = None
    question_fa: Line | None = None


class AttributeChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays, null empties. The key and the type stay.

    ``choices`` replace the former. With ``archived`` false an archived attribute comes back.
    """

    name_en: Line | UnsetType = UNSET
    name_fa: Line | UnsetType = UNSET
    choices: Choices | UnsetType = UNSET
    minimum: Limit | UnsetType | None = UNSET
    maximum: Limit | UnsetType | None = UNSET
    earliest: date | UnsetType | None = UNSET
    latest: date | UnsetType | None = UNSET
    sensitive: bool | UnsetType = UNSET
    asked: bool | UnsetType = UNSET
    worth: Worth | UnsetType = UNSET
    fresh_days: Days | UnsetType | None = UNSET
    question_en: Line | UnsetType | None = UNSET
    question_fa: Line | UnsetType | None = UNSET
    archived: bool | UnsetType = UNSET


@operation("GET", "/contact_attributes", tag="contacts", roles=AGENT, via="read")
async def list_contact_attributes(call: Call, query: AttributeQuery) -> list[Attribute]:
    """List what may be known of contacts, what is worth most first."""
    return await contact_attributes.list_all(call.conn, archived=query.archived)


@operation(
    "GET", "/contact_attributes/{contact_attribute}", tag="contacts", roles=AGENT, via="read"
)
async def find_contact_attribute(call: Call, contact_attribute: str) -> Attribute:
    """Read one attribute with its values."""
    return await contact_attributes.find(call.conn, contact_attribute)


@operation(
    "POST", "/contact_attributes", tag="contacts", roles=ADMIN, via="transaction", status=201
)
async def create_contact_attribute(call: Call, body: NewAttribute) -> Attribute:
    """Add an attribute of the house's own."""
    given = msgspec.structs.asdict(body) | {
        name: text.strip() if isinstance(text := getattr(body, name), str) else text
        for name in ("name_en", "name_fa", "question_en", "question_fa")
    }
    given["choices"] = _choices(body.choices)
    wanted = Attribute(**given, built_in=False, version=1, archived_at=None)
    return await contact_attributes.create(
        call.conn, await call.clock(), wanted, actor=call.actor.reference
    )


@operation(
    "PATCH",
    "/contact_attributes/{contact_attribute}",
    tag="contacts",
    roles=ADMIN,
    via="transaction",
)
async def change_contact_attribute(
    call: Call, contact_attribute: str, body: AttributeChange
) -> Attribute:
    """Change how an attribute is called, asked for and weighed; what it may be; or archive it.

    Contacts keep what they have. Of what is part of the product the type, the range and the values
    stay, 409 ``attribute_is_built_in``; gender and birth date stay sensitive.
    """
    before = await contact_attributes.lock(call.conn, contact_attribute)
    call.check_version(before.version)
    now = await call.clock()
    given = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not UNSET}
    if isinstance(archived := given.pop("archived", UNSET), bool):
        given["archived_at"] = (before.archived_at or now) if archived else None
    if not isinstance(body.choices, UnsetType):
        given["choices"] = _choices(body.choices)
    for name, value in given.items():
        if name.startswith(("name_", "question_")) and isinstance(value, str):
            given[name] = value.strip()
    after = msgspec.structs.replace(before, **given)
    return await contact_attributes.change(
        call.conn, now, before, after, actor=call.actor.reference
    )


def _choices(given: tuple[NewChoice, ...]) -> list[Choice]:
    return [
        Choice(value=one.value, name_en=one.name_en.strip(), name_fa=one.name_fa.strip())
        for one in given
    ]
