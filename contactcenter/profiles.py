"""What a person has told of himself, as far as it has columns of its own on ``contact``."""

from datetime import date
from typing import Any, Final

from msgspec import Struct

#: Facts of one value, and facts that are lists of words; the names are columns and keys alike.
SINGLE: Final = (
    "gender",
    "occupation",
    "organisational_position",
    "workplace",
    "birth_date",
    "preferred_channel",
    "preferred_hours",
    "tone_note",
)
LISTS: Final = (
    "needs",
    "expectations",
    "interests",
    "likes",
    "dislikes",
    "please_do",
    "please_avoid",
)


class Profile(Struct, frozen=True, kw_only=True):
    """The facts of a contact; nothing here is concluded from anything else.

    ``preferred_hours`` is as ``api.contact_profile.Hours`` writes it. ``known_at`` tells by key
    when a fact was last said, ``declined`` which ones he would rather not tell.
    """

    gender: str | None = None
    occupation: str | None = None
    organisational_position: str | None = None
    workplace: str | None = None
    needs: list[str] = []
    expectations: list[str] = []
    birth_date: date | None = None
    interests: list[str] = []
    likes: list[str] = []
    dislikes: list[str] = []
    preferred_channel: str | None = None
    preferred_hours: dict[str, Any] | None = None
    tone_note: str | None = None
    please_do: list[str] = []
    please_avoid: list[str] = []
    known_at: dict[str, str] = {}
    declined: list[str] = []


def columns(profile: Profile) -> tuple[Any, ...]:
    """Its values in the order of the fields: what statements take."""
    return tuple(getattr(profile, name) for name in Profile.__struct_fields__)
