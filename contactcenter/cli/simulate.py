"""``contactcenter simulate``: plays a scenario by the rules and tells what was decided."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NoReturn

import asyncpg
import click

from contactcenter import logs, storage
from contactcenter.bench.scratch import scratch
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.scenarios import on_database, scale
from contactcenter.scenarios.answering import answer
from contactcenter.scenarios.reading import InvalidScenario, Reading, read
from contactcenter.scenarios.telling import lines
from contactcenter.settings import Settings
from contactcenter.storage import DatabaseUnreachable
from routing.engine.playing import Played, Scenario, play
from routing.wording import Language

Engine = Literal["memory", "database"]
#: What a shell says of a process that SIGTERM ended.
_TERMINATED: Final = 143


@click.command("simulate")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option(
    "--engine",
    type=click.Choice(["memory", "database"]),
    default="memory",
    show_default=True,
    help="What decides: the rules in memory, or the dispatcher in a database made for it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything, for programs.")
@click.option(
    "--language",
    type=click.Choice(["en", "fa"]),
    default="en",
    show_default=True,
    help="Of the sentences, where it is not JSON.",
)
@click.option(
    "--why/--no-why",
    "explains",
    default=True,
    show_default=True,
    help="Explain every offer; without, a large simulation takes less time.",
)
@with_settings
def simulate(
    *,
    file: Path,
    engine: Engine,
    as_json: bool,
    language: Language,
    explains: bool,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Play the scenario in FILE (- for standard input) and print what was decided.

    The format is described in docs/routing.md. A file that cannot be played changes nothing and is
    answered with everything that is wrong with it, and exit code 2. Both engines print the same;
    the database is dropped in the end.
    """
    reading = _read(file, engine)
    for note in reading.notes:
        click.echo(f"Note: {note}", err=True)
    if engine == "memory":
        played = play(reading.scenario, explains=explains)
    else:
        settings = load_settings(config, data_dir=data_dir)
        logs.configure("warning", settings.log_format)
        try:
            played = run(_play_on_database(settings, reading.scenario, explains=explains))
        except asyncio.CancelledError:
            raise click.exceptions.Exit(_TERMINATED) from None
        except scale.TooLate as late:
            _refuse([str(late)])
    if as_json:
        for piece in answer(played, reading.unit):
            click.echo(piece, nl=False)
        click.echo()
    else:
        for line in lines(played, reading.unit, language):
            click.echo(line)


async def _play_on_database(settings: Settings, scenario: Scenario, *, explains: bool) -> Played:
    """Play it on the server of the settings, in a database that is dropped whatever happens."""
    playing = asyncio.current_task()
    assert playing is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    async with storage.server(settings) as url:
        try:
            async with scratch(url, durable=False, purpose="play") as made:
                return await on_database.play(await made.database(), scenario, explains=explains)
        except asyncpg.InsufficientPrivilegeError as error:
            raise DatabaseUnreachable(
                f"no database can be made for the play: {error}; its role needs CREATEDB"
            ) from error
        except OSError as error:
            raise DatabaseUnreachable(f"the database cannot be reached: {error}") from error


def _read(file: Path, engine: Engine) -> Reading:
    with click.open_file(str(file), "rb") as opened:
        content = opened.read()
    try:
        reading = read(content)
    except InvalidScenario as invalid:
        _refuse(invalid.problems)
    if engine == "database":
        problems = list(scale.problems(reading.file, scale.scale_of(reading.scenario)))
        if problems:
            _refuse(problems)
    return reading


def _refuse(problems: Sequence[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    raise click.exceptions.Exit(2)
