"""Tells addresses of the public internet from everything that lies behind it.

A server that fetches what a stranger names must not be led to itself, to its neighbours or to its
cloud's metadata. Only what is certainly public is let through.
"""

import ipaddress

#: Beside what Python's tables call global, and whatever version of them is installed.
#: Source: https://www.iana.org/assignments/iana-ipv4-special-registry,
#: https://www.iana.org/assignments/iana-ipv6-special-registry
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own, though it lies in a public range
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)

#: All of IPv6 that is handed out. What maps or translates IPv4 (``::ffff:0:0/96``,
#: ``64:ff9b::/96``), loopback, link-local, site-local and multicast lie outside.
_UNICAST = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Tell whether an IP address, as text, is one of the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # also a zone, such as fe80::1%eth0 with a strange name
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.scope_id or ip not in _UNICAST):
        return False
    return ip.is_global and not any(
        ip in network for network in _NOT_PUBLIC if network.version == ip.version
    )
