"""``contactcenter behaviour``: bring files of what customers did, and write them out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import click

from channels import Address
from contactcenter import storage
from contactcenter.behaviour import behaviour as telling
from contactcenter.behaviour import behaviour_csv, behaviour_import
from contactcenter.behaviour.behaviour import Place, Taken
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.contacts import identities
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput

#: Who did it, in the events: whoever may run commands here.
ACTOR: Final = "system"
_PAGE: Final = 5000
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


@click.group()
def behaviour() -> None:
    """Bring what customers did from a CSV file, or write it out."""


@behaviour.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="The system that tells it, for lines that name none: web-shop.")
@click.option(
    "--create-contacts", is_flag=True, help="Make a contact of each address that nobody has."
)
@with_settings
def import_file(
    *,
    file: Path,
    source: str | None,
    create_contacts: bool,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Bring FILE, a CSV with a header: all of it, or nothing; the same file twice changes nothing.

    Columns: kind, external_id, occurred_at, one of contact_id, phone and email, and as needed
    source, amount_minor, cost_minor, currency, product, topic, referred_contact_id,
    referred_phone, referred_email, details. What is wrong is told by line and column.
    """
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> Taken:
        async with storage.opened(settings) as database, loaded_channels(settings) as channels:

            def address(kind: str, value: str) -> Address:
                written = Written(kind=kind, value=value)
                return identities.normalised(channels, written, field="file")

            with file.open("rb") as opened:
                lines = behaviour_csv.read(_raw(opened), source=source, address=address)
                return await behaviour_import.bring(
                    database,
                    lines,
                    create_unknown=create_contacts,
                    actor=ACTOR,
                    progress=lambda n: click.echo(f"{n} lines read", err=True),
                )

    async def placed() -> Taken:
        try:
            return await work()
        except BadInput as error:
            place = error.data["field"]
            raise BadInput(place, f"{place}: {error}") from error

    taken = run(placed())
    click.echo(
        f"{taken.new} new, {taken.known} known already, {taken.not_kept} not kept;"
        f" {taken.created} contacts made"
    )


@behaviour.command("export")
@click.option("--kind", help="Only this kind.")
@with_settings
def export(*, kind: str | None, config: Path | None, data_dir: Path | None) -> None:
    """Write everything customers did to standard output, as CSV that can be brought again."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        click.echo(behaviour_csv.header(), nl=False)
        async with storage.opened(settings) as database:
            after = Place(occurred_at=datetime(1, 1, 2, tzinfo=UTC), id=0)
            while True:
                async with database.read() as conn:
                    found = await telling.all_of(conn, after, _LATEST, kind, limit=_PAGE)
                click.echo("".join(map(behaviour_csv.written, found)), nl=False)
                if len(found) < _PAGE:
                    return
                after = Place(occurred_at=found[-1].occurred_at, id=found[-1].id)

    run(work())


def _raw(opened: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, never more than one in memory."""
    return iter(lambda: opened.readline(behaviour_csv.MAX_LINE + 1), b"")
