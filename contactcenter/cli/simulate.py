"""``contactcenter simulate``: plays a scenario by the rules and tells what was decided."""

from pathlib import Path
from typing import Literal

import click

from contactcenter.scenarios.answering import answer
from contactcenter.scenarios.reading import InvalidScenario, Reading, read
from contactcenter.scenarios.telling import lines
from routing.engine.playing import play

Engine = Literal["memory"]
Language = Literal["en", "fa"]


@click.command("simulate")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option(
    "--engine",
    type=click.Choice(["memory"]),
    default="memory",
    show_default=True,
    help="What makes the decisions: the rules in memory.",
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
def simulate(
    *, file: Path, engine: Engine, as_json: bool, language: Language, explains: bool
) -> None:
    """Play the scenario in FILE (- for standard input) and print what was decided.

    The format is described in docs/routing.md. A file that cannot be played changes nothing and is
    answered with everything that is wrong with it, and exit code 2.
    """
    assert engine == "memory"
    reading = _read(file)
    for note in reading.notes:
        click.echo(f"Note: {note}", err=True)
    played = play(reading.scenario, explains=explains)
    if as_json:
        for piece in answer(played, reading.unit):
            click.echo(piece, nl=False)
        click.echo()
    else:
        for line in lines(played, reading.unit, language):
            click.echo(line)


def _read(file: Path) -> Reading:
    with click.open_file(str(file), "rb") as opened:
        content = opened.read()
    try:
        return read(content)
    except InvalidScenario as invalid:
        for problem in invalid.problems:
            click.echo(problem, err=True)
        raise click.exceptions.Exit(2) from None
