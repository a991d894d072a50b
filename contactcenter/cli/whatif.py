"""``contactcenter whatif``: plays a day again under other rules or with other people."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Final, get_args

import click
import msgspec

import channels
from contactcenter import storage
from contactcenter.cli import dry_run_tables, whatif_tables
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.configuration_document import parsing
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.problems import InvalidConfiguration
from contactcenter.time_zones import UnknownTimeZone, zone_of
from contactcenter.whatif import database, days, dry_run, files, recorded
from contactcenter.whatif.changing import Changes, Heads, Impossible
from contactcenter.whatif.columns import InvalidFile
from contactcenter.whatif.comparing import Answer
from contactcenter.whatif.figures import Within
from routing.wording import Language

_HEADS: Final = re.compile(r"(?P<queue>.+)=(?P<more>[+-]\d{1,5})")
_WITHIN: Final = re.compile(r"(?P<channel>[a-z][a-z_]{1,30})=(?P<seconds>\d{1,8}(\.\d+)?)")
#: So many tickets of a dry run are shown; all of them are in the JSON.
_LISTED: Final = 30
_FILE: Final = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def _heads(_ctx: click.Context, _option: click.Parameter, values: Sequence[str]) -> list[Heads]:
    """Read QUEUE=+2 or QUEUE=-1."""
    found = []
    for value in values:
        match = _HEADS.fullmatch(value)
        if match is None:
            raise click.BadParameter(f"{value!r} is not like support=+2 or support=-1")
        found.append(Heads(queue=match["queue"], more=int(match["more"])))
    return found


def _within(_ctx: click.Context, _option: click.Parameter, values: Sequence[str]) -> Within:
    """Read CHANNEL=SECONDS."""
    found = dict(Within().by_channel)
    for value in values:
        match = _WITHIN.fullmatch(value)
        if match is None:
            raise click.BadParameter(f"{value!r} is not like phone=20")
        found[match["channel"]] = float(match["seconds"])
    return Within(by_channel=found)


def _zone(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tzinfo | None:
    """Find a time zone by its name."""
    if value is None:
        return None
    try:
        return zone_of(value)
    except UnknownTimeZone as unknown:
        raise click.BadParameter(str(unknown)) from None


def _day(_ctx: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """Read 2026-11-20."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write 2026-11-20") from None


@click.command("whatif")
@click.option("--arrivals", type=_FILE, help="CSV of who came, with what work and patience.")
@click.option("--staff", type=_FILE, help="CSV of who was there and whom he served.")
@click.option("--configured", type=_FILE, help="The configuration by which that day went.")
@click.option(
    "--day",
    metavar="DATE",
    callback=_day,
    help="Instead of files a day that the database remembers, such as 2026-11-20.",
)
@click.option(
    "--time-zone",
    "zone",
    metavar="ZONE",
    callback=_zone,
    help="Of the day, of times without an offset and of shifts, such as Asia/Tehran.",
)
@click.option("--configuration", type=_FILE, help="The change: a configuration, YAML or JSON.")
@click.option("--other-staff", type=_FILE, help="The change: CSV of who is there instead.")
@click.option(
    "--agents-in",
    "heads",
    multiple=True,
    metavar="QUEUE=+N",
    callback=_heads,
    help="The change: so many agents more in a queue, or fewer; may be repeated.",
)
@click.option(
    "--handle-times",
    "handle",
    type=click.FloatRange(0.01, 100),
    default=1.0,
    metavar="FACTOR",
    help="The change: work takes so many times as long.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0.01, 100),
    default=1.0,
    metavar="FACTOR",
    help="The change: customers wait so many times as long before they leave.",
)
@click.option(
    "--within",
    multiple=True,
    metavar="CHANNEL=SECONDS",
    callback=_within,
    help="What is answered within so many seconds is in time; may be repeated.  "
    "[default: 20 for phone and webchat, else 3600]",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Of the patience that is not known."
)
@click.option(
    "--dry-run",
    "tickets",
    is_flag=True,
    help="Of a day and a configuration: how each ticket would have moved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything, for programs.")
@click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="en",
    show_default=True,
    help="Of the tables.",
)
@with_settings
def whatif(
    *,
    arrivals: Path | None,
    staff: Path | None,
    configured: Path | None,
    day: date | None,
    zone: tzinfo | None,
    configuration: Path | None,
    other_staff: Path | None,
    heads: list[Heads],
    handle: float,
    patience: float,
    within: Within,
    seed: int,
    tickets: bool,
    as_json: bool,
    language: Language,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Play a day again as it was and with a change, and compare waits, service level and work.

    docs/whatif.md has the columns of the files. What cannot be read is answered with everything
    that is wrong with it, and exit code 2. Nothing is changed.
    """
    changes = Changes(heads=heads, handle=handle, patience=patience)
    if tickets and (day is None or configuration is None):
        raise click.UsageError("A dry run needs --day and --configuration.")
    with _refusing():
        if day is not None:
            if arrivals or staff or configured or other_staff:
                raise click.UsageError("A day of the database has its own arrivals and staff.")
            document = None if configuration is None else _document(configuration)
            read = _recorded(day, zone or UTC, document, config=config, data_dir=data_dir)
            if tickets and document is not None:
                if not changes.are_none:
                    raise click.UsageError("A dry run changes nothing but the configuration.")
                _print_dry_run(read, document, language, seed=seed, within=within, as_json=as_json)
                return
            answer = database.ask(read, document, changes, seed=seed, within=within)
        elif arrivals is None or staff is None:
            raise click.UsageError("Name a day with --day, or its files: --arrivals and --staff.")
        else:
            given = files.Files(
                arrivals=_given(arrivals),
                staff=_given(staff),
                configured=_given_if(configured),
                other_staff=_given_if(other_staff),
                configuration=_given_if(configuration),
            )
            answer, slips = files.ask(given, changes, zone=zone, within=within)
            for slip in slips:
                click.echo(f"Note: {slip}", err=True)
    _print(answer, language, as_json=as_json)


@contextmanager
def _refusing() -> Iterator[None]:
    """Print all that is wrong with what was given."""
    try:
        yield
    except InvalidFile as invalid:
        problems = invalid.problems
    except InvalidConfiguration as invalid:
        problems = [str(fault) for fault in invalid.faults]
    except Impossible as impossible:
        raise click.BadParameter(str(impossible), param_hint="--agents-in") from None
    else:
        return
    for problem in problems:
        click.echo(problem, err=True)
    raise click.exceptions.Exit(2)


def _recorded(
    day: date,
    zone: tzinfo,
    document: Document | None,
    *,
    config: Path | None,
    data_dir: Path | None,
) -> recorded.Recorded:
    """Read the day, for which the database is opened and closed again."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> recorded.Recorded | InvalidConfiguration:
        async with storage.opened(settings) as opened:
            begin, end = days.span_of(day, zone)
            try:
                return await recorded.read(
                    opened, begin, end, document=document, channels=channels.names()
                )
            except InvalidConfiguration as invalid:
                return invalid  # fault by fault, not in the one sentence of a command

    found = run(work())
    if isinstance(found, InvalidConfiguration):
        raise found
    return found


def _print_dry_run(
    read: recorded.Recorded,
    document: Document,
    language: Language,
    *,
    seed: int,
    within: Within,
    as_json: bool,
) -> None:
    listed = None if as_json else _LISTED
    found = dry_run.dry_run(read, document, seed=seed, within=within, at_most=listed)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        dry_run_tables.show(found, language)


def _print(answer: Answer, language: Language, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(answer))
    else:
        whatif_tables.show(answer, language)


def _document(path: Path) -> Document:
    return parsing.parse(_given(path).content)


def _given_if(path: Path | None) -> files.Given | None:
    return None if path is None else _given(path)


def _given(path: Path) -> files.Given:
    with click.open_file(str(path), "rb") as opened:
        return files.Given(name=path.name, content=opened.read())
