"""One request being answered: who asks, through which connection, and at what time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Final, Literal

from aiohttp import hdrs, web
from msgspec import Struct

from contactcenter.access.actor import Actor
from contactcenter.api.client_address import client_address
from contactcenter.api.services import Services
from contactcenter.bell import Topic
from contactcenter.db import Conn
from contactcenter.errors import NotSignedIn, Stale

Disposition = Literal["inline", "attachment"]


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that is not JSON: a file, CSV, raw bytes.

    ``pieces`` take the place of the ``body`` where it is large: ``size_bytes`` together, sent one
    by one; none of them is asked for where only the header is wanted. ``status`` is what the
    operation says if it is None.
    """

    content_type: str
    body: bytes = b""
    file_name: str | None = None
    disposition: Disposition = "attachment"
    pieces: AsyncIterator[bytes] | None = None
    size_bytes: int = 0
    status: int | None = None


class Call:
    """What every handler gets first.

    ``conn`` is there unless the operation is ``via="none"``; ``now`` under ``via="dispatch"``,
    elsewhere ``await clock()`` reads the database's clock once.
    """

    def __init__(self, services: Services, request: web.Request, actor: Actor | None) -> None:
        self.services: Final = services
        #: Headers to send with the answer.
        self.headers: Final[dict[str, str]] = {}
        self._request: Final = request
        self._actor: Final = actor
        self._conn: Conn | None = None
        self._now: datetime | None = None
        self._version: int | None = None
        self._topics: set[Topic] = set()

    @property
    def actor(self) -> Actor:
        """Who is signed in; raises ``NotSignedIn``, which only a PUBLIC operation can see."""
        if self._actor is None:
            raise NotSignedIn
        return self._actor

    @property
    def conn(self) -> Conn:
        """The connection, inside the transaction where there is one."""
        assert self._conn is not None, 'this operation is via="none"'
        return self._conn

    @property
    def now(self) -> datetime:
        """The database's clock as the dispatcher read it under the lock."""
        assert self._now is not None, 'not via="dispatch": use await call.clock()'
        return self._now

    async def clock(self) -> datetime:
        """The database's clock; the same value however often it is asked for."""
        if self._now is None:
            self._now = await self.conn.fetchval("SELECT clock_timestamp()")
            assert self._now is not None, "the clock always has a time"
        return self._now

    @property
    def version(self) -> int:
        """The version that If-Match names: the one this change is based on."""
        assert self._version is not None, "only PUT and PATCH are based on a version"
        return self._version

    def check_version(self, version: int) -> None:
        """Refuse the change if the row has gone on meanwhile; raises ``Stale``."""
        if version != self.version:
            raise Stale

    @property
    def content_type(self) -> str:
        """The content type of a raw body."""
        return self._request.content_type

    def accepts(self, content_type: str) -> bool:
        """Whether the client names this content type among those it wants."""
        return content_type in self._request.headers.get("Accept", "").lower()

    @property
    def client(self) -> str:
        """The network address of the client, to count by; never to be shown or logged."""
        return client_address(self._request, self.services.settings.trusted_proxies)

    @property
    def is_head(self) -> bool:
        """Whether only the header of the answer is wanted."""
        return self._request.method == hdrs.METH_HEAD

    def header(self, name: str) -> str | None:
        """A header of the request."""
        return self._request.headers.get(name)

    def cookie(self, name: str) -> str | None:
        """A cookie the browser sent."""
        return self._request.cookies.get(name)

    def set_cookie(self, name: str, value: str, *, max_age_s: int, secure: bool) -> None:
        """Give the browser a cookie that scripts cannot read."""
        cookie: SimpleCookie = SimpleCookie({name: value})
        morsel = cookie[name]
        morsel.update({"path": "/", "max-age": str(max_age_s), "samesite": "Lax"})
        morsel["httponly"] = True
        morsel["secure"] = secure
        self.headers["Set-Cookie"] = morsel.OutputString()

    def ring(self, *topics: Topic) -> None:
        """Wake whoever waits for these, after the commit. Changes ring ``events`` by themselves."""
        self._topics.update(topics)

    @property
    def topics(self) -> frozenset[Topic]:
        """What to ring after the commit."""
        return frozenset(self._topics)

    def based_on(self, version: int) -> None:
        """Take the version of If-Match."""
        self._version = version

    def enter(self, conn: Conn, now: datetime | None = None) -> None:
        """Work through this connection from now on; a second try begins with nothing to ring."""
        self._conn = conn
        self._now = now
        self._topics.clear()
        self.headers.clear()


Handler = Callable[..., Awaitable[object]]
