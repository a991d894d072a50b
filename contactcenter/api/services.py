"""What the endpoints work with: built once by the composition root, handed to every call."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, Protocol, TypeVar

from aiohttp import web
from msgspec import Struct, field

from channels import Channel, Inbox
from contactcenter.access.passwords import Passwords
from contactcenter.api.shedding import Shedding
from contactcenter.bell import Bell
from contactcenter.calls import dial_guard
from contactcenter.calls.dial_guard import DialGuard
from contactcenter.db import Conn, Database
from contactcenter.reporting.today import Today
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings

T = TypeVar("T")


class Dispatcher(Protocol):
    """Whoever applies changes under the routing lock."""

    async def submit(self, change: Callable[[Conn, datetime], Awaitable[T]]) -> T:
        """Apply the change in a savepoint of its own and return, after the commit, its result.

        ``change`` gets the connection and the database's clock, read once under the lock. What it
        raises is raised here, and then nothing of it has happened.
        """
        ...


class AgentDisabled(Protocol):
    """What happens to the work of a person who may no longer sign in."""

    async def __call__(self, conn: Conn, now: datetime, user_id: int, /) -> None:
        """Give the tickets back and go offline, under the routing lock."""
        ...


class Services(Struct, frozen=True, kw_only=True):
    """Everything a handler may need besides its own input.

    ``db`` is what requests may use of the database; hooks and workers have it whole. ``today`` is
    what live boards share.
    """

    db: Database
    settings: Settings
    dispatcher: Dispatcher
    inbox: Inbox
    channels: Mapping[str, Channel]
    bell: Bell
    on_disabled: AgentDisabled
    passwords: Passwords
    shedding: Shedding
    secret_keys: SecretKeys
    today: Today = field(default_factory=Today)

    @property
    def dial_guard(self) -> DialGuard:
        """Who may be called, by the settings."""
        return dial_guard.of(self.settings, self.channels)


SERVICES: Final = web.AppKey("services", Services)
