"""Fetches a file from an address that somebody else named, without being led astray.

Whoever can name an address can make a server ask itself, its neighbours or its cloud. So only
https on its own port is asked; every host is resolved once, by a resolver that refuses whatever is
not public, and what it answers is what is connected to; every redirect is looked at again; the
provider's key never leaves the provider; and nothing is read beyond a limit. The one exception is
the origin in the settings, which the operator chose.
"""

import asyncio
import re
import zlib
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from ssl import SSLContext

import aiohttp
import yarl

from channels._failures import AccountRefused, Unavailable, Undeliverable
from channels._messages import Fetched
from channels._public_address import is_public
from channels._public_connector import Forbidden, public_connector
from channels._retry_after import wait_of

#: A carrier's picture has at most 5 MB; this leaves room for what Twilio takes from elsewhere.
#: Source: https://www.twilio.com/docs/messaging/api/media-resource
MOST_BYTES = 16 * 1024 * 1024
DEADLINE_S = 30.0
MOST_REDIRECTS = 5
_CHUNK_BYTES = 64 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_VISIBLE = re.compile(r"[!-~]{1,4096}")
#: A name in letters, digits and hyphens whose last part is no number; so no spelling of an IP
#: address is one.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[a-z][a-z0-9-]{{1,62}}")
_CONTENT_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
_OCTETS = "application/octet-stream"
_LONGEST_NAME = 120


class Fetcher:
    """Fetches files of one provider.

    ``domain`` is the provider's: its key goes there and to the hosts below it. Who
    ``begins_there`` asks no other host unless the provider sends him to it. ``own_origin`` is
    an address from the settings that is trusted as it is, without https and wherever it lies.
    ``is_allowed``, ``resolver`` and ``ssl`` are for tests, which have no public address.
    """

    def __init__(
        self,
        *,
        domain: str,
        own_origin: str | None,
        begins_there: bool = False,
        most_bytes: int = MOST_BYTES,
        deadline_s: float = DEADLINE_S,
        most_redirects: int = MOST_REDIRECTS,
        is_allowed: Callable[[str], bool] = is_public,
        resolver: Callable[[], aiohttp.abc.AbstractResolver] = aiohttp.DefaultResolver,
        ssl: SSLContext | bool = True,
        port: int = 443,
    ) -> None:
        self._domain = domain
        self._begins_there = begins_there
        self._own_origin = _origin(own_origin or "")
        self._most_bytes = most_bytes
        self._deadline_s = deadline_s
        self._most_redirects = most_redirects
        self._is_allowed = is_allowed
        self._resolver = resolver
        self._ssl = ssl
        self._port = port

    async def fetch(self, address: str, *, authorization: str) -> Fetched:
        """Follow ``address`` to a file and read it whole.

        Raises ``Unavailable`` (try later) or ``Undeliverable`` (forbidden, too large, gone).
        """
        url = self._checked(address)
        if self._begins_there and not self._is_providers(url):
            raise Undeliverable("The file does not lie at the provider.")
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._follow(url, authorization)
        except TimeoutError as error:
            raise Unavailable("The file took too long.") from error
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(getattr(error, "os_error", error), Forbidden):
                raise Undeliverable("The file lies at an address that is not public.") from error
            raise Unavailable(f"The file was not read: {type(error).__name__}.") from error

    async def _follow(self, url: yarl.URL, authorization: str) -> Fetched:
        key: str | None = authorization
        for _ in range(self._most_redirects + 1):
            if not self._is_providers(url):
                key = None  # and not given again, should the way lead back
            async with (
                self._session(url) as session,
                session.get(
                    url, headers={"Authorization": key} if key else {}, allow_redirects=False
                ) as answer,
            ):
                self._check_peer(url, answer)
                if answer.status not in _REDIRECTS:
                    return await self._file(answer)
                location = answer.headers.get("Location", "")
            url = self._checked(location, relative_to=url)
        raise Undeliverable("The file is redirected without end.")

    def _checked(self, text: str, relative_to: yarl.URL | None = None) -> yarl.URL:
        """The address, if it may be asked at all."""
        if not _VISIBLE.fullmatch(text):
            raise Undeliverable("The file's address is not one.")
        try:
            url = yarl.URL(text, encoded=True)
            url = relative_to.join(url) if relative_to else url
            port = url.port
            names_user = "@" in url.raw_authority
        except ValueError as error:
            raise Undeliverable("The file's address is not one.") from error
        if names_user:
            raise Undeliverable("The file's address names a user.")
        if self._is_own(url):
            return url
        if url.scheme != "https" or port != self._port:
            raise Undeliverable("The file does not lie behind https.")
        if not _HOST.fullmatch(_host(url)):
            raise Undeliverable("The file's address names no host of the public internet.")
        return url

    def _is_own(self, url: yarl.URL) -> bool:
        return self._own_origin is not None and _origin_of(url) == self._own_origin

    def _is_providers(self, url: yarl.URL) -> bool:
        host = _host(url)
        return self._is_own(url) or host == self._domain or host.endswith(f".{self._domain}")

    def _session(self, url: yarl.URL) -> aiohttp.ClientSession:
        """A session for one request: no cookie, no proxy and no connection is carried over."""
        connector = (
            aiohttp.TCPConnector(force_close=True, use_dns_cache=False)
            if self._is_own(url)
            else public_connector(self._is_allowed, self._resolver(), self._ssl)
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "contactcenter"},
            timeout=aiohttp.ClientTimeout(total=self._deadline_s),
        )

    def _check_peer(self, url: yarl.URL, answer: aiohttp.ClientResponse) -> None:
        """Look at who really answers, where the connection still stands."""
        transport = answer.connection.transport if answer.connection else None
        peer = transport.get_extra_info("peername") if transport else None
        if peer and not self._is_own(url) and not self._is_allowed(peer[0]):
            raise Forbidden

    async def _file(self, answer: aiohttp.ClientResponse) -> Fetched:
        if answer.status != HTTPStatus.OK:
            raise _refusal(answer)
        body = await self._body(answer)
        content_type = answer.content_type
        return Fetched(
            body=body,
            content_type=content_type if _CONTENT_TYPE.fullmatch(content_type) else _OCTETS,
            name=_name(answer.headers.get("Content-Disposition", "")),
        )

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        """Read it; what is compressed although we asked it not to be is inflated to the limit."""
        if (answer.content_length or 0) > self._most_bytes:
            raise self._too_large()
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        inflating = encoding in {"gzip", "x-gzip", "deflate"}
        if not inflating and encoding not in {"identity", ""}:
            raise Undeliverable("The file is encoded in a way nobody asked for.")
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
        received, body = 0, bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
            received += len(chunk)
            left = self._most_bytes - len(body)
            try:
                body += inflater.decompress(chunk, left + 1) if inflating else chunk
            except zlib.error as error:
                raise Undeliverable("The file is compressed and broken.") from error
            if max(received, len(body)) > self._most_bytes:
                raise self._too_large()
        if inflating and (not inflater.eof or inflater.unused_data):
            raise Undeliverable("The file is compressed and broken.")
        return bytes(body)

    def _too_large(self) -> Undeliverable:
        return Undeliverable(f"The file has more than {self._most_bytes} bytes.")


def _host(url: yarl.URL) -> str:
    return (url.raw_host or "").lower()


def _origin_of(url: yarl.URL) -> tuple[str, str, int | None]:
    return url.scheme, _host(url), url.port


def _origin(text: str) -> tuple[str, str, int | None] | None:
    try:
        origin = _origin_of(yarl.URL(text))
    except ValueError:
        return None
    return origin if origin[0] in {"http", "https"} and origin[1] else None


def _refusal(answer: aiohttp.ClientResponse) -> Unavailable | Undeliverable:
    detail = f"The file is refused (HTTP {answer.status})."
    code = str(answer.status)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return AccountRefused(detail, code=code, kind="account")
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Undeliverable("The file is gone.", code=code)
    # 403 is what a short-lived address says when it is over: the next attempt gets another.
    return Unavailable(detail, code=code, retry_after_s=wait_of(answer.headers))


def _name(disposition: str) -> str:
    """A file's name as it is proposed, without path and without what cannot be seen."""
    header = Message()
    header["Content-Disposition"] = "".join(c for c in disposition if c.isprintable())
    name = re.split(r"[/\\]", header.get_filename() or "")[-1]
    return "".join(c for c in name if c.isprintable()).strip(" .")[:_LONGEST_NAME]
