"""``contactcenter report NAME``: one of the reports, for people, spreadsheets or programs."""

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter import timers
from contactcenter.api import report_formats, report_questions
from contactcenter.api.operation import Operation
from contactcenter.charts.parts import Look
from contactcenter.cli import analysis
from contactcenter.db import Database
from contactcenter.measuring import Clock, Dimension
from contactcenter.reporting import making, spans
from contactcenter.reporting.catalogue import REPORTS, Report
from contactcenter.reporting.making import Figure, Line, Made, Question
from contactcenter.time_zones import zone_of
from routing.wording import Language

#: All there are over HTTP, and for people.
FORMS: Final[tuple[str, ...]] = ("table", *get_args(get_args(report_formats.Format)[0]))

#: Longer than a request may take: whoever asks here has the time.
STATEMENT_TIMEOUT_S: Final = 300
#: Where nobody looks at the width, no line is broken.
_FILE_WIDTH: Final = 200
_NOBODY: Final = "-"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked on the command line; ``by`` None stands for what the report does by itself.

    ``output`` is where it goes; None prints it. ``more`` are parameters as ``name=value``.
    """

    name: str
    language: Language = "en"
    period: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    zone: str = "UTC"
    calendar: str | None = None
    by: str | None = None
    clock: str = "calendar"
    only: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    compare: bool = False
    form: str = "table"
    output: Path | None = None


async def show(database: Database, wanted: Wanted, own: Operation | None = None) -> None:
    """Show a report on every ticket; raises ``BadInput`` naming what cannot be accepted.

    ``own`` is the operation of a report that is one of its own.
    """
    if own is not None:
        await _show_analysis(database, wanted, own)
        return
    report = REPORTS[wanted.name]
    async with database.transaction() as conn:
        await conn.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
        now = await timers.clock(conn)
        made = await making.make(
            conn,
            now,
            report,
            _question(now, report, wanted),
            viewer_id=None,
            language=wanted.language,
        )
    if wanted.form == "table":
        _print(made, wanted.output)
        return
    _put(_written(made, wanted), wanted)


async def _show_analysis(database: Database, wanted: Wanted, own: Operation) -> None:
    answer = await analysis.made(
        database, own, _parameters(wanted), language=wanted.language, timeout_s=STATEMENT_TIMEOUT_S
    )
    if wanted.form != "table":
        _put(analysis.written(answer), wanted)
        return
    with wanted.output.open("w", encoding="utf-8") if wanted.output else nullcontext() as file:
        analysis.tell(answer, Console(highlight=False, file=file))


def _parameters(wanted: Wanted) -> dict[str, str | list[str]]:
    """What was asked as over HTTP; what was not given is not asked."""
    asked: dict[str, str | list[str] | None] = {
        "from": wanted.from_at.isoformat() if wanted.from_at else None,
        "to": wanted.to_at.isoformat() if wanted.to_at else None,
        "period": wanted.period,
        "zone": wanted.zone,
        "calendar": wanted.calendar,
        "language": wanted.language,
        "by": wanted.by,
        "clock": wanted.clock if wanted.clock != "calendar" else None,
        "only": list(wanted.only) or None,
        "compare": "true" if wanted.compare else None,
        "format": wanted.form if wanted.form != "table" else None,
        **dict(one.partition("=")[::2] for one in wanted.more),
    }
    return {name: value for name, value in asked.items() if value is not None}


def _put(body: bytes, wanted: Wanted) -> None:
    if wanted.output is not None:
        wanted.output.write_bytes(body)
    else:
        click.echo(body, nl=wanted.form == "json")


def _question(now: datetime, report: Report, wanted: Wanted) -> Question:
    meant = spans.meant(
        now,
        from_at=wanted.from_at,
        to_at=wanted.to_at,
        period=wanted.period,
        zone=wanted.zone,
        calendar=wanted.calendar,
        language=wanted.language,
    )
    by = report.by
    if wanted.by is not None:
        by = report_questions.dimensions(wanted.by)
    return Question(
        span=meant.span,
        before=meant.before,
        by=by,
        clock=report_questions.among(wanted.clock, get_args(Clock), "query.clock"),
        only=report_questions.kept(wanted.only),
        compare=wanted.compare,
    )


def _written(made: Made, wanted: Wanted) -> bytes:
    form = msgspec.convert(wanted.form, type=report_formats.Format)
    return analysis.written(
        report_formats.made(made, form, Look(theme="light", language=wanted.language))
    )


def _print(made: Made, output: Path | None) -> None:
    with output.open("w", encoding="utf-8") if output else nullcontext() as file:
        console = Console(highlight=False, file=file)
        if not console.is_terminal:
            console = Console(highlight=False, width=_FILE_WIDTH, file=file)
        _tell(made, console)


def _tell(made: Made, console: Console) -> None:
    zone = zone_of(made.period.time_zone)
    from_at, to_at = (at.astimezone(zone) for at in (made.period.from_at, made.period.to_at))
    known = "nothing yet"
    if made.as_of is not None:
        known = f"{made.as_of.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    console.print(
        f"{made.report}, {from_at:%Y-%m-%d %H:%M} to {to_at:%Y-%m-%d %H:%M} {zone.key}, "
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
