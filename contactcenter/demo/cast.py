"""Who writes in the demo, about what and when, by a seeded chance."""

import random
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from contactcenter.demo.company import NUMBERS, Acquaintance
from contactcenter.demo.stories import Machine, Story
from contactcenter.demo.stories_en import ENGLISH
from contactcenter.demo.stories_en_hard import HARD_ENGLISH
from contactcenter.demo.stories_fa import PERSIAN
from contactcenter.demo.stories_latn import LATIN

STORIES: Final = (*ENGLISH, *HARD_ENGLISH, *PERSIAN, *LATIN)

#: Of a hundred messages Twilio delivers so many twice; real ones do so after a lost answer.
REDELIVERED_PERCENT: Final = 8
#: A new customer about so often, in the demo's time.
_EVERY_S: Final = 0.55


class Role(Struct, frozen=True, kw_only=True):
    """A customer with a problem: ``twice`` are the messages (counted from 0) that come twice."""

    name: str
    number: str
    our_number: str
    story: Story
    starts_after_s: float
    twice: frozenset[int]


def acquaintances(roles: Sequence[Role]) -> list[Acquaintance]:
    """Two of three customers, and all who have a machine, have been here before."""
    owners: dict[Machine, Role] = {}
    for role in roles:
        if role.story.machine:
            owners.setdefault(role.story.machine, role)
    return [
        Acquaintance(
            name=role.name,
            number=role.number,
            language=role.story.language,
            machine=role.story.machine if role in owners.values() else None,
        )
        for n, role in enumerate(roles)
        if n % 3 or role in owners.values()
    ]


def cast(messages: int, chance: random.Random) -> list[Role]:
    """Choose who writes, so that exactly so many messages are sent."""
    stories = _stories(messages, chance)
    twice = set(chance.sample(range(messages), max(1, messages * REDELIVERED_PERCENT // 100)))
    roles: list[Role] = []
    sent = 0
    for n, story in enumerate(stories):
        numbers = range(sent, sent + story.messages)
        roles.append(
            Role(
                name=_name(n, story),
                number=_number(n, story),
                our_number=NUMBERS[story.language],
                story=story,
                starts_after_s=n * _EVERY_S * chance.uniform(0.8, 1.2),
                twice=frozenset(number - sent for number in twice.intersection(numbers)),
            )
        )
        sent += story.messages
    return roles


def _stories(messages: int, chance: random.Random) -> list[Story]:
    """Stories of that many messages together, the ones worth seeing first."""
    chosen: list[Story] = []
    left = messages
    while left:
        for story in _deck(chance):
            if story.messages <= left:
                chosen.append(story)
                left -= story.messages
    chance.shuffle(chosen)
    return chosen


def _deck(chance: random.Random) -> list[Story]:
    """All stories in any order, but before the rest those that climb, and one a temperament."""
    first: list[Story] = []
    rest: list[Story] = []
    seen: set[str] = set()
    for story in sorted(chance.sample(STORIES, len(STORIES)), key=lambda s: not _climbs(s)):
        is_new = _climbs(story) or story.temperament not in seen
        (first if is_new else rest).append(story)
        seen.add(story.temperament)
    return [*first, *rest]


def _climbs(story: Story) -> bool:
    return any(turn.tier > 1 for turn in story.turns)


def _name(n: int, story: Story) -> str:
    first, last = _NAMES["en" if story.language == "en" else "fa"]
    return f"{first[n % len(first)]} {last[(n + n // len(first)) % len(last)]}"


def _number(n: int, story: Story) -> str:
    """A number nobody has: 555-01XX is kept for fiction, and the fake rings at no telephone."""
    if story.language == "en":
        area = _AREAS[n // 98 % len(_AREAS)]
        return f"+1{area}55501{n % 98 + 1:02d}"
    return f"+989990{n:06d}"


_AREAS: Final[Sequence[int]] = (202, 303, 404, 505, 606, 702, 808, 907, 212, 312, 415, 617)
_NAMES: Final = {
    "en": (
        (
            "Margaret",
            "Oliver",
            "Chloe",
            "Marcus",
            "Ingrid",
            "Samuel",
            "Ruth",
            "Hassan",
            "Bella",
            "Victor",
            "Joan",
        ),
        ("Hill", "Brandt", "Okafor", "Lindqvist", "Moore", "Castillo", "Fraser", "Webb", "Tanaka"),
    ),
    "fa": (
        (
            "مینا",
            "بهرام",
            "شیرین",
            "فرهاد",
            "لیلا",
            "آرش",
            "پروانه",
            "سیاوش",
            "نگار",
            "یاسر",
            "هما",
        ),
        ("تهرانی", "شریفی", "نادری", "حسینی", "پارسا", "گیلانی", "مرندی", "یزدانی", "خاکسار"),
    ),
}
