"""``contactcenter phone-menu``: what callers hear, as a file that is written, tried and put up."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import yaml
from msgspec import structs

from contactcenter import phone_menu_trials, queues, storage
from contactcenter.activation.recording import recorded
from contactcenter.administration import entry_points
from contactcenter.calls import menus, voices
from contactcenter.calls.menus import PhoneMenu
from contactcenter.cli.entry_point_secret import of_address
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.db import Conn
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.errors import BadInput
from contactcenter.phone_menu_trials import Entered, Trial

#: Who did it, in the events: whoever may run commands here.
_ACTOR: Final = "system"
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
#: What is entered where nothing is.
_SILENCE: Final = "-"


@click.group("phone-menu")
def phone_menu() -> None:
    """List, show, write and try what callers hear."""


@phone_menu.command("list")
@with_settings
def list_menus(config: Path | None, data_dir: Path | None) -> None:
    """List the menus and the numbers that have them."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.read() as conn:
            named = {one.id: one.address for one in await entry_points.list_all(conn)}
            for menu in await menus.list_all(conn):
                numbers = ", ".join(named[point_id] for point_id in menu.entry_point_ids)
                click.echo(f"{menu.name}  {numbers or '(no number has it)'}")

    run(work())


@phone_menu.command("show")
@click.argument("name")
@with_settings
def show_menu(name: str, config: Path | None, data_dir: Path | None) -> None:
    """Print menu NAME as YAML, to be edited and set again."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.read() as conn:
            menu = await _named(conn, name)
            tree = await _by_names(conn, menu.tree)
        written = yaml.safe_dump({"name": menu.name, **tree}, allow_unicode=True, sort_keys=False)
        click.echo(written, nl=False)

    run(work())


@phone_menu.command("set")
@click.argument("file", type=_FILE)
@click.option("--at", "address", help="The number of ours whose callers are to hear it.")
@with_settings
def set_menu(
    *, file: Path, address: str | None, config: Path | None, data_dir: Path | None
) -> None:
    """Write the menu in FILE (- for standard input), new or instead of the one of its name."""
    settings = load_settings(config, data_dir=data_dir)
    name, written = _read(file)

    async def work() -> None:
        async with storage.opened(settings) as database, loaded_channels(settings) as channels:

            async def change(conn: Conn, now: datetime) -> PhoneMenu:
                tree = await _by_ids(conn, written)
                speaks = voices.of(channels)
                before = next((m for m in await menus.list_all(conn) if m.name == name), None)
                if before is None:
                    menu = await menus.create(
                        conn, now, name=name, tree=tree, speaks=speaks, actor=_ACTOR
                    )
                else:
                    menu = await menus.change(
                        conn, now, await menus.lock(conn, before.id),
                        name=name, tree=tree, speaks=speaks, actor=_ACTOR,
                    )  # fmt: skip
                if address is not None:
                    await _put_up(conn, now, address, menu.id)
                return menu

            async with dispatching(database) as dispatcher:
                menu = await dispatcher.submit(change)
        click.echo(f"{menu.name}: {len(menu.tree['nodes'])} nodes, version {menu.version}")

    run(_placed(work()))


@phone_menu.command("try")
@click.argument("file", type=_FILE)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--language", help="What the caller speaks, such as fa; else the menu's first.")
@with_settings
def try_menu(
    *,
    file: Path,
    entries: tuple[str, ...],
    language: str | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Print what a caller of the menu in FILE would hear who enters this.

    An ENTRY is keys, words, or - where nothing is entered.
    """
    settings = load_settings(config, data_dir=data_dir)
    _, written = _read(file)
    entered = [_entered(one) for one in entries]

    async def work() -> Trial:
        async with (
            storage.opened(settings) as database,
            loaded_channels(settings) as channels,
            database.read() as conn,
        ):
            tree = await _by_ids(conn, written)
            return await phone_menu_trials.tried(
                conn, tree, entered, language, speaks=voices.of(channels)
            )

    _tell(run(_placed(work())), entries)


def _tell(trial: Trial, entries: tuple[str, ...]) -> None:
    for n, step in enumerate(trial.steps):
        if n:
            click.echo(f"> {entries[n - 1]}")
        for heard in step.heard:
            click.echo(f"  {heard}")
        end = f"ends: {step.ends}" if step.ends else "asks"
        click.echo(f"  [{step.node}, {step.language}: {end}]")
    if trial.unused:
        click.echo(f"{trial.unused} more entries were not asked for.")


def _entered(written: str) -> Entered:
    if written == _SILENCE:
        return Entered()
    if all(character.isdigit() or character in "*#" for character in written):
        return Entered(digits=written)
    return Entered(said=written)


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    """The name and the tree; keys that YAML takes for numbers are keys of a telephone."""
    try:
        with click.open_file(str(file), encoding="utf-8") as opened:
            written = yaml.safe_load(opened)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} is not YAML: {error}") from error
    if not isinstance(written, dict) or not isinstance(written.get("name"), str):
        raise click.ClickException(f"{file} says no name: write `name: …` at its top")
    tree: dict[str, Any] = _with_text_keys(written)
    return str(tree.pop("name")).strip(), tree


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(one) for key, one in value.items()}
    return [_with_text_keys(one) for one in value] if isinstance(value, list) else value


async def _placed(work: Any) -> Any:
    """Say all that is wrong with a menu, each in a line."""
    try:
        return await work
    except BadInput as error:
        for problem in error.data.get("problems", ()):
            click.echo(problem, err=True)
        raise


async def _by_ids(conn: Conn, tree: dict[str, Any]) -> dict[str, Any]:
    """Queues may be written by their names; they are kept by their ids."""
    known = {one.name: one.id for one in await queues.list_all(conn, archived=False)}
    return _renamed(tree, "queue", "queue_id", known)


async def _by_names(conn: Conn, tree: dict[str, Any]) -> dict[str, Any]:
    known = {one.id: one.name for one in await queues.list_all(conn, archived=True)}
    return _renamed(tree, "queue_id", "queue", known)


def _renamed(tree: dict[str, Any], was: str, becomes: str, known: dict[Any, Any]) -> dict[str, Any]:
    nodes = tree.get("nodes")
    if not isinstance(nodes, dict):
        return tree
    written: dict[str, Any] = {}
    for name, node in nodes.items():
        if isinstance(node, dict) and was in node:
            if node[was] not in known:
                place = f"tree.nodes.{name}.{was}"
                raise BadInput(place, f"there is no queue {node[was]!r}")
            written[name] = {
                becomes if key == was else key: known[one] if key == was else one
                for key, one in node.items()
            }
        else:
            written[name] = node
    return {**tree, "nodes": written}


async def _put_up(conn: Conn, now: datetime, address: str, menu_id: int) -> None:
    before = await entry_points.lock(conn, (await of_address(conn, address)).id)
    after = structs.replace(before, phone_menu_id=menu_id)
    async with recorded(conn, now, actor=_ACTOR):
        await entry_points.change(conn, now, before, after, actor=_ACTOR)


async def _named(conn: Conn, name: str) -> PhoneMenu:
    known = await menus.list_all(conn)
    for menu in known:
        if menu.name == name:
            return menu
    names = ", ".join(menu.name for menu in known) or "none"
    raise BadInput("NAME", f"there is no phone menu {name!r}; there are {names}")
