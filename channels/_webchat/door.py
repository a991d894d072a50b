"""Who may come in: the widget's key, the page's origin, and how many from one address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from channels._base import Env
from channels._failures import NotStored, Unavailable
from channels._listed import listed
from channels._problem import problem
from channels._webchat import settings
from channels._webchat.codes import (
    ORIGIN_REFUSED,
    TOO_MANY,
    TRY_LATER,
    UNKNOWN_ENTRY_POINT,
    Ending,
)
from channels._webchat.limits import Allowances, Limits

NAME: Final = "webchat"
_STATUSES: Final = {
    ORIGIN_REFUSED.code: HTTPStatus.FORBIDDEN,
    UNKNOWN_ENTRY_POINT.code: HTTPStatus.NOT_FOUND,
    TOO_MANY.code: HTTPStatus.TOO_MANY_REQUESTS,
}


class Refused(Exception):
    """Whoever asks is not let in, and the socket would be closed so."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason)
        self.ending: Final = ending

    @property
    def status(self) -> HTTPStatus:
        """The same for a request that is no socket."""
        return _STATUSES.get(self.ending.code, HTTPStatus.SERVICE_UNAVAILABLE)


class Door:
    """Lets browsers in; one for all sockets and uploads of a process."""

    def __init__(self, env: Env, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits: Final = limits
        self._env = env
        self._inside: Counter[str] = Counter()
        self._openings = Allowances(limits.openings_an_address, clock)
        self._conversations = Allowances(limits.conversations_an_address, clock)
        self._requests = Allowances(limits.requests, clock)
        self._uploads = Allowances(limits.uploads_a_visitor, clock)
        self._uploads_there = Allowances(limits.uploads_an_address, clock)
        self._downloads = Allowances(limits.downloads_an_address, clock)
        self._uploading: Counter[str] = Counter()
        self._held_bytes = 0
        self._turns = asyncio.Semaphore(limits.admitted_at_once)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs before any page may show a widget."""
        own = self._env.own
        there_are = self._env.settings.get(settings.ORIGINS) or any(
            own.of(NAME, one).get(settings.ORIGINS) for one in own.addresses(NAME)
        )
        return () if there_are else (f"CONTACTCENTER_{settings.ORIGINS.upper()}",)

    def address(self, request: web.Request) -> str:
        """Where a request comes from, to count by."""
        return self._env.client_address(request)

    def enter(self, address: str) -> None:
        """Let a socket in, which then has to ``leave``; raises ``Refused``."""
        if self._inside.total() >= self.limits.sockets:
            raise Refused(TRY_LATER)
        if self._inside[address] >= self.limits.sockets_an_address:
            raise Refused(TOO_MANY)
        if not self._openings.take(address):
            raise Refused(TOO_MANY)
        self._inside[address] += 1

    def leave(self, address: str) -> None:
        """Note that a socket that was let in is gone."""
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Be greeted: after a cut thousands come back, and first come is first served.

        Raises ``NotStored`` where the turn came too late.
        """
        try:
            async with asyncio.timeout(self.limits.turn_s):
                await self._turns.acquire()
        except TimeoutError as error:
            raise NotStored("Too many come at once.") from error
        try:
            yield
        finally:
            self._turns.release()

    def check(self, entry_point: str, origin: str | None) -> Mapping[str, str]:
        """Whether a page of this origin may show the widget; raises ``Refused``.

        Asked again with every frame: who is taken off the list has his sockets closed. No cookie of
        ours is sent along, but a foreign page could speak in our name all the same.
        """
        own = self._own(entry_point)
        allowed = own.get(settings.ORIGINS) or self._env.settings.get(settings.ORIGINS, "")
        if origin is None or origin.lower() not in listed(allowed.lower()):
            raise Refused(ORIGIN_REFUSED)
        return own

    def options(self, entry_point: str, origin: str | None) -> dict[str, str]:
        """What the widget is set up with, for a page of this origin; raises ``Refused``."""
        return {**self._env.settings, **self.check(entry_point, origin)}

    def options_of(self, entry_point: str) -> dict[str, str]:
        """What the widget is set up with, whoever asks; raises ``Refused``."""
        return {**self._env.settings, **self._own(entry_point)}

    def _own(self, entry_point: str) -> Mapping[str, str]:
        if entry_point not in self._env.own.addresses(NAME):
            raise Refused(UNKNOWN_ENTRY_POINT)
        try:
            return self._env.own.of(NAME, entry_point)
        except Unavailable as error:
            raise Refused(TRY_LATER) from error

    def may_begin(self, address: str) -> bool:
        """Whether one more conversation may begin there."""
        return self._conversations.take(address)

    def may_ask(self, visitor: str) -> bool:
        """Whether this visitor may have one more thing done, whatever his sockets."""
        return self._requests.take(visitor)

    def may_fetch(self, address: str) -> bool:
        """Whether one more file may be asked for there."""
        return self._downloads.take(address)

    @contextmanager
    def uploading(self, address: str) -> Iterator[None]:
        """Hand a file over, as one of few from this address at once; raises ``Refused``."""
        if self._uploading[address] >= self.limits.uploads_at_once_an_address:
            raise Refused(TOO_MANY)
        if not self._uploads_there.take(address):
            raise Refused(TOO_MANY)
        self._uploading[address] += 1
        try:
            yield
        finally:
            self._uploading[address] -= 1
            if not self._uploading[address]:
                del self._uploading[address]

    def check_upload(self, visitor: str) -> None:
        """Whether one more file may come of this visitor; raises ``Refused``."""
        if not self._uploads.take(visitor):
            raise Refused(TOO_MANY)

    @contextmanager
    def holding(self) -> Iterator[Callable[[int], None]]:
        """Hold the bytes of a file that is on its way, as they come; raises ``Refused``."""
        held = 0

        def hold(size_bytes: int) -> None:
            nonlocal held
            if self._held_bytes + size_bytes > self.limits.uploads_held_bytes:
                raise Refused(TRY_LATER)
            self._held_bytes += size_bytes
            held += size_bytes

        try:
            yield hold
        finally:
            self._held_bytes -= held


def origin_of(request: web.Request) -> str | None:
    """What the browser says of the page; several are none."""
    found = request.headers.getall(hdrs.ORIGIN, [])
    return found[0] if len(found) == 1 else None


def refusal(refused: Refused) -> web.Response:
    """The answer to a request whose socket would be closed so."""
    status = refused.status
    return problem(status, refused.ending.reason, f"{status.phrase}: {refused.ending.reason}.")


def cors(origin: str | None) -> dict[str, str]:
    """The headers by which a page of this origin may read an answer: it was let in before."""
    headers: dict[str, str] = {
        hdrs.VARY: "Origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if origin is not None:
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
    return headers
