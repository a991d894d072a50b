"""Reads messages by what a model has learned from labelled lines, with the words it goes by.

A message is cut into pieces (`grams`) and named features (`shape`, among them the named cues); the
weights of all of them are added up and become probabilities. That is one walk over the message:
what a word's letters weigh is remembered from one message to the next.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nlargest
from operator import itemgetter
from typing import Final

from routing.temperament.grams import Piece, letters_of, sounds_of, words_of
from routing.temperament.reading import Reading
from routing.temperament.shape import named_features
from routing.temperament.signs import span_of
from routing.temperament.turns import Turn, turns_of
from routing.temperament.values import LABELS, STRONG, Evidence, Label, Message
from routing.temperament.weights import ZERO, Weights

_EVEN: Final = 1 / len(LABELS)
_UNKNOWN: Final = LABELS.index("unknown")
_WORDS_REMEMBERED: Final = 20_000
_EVIDENCE_SHOWN: Final = 5
_WORDING_SHOWN: Final = 3
_LEAST_SAID: Final = 0.15
"""A piece that moves a label by less is not shown as evidence."""

Sums = tuple[int, ...]
Pieces = Sequence[Piece]


class TrainedReader:
    """Reads single messages, or a thread as one; see `routing.temperament.reading.Reader`."""

    def __init__(self, weights: Weights) -> None:
        """Read by these weights."""
        self._weights = weights
        self._letters_of = lru_cache(maxsize=_WORDS_REMEMBERED)(self._look_up_letters)

    def __call__(self, message: Message, before: Sequence[Message] = ()) -> Reading:
        """Read one message; the turns before it in its thread give it its meaning."""
        turns = turns_of([*before, message])
        return self._read(turns[-1:])

    def read_thread(self, messages: Sequence[Message]) -> Reading:
        """Read all that the customer says in a thread as one message."""
        return self._read(turns_of(messages))

    def evidence_for(self, messages: Sequence[Message], label: Label) -> tuple[Evidence, ...]:
        """Return what in the customer's words of a thread speaks for a label, strongest first."""
        said = [turn for turn in turns_of(messages) if turn.own.keys]
        return self._evidence(said, [words_of(turn.own) for turn in said], LABELS.index(label))

    def _read(self, turns: Sequence[Turn]) -> Reading:
        said = [turn for turn in turns if turn.own.keys]
        if not any(key[0].isalpha() for turn in said for key in turn.own.keys):
            return Reading(
                probabilities=(_EVEN,) * len(LABELS),
                evidence=(),
                is_explicit=False,
                has_own_words=False,
            )
        words = [words_of(turn.own) for turn in said]
        logits = [total / self._weights.temperature for total in self._add_up(said, words)]
        highest = max(logits)
        powers = [math.exp(logit - highest) for logit in logits]
        probabilities = tuple(power / sum(powers) for power in powers)
        label = probabilities.index(max(probabilities))
        return Reading(
            probabilities=probabilities,
            evidence=self._evidence(said, words, label),
            is_explicit=_is_explicit(said, label),
            has_own_words=True,
        )

    def _add_up(self, turns: Sequence[Turn], words: Sequence[Pieces]) -> list[float]:
        totals = list(self._weights.bias)
        for name, value in named_features(turns).items():
            for label, weight in enumerate(self._weights.named.get(name, ())):
                totals[label] += weight * value
        for family, (sums, count) in enumerate(self._families(turns, words)):
            if count:
                share = self._weights.scales[family] / math.sqrt(count)
                for label, total in enumerate(sums):
                    totals[label] += total * share
        return totals

    def _families(
        self, turns: Sequence[Turn], words: Sequence[Pieces]
    ) -> Iterable[tuple[Sums, int]]:
        letters = [self._letters_of(key) for turn in turns for key in turn.own.keys]
        yield (
            tuple(map(sum, zip(*(sums for sums, _ in letters), strict=True))),
            sum(count for _, count in letters),
        )
        sounds = [sounds_of(turn.own) for turn in turns if turn.script != "en"]
        for family, found in ((1, words), (2, sounds)):
            hashes = [piece[0] for pieces in found for piece in pieces]
            yield _sums(self._weights.tables[family], hashes), len(hashes)

    def _look_up_letters(self, key: str) -> tuple[Sums, int]:
        hashes = letters_of(key)
        return _sums(self._weights.tables[0], hashes), len(hashes)

    def _evidence(
        self, turns: Sequence[Turn], words: Sequence[Pieces], label: int
    ) -> tuple[Evidence, ...]:
        if label == _UNKNOWN:
            return ()
        shown = [
            Evidence(
                interaction_id=turn.message.interaction_id,
                cue=sign.cue,
                points_to=sign.label,
                span=sign.span,
                weight=round(sign.weight, 3),
            )
            for turn in turns
            for sign in turn.signs
            if sign.label == LABELS[label]
        ]
        shown.sort(key=lambda evidence: -evidence.weight)
        return tuple(shown[:_EVIDENCE_SHOWN]) or self._wording(turns, words, label)

    def _wording(
        self, turns: Sequence[Turn], words: Sequence[Pieces], label: int
    ) -> tuple[Evidence, ...]:
        """Return the words that speak most for the label, where no named cue does."""
        found: list[tuple[float, Turn, Piece]] = []
        own_table, unknown_table = (self._weights.tables[1][k] for k in (label, _UNKNOWN))
        for turn, pieces in zip(turns, words, strict=True):
            share = self._weights.scales[1] / math.sqrt(len(pieces))
            speaking = [
                (more * share, turn, piece)
                for piece in pieces
                if (more := own_table[piece[0]] - unknown_table[piece[0]]) > 0
            ]
            found += nlargest(_WORDING_SHOWN, speaking, key=itemgetter(0))
        best = nlargest(_WORDING_SHOWN, found, key=itemgetter(0))
        clear = [one for one in best if one[0] >= _LEAST_SAID]
        return tuple(
            Evidence(
                interaction_id=turn.message.interaction_id,
                cue="wording",
                points_to=LABELS[label],
                span=span_of(turn.own, piece[1], piece[2]),
                weight=round(min(weight, STRONG), 3),
            )
            for weight, turn, piece in clear or best[:1]
        )


def _is_explicit(turns: Sequence[Turn], label: int) -> bool:
    return any(
        sign.weight >= STRONG and sign.label == LABELS[label]
        for turn in turns
        for sign in turn.signs
    )


def _sums(tables: Sequence[bytes], hashes: Sequence[int]) -> Sums:
    """Return what the pieces weigh together, by label."""
    if not hashes:
        return (0,) * len(tables)
    take = itemgetter(*hashes, 0)  # with a last one, so that even of one piece a tuple comes
    extra = ZERO * len(hashes)
    return tuple(sum(take(table)) - table[0] - extra for table in tables)
