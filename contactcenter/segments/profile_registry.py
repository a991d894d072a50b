"""What conditions may ask of a contact's profile: each fact by name, with its type and its SQL.

``profile.occupation`` is a built-in fact, ``attribute.shoe_size`` one of the house's own. What is
not known is NULL, also an empty list, so that nothing equals it; so is a value from before its
attribute was defined that does not fit the type. What is said as a segment, such as the language,
is asked for as that.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from contactcenter import contact_attributes
from contactcenter.contact_attributes import Attribute
from contactcenter.db import Conn

#: A choice is a text with known words; a list holds texts.
FactType = Literal["text", "number", "date", "boolean", "choice", "list"]

#: Facts that are asserted as segments.
SEGMENTS: Final = frozenset({"customer_category", "language"})

_OF_TYPE: Final[Mapping[str, str]] = {
    "text": "CASE jsonb_typeof({it}) WHEN 'string' THEN {it} #>> '{{}}' END",
    "choice": "CASE jsonb_typeof({it}) WHEN 'string' THEN {it} #>> '{{}}' END",
    "number": "CASE jsonb_typeof({it}) WHEN 'number' THEN ({it} #>> '{{}}')::float8 END",
    "boolean": "CASE jsonb_typeof({it}) WHEN 'boolean' THEN ({it} #>> '{{}}')::boolean END",
    "date": "CASE jsonb_typeof({it}) WHEN 'string' THEN day_of({it} #>> '{{}}') END",
    "list": (
        "CASE jsonb_typeof({it}) WHEN 'array' THEN"
        " nullif(ARRAY(SELECT jsonb_array_elements_text({it})), '{{}}') END"
    ),
}


class Fact(Struct, frozen=True, kw_only=True):
    """A fact that a condition may ask for; ``sql`` is its value for the row ``c`` of ``contact``.

    The SQL type is text, float8, date, boolean, or text[] for a list. ``choices`` are the words
    that fit; empty where any does.
    """

    name: str
    key: str
    name_en: str
    name_fa: str
    type: FactType
    choices: tuple[str, ...]
    sql: str


async def facts(conn: Conn) -> Mapping[str, Fact]:
    """Everything that may be asked for now, by name."""
    found = map(fact_of, await contact_attributes.list_all(conn, archived=False))
    return {fact.name: fact for fact in found if fact is not None}


def fact_of(attribute: Attribute) -> Fact | None:
    """An attribute as conditions ask for it; None for one that is a segment, and for hours."""
    if attribute.type == "hours" or attribute.key in SEGMENTS:
        return None
    return Fact(
        name=f"{'profile' if attribute.built_in else 'attribute'}.{attribute.key}",
        key=attribute.key,
        name_en=attribute.name_en,
        name_fa=attribute.name_fa,
        type=attribute.type,
        choices=tuple(choice.value for choice in attribute.choices),
        sql=_sql(attribute),
    )


def _sql(attribute: Attribute) -> str:
    if not attribute.built_in:  # the key is a word: migration 0011 sees to it
        return _OF_TYPE[attribute.type].format(it=f"(c.attributes -> '{attribute.key}')")
    if attribute.type == "list":
        return f"nullif(c.{attribute.key}, '{{}}')"
    return f"c.{attribute.key}"
