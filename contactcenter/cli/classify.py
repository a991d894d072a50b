"""``contactcenter classify``: tells the temperament of contacts written down one a line."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import click
import msgspec

from contactcenter.classifying import Classified, Record, UnfitRecord, classify, parse
from contactcenter.temperament_model import trained_reader
from routing.temperament import LABELS

_WHOLE = 1.0
_ROUNDING = 1e-6


@click.command("classify")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, on a terminal, too.")
@click.option(
    "--prior",
    metavar="LABEL=SHARE,…",
    help="How frequent labels are; the others share the rest.  [default: all the same]",
)
def classify_file(*, file: Path, as_json: bool, prior: str | None) -> None:
    """Judge each record in FILE (JSON lines; - for standard input) as a contact, one line each.

    A record is {"id": "1", "messages": [{"role": "customer", "text": "…"}]}; it may have a
    "channel" (sms, email, phone, chat) and counts in "behaviour". A line that is no record ends
    the run; the message names it. Nothing is stored.
    """
    shares = _shares(prior)
    reader = trained_reader()
    for_people = sys.stdout.isatty() and not as_json
    with click.open_file(str(file), "rb") as lines:
        for found in _classified(lines, str(file), lambda record: classify(reader, record, shares)):
            click.echo(_told(found) if for_people else msgspec.json.encode(found))


def _classified(
    lines: IO[bytes], name: str, judged: Callable[[Record], Classified]
) -> Iterator[Classified]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield judged(parse(line))
        except UnfitRecord as error:
            raise click.ClickException(f"{name}:{number}: {error}") from error


def _told(found: Classified) -> str:
    cues = ", ".join(dict.fromkeys(sign.cue for sign in found.evidence))
    return f"{found.id}  {found.label} {found.confidence:.2f}  {cues}".rstrip()


def _shares(prior: str | None) -> tuple[float, ...]:
    """Return the prior in the order of the labels; raises BadParameter for what is none."""
    given: dict[str, float] = {}
    for part in (prior or "").split(","):
        name, _, share = part.partition("=")
        if not part.strip():
            continue
        if name.strip() not in LABELS:
            raise click.BadParameter(
                f"{name.strip()!r} is not one of {', '.join(LABELS)}", param_hint="--prior"
            )
        try:
            given[name.strip()] = float(share)
        except ValueError as error:
            raise click.BadParameter(f"{share!r} is not a number", param_hint="--prior") from error
    rest = _WHOLE - sum(given.values())
    left_out = [label for label in LABELS if label not in given]
    if any(not 0 < share <= _WHOLE for share in given.values()) or rest < -_ROUNDING:
        raise click.BadParameter("shares lie above 0 and add up to at most 1", param_hint="--prior")
    if bool(left_out) != (rest > _ROUNDING):
        raise click.BadParameter(
            "the shares of all labels must add up to 1, none of them 0", param_hint="--prior"
        )
    return tuple(given.get(label, rest / max(len(left_out), 1)) for label in LABELS)
