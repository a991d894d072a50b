"""The labelled lines that the model of temperament learns from: read, checked, told apart."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from routing.temperament import Label, Message

SAME: Final = 0.5
"""Lines that share more of their runs of five letters (Jaccard) are one line written twice."""
_RUN: Final = 5

Text = Annotated[str, msgspec.Meta(min_length=1)]
Channel = Literal["sms", "email", "phone", "chat", "multi"]


class UnfitLines(ValueError):
    """The lines cannot be learned from; the text says where and why."""


class Said(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One turn; in a line of several channels with its own channel and age."""

    role: Literal["customer", "agent"]
    text: str
    channel: str = ""
    days_ago: int | None = None


class Line(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A labelled contact: what was said, counts from the timeline, the label and why.

    `archetype` names the kind of person and situation, `trade` what the company does.
    """

    id: Text
    lang: Literal["en", "fa"]
    channel: Channel
    messages: tuple[Said, ...]
    behaviour: Mapping[str, float]
    label: Label
    trade: Text
    archetype: Text
    second_label: Label | None = None
    difficulty: Literal["easy", "medium", "hard"] | None = None
    note: str = ""


def read_lines(directory: Path) -> tuple[Line, ...]:
    """Return the lines of every ``*.jsonl`` file of a directory, in the order of their names.

    Raises UnfitLines, naming file and line, for what is no record of the guide's form, repeats an
    id or has no word of the customer; also if there is no line at all.
    """
    lines: dict[str, Line] = {}
    for file in sorted(directory.glob("*.jsonl")):
        for number, line in enumerate(_records(file), 1):
            if line.id in lines:
                raise UnfitLines(f"{file.name}:{number}: the id {line.id!r} is there twice")
            if not any(said.role == "customer" and said.text.strip() for said in line.messages):
                raise UnfitLines(f"{file.name}:{number}: the customer says nothing")
            lines[line.id] = line
    if not lines:
        raise UnfitLines(f"{directory}: no lines in any *.jsonl file")
    return tuple(lines.values())


def _records(file: Path) -> Iterator[Line]:
    for number, written in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield msgspec.json.decode(written, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnfitLines(f"{file.name}:{number}: {error}") from error


def messages_of(line: Line) -> tuple[Message, ...]:
    """Return the turns of a line as the reader takes them."""
    return tuple(
        Message(role=said.role, text=said.text, channel=said.channel or line.channel)
        for said in line.messages
    )


def words_of_customer(line: Line) -> str:
    """Return all that the customer says."""
    return "\n".join(said.text for said in line.messages if said.role == "customer")


def is_latin_persian(line: Line) -> bool:
    """Whether a Persian line is written in Latin letters only."""
    text = words_of_customer(line)
    return line.lang == "fa" and not any("\u0600" <= letter <= "\u06ff" for letter in text)


def digest(lines: Sequence[Line]) -> str:
    """Return the SHA-256 of the lines, whatever files they came from."""
    written = [msgspec.json.encode(line, order="sorted") for line in lines]
    return hashlib.sha256(b"\n".join(written)).hexdigest()


def near_duplicates(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Return each line that is nearly another one, with that earlier one."""
    runs = [_runs(words_of_customer(line)) for line in lines]
    holding: dict[str, list[int]] = {}
    found: list[tuple[Line, Line]] = []
    for at, own in enumerate(runs):
        shared: Counter[int] = Counter()
        for run in own:
            shared.update(holding.setdefault(run, []))
        for other, count in shared.items():
            if count > SAME * (len(own) + len(runs[other]) - count):
                found.append((lines[at], lines[other]))
                break
        else:
            for run in own:
                holding[run].append(at)
    return found


def _runs(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[at : at + _RUN] for at in range(max(1, len(plain) - _RUN + 1)))


def written(line: Line) -> str:
    """Return a line as it stands in a file."""
    return json.dumps(msgspec.to_builtins(line), ensure_ascii=False)
