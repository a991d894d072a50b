"""Hands out the reader of temperament with the weights that ship, loaded when first needed."""

from functools import cache
from importlib import resources
from typing import Final

from routing.temperament.trained import TrainedReader
from routing.temperament.weights import Weights, unpack

FILE: Final = "temperament.weights"
"""The file beside this module."""


@cache
def trained_reader() -> TrainedReader:
    """Return the reader; raises UnfitWeights if the file is not whole."""
    return TrainedReader(trained_weights())


@cache
def trained_weights() -> Weights:
    """Return the weights that ship; raises UnfitWeights if the file is not whole."""
    return unpack((resources.files(__package__) / FILE).read_bytes())


@cache
def version() -> str:
    """Return what tells these weights from others: the beginning of their checksum."""
    return (resources.files(__package__) / FILE).read_bytes()[-32:].hex()[:12]
