"""How much is known of a contact, how fresh it is, and the one thing worth asking next.

Both scores are shares of what all facts together are worth, so that a further fact never lowers
either: completeness counts what is known, freshness counts it for half after each ``fresh_days``.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

_DAY_S = 86_400


class Worth(Struct, frozen=True, kw_only=True):
    """What knowing a fact is worth, and how to ask for it; see ``contact_attributes.Attribute``."""

    key: str
    name_en: str
    name_fa: str
    question_en: str | None
    question_fa: str | None
    asked: bool
    sensitive: bool
    worth: int
    fresh_days: int | None


class MissingFact(Struct, frozen=True, kw_only=True):
    """What nobody knows yet, and the question that asks for it in both languages."""

    key: str
    name_en: str
    name_fa: str
    question_en: str
    question_fa: str


class Score(Struct, frozen=True, kw_only=True):
    """``completeness`` and ``freshness`` are 0 to 1; nothing is missing where all is known."""

    completeness: float
    freshness: float
    missing_fact: MissingFact | None


def score(
    facts: Iterable[Worth],
    known_at: Mapping[str, datetime],
    declined: Collection[str],
    at: datetime,
) -> Score:
    """Score what was known since when; ``declined`` is not asked for again.

    What is asked for is worth most of all that is missing, but never anything sensitive before
    everything else is known.
    """
    facts = list(facts)
    total = sum(fact.worth for fact in facts)
    known = [fact for fact in facts if fact.key in known_at]
    missing = [
        fact
        for fact in facts
        if fact.asked and fact.key not in known_at and fact.key not in declined
    ]
    first = min(missing, key=lambda fact: (fact.sensitive, -fact.worth, fact.key), default=None)
    fresh = sum(fact.worth * _freshness(fact, known_at[fact.key], at) for fact in known)
    return Score(
        completeness=round(sum(fact.worth for fact in known) / total, 4) if total else 1.0,
        freshness=round(fresh / total, 4) if total else 1.0,
        missing_fact=None if first is None else _asked(first),
    )


def _freshness(fact: Worth, known_at: datetime, at: datetime) -> float:
    if fact.fresh_days is None:
        return 1.0
    age_s = max(0.0, (at - known_at).total_seconds())
    return float(0.5 ** (age_s / (fact.fresh_days * _DAY_S)))


def _asked(fact: Worth) -> MissingFact:
    assert fact.question_en is not None, "contact_attribute_is_asked_for_in_both_languages"
    assert fact.question_fa is not None, "contact_attribute_is_asked_for_in_both_languages"
    return MissingFact(
        key=fact.key,
        name_en=fact.name_en,
        name_fa=fact.name_fa,
        question_en=fact.question_en,
        question_fa=fact.question_fa,
    )
