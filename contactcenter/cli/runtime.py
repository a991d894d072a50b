"""What the commands share: reading the settings, running asyncio, saying what went wrong."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import click

import channels
from contactcenter import logs
from contactcenter.errors import BadInput, DomainError
from contactcenter.migrate import MigrationRefused
from contactcenter.postgres import EmbeddedPostgresFailed
from contactcenter.server import CannotListen
from contactcenter.settings import Settings, SettingsInvalid
from contactcenter.storage import DatabaseUnreachable
from contactcenter.workers import WorkersFailed

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

#: What ends a command with one sentence instead of a traceback.
_SAID = (
    channels.BadOption,
    CannotListen,
    DatabaseUnreachable,
    EmbeddedPostgresFailed,
    MigrationRefused,
    WorkersFailed,
    DomainError,
)


def with_settings(command: F) -> F:
    """Give a command ``--config`` and ``--data``, which every command that needs a database has."""
    for option in (
        click.option(
            "--data",
            "data_dir",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder of the embedded database.",
        ),
        click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            help="TOML file with the settings.",
        ),
    ):
        command = option(command)
    return command


def load_settings(config: Path | None, **overrides: object) -> Settings:
    """Read the settings and set up the log; every problem is printed, exit status 2."""
    try:
        settings = Settings.load(
            os.environ, config=config, overrides=overrides, channel_settings=channels.settings()
        )
    except SettingsInvalid as invalid:
        for problem in invalid.problems:
            click.echo(f"error: {problem}", err=True)
        raise SystemExit(2) from None
    logs.configure(settings.log_level, settings.log_format)
    return settings


@asynccontextmanager
async def loaded_channels(
    settings: Settings, *, own: channels.OwnSettings = channels.NOTHING_OWN
) -> AsyncIterator[Mapping[str, channels.Channel]]:
    """Build the channels as ``serve`` would, for as long as a command looks at them.

    What each ``needs`` is told only with what entry points have of their own.
    """
    async with aiohttp.ClientSession() as http:
        yield channels.load(
            channels.Env(
                settings=settings.channels,
                public_url=settings.public_url,
                region=settings.region,
                http=http,
                own=own,
            )
        )


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what can be said in one sentence is, exit status 1."""
    try:
        return asyncio.run(work)
    except _SAID as error:
        click.echo(f"error: {_sentence(error)}", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _sentence(error: Exception) -> str:
    """What went wrong; where it is one of several options, beginning with its name."""
    field = error.data["field"] if isinstance(error, BadInput) else ""
    key = field.removeprefix("body.options.")
    return str(error) if key == field or key in str(error) else f"{key}: {error}"
