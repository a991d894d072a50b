"""Learns the weights of the temperament model from labelled lines, and says how good they are.

Whole archetypes are held out in turn: the figures and the temperature come from lines of kinds of
people that the weights in question have not seen. The weights that ship have seen them all.
"""

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contactcenter.training import quality
from contactcenter.training.alterations import INVARIANT, Alteration, altered
from contactcenter.training.fitting import Floats, fit, multiply, probabilities
from contactcenter.training.lines import Line, UnfitLines, digest, is_latin_persian, messages_of
from contactcenter.training.matrix import FIRST, Columns, Features, columns_of, features_of, rows_of
from routing.temperament import LABELS, Message
from routing.temperament.grams import BUCKETS
from routing.temperament.weights import ZERO, pack

FOLDS: Final = 5
_LOUDNESS: Final = (1.0, 0.7, 0.7)
_LEAST: Final = (2, 1, 1)
_NAMED_LOUDNESS: Final = 0.4
_DECAY: Final = 0.4
_ROUNDS: Final = 40
_COPY_COUNTS: Final = 0.5
"""How much an altered copy of a line counts beside the line."""
_TEMPERATURES: Final = tuple(round(0.3 + step / 50, 2) for step in range(136))
_UNKNOWN_GATES: Final = tuple(round(step / 20 - 1.5, 2) for step in range(51))
_TOLERATED_FALSE_TAGS: Final = 0.2
_BYTE: Final = 127
_UNKNOWN: Final = LABELS.index("unknown")

Say = Callable[[str], None]
Logits = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The file of weights, and figures from held-out archetypes."""

    packed: bytes
    figures: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class _Material:
    """The lines, what they and their altered copies show, their labels, and the seed."""

    lines: Sequence[Line]
    shown: Sequence[Features]
    copies: Sequence[Features]
    labels: Labels
    seed: int


def learn(lines: Sequence[Line], seed: int, say: Say) -> Learned:
    """Learn from the lines; the same lines and seed give the same bytes."""
    material = _Material(
        lines=lines,
        shown=[features_of(messages_of(line)) for line in lines],
        copies=[features_of(_altered(line, altered, seed)) for line in lines],
        labels=np.array([LABELS.index(line.label) for line in lines], dtype=np.int64),
        seed=seed,
    )
    held_out = _hold_out(material, say)
    gate, temperature = _calibrate(material.labels, held_out.logits)
    likely = probabilities(_gated(held_out.logits, gate) / temperature)
    figures = quality.figures(material.labels, likely, _groups(lines))
    figures["flip_rate"] = held_out.flip_rate(gate)
    say(", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    columns, weights = _fit(material, np.arange(len(lines)))
    weights[-1, _UNKNOWN] += gate
    origin = {"lines": len(lines), "digest": digest(lines), "seed": seed, "held_out": figures}
    return Learned(packed=_packed(columns, weights, temperature, origin), figures=figures)


def _altered(line: Line, alteration: Alteration, seed: int) -> list[Message]:
    chance = Random(f"{seed} {line.id}")  # noqa: S311 - seeded, so that training can be repeated
    return [
        Message(role=message.role, text=alteration(message.text, chance), channel=message.channel)
        for message in messages_of(line)
    ]


@dataclass(frozen=True, kw_only=True)
class _HeldOut:
    """Logits by weights that know nothing of the line's archetype.

    `logits` are those of each line, `plain` and `altered` of some in both forms.
    """

    logits: Logits
    plain: Logits
    altered: Logits

    def flip_rate(self, gate: float) -> float:
        """Return what share of alterations changes the label."""
        one, other = (_gated(these, gate).argmax(axis=1) for these in (self.plain, self.altered))
        return round(float((one != other).mean()), 4)


def _hold_out(material: _Material, say: Say) -> _HeldOut:
    kinds = [f"{material.seed} {line.archetype}".encode() for line in material.lines]
    fold = np.array([zlib.crc32(kind) % FOLDS for kind in kinds])
    logits = np.zeros((len(fold), len(LABELS)))
    plain: list[Logits] = []
    changed: list[Logits] = []
    for number in range(FOLDS):
        these = np.flatnonzero(fold == number)
        if len(these) in {0, len(fold)}:
            continue
        columns, weights = _fit(material, np.flatnonzero(fold != number))
        rows = rows_of([material.shown[n] for n in these.tolist()], columns)
        logits[these] = multiply(rows, weights)
        for alteration in () if plain else INVARIANT:
            lines = [material.lines[n] for n in these.tolist()]
            shown = [features_of(_altered(line, alteration, material.seed)) for line in lines]
            plain.append(logits[these])
            changed.append(multiply(rows_of(shown, columns), weights).astype(np.float64))
        say(f"held out {number + 1} of {FOLDS}")
    if not plain:
        raise UnfitLines("all lines are of one archetype, so that none can be held out")
    return _HeldOut(logits=logits, plain=np.concatenate(plain), altered=np.concatenate(changed))


def _fit(material: _Material, which: Labels) -> tuple[Columns, Floats]:
    shown = [material.shown[n] for n in which.tolist()]
    copies = [material.copies[n] for n in which.tolist()]
    columns = columns_of(shown, loudness=_LOUDNESS, least=_LEAST, named_loudness=_NAMED_LOUDNESS)
    labels = material.labels[which]
    counts = np.tile(quality.even_weights(labels), 2) / (1 + _COPY_COUNTS)
    counts[len(which) :] *= _COPY_COUNTS
    targets = np.eye(len(LABELS))[np.tile(labels, 2)]
    rows = rows_of(shown + copies, columns)
    return columns, fit(rows, targets, counts, decay=_DECAY, rounds=_ROUNDS)


def _calibrate(labels: Labels, logits: Logits) -> tuple[float, float]:
    """Return what to add to `unknown` and by what to divide, judged by held-out lines."""
    weights = quality.even_weights(labels)
    best, gate = -1.0, 0.0
    for tried in _UNKNOWN_GATES:
        found = _gated(logits, tried).argmax(axis=1)
        tags = quality.false_tag_rate(labels, found)
        worth = quality.macro_f1(labels, found) - max(0.0, tags - _TOLERATED_FALSE_TAGS)
        if worth > best:
            best, gate = worth, tried
    least, temperature = math.inf, 1.0
    for tried in _TEMPERATURES:
        likely = probabilities(_gated(logits, gate) / tried)[np.arange(len(labels)), labels]
        surprise = -float((weights * np.log(np.maximum(likely, 1e-12))).sum())
        if surprise < least:
            least, temperature = surprise, tried
    return gate, temperature


def _gated(logits: Logits, gate: float) -> Logits:
    moved = logits.copy()
    moved[:, _UNKNOWN] += gate
    return moved


def _groups(lines: Sequence[Line]) -> list[tuple[str, NDArray[np.bool_]]]:
    latin = np.array([is_latin_persian(line) for line in lines])
    english = np.array([line.lang == "en" for line in lines])
    return [("en", english), ("fa", ~english), ("fa_latn", latin)]


def _packed(
    columns: Columns, weights: Floats, temperature: float, origin: Mapping[str, Any]
) -> bytes:
    scales: list[float] = []
    tables: list[bytes] = []
    for family, buckets in enumerate(BUCKETS):
        these = slice(FIRST[family], FIRST[family] + buckets)
        learned = weights[these] * columns.rarity[these, None]
        scale = float(np.abs(learned).max()) / _BYTE or 1.0
        scales.append(scale)
        tables.append((np.rint(learned.T / scale) + ZERO).astype(np.uint8).tobytes())
    named = {
        name: [round(float(w) * columns.named_loudness, 4) for w in weights[at]]
        for name, at in columns.named.items()
    }
    head = {
        "scales": scales,
        "named": named,
        "bias": [round(float(weight), 4) for weight in weights[-1]],
        "temperature": temperature,
        "origin": origin,
    }
    return pack(head, tables)
