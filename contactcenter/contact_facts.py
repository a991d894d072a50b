"""What is known of a contact, fact by fact: since when, and what two contacts know together.

Everything here is computed from rows that are passed in; nothing is stored.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter.contacts.contacts import Contact
from contactcenter.profiles import LISTS, SINGLE
from routing.text import fold

#: Of these the kept contact takes over what it has not.
TAKEN_OVER: Final = ("name", "language", "note", *SINGLE)


class Taken(Struct, frozen=True, kw_only=True):
    """What one contact took over from another: enough to give it back.

    ``filled`` and ``attributes`` are facts it had not, ``words`` those that its lists and the lists
    among its attributes gained. ``known_at`` has the instants before and after, by key, and
    ``declined`` what was declined before and after.
    """

    filled: list[str]
    attributes: list[str]
    words: dict[str, list[str]] = {}
    attribute_words: dict[str, list[str]] = {}
    known_at: dict[str, tuple[str | None, str | None]] = {}
    declined: tuple[list[str], list[str]] | None = None


def known(contact: Contact) -> dict[str, Any]:
    """Every fact that is known but for segments, by the key of ``contact_attribute``."""
    found = {key: getattr(contact, key) for key in ("name", *SINGLE, *LISTS)}
    return {k: v for k, v in (contact.attributes | found).items() if v is not None and v != []}


def noted(
    before: Contact | None, after: Contact, now: datetime, confirmed: Collection[str] = ()
) -> Contact:
    """The contact with the instants of what was said now; ``confirmed`` was said once more.

    What is told is declined no more.
    """
    was, becomes = {} if before is None else known(before), known(after)
    said = {key for key, value in becomes.items() if was.get(key) != value}
    said |= becomes.keys() & set(confirmed)
    known_at = {key: at for key, at in after.known_at.items() if key in becomes}
    return msgspec.structs.replace(
        after,
        known_at=known_at | dict.fromkeys(sorted(said), now.isoformat()),
        declined=sorted(set(after.declined) - becomes.keys()),
    )


def joined(kept: Contact, other: Contact) -> tuple[Contact, Taken]:
    """The kept contact with what the other told besides: single facts it has not, and all words."""
    gained = {n: getattr(other, n) for n in TAKEN_OVER if getattr(kept, n) is None}
    gained = {name: value for name, value in gained.items() if value is not None}
    words = _gained_words(
        {n: getattr(kept, n) for n in LISTS}, {n: getattr(other, n) for n in LISTS}
    )
    attribute_words = _gained_words(_lists(kept.attributes), _lists(other.attributes))
    attributes = other.attributes | kept.attributes
    for key, added in attribute_words.items():
        attributes[key] = [*kept.attributes[key], *added]
    new = sorted(other.attributes.keys() - kept.attributes.keys())
    after = msgspec.structs.replace(
        kept,
        attributes=attributes,
        **gained,
        **{name: [*getattr(kept, name), *added] for name, added in words.items()},
    )
    known_at = _instants(kept, other, {*gained, *words, *attribute_words, *new})
    declined = sorted({*kept.declined, *other.declined} - known(after).keys())
    after = msgspec.structs.replace(
        after,
        known_at=kept.known_at | {k: at for k, (_, at) in known_at.items() if at is not None},
        declined=declined,
    )
    return after, Taken(
        filled=sorted(gained, key=TAKEN_OVER.index),
        attributes=new,
        words=words,
        attribute_words=attribute_words,
        known_at=known_at,
        declined=(kept.declined, declined) if declined != kept.declined else None,
    )


def parted(kept: Contact, other: Contact, taken: Taken) -> Contact:
    """The kept contact without what it took over, but for what somebody wrote otherwise since."""
    lost = {n: None for n in taken.filled if getattr(kept, n) == getattr(other, n)}
    attributes = {
        key: _without(value, taken.attribute_words.get(key, []))
        for key, value in kept.attributes.items()
        if key not in taken.attributes or value != other.attributes.get(key)
    }
    lists = {n: _without(getattr(kept, n), added) for n, added in taken.words.items()}
    after = msgspec.structs.replace(kept, attributes=attributes, **lost, **lists)
    known_at = dict(after.known_at)
    for key, (was, became) in taken.known_at.items():
        if known_at.get(key) == became or key not in known(after):
            known_at.pop(key, None)
            known_at |= {} if was is None else {key: was}
    declined = after.declined
    if taken.declined is not None:
        was_declined, became_declined = map(set, taken.declined)
        back = (set(declined) - (became_declined - was_declined)) | (was_declined - became_declined)
        declined = sorted(back - known(after).keys())
    return msgspec.structs.replace(after, known_at=known_at, declined=declined)


def _lists(attributes: Mapping[str, Any]) -> dict[str, list[str]]:
    return {key: value for key, value in attributes.items() if isinstance(value, list)}


def _gained_words(
    kept: Mapping[str, list[str]], other: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """The words of the other's lists that the kept ones have in no writing."""
    found = {}
    for key in sorted(kept.keys() & other.keys()):
        has = {fold(word) for word in kept[key]}
        if new := [word for word in other[key] if fold(word) not in has]:
            found[key] = new
    return found


def _instants(
    kept: Contact, other: Contact, keys: Collection[str]
) -> dict[str, tuple[str | None, str | None]]:
    """When these were last said, before and after; of two the later."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for key in sorted(keys):
        was, told = kept.known_at.get(key), other.known_at.get(key)
        if told is not None and (was is None or told > was):
            found[key] = (was, told)
    return found


def _without(value: Any, words: list[str]) -> Any:
    return [word for word in value if word not in words] if isinstance(value, list) else value
