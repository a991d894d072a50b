"""What one message shows of its writer: the value between whoever reads and whoever combines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from routing.temperament.values import Evidence, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How likely each handling note is by one message alone, and why.

    `probabilities` are in the order of `LABELS`, add up to 1 and assume that all labels are equally
    frequent, so that ``log(p * 6)`` is what the message says for or against a label. `evidence` is
    strongest first. Of a message that `is_explicit` one is enough; one without own words
    (`has_own_words`) says nothing.
    """

    probabilities: tuple[float, ...]
    evidence: tuple[Evidence, ...]
    is_explicit: bool
    has_own_words: bool


class Reader(Protocol):
    """Whatever reads single messages."""

    def __call__(self, message: Message, before: Sequence[Message] = ()) -> Reading:
        """Read a message; ``before`` are the turns before it in its thread, in time order."""
        ...
