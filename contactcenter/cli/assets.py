"""``contactcenter assets``: bring files of the machines customers have."""

from functools import partial
from pathlib import Path
from typing import Final

import click

from channels import Address
from contactcenter import storage
from contactcenter.assets import asset_csv, asset_import
from contactcenter.assets.asset_import import MAX_LINES, Line, Taken
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.contacts import identities
from contactcenter.contacts.identities import Written
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.errors import BadInput

#: Who did it, in the events: whoever may run commands here.
ACTOR: Final = "system"


@click.group()
def assets() -> None:
    """Bring the machines customers have from a CSV file."""


@assets.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_settings
def import_file(*, file: Path, config: Path | None, data_dir: Path | None) -> None:
    """Bring FILE, a CSV with a header; the same file twice changes nothing.

    Columns: service_tag, and as needed model, product_category, warranty_level, warranty_from,
    warranty_until, one of contact_id, phone and email for the owner, owned_since,
    configuration.NAME, download.NAME. What is wrong is told by line and column. The whole file is
    read first; then 200 lines are taken in at a time, each time all or none.
    """
    settings = load_settings(config, data_dir=data_dir)
    raw = file.read_bytes()

    async def work() -> Taken:
        async with storage.opened(settings) as database, loaded_channels(settings) as channels:

            def address(kind: str, value: str) -> Address:
                written = Written(kind=kind, value=value)
                return identities.normalised(channels, written, field="file")

            lines = asset_csv.read(raw, address=address)
            async with dispatching(database) as dispatcher:
                return await _brought(dispatcher, lines)

    async def placed() -> Taken:
        try:
            return await work()
        except BadInput as error:
            place = error.data["field"]
            raise BadInput(place, f"{place}: {error}") from error

    taken = run(placed())
    click.echo(f"{taken.new} new, {taken.changed} changed, {taken.known} known already")


async def _brought(dispatcher: Dispatcher, lines: list[Line]) -> Taken:
    new = changed = known = 0
    for start in range(0, len(lines), MAX_LINES):
        some = lines[start : start + MAX_LINES]
        taken = await dispatcher.submit(partial(asset_import.take, lines=some, actor=ACTOR))
        new, changed, known = new + taken.new, changed + taken.changed, known + taken.known
        if len(lines) > MAX_LINES:
            click.echo(f"{start + len(some)} lines taken in", err=True)
    return Taken(new=new, changed=changed, known=known)
