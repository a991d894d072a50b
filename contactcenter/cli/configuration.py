"""``contactcenter configuration``: what routing goes by, as a file."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from contactcenter import configuration_versions, storage
from contactcenter.activation import activating
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.configuration_document import comparing, parsing, reading, rows, writing
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.findings import Findings
from contactcenter.configuration_document.problems import Fault, InvalidConfiguration
from contactcenter.db import Conn
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.settings import Settings

#: Who did it, in the events: whoever may run commands here.
_ACTOR: Final = "system"
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def configuration() -> None:
    """Show, check, activate and revert what routing goes by."""


@configuration.command("show")
@click.option("--version", type=click.IntRange(1), help="An earlier one; else what is in force.")
@with_settings
def show(version: int | None, config: Path | None, data_dir: Path | None) -> None:
    """Print the configuration as YAML, to be edited and activated."""

    async def work() -> None:
        settings = load_settings(config, data_dir=data_dir)
        async with storage.opened(settings) as database, database.read() as conn:
            number, document = await _document(conn, version)
        # An earlier one is no edit of what is in force: it says no version.
        text = writing.dump(document, version=number if version is None else None)
        click.echo(text, nl=False)

    run(work())


@configuration.command("check")
@click.argument("file", type=_FILE)
@with_settings
def check(file: Path, config: Path | None, data_dir: Path | None) -> None:
    """Tell everything that is wrong with FILE (- for standard input), and exit with 2 if it is."""
    document, lines = _read(file)

    async def work() -> Findings:
        settings = load_settings(config, data_dir=data_dir)
        async with (
            storage.opened(settings) as database,
            loaded_channels(settings) as channels,
            database.read() as conn,
        ):
            return await activating.check(conn, document, channels=channels)

    found = run(work())
    _warn(parsing.placed(found.warnings, lines))
    if found.errors:
        _refuse(parsing.placed(found.errors, lines))
    click.echo("Nothing is wrong with it.")


@configuration.command("activate")
@click.argument("file", type=_FILE)
@click.option("--note", help="Why; kept with the version.")
@with_settings
def activate(file: Path, note: str | None, config: Path | None, data_dir: Path | None) -> None:
    """Make FILE (- for standard input) the configuration in force, all of it or nothing.

    If it names the version it is an edit of, that one must be in force still.
    """
    document, lines = _read(file)

    async def change(conn: Conn, now: datetime, channels: Any) -> Findings:
        in_force = (await rows.read(conn)).version
        return await activating.activate(
            conn,
            now,
            document,
            based_on=in_force if document.version is None else document.version,
            channels=channels,
            actor=_ACTOR,
            note=note,
        )

    _apply(load_settings(config, data_dir=data_dir), change, lines)


@configuration.command("versions")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@with_settings
def versions(limit: int, config: Path | None, data_dir: Path | None) -> None:
    """List who changed the configuration when, the newest first."""

    async def work() -> None:
        settings = load_settings(config, data_dir=data_dir)
        async with storage.opened(settings) as database, database.read() as conn:
            found = await configuration_versions.page(conn, before=2**31, limit=limit)
        if not found:
            click.echo("Nobody has changed it: it is as it was installed.", err=True)
        for kept in found:
            told = [f"{kept.version:5}", f"{kept.from_at:%Y-%m-%d %H:%M:%S}Z", kept.actor]
            if kept.reverts_to is not None:
                told.append(f"reverts to {kept.reverts_to}")
            click.echo("  ".join([*told, *([kept.note] if kept.note else [])]))

    run(work())


@configuration.command("diff")
@click.argument("earlier", type=click.IntRange(1))
@click.argument("later", type=click.IntRange(1), required=False)
@with_settings
def diff(earlier: int, later: int | None, config: Path | None, data_dir: Path | None) -> None:
    """Tell what version LATER, or what is in force, says differently from version EARLIER."""

    async def work() -> None:
        settings = load_settings(config, data_dir=data_dir)
        async with storage.opened(settings) as database, database.read() as conn:
            _, before = await _document(conn, earlier)
            _, after = await _document(conn, later)
        for one in comparing.differences(writing.plain(before), writing.plain(after)):
            click.echo(f"{one.place}: {_told(one.was)} → {_told(one.becomes)}")

    run(work())


@configuration.command("revert")
@click.argument("version", type=click.IntRange(1))
@click.option("--note", help="Why; kept with the version.")
@with_settings
def revert(version: int, note: str | None, config: Path | None, data_dir: Path | None) -> None:
    """Make what VERSION said the configuration in force again, as a new version."""

    async def change(conn: Conn, now: datetime, channels: Any) -> Findings:
        return await activating.revert(
            conn,
            now,
            version,
            based_on=(await rows.read(conn)).version,
            channels=channels,
            actor=_ACTOR,
            note=note,
        )

    _apply(load_settings(config, data_dir=data_dir), change, {})


def _apply(
    settings: Settings,
    change: Callable[[Conn, datetime, Any], Awaitable[Findings]],
    lines: Any,
) -> None:
    async def work() -> tuple[list[Fault], list[Fault], int]:
        async with storage.opened(settings) as database, loaded_channels(settings) as channels:
            try:
                async with dispatching(database) as dispatcher:
                    found = await dispatcher.submit(lambda conn, now: change(conn, now, channels))
            except InvalidConfiguration as invalid:
                return invalid.faults, [], 0
            async with database.read() as conn:
                return [], found.warnings, (await rows.read(conn)).version

    errors, warnings, version = run(work())
    _warn(parsing.placed(warnings, lines))
    if errors:
        _refuse(parsing.placed(errors, lines))
    click.echo(f"Version {version} is in force.")


async def _document(conn: Conn, version: int | None) -> tuple[int, Document]:
    if version is not None:
        kept = await configuration_versions.find(conn, version)
        return version, parsing.convert(kept.document)
    found = await rows.read(conn)
    return found.version, reading.read(found)


def _read(file: Path) -> tuple[Document, Any]:
    with click.open_file(str(file), "rb") as opened:
        content = opened.read()
    try:
        return parsing.read(content)
    except InvalidConfiguration as invalid:
        _refuse(invalid.faults)
        raise


def _warn(faults: list[Fault]) -> None:
    for fault in faults:
        click.echo(f"Note: {fault}", err=True)


def _refuse(faults: list[Fault]) -> None:
    for fault in faults:
        click.echo(str(fault), err=True)
    raise SystemExit(2)


def _told(value: Any) -> str:
    return "nothing" if value is None else msgspec.json.encode(value).decode()
