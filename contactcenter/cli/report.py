"""``contactcenter report``: who solved what, and in what time, as a table, CSV or JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter import periods, report_tables, reports, storage, timers
from contactcenter.cli import event_file, named_report
from contactcenter.cli.named_report import STATEMENT_TIMEOUT_S, Asked, Form, in_words
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.db import Database
from contactcenter.errors import BadInput
from contactcenter.measuring import Clock
from contactcenter.report_definitions import Wording
from contactcenter.reporting import rebuilding
from contactcenter.reporting.catalogue import REPORTS
from contactcenter.reporting.rebuilding import Rebuilt
from contactcenter.reports import Durations, Measures, Performance, ReportRow
from routing.wording import Language

_SHORT: Final = ("first\nreply", "time to\nsolve")
_PARTS: Final = ("n", "mean", "median", "p90")
_LABELS: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": ("Clock", "Counts for", "Left out"),
    "fa": ("زمان", "به حساب", "کنار گذاشته"),
}
#: Where nobody looks at the width, no line is broken.
_FILE_WIDTH: Final = 200
_EXAMPLE: Final = "2026-03-01T00:00:00+03:30"
_NOBODY: Final = "-"


def _instant(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> datetime | None:
    """Read RFC 3339, such as 2026-03-01T00:00:00+03:30; a time without offset is refused."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time; write {_EXAMPLE}") from None
    if at.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no offset; write {_EXAMPLE}")
    return at


@click.command("report")
@click.argument("name", required=False, type=click.Choice(tuple(REPORTS)))
@click.option(
    "--from",
    "from_at",
    metavar="TIME",
    callback=_instant,
    help=f"Where the period begins, such as {_EXAMPLE}.  [default: 7 days before its end]",
)
@click.option(
    "--to", "to_at", metavar="TIME", callback=_instant, help="Where it ends.  [default: now]"
)
@click.option("--by", help="What to tell apart, separated by commas.  [default: the report's own]")
@click.option(
    "--clock",
    type=click.Choice(get_args(Clock)),
    default="calendar",
    show_default=True,
    help="business: only while the queue was open; of a report by NAME.",
)
@click.option(
    "--format", "form", type=click.Choice(get_args(Form)), default="table", show_default=True
)
@click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="en",
    show_default=True,
    help="Of the definitions below the table.",
)
@click.option(
    "--from-events",
    "events_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Measure what a file of events amounts to (- for standard input); needs no database.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON; of --from-events.")
@click.option(
    "--rebuild", is_flag=True, help="Tell all that reports are made of anew from the events."
)
@with_settings
def report(
    *,
    name: str | None,
    rebuild: bool,
    events_file: Path | None,
    as_json: bool,
    from_at: datetime | None,
    to_at: datetime | None,
    by: str | None,
    clock: Clock,
    form: Form,
    language: Language,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Show a report by NAME, by default of the last seven days.

    Without NAME it is who solved what, and in what time.

    With --rebuild nothing is shown: all facts are told anew, while the server runs on.

    With --from-events nothing is read but FILE, a JSON document {"zone", "calendar", "as_of",
    "events": [{"at", "kind", "ticket", "agent", …}], "ask": [{"metric", "by", "from", "to",
    "clock"}]}: the answer has one row a question and group.
    """
    form = "json" if as_json else form
    if events_file is not None:
        if from_at is not None or to_at is not None or by is not None:
            raise click.UsageError("--from-events has its questions in the file, under ask")
        event_file.show(events_file, as_json=as_json, language=language)
        return
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database:
            if rebuild:
                await show_rebuilding(database)
                return
            try:
                if name is not None:
                    asked = Asked(
                        report=REPORTS[name],
                        from_at=from_at,
                        to_at=to_at,
                        by=by,
                        clock=clock,
                        form=form,
                        language=language,
                    )
                    await named_report.show(database, asked)
                    return
                await print_report(
                    database, from_at=from_at, to_at=to_at, by=by, form=form, language=language
                )
            except BadInput as refused:
                option = refused.data["field"].replace("query.", "--")
                raise click.BadParameter(refused.detail, param_hint=option) from None

    run(work())


async def print_report(
    database: Database,
    *,
    from_at: datetime | None,
    to_at: datetime | None,
    by: str | None,
    form: Form,
    language: Language,
) -> None:
    """Print the report on every ticket; raises ``BadInput`` naming what cannot be accepted."""
    async with database.transaction() as conn:
        await conn.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
        now = await timers.clock(conn)
        period = periods.period_of(now, from_at, to_at)
        dimensions = reports.dimensions_of(by)
        made = await reports.performance(conn, now, period, dimensions, viewer_id=None)
    match form:
        case "csv":
            click.echo(report_tables.as_csv(made), nl=False)
        case "json":
            click.echo(msgspec.json.encode(made))
        case "table":
            show(made, language)


async def show_rebuilding(database: Database) -> None:
    """Tell all facts anew; how far it is goes to standard error, what was wrong to the output."""

    def say(done: Rebuilt) -> None:
        click.echo(f"{done.tickets:,} tickets told anew", err=True)

    done = await rebuilding.rebuild(database, say)
    click.echo(
        f"{done.tickets:,} tickets told anew: {done.new:,} facts were missing, {done.gone:,} wrong"
    )


def show(made: Performance, language: Language) -> None:
    """Print a report for people: the rows, the totals, and what each figure means."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FILE_WIDTH)
    period = made.period
    console.print(
        f"{period.from_at:%Y-%m-%d %H:%M} to {period.to_at:%Y-%m-%d %H:%M} {period.time_zone}"
    )
    console.print(_table(made))
    for definition in made.definitions:
        wording: Wording = getattr(definition, language)
        parts = (wording.clock, wording.attribution, wording.exclusions)
        labelled = (
            f" {label}: {part}" for label, part in zip(_LABELS[language], parts, strict=True)
        )
        console.print(Text.assemble((f"{wording.name}. ", "bold"), wording.what, *labelled))
    for note in getattr(made.notes, language):
        console.print(Text(note))


def _table(made: Performance) -> Table:
    table = Table(box=box.SIMPLE, show_footer=True, padding=(0, 1, 0, 0))
    for place, dimension in enumerate(made.by):
        table.add_column(dimension, footer="" if place else "all")
    totals = _figures(made.totals)
    names = [*reports.COUNTS, *(f"{what}\n{part}" for what in _SHORT for part in _PARTS)]
    for name, total in zip(names, totals, strict=True):
        table.add_column(name, footer=total, justify="right", overflow="fold")
    for row in made.rows:
        table.add_row(*(Text(_word(row, d)) for d in made.by), *_figures(row))
    return table


def _word(row: ReportRow, dimension: str) -> str:
    value = getattr(row, dimension)
    return _NOBODY if value is None else str(value)


def _figures(measures: Measures) -> list[str]:
    counts = [str(getattr(measures, name)) for name in reports.COUNTS]
    return [*counts, *_times(measures.first_reply), *_times(measures.time_to_solve)]


def _times(durations: Durations) -> Iterable[str]:
    yield str(durations.n)
    for value in (durations.mean_s, durations.median_s, durations.p90_s):
        yield "" if value is None else in_words(value)
