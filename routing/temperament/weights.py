"""The weights of a trained model, as they are kept in one file and as they are used.

The file: eight bytes of magic, the length of the head, the head (JSON), the tables of the families
of pieces one after the other, label by label, a byte for each bucket (`ZERO` more than the weight),
and the SHA-256 of all that. Integers are four bytes, little-endian.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from routing.temperament.grams import BUCKETS, FAMILIES
from routing.temperament.values import LABELS

MAGIC: Final = b"TEMPER01"
"""How the file begins: what it is, and the version of its form."""
ZERO: Final = 128
"""The byte of a weight of zero: bytes are read several times as fast as signed numbers."""
_HEAD_AT: Final = len(MAGIC) + 4
_DIGEST: Final = 32
_LARGEST: Final = 2_000_000


class UnfitWeights(ValueError):
    """The bytes are not the weights of a temperament model, or not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a trained model has learned.

    `tables` holds for each family and each label one byte a bucket, `ZERO` more than the weight,
    which is to be multiplied with the family's `scales`; `named` the weights of a named feature by
    label; `bias` belongs to every message; the sums divided by `temperature` are logarithms of
    probabilities. `origin` says what the weights were learned from.
    """

    tables: tuple[tuple[bytes, ...], ...]
    scales: tuple[float, ...]
    named: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]
    temperature: float
    origin: Mapping[str, Any]


def unpack(packed: bytes) -> Weights:
    """Return the weights in a file's bytes.

    Raises UnfitWeights for anything but a whole file of this version.
    """
    if not packed.startswith(MAGIC) or not _HEAD_AT + _DIGEST < len(packed) <= _LARGEST:
        raise UnfitWeights("not a file of temperament weights of this version")
    if hashlib.sha256(packed[:-_DIGEST]).digest() != packed[-_DIGEST:]:
        raise UnfitWeights("the file of temperament weights is damaged: its checksum differs")
    tables_at = _HEAD_AT + int.from_bytes(packed[len(MAGIC) : _HEAD_AT], "little")
    if len(packed) - _DIGEST - tables_at != len(LABELS) * sum(BUCKETS):
        raise UnfitWeights("the file of temperament weights has tables of another size")
    head = json.loads(packed[_HEAD_AT:tables_at])
    if head["labels"] != list(LABELS) or head["families"] != list(FAMILIES):
        raise UnfitWeights("the file of temperament weights is for other labels")
    return Weights(
        tables=_tables(packed[tables_at:-_DIGEST]),
        scales=tuple(head["scales"]),
        named={name: tuple(weights) for name, weights in head["named"].items()},
        bias=tuple(head["bias"]),
        temperature=head["temperature"],
        origin=head["origin"],
    )


def pack(head: Mapping[str, Any], tables: Sequence[bytes]) -> bytes:
    """Return the bytes of a file with this head (see `Weights`) and a table for each family."""
    told = {"labels": LABELS, "families": FAMILIES, **head}
    written = json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")
    whole = MAGIC + len(written).to_bytes(4, "little") + written + b"".join(tables)
    return whole + hashlib.sha256(whole).digest()


def _tables(flat: bytes) -> tuple[tuple[bytes, ...], ...]:
    tables: list[tuple[bytes, ...]] = []
    at = 0
    for buckets in BUCKETS:
        starts = range(at, at + len(LABELS) * buckets, buckets)
        tables.append(tuple(flat[start : start + buckets] for start in starts))
        at += len(LABELS) * buckets
    return tuple(tables)
