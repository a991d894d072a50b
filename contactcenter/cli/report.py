"""``contactcenter report``: a report by name as a table, CSV, workbook or JSON."""

from datetime import datetime
from pathlib import Path
from typing import Final, get_args

import click

from contactcenter import storage
from contactcenter.api import report_operations
from contactcenter.api.operation import Operation
from contactcenter.cli import event_file, named_report
from contactcenter.cli.named_report import FORMS, Wanted
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.db import Database
from contactcenter.errors import BadInput
from contactcenter.measuring import Clock
from contactcenter.named_periods import Reckoning
from contactcenter.reporting import rebuilding
from contactcenter.reporting.catalogue import REPORTS
from contactcenter.reporting.rebuilding import Rebuilt
from contactcenter.settings import Settings
from routing.wording import Language

_EXAMPLE: Final = "2026-03-01T00:00:00+03:30"
#: What is shown where no report is named.
USUAL: Final = "performance"
#: Forms that no terminal shows.
NO_TEXT: Final = ("xlsx", "png")


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
@click.argument("name", required=False)
@click.option(
    "--period",
    help="Instead of --from and --to, such as last_month, this_week, 2026-03 or 1405-01.",
)
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
@click.option("--zone", default="UTC", show_default=True, help="Whose days, such as Asia/Tehran.")
@click.option("--calendar", type=click.Choice(get_args(Reckoning)), help="By the language if not.")
@click.option("--by", help="What to tell apart, separated by commas.  [default: the report's own]")
@click.option(
    "--only",
    multiple=True,
    help="What to keep, such as queue:3; queue: is what has none. May be repeated.",
)
@click.option("--compare", is_flag=True, help="With the period before it; in JSON.")
@click.option(
    "--clock",
    type=click.Choice(get_args(Clock)),
    default="calendar",
    show_default=True,
    help="business: only while the queue was open.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option(
    "--with",
    "more",
    metavar="NAME=VALUE",
    multiple=True,
    help="What else a report of its own is asked, such as metric=opened. May be repeated.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to a file instead of printing.",
)
@click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="en",
    show_default=True,
    help="Of names and definitions; also says whose months are meant.",
)
@click.option(
    "--from-events",
    "events_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Measure what a file of events amounts to (- for standard input); needs no database.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
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
    period: str | None,
    from_at: datetime | None,
    to_at: datetime | None,
    zone: str,
    calendar: Reckoning | None,
    by: str | None,
    only: tuple[str, ...],
    compare: bool,
    clock: Clock,
    form: str,
    output: Path | None,
    more: tuple[str, ...],
    language: Language,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Show a report by NAME, by default of the last seven days.

    Without NAME it is performance: who solved what, and in what time. Reports that are more than
    metrics side by side, such as heat_map, take what they take over HTTP: --with metric=opened.

    With --rebuild nothing is shown: all facts are told anew, while the server runs on.

    With --from-events nothing is read but FILE, a JSON document {"zone", "calendar", "as_of",
    "events": [{"at", "kind", "ticket", "agent", …}], "ask": [{"metric", "by", "from", "to",
    "clock"}]}: the answer has one row a question and group.
    """
    form = "json" if as_json else form
    if events_file is not None:
        if any((period, from_at, to_at, by, only)):
            raise click.UsageError("--from-events has its questions in the file, under ask")
        event_file.show(events_file, as_json=as_json, language=language)
        return
    if form in NO_TEXT and output is None:
        raise click.UsageError(f"--format {form} is written to a file: say which by --output")
    chosen = name or USUAL
    own = report_operations.for_operators().get(chosen)
    if own is None and chosen not in REPORTS:
        known = ", ".join((*REPORTS, *report_operations.for_operators()))
        raise click.BadParameter(f"{chosen!r} is none of {known}", param_hint="NAME")
    if own is None and more:
        raise click.UsageError(f"{chosen} takes nothing by --with")
    wanted = Wanted(
        name=chosen,
        more=more,
        language=language,
        period=period,
        from_at=from_at,
        to_at=to_at,
        zone=zone,
        calendar=calendar,
        by=by,
        clock=clock,
        only=only,
        compare=compare,
        form=form,
        output=output,
    )
    settings = load_settings(config, data_dir=data_dir)
    run(_work(settings, None if rebuild else wanted, own))


async def _work(settings: Settings, wanted: Wanted | None, own: Operation | None) -> None:
    """Show what is wanted; or tell everything anew."""
    async with storage.opened(settings) as database:
        if wanted is None:
            await show_rebuilding(database)
            return
        try:
            await named_report.show(database, wanted, own)
        except BadInput as refused:
            option = refused.data["field"].replace("query.", "--").replace("_", "-")
            raise click.BadParameter(refused.detail, param_hint=option) from None


async def show_rebuilding(database: Database) -> None:
    """Tell all facts anew; how far it is goes to standard error, what was wrong to the output."""

    def say(done: Rebuilt) -> None:
        click.echo(f"{done.tickets:,} tickets told anew", err=True)

    done = await rebuilding.rebuild(database, say)
    click.echo(
        f"{done.tickets:,} tickets told anew: {done.new:,} facts were missing, {done.gone:,} wrong"
    )
