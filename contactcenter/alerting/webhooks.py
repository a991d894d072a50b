"""Tells a program outside of an alert: signed, and never to an address inside our own network.

Signed as Standard Webhooks have it: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``;
that is the HMAC-SHA256 of ``id.timestamp.body``, one for each key of ours. The id is the same at
each attempt, so that a receiver takes it once.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

Who may write an address could have our server ask its neighbours otherwise. So names are resolved
by us, what is not public is left out just before the connection, and redirects are not followed.
Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import base64
import hmac
import ipaddress
import socket
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from contactcenter.errors import BadInput

#: A receiver that answers later is asked again.
DEADLINE_S: Final = 10.0
_MOST_CHARACTERS: Final = 2_000
#: Addresses of IPv4 in IPv6, by which a private one could be hidden.
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_OK: Final = range(200, 300)


class NotTaken(Exception):
    """The receiver did not take it; the message says why, in a sentence without its words."""


def check_address(url: str, inside: Collection[str], *, place: str) -> None:
    """Raise ``BadInput`` for what nothing is sent to; hosts ``inside`` may be private and plain."""
    try:
        address = URL(url)
        host, port = address.host, address.port
    except ValueError as error:
        raise BadInput(place, "it is no address") from error
    if not host or address.scheme not in {"http", "https"} or port is None:
        raise BadInput(place, "it is an address that begins with https://")
    if len(url) > _MOST_CHARACTERS or address.user is not None or address.fragment:
        raise BadInput(place, "it is too long, or has a user name or a fragment")
    if host in inside:
        return
    if address.scheme != "https":
        raise BadInput(place, "it begins with https://; the setting webhook_hosts names others")
    if not _may_be_public(host):
        raise BadInput(
            place, f"{host} is no public address; the setting webhook_hosts names others"
        )


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody reaches: not ours, not our neighbours'."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _TRANSLATED or ip.sixtofour is not None or ip.teredo is not None:
            return False
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def secret(key: bytes) -> str:
    """A key as receivers are given it."""
    return "whsec_" + base64.b64encode(key).decode()


def signed(keys: Sequence[bytes], id_: str, timestamp_s: int, body: bytes) -> Mapping[str, str]:
    """The headers that prove who says it, and when."""
    content = f"{id_}.{timestamp_s}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys
    ]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(signatures),
    }


class Webhooks:
    """A session that reaches public addresses only, and the hosts ``inside``."""

    def __init__(self, inside: Collection[str]) -> None:
        self._inside = inside
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Say it once; raises ``NotTaken``."""
        try:
            check_address(url, self._inside, place="url")
            async with self._opened().post(
                url,
                data=body,
                headers={"content-type": "application/json", **headers},
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except BadInput as error:
            raise NotTaken(str(error)) from error
        except TimeoutError as error:
            raise NotTaken(f"no answer within {DEADLINE_S:.0f} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotTaken(f"not reached: {type(error).__name__}") from error
        if status not in _OK:
            raise NotTaken(f"it answered {status}")

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_PublicResolver(self._inside), use_dns_cache=False, limit=4
                ),
                timeout=aiohttp.ClientTimeout(total=DEADLINE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


class _PublicResolver(AbstractResolver):
    """Finds of a name's addresses the public ones, at the moment in which it is connected to."""

    def __init__(self, inside: Collection[str]) -> None:
        self._inside = inside
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if host in self._inside:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._names.close()


def _may_be_public(host: str) -> bool:
    """A name, which is looked at when it is resolved, or a public address."""
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and "." in host
