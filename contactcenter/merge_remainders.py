"""What a contact keeps after one who was part of him is parted: what the others told, too.

Two people who were merged into one contact may have told the same; only the first was written down
as having brought it. When he goes, what another one told still stands, and is his to take along.
"""

from collections.abc import Iterable, Mapping

import msgspec

from contactcenter import contact_facts, db
from contactcenter.contact_facts import Taken
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact
from contactcenter.db import Conn
from contactcenter.merge_values import MergeRow, Moved
from contactcenter.profiles import LISTS
from routing.text import fold

_SQL = db.Statements(__name__)
_standing = _SQL.take("standing", MergeRow)
_keep = _SQL.command("keep")


async def kept_of_others(conn: Conn, before: Contact, after: Contact) -> Contact:
    """The locked contact with what others told of what it has just lost; their merges know it.

    ``before`` had everything, ``after`` is without what the parted one brought.
    """
    for row in await _standing.all(conn, before.id):
        others = await contacts.lock_rows(conn, row.merged_id)
        told = _of_what_is_lost(before, after, others[row.merged_id])
        after, taken = contact_facts.joined(after, told)
        if taken != Taken(filled=[], attributes=[]):
            moved = _with(msgspec.convert(row.moved, Moved), taken)
            await _keep.run(conn, row.id, msgspec.to_builtins(moved))
    return after


def _of_what_is_lost(before: Contact, after: Contact, other: Contact) -> Contact:
    """The other one as far as he told what is lost."""
    singles = {
        name: getattr(other, name) if getattr(before, name) != getattr(after, name) else None
        for name in contact_facts.TAKEN_OVER
    }
    lists = {n: _lost(getattr(before, n), getattr(after, n), getattr(other, n)) for n in LISTS}
    attributes = {
        key: _lost(before.attributes[key], after.attributes.get(key, []), value)
        if isinstance(value, list) and isinstance(before.attributes[key], list)
        else value
        for key, value in other.attributes.items()
        if key in before.attributes and before.attributes[key] != after.attributes.get(key)
    }
    return msgspec.structs.replace(other, **singles, **lists, attributes=attributes, declined=[])


def _lost(before: Iterable[str], after: Iterable[str], told: Iterable[str]) -> list[str]:
    gone = {fold(word) for word in before} - {fold(word) for word in after}
    return [word for word in told if fold(word) in gone]


def _with(moved: Moved, taken: Taken) -> Moved:
    known_at = dict(moved.known_at)
    for key, (was, became) in taken.known_at.items():
        known_at[key] = (known_at[key][0] if key in known_at else was, became)
    return msgspec.structs.replace(
        moved,
        filled=[*moved.filled, *taken.filled],
        attributes=sorted({*moved.attributes, *taken.attributes}),
        words=_joined(moved.words, taken.words),
        attribute_words=_joined(moved.attribute_words, taken.attribute_words),
        known_at=known_at,
    )


def _joined(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: [*one.get(key, []), *other.get(key, [])] for key in {**one, **other}}
