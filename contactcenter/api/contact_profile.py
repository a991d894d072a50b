"""The facts of a contact as they come in and go out, and what makes one impossible."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.api.inputs import Line
from contactcenter.contacts.attribute_values import words
from contactcenter.errors import BadInput
from contactcenter.periods import zone_named
from contactcenter.profiles import LISTS, SINGLE, Profile

Gender = Literal["female", "male", "other", "undisclosed"]
#: What matters, each in a few words.
Words = Annotated[tuple[Line, ...], Meta(max_length=50)]
ToneNote = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        pattern=r"\S",
        description="Spaces around it are dropped.",
    ),
]
_Time = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", examples=["09:30"])]
#: 1 is Monday, 7 is Sunday.
_Weekday = Annotated[int, Meta(ge=1, le=7)]
FactKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z")]
FactKeys = Annotated[tuple[FactKey, ...], Meta(max_length=50)]

#: Nobody alive was born before.
EARLIEST_BIRTH: Final = date(1900, 1, 1)
#: Ways to reach somebody besides the channels that messages come by.
OTHER_CHANNELS: Final = frozenset({"in_person", "phone", "post", "webchat"})


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When to reach him, by the clock of his own place; past midnight where ``until`` is earlier.

    ``days`` are 1 (Monday) to 7 (Sunday).
    """

    from_: _Time = msgspec.field(name="from")
    until: _Time
    days: Annotated[tuple[_Weekday, ...], Meta(min_length=1, max_length=7)] = (1, 2, 3, 4, 5, 6, 7)
    time_zone: Annotated[str, Meta(max_length=60, examples=["Asia/Tehran"])]


class FactsInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person told of himself; only what he says, never what his name or age suggests.

    ``declined`` are keys of what he would rather not tell: nobody is asked to ask him for it.
    """

    gender: Gender | UnsetType | None = UNSET
    occupation: Line | UnsetType | None = UNSET
    organisational_position: Line | UnsetType | None = UNSET
    workplace: Line | UnsetType | None = UNSET
    needs: Words | UnsetType = UNSET
    expectations: Words | UnsetType = UNSET
    birth_date: date | UnsetType | None = UNSET
    interests: Words | UnsetType = UNSET
    likes: Words | UnsetType = UNSET
    dislikes: Words | UnsetType = UNSET
    preferred_channel: Line | UnsetType | None = UNSET
    preferred_hours: Hours | UnsetType | None = UNSET
    tone_note: ToneNote | UnsetType | None = UNSET
    please_do: Words | UnsetType = UNSET
    please_avoid: Words | UnsetType = UNSET
    declined: FactKeys | UnsetType = UNSET


class FactsView(Struct, frozen=True, kw_only=True):
    """What is known of a person; ``known_at`` tells by key when it was last said."""

    gender: Gender | None
    occupation: str | None
    organisational_position: str | None
    workplace: str | None
    needs: list[str]
    expectations: list[str]
    birth_date: date | None
    interests: list[str]
    likes: list[str]
    dislikes: list[str]
    preferred_channel: str | None
    preferred_hours: Hours | None
    tone_note: str | None
    please_do: list[str]
    please_avoid: list[str]
    known_at: dict[str, datetime]
    declined: list[str]


def told(
    body: FactsInput, *, channels: Collection[str], keys: Collection[str], today: date
) -> dict[str, Any]:
    """The columns that a body gives, checked; raises ``BadInput`` naming the place."""
    given = {n: v for n in FactsInput.__struct_fields__ if (v := getattr(body, n)) is not UNSET}
    _check_birth(given.get("birth_date"), today)
    _check_channel(given.get("preferred_channel"), channels)
    if (hours := given.get("preferred_hours")) is not None:
        _check_hours(hours)
        given["preferred_hours"] = msgspec.to_builtins(hours)
    for n, key in enumerate(given.get("declined", ())):
        if key not in keys:
            raise BadInput(f"body.declined[{n}]", f"There is no attribute {key!r}.")
    if "declined" in given:
        given["declined"] = sorted(set(given["declined"]))
    for name in LISTS:
        if name in given:
            given[name] = words(given[name])
    for name in SINGLE:
        if isinstance(given.get(name), str):
            given[name] = given[name].strip()
    return given


def shown(profile: Profile) -> Mapping[str, Any]:
    """The fields of a ``FactsView``."""
    columns = {name: getattr(profile, name) for name in FactsView.__struct_fields__}
    return columns | {
        "preferred_hours": hours_of(profile),
        "known_at": msgspec.convert(profile.known_at, dict[str, datetime]),
    }


def hours_of(profile: Profile) -> Hours | None:
    """When to reach him, as it is written."""
    return msgspec.convert(profile.preferred_hours, Hours | None)


def _check_birth(born: date | None, today: date) -> None:
    if born is None:
        return
    if born > today:
        raise BadInput("body.birth_date", "This day has yet to come.")
    if born < EARLIEST_BIRTH:
        raise BadInput("body.birth_date", f"Nobody alive was born before {EARLIEST_BIRTH}.")


def _check_channel(channel: str | None, channels: Collection[str]) -> None:
    known = sorted({*channels, *OTHER_CHANNELS})
    if channel is not None and channel not in known:
        raise BadInput("body.preferred_channel", f"There are {', '.join(known)}.")


def _check_hours(hours: Hours) -> None:
    if hours.from_ == hours.until:
        raise BadInput("body.preferred_hours.until", "It ends when it begins.")
    for n, day in enumerate(hours.days):
        if day in hours.days[:n]:
            raise BadInput(f"body.preferred_hours.days[{n}]", f"Day {day} is named twice.")
    zone_named(hours.time_zone, place="body.preferred_hours.time_zone")
