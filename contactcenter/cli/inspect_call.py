"""``contactcenter inspect call``: what the hooks of a call amount to."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from contactcenter.calls import call_accounts
from contactcenter.cli import call_file
from contactcenter.cli.call_file import BadHook
from routing.calls.account import Account, Phase


@click.command("call")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def inspect_call(*, file: Path, as_json: bool) -> None:
    """Make up the account of one call from its hooks in FILE (- for standard input).

    FILE is a JSON list, in order of arrival, of {"hook", "received", "params"}: the hook's name
    (voice, gather, wait, enqueue_action, join, offer, agent_done, call_status, conference,
    recording, voicemail, transcription, fallback, or agent_ui for what our own console told), when
    it came, and what the provider posted. What cannot be read is named by its place in the list,
    counted from 0. Nothing is stored.
    """
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        events = call_file.events(raw)
    except BadHook as error:
        raise click.ClickException(f"{file}: {error}") from None
    made = call_accounts.of_events(events)
    if made is None:
        raise click.ClickException(f"{file}: nothing in it tells of a call")
    if as_json:
        click.echo(msgspec.json.encode(made.figures).decode())
    else:
        _show(made)


def _show(made: Account) -> None:
    console = Console(highlight=False)
    console.print(_sentence(made))
    console.print(_figures(made.figures))
    if made.agents:
        console.print(_agents(made))
    console.print(_phases(made))


def _sentence(made: Account) -> str:
    over = "" if made.is_over else " as far as it was told; nobody told that it was over"
    return f"{made.outcome.replace('_', ' ').capitalize()}{over}."


def _figures(figures: dict[str, Any]) -> Table:
    table = Table("menu", "queue", "ring", "talk", "hold", "call", "transfers", "of them warm")
    names = ("ivr_s", "queue_s", "ring_s", "talk_s", "hold_s", "call_s")
    table.add_row(
        *(f"{figures[name]} s" for name in names),
        str(figures["transfers"]),
        str(figures["warm"]),
    )
    return table


def _agents(made: Account) -> Table:
    table = Table("agent", "talk", "hold", "wrap-up", "handling")
    for agent, done in made.agents.items():
        seconds = (done.talk_s, done.hold_s, done.wrap_s, done.handle_s)
        table.add_row(agent, *(f"{one} s" for one in seconds))
    return table


def _phases(made: Account) -> Table:
    table = Table("from (UTC)", "to (UTC)", "for", "what", "agent")
    for phase in made.phases:
        table.add_row(*_row(phase))
    return table


def _row(phase: Phase) -> tuple[str, ...]:
    begin, end = phase.from_at, phase.to_at
    lasted = "" if end is None else f"{(end - begin).total_seconds():.0f} s"
    what = phase.kind.replace("_", "-")
    return _clock(begin), "" if end is None else _clock(end), lasted, what, phase.agent or ""


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
