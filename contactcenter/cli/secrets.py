"""``contactcenter secrets``: the keys that secrets in the database are encrypted with."""

from pathlib import Path

import click

from contactcenter import storage
from contactcenter.administration import entry_point_secrets
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.secret_keys import KeyMissing, SecretKeys, new_key


@click.group()
def secrets() -> None:
    """Make a new key, and encrypt everything under it."""


@secrets.command("new-key")
@with_settings
def make_key(config: Path | None, data_dir: Path | None) -> None:
    """Make a key: put first into the key file, or printed where the keys are in the settings.

    Every process has to know it before `rotate` encrypts anything with it: the file is read by
    itself, settings need a restart.
    """
    keys = SecretKeys(load_settings(config, data_dir=data_dir))
    if keys.file is None:
        click.echo(new_key())
        return
    keys.add()
    click.echo(f"A new key stands first in {keys.file}.", err=True)


@secrets.command("rotate")
@with_settings
def rotate(config: Path | None, data_dir: Path | None) -> None:
    """Encrypt every secret under the first key; the others may go then. May be repeated."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> bool:
        async with storage.opened(settings) as database:
            try:
                done = await entry_point_secrets.rotate(database, SecretKeys(settings))
            except KeyMissing as missing:
                click.echo(f"error: {missing}", err=True)
                return False
        click.echo(f"{done.sealed_anew} encrypted anew, {done.left_alone} had the first key.")
        for one in done.lost:
            click.echo(
                f"error: {one.name} of {one.channel} {one.address} (entry point"
                f" {one.entry_point_id}) cannot be decrypted: set it anew.",
                err=True,
            )
        return not done.lost

    if not run(work()):
        raise SystemExit(1)
