"""``contactcenter demo``: a contact centre at work, on this machine, without a single setting."""

import asyncio
import io
import math
import signal
import sys
from collections.abc import Coroutine
from typing import Any, Final

import click
import msgspec
from rich.console import Console

from contactcenter import logs
from contactcenter.cli.runtime import run
from contactcenter.demo.house import DatabaseNotEmpty
from contactcenter.demo.play import Options, play
from contactcenter.demo.result import Result
from contactcenter.demo.screen import LOG_LEVEL
from contactcenter.postgres import throwaway_data_dir
from contactcenter.settings import readers

_STOPPED: Final = 130


class _Stopped(Exception):
    """Somebody pressed Ctrl-C, or the system asked us to go."""


def _number(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if math.isnan(value):
        raise click.BadParameter("that is not a number.")
    return value


def _url(_context: click.Context, _option: click.Parameter, value: str | None) -> object:
    try:
        return value and readers.database_url(value)
    except ValueError as error:
        raise click.BadParameter(f"it must be {error}.") from None


@click.command()
@click.option(
    "--messages",
    type=click.IntRange(min=50, max=100_000),
    default=60,
    show_default=True,
    help="How many messages the customers write.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0.1, max=100),
    default=1.0,
    show_default=True,
    callback=_number,
    help="How fast people write and answer; 2 is twice as fast.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another day.")
@click.option("--keep", is_flag=True, help="Leave it running afterwards, to try it oneself.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object at the end; progress to stderr."
)
@click.option(
    "--database",
    "database_url",
    metavar="URL",
    callback=_url,
    help="Use this PostgreSQL database, which must be empty, instead of a throw-away one.",
)
def demo(
    *, messages: int, speed: float, seed: int, keep: bool, as_json: bool, database_url: str | None
) -> None:
    """Watch a contact centre at work: customers, agents, three tiers, a report.

    Starts everything on this machine and throws it away afterwards. Your settings and your database
    are not touched. The exit status is 1 if a promise was broken.
    """
    logs.configure(LOG_LEVEL, "auto")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Persian shows ? instead
            stream.reconfigure(errors="replace")
    console = Console(stderr=as_json)
    options = Options(
        messages=messages, speed=speed, seed=seed, keep=keep, database_url=database_url
    )
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        if as_json:
            click.echo(msgspec.json.encode(result).decode())

    try:
        with throwaway_data_dir() as folder:
            run(_stoppable(play(options, folder, console, tell)))
    except DatabaseNotEmpty as error:
        raise click.UsageError(str(error)) from None
    except _Stopped:
        if not results:
            sys.exit(_STOPPED)
    if results[0].violations:
        sys.exit(1)


async def _stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Do it until SIGINT or SIGTERM, then stop in order, however often they come."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    told = False

    def stop() -> None:
        nonlocal told
        if not told:
            told = True
            click.echo("\nStopping and cleaning up …", err=True)
            task.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        raise _Stopped from None
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
