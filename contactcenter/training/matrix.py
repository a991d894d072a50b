"""Turns labelled lines into rows of numbers, by the same code that reads messages in service."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contactcenter.training.fitting import Rows
from routing.temperament import Message
from routing.temperament.grams import BUCKETS, letters_of, sounds_of, words_of
from routing.temperament.shape import named_features
from routing.temperament.turns import turns_of

FIRST: Final = tuple(int(first) for first in np.cumsum((0, *BUCKETS)))
"""The first column of each family's table, and last the first column of the named features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What one line shows: how often each bucket of each family, and the named features."""

    families: tuple[Counter[int], ...]
    named: Mapping[str, float]


def features_of(messages: Sequence[Message]) -> Features:
    """Return what the customer's turns of a thread show, read as one message."""
    turns = [turn for turn in turns_of(messages) if turn.own.keys]
    letters = Counter(h for turn in turns for key in turn.own.keys for h in letters_of(key))
    words = Counter(piece[0] for turn in turns for piece in words_of(turn.own))
    sounds = Counter(
        piece[0] for turn in turns if turn.script != "en" for piece in sounds_of(turn.own)
    )
    return Features(families=(letters, words, sounds), named=named_features(turns))


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column means what, and how loud it is.

    `rarity` is for each bucket the weight a piece has for being rare, zero for pieces seen too
    seldom to say anything; `named` the column of each named feature; the last column is the bias.
    """

    rarity: NDArray[np.float32]
    named: Mapping[str, int]
    named_loudness: float

    @property
    def width(self) -> int:
        """How many columns there are."""
        return FIRST[-1] + len(self.named) + 1


def columns_of(
    shown: Sequence[Features],
    *,
    loudness: Sequence[float],
    least: Sequence[int],
    named_loudness: float,
) -> Columns:
    """Return the columns that these lines call for.

    `loudness` and `least` are for each family: the weight of the family, and in how many lines a
    piece must show.
    """
    rarity = np.zeros(FIRST[-1], dtype=np.float32)
    for family, (loud, enough) in enumerate(zip(loudness, least, strict=True)):
        lines: Counter[int] = Counter()
        for one in shown:
            lines.update(one.families[family].keys())
        for bucket, count in lines.items():
            if count >= enough:
                rare = 1.0 + math.log((1 + len(shown)) / (1 + count))
                rarity[FIRST[family] + bucket] = loud * rare
    names = Counter(name for one in shown for name in one.named)
    kept = sorted(name for name, count in names.items() if count >= min(least))
    named = {name: FIRST[-1] + at for at, name in enumerate(kept)}
    return Columns(rarity=rarity, named=named, named_loudness=named_loudness)


def rows_of(shown: Sequence[Features], columns: Columns) -> Rows:
    """Return a row for each line."""
    where: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float32]] = []
    for one in shown:
        for family, counts in enumerate(one.families):
            at = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts)) + FIRST[family]
            times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            seen = columns.rarity[at] > 0
            where.append(at[seen])
            total = np.float32(math.sqrt(max(sum(counts.values()), 1)))
            values.append((times * columns.rarity[at] / total)[seen])
        known = [(columns.named[n], v) for n, v in sorted(one.named.items()) if n in columns.named]
        where.append(np.array([at for at, _ in known] + [columns.width - 1], dtype=np.int64))
        loud = [value * columns.named_loudness for _, value in known]
        values.append(np.array([*loud, 1.0], dtype=np.float32))
    parts = len(shown) and len(where) // len(shown)
    lengths = np.array([len(part) for part in where]).reshape(-1, parts).sum(axis=1)
    return Rows(
        columns=np.concatenate(where),
        values=np.concatenate(values),
        starts=np.cumsum(lengths) - lengths,
        width=columns.width,
    )
