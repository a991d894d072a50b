"""The network address a request came from, to count by; only our proxies are believed.

Source: OWASP ASVS 5.0 15.3.4.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import web

from contactcenter.settings.readers import Network

#: What one customer of a provider gets; within it he has as many addresses as he likes.
_IPV6_PREFIX: Final = 64
UNKNOWN: Final = "unknown"


def client_address(request: web.Request, proxies: Sequence[Network]) -> str:
    """The address of the client, of IPv6 its network of 64 bits.

    Each proxy adds the address it was called from at the end of X-Forwarded-For. So the list is
    read from its end, as long as what it was handed by is one of ``proxies``.
    """
    forwarded = request.headers.getall("X-Forwarded-For", ())
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    found = _read(request.remote or "")
    while found is not None and hops and any(found in network for network in proxies):
        behind = _read(hops.pop())
        if behind is None:
            break
        found = behind
    if found is None:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _IPV6_PREFIX), strict=False))
    return str(found)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, in brackets, or with a port; None for anything else."""
    bare = text.partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
