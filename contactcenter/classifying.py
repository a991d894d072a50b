"""Judges the temperament of contacts written down one a line, as labelled lines are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from routing.temperament import Label, Message
from routing.temperament.contact import EQUAL_PRIOR
from routing.temperament.judging import Judgement, judge
from routing.temperament.trained import TrainedReader
from routing.temperament.values import LABELS

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Ages count back from any instant: only differences matter."""


class UnfitRecord(ValueError):
    """A line that cannot be judged; the text says why."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a record, in time order."""

    role: Literal["customer", "agent"]
    text: str
    channel: str = ""
    days_ago: Annotated[float, msgspec.Meta(ge=0, le=36_525)] | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A contact to judge; a record may hold more, such as its label, which is not looked at."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    messages: Annotated[tuple[Turn, ...], msgspec.Meta(min_length=1)]
    channel: str = ""
    behaviour: Mapping[str, float] = {}


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence: in which turn (from 0), which characters, and what it points to."""

    message: int
    span: tuple[int, int]
    cue: str
    points_to: Label
    weight: float


class Classified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a record; `confidence` is how likely the label is right."""

    id: str
    label: Label
    confidence: float
    probs: Mapping[Label, float]
    evidence: tuple[Sign, ...]


def parse(line: bytes | str) -> Record:
    """Return the record of a line; raises UnfitRecord for what is no record."""
    try:
        return msgspec.json.decode(line, type=Record)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnfitRecord(str(error)) from error


def classify(
    reader: TrainedReader, record: Record, prior: Sequence[float] = EQUAL_PRIOR
) -> Classified:
    """Judge a record by itself; `prior` in the order of `LABELS`."""
    found = judge(reader, messages_of(record), record.behaviour, prior)
    return Classified(
        id=record.id,
        label=found.label,
        confidence=round(found.confidence, 6),
        probs={
            label: round(likely, 6)
            for label, likely in zip(LABELS, found.probabilities, strict=True)
        },
        evidence=_signs(found),
    )


def messages_of(record: Record) -> tuple[Message, ...]:
    """Return the turns as the reader takes them; each is known by its place."""
    return tuple(
        Message(
            role=turn.role,
            text=turn.text,
            channel=turn.channel or record.channel,
            at=None if turn.days_ago is None else _EPOCH - timedelta(days=turn.days_ago),
            interaction_id=place,
        )
        for place, turn in enumerate(record.messages)
    )


def _signs(found: Judgement) -> tuple[Sign, ...]:
    return tuple(
        Sign(
            message=evidence.interaction_id or 0,
            span=evidence.span,
            cue=evidence.cue,
            points_to=evidence.points_to,
            weight=evidence.weight,
        )
        for evidence in found.evidence
    )
