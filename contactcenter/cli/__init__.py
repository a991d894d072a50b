"""The commands. Each has ``--help``, prints progress on long work and exits non-zero on failure."""

import importlib
from collections.abc import Mapping
from typing import Final

import click

#: Command, the module and attribute that make it, and its line in the list. A command is imported
#: when it is used: the demo's wardrobe is none of the server's luggage.
COMMANDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "serve": ("serve", "serve", "Run the contact centre until it is told to stop."),
    "demo": ("demo", "demo", "Watch a contact centre at work for half a minute."),
    "doctor": ("doctor", "doctor", "Check everything and say what to do."),
    "migrate": ("migrate", "migrate_database", "Bring the database's schema up to date."),
    "restored": ("restored", "restored", "Make a database restored from a backup fit to serve."),
    "user": (
        "user",
        "user",
        "List, invite, reset, disable and enable accounts; say where calls ring.",
    ),
    "channels": ("channels", "show_channels", "List the channels and what each still needs."),
    "entry-point": ("entry_point", "entry_point", "List and set up our own addresses."),
    "phone-menu": ("phone_menu", "phone_menu", "Write and try what callers hear."),
    "configuration": (
        "configuration",
        "configuration",
        "Show, check, activate and revert what routing goes by.",
    ),
    "secrets": ("secrets", "secrets", "Rotate the keys of secrets kept in the database."),
    "simulate": ("simulate", "simulate", "Play a scenario by the rules of routing."),
    "whatif": ("whatif", "whatif", "Play a day again under other rules or with other people."),
    "classify": (
        "classify",
        "classify_file",
        "Tell the temperament of contacts in a file.",
    ),
    "train": ("train", "train", "Learn anew what a model ships with."),
    "inspect": ("inspect", "inspect", "See how a mail, a piece of HTML or a call is understood."),
    "report": ("report", "report", "Show who solved what, and in what time."),
    "assets": ("assets", "assets", "Bring the machines customers have from a CSV file."),
    "behaviour": ("behaviour", "behaviour", "Bring what customers did from a file, or write it."),
    "segments": ("segments", "segments", "Check who belongs to rule segments."),
    "quarantine": ("quarantine", "quarantine", "Look at payloads that were not understood."),
    "bench": ("bench", "bench", "Measure speed and memory on this machine."),
}


class Lazy(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import one."""
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(
            importlib.import_module(f"contactcenter.cli.{module}"), attribute
        )
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contactcenter")
def main() -> None:
    """Run a contact centre: one timeline per person, one owner per problem."""
