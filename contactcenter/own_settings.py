"""What entry points have of their own as channels ask for it: in the clear, from memory."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Unavailable
from contactcenter import db
from contactcenter.administration import entry_point_secrets
from contactcenter.administration.entry_point_secrets import SealedSecret
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.secret_keys import KeyMissing, NotDecrypted, SecretKeys

#: A change is known within this, in every process.
LOOK_EVERY_S: Final = 2.0
_LOOK_WITHIN_S: Final = 4.0

_Address = tuple[str, str]


class Options(Struct, frozen=True, kw_only=True):
    """The options of an entry point that somebody set up."""

    channel: str
    address: str
    options: Mapping[str, str]


_SQL = db.Statements(__name__)
_every = _SQL.take("every", Options)

log = structlog.get_logger()


class OwnSettingsReader:
    """One a process; keeps ``channels.OwnSettings``."""

    def __init__(self, database: Database, keys: SecretKeys) -> None:
        self._database = database
        self._keys = keys
        self._options: list[Options] = []
        self._sealed: list[SealedSecret] = []
        self._open: Mapping[_Address, Mapping[str, str]] = {}
        self._lost: Mapping[_Address, int] = {}

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        """The values of one of our addresses by name; empty if it has none.

        Raises ``channels.Unavailable`` where one cannot be decrypted: with the settings' values
        instead, it would speak for somebody else.
        """
        lost = self._lost.get((channel, address))
        if lost is not None:
            raise Unavailable(
                f"a secret of entry point {lost} cannot be decrypted: its key is lost"
            )
        return self._open.get((channel, address), {})

    def addresses(self, channel: str) -> Sequence[str]:
        """The addresses of a channel that somebody set up and whose secrets are not lost."""
        return [
            one.address
            for one in self._options
            if one.channel == channel and (channel, one.address) not in self._lost
        ]

    async def run(self) -> None:
        """Look for changes until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                async with asyncio.timeout(_LOOK_WITHIN_S):
                    await self.look()
            except (NoDatabase, TimeoutError, asyncpg.PostgresError) as error:
                log.warning("secrets_not_read", error=type(error).__name__)

    async def look(self) -> None:
        """Read all, and decrypt them if one has changed or a key was missing."""
        async with self._database.read() as conn:
            await self.look_over(conn)

    async def look_over(self, conn: Conn) -> None:
        """The same over a connection that is there."""
        options = await _every.all(conn)
        sealed = await entry_point_secrets.every(conn)
        if (options, sealed) == (self._options, self._sealed) and not self._lost:
            return
        opened: dict[_Address, dict[str, str]] = {
            (one.channel, one.address): dict(one.options) for one in options
        }
        lost: dict[_Address, int] = {}
        for one in sealed:
            at = (one.channel, one.address)
            try:
                opened.setdefault(at, {})[one.name] = self._keys.open(
                    (one.entry_point_id, one.name), one.sealed
                )
            except (KeyMissing, NotDecrypted) as error:
                lost[at] = one.entry_point_id
                self._report(one, error)
        self._options = options
        self._sealed = sealed
        self._lost = lost
        self._open = {at: values for at, values in opened.items() if at not in lost}

    def _report(self, lost: SealedSecret, error: Exception) -> None:
        if lost not in self._sealed:  # once, not at every look
            log.error(
                "secret_not_decrypted",
                entry_point_id=lost.entry_point_id,
                name=lost.name,
                error=type(error).__name__,
            )
