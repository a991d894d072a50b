"""Connections to the public internet only, whatever a name resolves to."""

import socket
from collections.abc import Callable
from ssl import SSLContext
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult


class Forbidden(OSError):
    """The address is not public; nothing was sent there."""

    def __init__(self) -> None:
        super().__init__("The address is not public.")


def public_connector(
    is_allowed: Callable[[str], bool], resolver: AbstractResolver, ssl: SSLContext | bool
) -> aiohttp.TCPConnector:
    """A connector that looks at every address when it is resolved and again when it is dialled.

    Between the two nothing resolves once more, so a name that answers differently the next time
    gains nothing. The second look also covers addresses that were never names.
    """

    def dial(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_allowed(str(address[0])):
            raise Forbidden
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=_Guarded(resolver, is_allowed),
        socket_factory=dial,
        ssl=ssl,
        use_dns_cache=False,
        force_close=True,
    )


class _Guarded(AbstractResolver):
    """Refuses a name as soon as one of its addresses is not allowed."""

    def __init__(self, inner: AbstractResolver, is_allowed: Callable[[str], bool]) -> None:
        self._inner = inner
        self._is_allowed = is_allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(self._is_allowed(one["host"]) for one in found):
            raise Forbidden
        return found

    async def close(self) -> None:
        await self._inner.close()
