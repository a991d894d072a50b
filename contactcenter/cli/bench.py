"""``contactcenter bench``: what this machine does with it, beside the least it could cost.

A measurement is one function here and one module in ``contactcenter.bench``.
"""

from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import msgspec

from contactcenter import logs
from contactcenter.bench import card as card_bench
from contactcenter.bench import chat as chat_bench
from contactcenter.bench import dispatch as dispatch_bench
from contactcenter.bench import email as email_bench
from contactcenter.bench import feed as feed_bench
from contactcenter.bench import intake as intake_bench
from contactcenter.bench import phone as phone_bench
from contactcenter.bench import plans as plans_bench
from contactcenter.bench import reports as reports_bench
from contactcenter.bench import simulation as simulation_bench
from contactcenter.bench import start as start_bench
from contactcenter.bench import temperament as temperament_bench
from contactcenter.bench import timeline as timeline_bench
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.cli.runtime import run

T = TypeVar("T", bound=msgspec.Struct)

_as_json = click.option("--json", "as_json", is_flag=True, help="The last line is the result.")
_database_url = click.option(
    "--database-url",
    help="A PostgreSQL whose role may create databases.  [default: a new one, thrown away]",
)


@click.group()
def bench() -> None:
    """Measure speed and memory; each run makes its own databases and drops them."""
    logs.configure("warning", "auto")


@bench.command()
@click.option("--clients", type=click.IntRange(1, 1000), default=32, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=20.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--slices",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="Turns the load and its floor take.",
)
@click.option(
    "--known",
    type=click.IntRange(0, 1_000_000),
    default=100_000,
    show_default=True,
    help="Contacts with an open ticket before the load.",
)
@_database_url
@_as_json
def intake(*, as_json: bool, **options: Any) -> None:
    """Take signed messages over HTTP, beside the least work in the database."""
    plan = intake_bench.Plan(**options)
    _show(_counted(intake_bench.measure(plan, _say)), as_json=as_json)


@bench.command("email")
@click.option("--mails", type=click.IntRange(8, 1_000_000), default=2_000, show_default=True)
@click.option("--clients", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("--pace-per-s", type=click.FloatRange(0.1, 1000), default=15.0, show_default=True)
@click.option("--paced", type=click.IntRange(10, 100_000), default=400, show_default=True)
@click.option("--bombs", type=click.IntRange(1, 100), default=2, show_default=True)
@_database_url
@_as_json
def mails(*, as_json: bool, **options: Any) -> None:
    """Take mails over SMTP, beside Python's parser alone; then with bombs among them."""
    _show(_counted(email_bench.measure(email_bench.Plan(**options), _say)), as_json=as_json)


@bench.command()
@click.option("--waiting", type=click.IntRange(1, 10_000_000), default=100_000, show_default=True)
@click.option("--agents", type=click.IntRange(1, 10_000), default=1000, show_default=True)
@click.option("--queues-each", type=click.IntRange(1, 100), default=8, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=20.0, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--plain", is_flag=True, help="One channel, no credits, windows, chains or calendars."
)
@_database_url
@_as_json
def dispatch(*, as_json: bool, **options: Any) -> None:
    """Let full agents solve their tickets and be given the next."""
    _show(_counted(dispatch_bench.measure(dispatch_bench.Plan(**options), _say)), as_json=as_json)


@bench.command()
@click.option("--sockets", type=click.IntRange(1, 20_000), default=5_000, show_default=True)
@click.option("--lines", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--messages", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@_database_url
@_as_json
def chat(*, as_json: bool, **options: Any) -> None:
    """Speak with many visitors at once, beside aiohttp alone; then cut them all off."""
    result = _counted(chat_bench.measure(chat_bench.Plan(**options), _say))
    _show(result, as_json=as_json)
    with _counting():
        chat_bench.check(result)


@bench.command()
@click.option("--sockets", type=click.IntRange(1, 20_000), default=1000, show_default=True)
@click.option("--events", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=3, show_default=True)
@_database_url
@_as_json
def feed(*, as_json: bool, **options: Any) -> None:
    """Tell many consoles of events, beside aiohttp alone; then cut them all off."""
    result = _counted(feed_bench.measure(feed_bench.Plan(**options), _say))
    _show(result, as_json=as_json)
    with _counting():
        feed_bench.check(result)


@bench.command()
@click.option(
    "--interactions",
    type=click.IntRange(10_000, 100_000_000),
    default=10_000_000,
    show_default=True,
)
@click.option("--pages", type=click.IntRange(3, 1_000_000), default=3000, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--explain", is_flag=True, help="Show the plan of a page first.")
@_database_url
@_as_json
def timeline(*, as_json: bool, **options: Any) -> None:
    """Read pages of people's timelines, beside the bare indexed read."""
    _show(_counted(timeline_bench.measure(timeline_bench.Plan(**options), _say)), as_json=as_json)


@bench.command()
@click.option(
    "--interactions",
    type=click.IntRange(10_000, 100_000_000),
    default=1_000_000,
    show_default=True,
)
@click.option("--cards", type=click.IntRange(10, 1_000_000), default=2000, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--explain", is_flag=True, help="Show the plan of a card first.")
@_database_url
@_as_json
def card(*, as_json: bool, **options: Any) -> None:
    """Read people's cards, beside the bare indexed read of their last words."""
    _show(_counted(card_bench.measure(card_bench.Plan(**options), _say)), as_json=as_json)


@bench.command()
@click.option("--clients", type=click.IntRange(1, 1000), default=32, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=20.0, show_default=True)
@click.option("--slices", type=click.IntRange(1, 100), default=4, show_default=True)
@click.option("--calls", type=click.IntRange(1, 2000), default=200, show_default=True)
@_database_url
@_as_json
def phone(*, as_json: bool, **options: Any) -> None:
    """Take what a provider tells of calls, beside the least work; then many calls at once."""
    result = _counted(phone_bench.measure(phone_bench.Plan(**options), _say))
    _show(result, as_json=as_json)
    with _counting():
        phone_bench.check_calls(result)


@bench.command()
@click.option("--starts", type=click.IntRange(1, 100), default=5, show_default=True)
@_as_json
def start(starts: int, as_json: bool) -> None:
    """Start the server, first and later, until it is ready."""
    _show(_counted(start_bench.measure(starts, _say)), as_json=as_json)


@bench.command()
@click.option("--rows", type=click.IntRange(1000, 10_000_000), default=10_000, show_default=True)
@_database_url
@_as_json
def plans(rows: int, database_url: str | None, *, as_json: bool) -> None:
    """Explain every statement a message meets; none may read a large table to its end."""
    _show(_counted(plans_bench.measure(rows, database_url, _say, durable=False)), as_json=as_json)


@bench.command()
@click.option(
    "--tickets", type=click.IntRange(1000, 100_000_000), default=1_000_000, show_default=True
)
@click.option(
    "--interactions", type=click.IntRange(0, 1_000_000_000), default=10_000_000, show_default=True
)
@click.option("--repeats", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option(
    "--intake-seconds", "intake_s", type=click.FloatRange(0, 3600), default=64.0, show_default=True
)
@_database_url
@_as_json
def reports(*, as_json: bool, **options: Any) -> None:
    """Report on a month by agent, beside the same question to the raw events of a year."""
    _show(_counted(reports_bench.measure(reports_bench.Plan(**options), _say)), as_json=as_json)


@bench.command()
@click.option("--tickets", type=click.IntRange(1, 10_000_000), default=1_000_000, show_default=True)
@click.option("--agents", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option(
    "--full/--plain",
    default=True,
    show_default=True,
    help="All rules at once, or one queue served in turn.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@_as_json
def simulation(*, as_json: bool, **options: Any) -> None:
    """Play drawn tickets on the router in memory, beside a bare heap of free agents."""
    with _counting():
        result = simulation_bench.measure(simulation_bench.Plan(**options), _say)
    _show(result, as_json=as_json)


@bench.command()
@click.option("--messages", type=click.IntRange(100, 1_000_000), default=5000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@_as_json
def temperament(messages: int, seed: int, *, as_json: bool) -> None:
    """Read the temperament of messages, beside looking their words up."""
    _show(temperament_bench.measure(messages, seed, _say), as_json=as_json)


def _counted(work: Coroutine[Any, Any, T]) -> T:
    """Run a measurement; one that cannot count ends the command with status 1."""
    with _counting():
        return run(work)


@contextmanager
def _counting() -> Iterator[None]:
    try:
        yield
    except MeasurementInvalid as invalid:
        click.echo(f"error: this run does not count: {invalid}", err=True)
        raise SystemExit(1) from None


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(result: msgspec.Struct, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(result).decode())
        return
    for name, value in msgspec.structs.asdict(result).items():
        if not isinstance(value, Mapping):  # what was told on the way
            click.echo(f"{name:20} {'' if value is None else value}")
