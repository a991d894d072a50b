"""``contactcenter report --from-events``: what the events of a file amount to, all by itself."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter.events import KINDS
from contactcenter.measuring import Row, names
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.measuring.from_events import BadDocument, answered
from routing.wording import Language

_FIGURES: Final = ("n", "value", "mean", "median", "p90", "numerator", "denominator")
_EXTRA: Final = ("low", "high", "max")
#: Where nobody looks at the width, no line is broken.
_FILE_WIDTH: Final = 200


def show(file: Path, *, as_json: bool, language: Language) -> None:
    """Print the rows of a document of events; a fault in it is told with its place.

    Without ``as_json`` as a table, and below it what each figure means.
    """
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        rows = answered(raw, KINDS)
    except BadDocument as error:
        raise click.ClickException(f"{file}: {error}") from None
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FILE_WIDTH)
    console.print(_table(rows))
    for name in dict.fromkeys(names.metric(row.metric)[0] for row in rows):
        meaning = DEFINITIONS[name].of(language)
        console.print(Text.assemble((f"{meaning.name}. ", "bold"), meaning.what))


def _table(rows: Sequence[Row]) -> Table:
    table = Table("metric", "group", box=box.SIMPLE, padding=(0, 1, 0, 0))
    extra = [name for name in _EXTRA if any(_is_told(getattr(row, name)) for row in rows)]
    for name in (*_FIGURES, *extra):
        table.add_column(name, justify="right")
    for row in rows:
        group = ", ".join(f"{name} {_word(value)}" for name, value in row.group.items())
        figures = (_figure(getattr(row, name)) for name in (*_FIGURES, *extra))
        table.add_row(Text(row.metric), Text(group or "all"), *figures)
    return table


def _is_told(value: Any) -> bool:
    return value is not None and value is not msgspec.UNSET


def _word(value: Any) -> str:
    return "-" if value is None else str(value)


def _figure(value: Any) -> str:
    if not _is_told(value):
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
