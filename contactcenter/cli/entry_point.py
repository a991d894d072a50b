"""``contactcenter entry-point``: our own addresses, and the queue each leads to."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import click

from channels import Channel
from contactcenter import queues, storage
from contactcenter.activation.recording import recorded
from contactcenter.administration import entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.cli.entry_point_options import read_options, set_options
from contactcenter.cli.entry_point_secret import secret
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.db import Conn
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.errors import BadInput
from contactcenter.queues import Queue


@click.group("entry-point")
def entry_point() -> None:
    """List and set up the addresses customers write to."""


@entry_point.command("list")
@with_settings
def list_entry_points(config: Path | None, data_dir: Path | None) -> None:
    """List every address, the queue its problems go to and what it has of its own."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.read() as conn:
            names = {queue.id: queue.name for queue in await queues.list_all(conn, archived=False)}
            for found in await entry_points.list_all(conn):
                click.echo(_line(found, names))
                for key, value in sorted(found.options.items()):
                    click.echo(f"    {key}={value}")

    run(work())


@entry_point.command("add")
@click.argument("channel")
@click.argument("address", required=False)
@click.option("--queue", "queue_name", required=True, help="Name of the queue it leads to.")
@click.option("--name", default="", help="What colleagues call it.")
@click.option("--language", help="Language of its customers, such as en or fa.")
@click.option(
    "--segments-per-s",
    type=click.FloatRange(min=0, max=1000, min_open=True),
    help="How much may be sent from it, such as 1 for a Twilio long code; unlimited without.",
)
@click.option(
    "--option",
    "written",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the channel that it has of its own, such as smtp_host=mail.example.com.",
)
@with_settings
def add_entry_point(
    *,
    channel: str,
    address: str | None,
    queue_name: str,
    name: str,
    language: str | None,
    segments_per_s: float | None,
    written: tuple[str, ...],
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Set up ADDRESS on CHANNEL, such as `add sms +982100000000 --queue Frontline`.

    A widget's address is the key by which pages name it; without one, such as in
    `add webchat --queue Frontline`, a key is made.
    """
    settings = load_settings(config, data_dir=data_dir)
    options = read_options(written)

    async def work() -> None:
        async with storage.opened(settings) as database, loaded_channels(settings) as built:

            async def change(conn: Conn, now: datetime) -> tuple[EntryPoint, Queue]:
                queue = await _named(conn, queue_name)
                async with recorded(conn, now, actor="system"):
                    made = await entry_points.create(
                        conn,
                        now,
                        channel=channel,
                        address=address,
                        key=secrets.token_hex(12),
                        name=name,
                        queue_id=queue.id,
                        language=language,
                        segments_per_s=segments_per_s,
                        options=options,
                        channels=built,
                        actor="system",
                    )
                return made, queue

            async with dispatching(database) as dispatcher:
                made, queue = await dispatcher.submit(change)
        click.echo(_line(made, {queue.id: queue.name}))
        for line in what_to_set(made, settings.public_url, built):
            click.echo(f"    {line}")

    run(work())


entry_point.add_command(secret)
entry_point.add_command(set_options)


async def _named(conn: Conn, name: str) -> Queue:
    known = await queues.list_all(conn, archived=False)
    for queue in known:
        if queue.name == name:
            return queue
    names = ", ".join(queue.name for queue in known)
    raise BadInput("--queue", f"there is no queue {name!r}; there are {names}")


def what_to_set(
    found: EntryPoint, public_url: str, channels: Mapping[str, Channel]
) -> Iterator[str]:
    """What is to be done elsewhere for it: on a page, or at a provider of telephone calls."""
    if found.channel in entry_points.WITH_KEYS:
        script = f"{public_url}/hooks/{found.channel}/widget.js"
        yield f'<script src="{script}" data-entry-point="{found.address}" async></script>'
    known = channels.get(found.channel)
    if known is not None and known.telephony is not None:
        to_do = known.telephony.set_up(language=found.language, options=found.options)
        for name, address in to_do.addresses:
            yield f"{name}: POST {address}"
        for sentence in to_do.lacks:
            yield click.style(sentence, fg="yellow")


def _line(found: EntryPoint, queue_names: Mapping[int, str]) -> str:
    told = [found.channel, found.address, f"→ {queue_names[found.queue_id]}", found.name]
    if found.discovered:
        told.append("(nobody set it up: a provider vouched for it)")
    return "  ".join(word for word in told if word)
