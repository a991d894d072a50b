"""``contactcenter report NAME``: one of the reports, for people, spreadsheets or programs."""

from datetime import datetime
from typing import Final, Literal, get_args

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter import periods, timers
from contactcenter.db import Database
from contactcenter.errors import BadInput
from contactcenter.measuring import Clock, Dimension
from contactcenter.reporting import making, tables
from contactcenter.reporting.catalogue import Report
from contactcenter.reporting.making import Figure, Line, Made, Question, Span
from routing.wording import Language

Form = Literal["table", "csv", "json"]

#: Longer than a request may take: whoever asks here has the time.
STATEMENT_TIMEOUT_S: Final = 300
#: Where nobody looks at the width, no line is broken.
_FILE_WIDTH: Final = 200
_NOBODY: Final = "-"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked on the command line; None stands for what the report does by itself."""

    report: Report
    from_at: datetime | None
    to_at: datetime | None
    by: str | None
    clock: Clock
    form: Form
    language: Language


async def show(database: Database, asked: Asked) -> None:
    """Print a report on every ticket; raises ``BadInput`` naming what cannot be accepted."""
    report = asked.report
    async with database.transaction() as conn:
        await conn.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
        now = await timers.clock(conn)
        period = periods.period_of(now, asked.from_at, asked.to_at)
        question = Question(
            span=Span(from_at=period.from_at, to_at=period.to_at, time_zone="UTC"),
            by=_dimensions(report, asked.by),
            clock=asked.clock,
        )
        made = await making.make(
            conn, now, report, question, viewer_id=None, language=asked.language
        )
    match asked.form:
        case "csv":
            click.echo(tables.as_csv(tables.of_report(made)), nl=False)
        case "json":
            click.echo(msgspec.json.encode(made))
        case "table":
            _print(made)


def _dimensions(report: Report, by: str | None) -> tuple[Dimension, ...]:
    if by is None:
        return report.by
    found: list[Dimension] = []
    for name in (one.strip() for one in by.split(",") if one.strip()):
        known = next((one for one in get_args(Dimension) if one == name), None)
        if known is None:
            allowed = ", ".join(get_args(Dimension))
            raise BadInput("query.by", f"Choose among {allowed}, not {name[:50]!r}.")
        found.append(known)
    return tuple(found)


def _print(made: Made) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FILE_WIDTH)
    period = made.period
    known = "nothing yet" if made.as_of is None else f"{made.as_of:%Y-%m-%d %H:%M:%S}"
    console.print(
        f"{made.report}, {period.from_at:%Y-%m-%d %H:%M} to {period.to_at:%Y-%m-%d %H:%M} UTC, "
        f"{made.clock} time; counted until {known}"
    )
    console.print(_table(made))
    for column in made.metrics:
        meaning = column.definition
        console.print(
            Text.assemble((f"{meaning.name}. ", "bold"), meaning.what, " ", meaning.whose)
        )


def _table(made: Made) -> Table:
    table = Table(box=box.SIMPLE, show_footer=True, padding=(0, 1, 0, 0))
    for place, dimension in enumerate(made.by):
        table.add_column(dimension, footer="" if place else "all")
    for column in made.metrics:
        total = _figure(made.totals.get(column.metric), column.measure)
        table.add_column(column.metric, footer=total, justify="right", overflow="fold")
    for line in made.rows:
        figures = (_figure(line.figures.get(c.metric), c.measure) for c in made.metrics)
        table.add_row(*(Text(_word(line, name)) for name in made.by), *figures)
    return table


def _word(line: Line, dimension: Dimension) -> str:
    value = line.group[dimension]
    return line.names.get(dimension, _NOBODY if value is None else str(value))


def _figure(figure: Figure | None, measure: str) -> str:
    """In few words: a count, a share of how many, or a median with n."""
    if figure is None or figure.value is None:
        return ""
    if measure == "duration":
        return f"{in_words(figure.median or 0.0)} (n {figure.n})"
    if figure.denominator is not None:
        return f"{figure.value:.0%} of {figure.denominator}"
    return f"{figure.value:.2f}".rstrip("0").rstrip(".")


def in_words(seconds: float) -> str:
    """A duration in its two greatest units: ``42s``, ``5m00s``, ``2h05m``, ``3d04h``."""
    whole = round(seconds)
    for size, unit, part, part_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}{whole % size // part:02}{part_unit}"
    return f"{whole // 60}m{whole % 60:02}s" if whole >= 60 else f"{whole}s"  # noqa: PLR2004
