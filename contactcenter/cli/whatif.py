"""``contactcenter whatif``: plays a day again under other rules or with other people."""

import re
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final, get_args

import click
import msgspec

from contactcenter.cli import whatif_tables
from contactcenter.time_zones import UnknownTimeZone, zone_of
from contactcenter.whatif.changing import Heads, Impossible
from contactcenter.whatif.columns import InvalidFile
from contactcenter.whatif.comparing import Answer
from contactcenter.whatif.figures import Within
from contactcenter.whatif.files import Changes, Given, ask
from contactcenter.whatif.wording import Language

_HEADS: Final = re.compile(r"(?P<queue>.+)=(?P<more>[+-]\d{1,5})")
_WITHIN: Final = re.compile(r"(?P<channel>[a-z][a-z_]{1,30})=(?P<seconds>\d{1,8}(\.\d+)?)")
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
            raise click.BadParameter(f"{value!r} is not like voice=20")
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


@click.command("whatif")
@click.option("--arrivals", type=_FILE, help="CSV of who came, with what work and patience.")
@click.option("--staff", type=_FILE, help="CSV of who was there and whom he served.")
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
    "[default: 20 for voice and chat, else 3600]",
)
@click.option(
    "--time-zone",
    "zone",
    metavar="ZONE",
    callback=_zone,
    help="Of times without an offset and of shifts, such as Asia/Tehran.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything, for programs.")
@click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="en",
    show_default=True,
    help="Of the tables.",
)
def whatif(
    *,
    arrivals: Path | None,
    staff: Path | None,
    other_staff: Path | None,
    within: Within,
    zone: tzinfo | None,
    as_json: bool,
    language: Language,
    **changes: Any,
) -> None:
    """Play a day again as it was and with a change, and compare waits, service level and work.

    docs/whatif.md has the columns of the files. A file that cannot be read is answered with
    everything that is wrong with it, and exit code 2.
    """
    if arrivals is None or staff is None:
        raise click.UsageError("Name the files of the day with --arrivals and --staff.")
    wanted = Changes(staff=None if other_staff is None else _given(other_staff), **changes)
    try:
        answer, slips = ask(_given(arrivals), _given(staff), wanted, zone=zone, within=within)
    except InvalidFile as invalid:
        for problem in invalid.problems:
            click.echo(problem, err=True)
        raise click.exceptions.Exit(2) from None
    except Impossible as impossible:
        raise click.BadParameter(str(impossible), param_hint="--agents-in") from None
    for slip in slips:
        click.echo(f"Note: {slip}", err=True)
    _print(answer, language, as_json=as_json)


def _print(answer: Answer, language: Language, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(answer))
    else:
        whatif_tables.show(answer, language)


def _given(path: Path) -> Given:
    with click.open_file(str(path), "rb") as opened:
        return Given(name=path.name, content=opened.read())
