"""``contactcenter restored``: after a restore from a backup, before anybody serves."""

from pathlib import Path

import click

from contactcenter import storage
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.restored import Restored
from contactcenter.restored import restored as make_fit
from contactcenter.settings import Settings


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def restored(*, yes: bool, config: Path | None, data_dir: Path | None) -> None:
    """Make a database that was restored from a backup fit to be served.

    Run it once, after the restore and before `serve`: messages that the backup has as unsent are
    marked as of unknown outcome and not sent again, everybody is signed off and signed out, and
    consoles are told to read anew.
    """
    settings = load_settings(config, data_dir=data_dir)
    if not yes:
        click.confirm("Was this database restored from a backup just now?", abort=True)
    for line in _told(run(_restore(settings))):
        click.echo(line)


async def _restore(settings: Settings) -> Restored:
    async with storage.opened(settings) as database:
        return await make_fit(database)


def _told(done: Restored) -> list[str]:
    return [
        f"Feed: epoch {done.epoch}; consoles read anew. {done.events_moved} events put in order.",
        (
            f"Messages: {done.messages_distrusted} that were unsent are now of unknown outcome. "
            "They are looked for at the provider, and sent again only by a person."
        ),
        (
            f"People: {done.agents_signed_off} agents signed off, {done.sessions_ended} sessions "
            f"and {done.links_ended} one-time links ended."
        ),
        (
            f"Programs: {done.tokens_alive} tokens work. Revoke again those you revoked since the "
            "backup; disable again whom you disabled."
        ),
    ]
