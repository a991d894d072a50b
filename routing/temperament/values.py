"""The values that the judgement of temperament takes and gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

Label = Literal["warm", "serious", "fault_finding", "hesitant", "haggler", "unknown"]
LABELS: Final[tuple[Label, ...]] = get_args(Label)
"""Every label, in the order in which lists and reports show them."""

STRONG: Final = 1.0
"""The weight of a sign that is enough by itself; it is also the bar a label must reach."""
MIDDLING: Final = 0.7
"""The weight of a sign that needs any other beside it."""
WEAK: Final = 0.5
"""The weight of a sign of which two are needed."""
HINT: Final = 0.3
"""The weight of a sign that only supports others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation, in the words in which it was received.

    Agents' turns are context only. `at` is timezone-aware UTC, None if not known.
    """

    role: Literal["customer", "agent"]
    text: str
    channel: str = ""
    at: datetime | None = None
    interaction_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A named sign and where it stands.

    `span` holds character offsets in the text of the interaction's message; (0, 0) and no
    interaction for a sign that lies in the contact's behaviour. `weight` is at most 1 for one sign.
    """

    interaction_id: int | None
    cue: str
    points_to: Label
    span: tuple[int, int]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What handling note fits a contact, how sure that is (0 to 1), and why.

    `evidence` is strongest first and belongs to `label` and `second`; `second` is another label
    that nearly or fully reached its bar.
    """

    label: Label
    confidence: float
    evidence: tuple[Evidence, ...]
    second: Label | None


class Assessor(Protocol):
    """Whatever judges temperament: the named cues here, or a trained model."""

    def __call__(
        self, messages: Sequence[Message], behaviour: Mapping[str, float] | None = None
    ) -> Assessment:
        """Judge the contact from the messages in time order and counts from the timeline."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A named sign: the label it points to, its weight, and the phrases that show it.

    A `deniable` cue does not count where the clause denies it ("not after a discount"), a `curt`
    one not beside "please". Each further place where the cue shows adds `repeats` times its weight.
    """

    name: str
    label: Label
    weight: float
    phrases: str
    deniable: bool = False
    curt: bool = False
    repeats: float = 0.5
