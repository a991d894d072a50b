"""Reads one setting's raw value: text from the environment, or what TOML or a command line holds.

Each reader returns the value, or raises ``ValueError`` with a phrase that follows "must be" and
never repeats the value, which may be secret.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from contactcenter.time_zones import UnknownTimeZone, zone_of
from routing.calls import dialling

_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]*)(:\d+)?")

_KEY_BYTES = 32

Network = IPv4Network | IPv6Network
Reader = Callable[[object], object]


def text(raw: object) -> str:
    """Any text that is not empty."""
    if not isinstance(raw, str) or not raw.strip():
        msg = "text"
        raise ValueError(msg)
    return raw.strip()


def path(raw: object) -> Path:
    """A path; ``~`` is the home folder."""
    if isinstance(raw, Path):
        return raw.expanduser()
    try:
        return Path(text(raw)).expanduser()
    except RuntimeError as problem:
        msg = "a path without ~, as there is no home folder"
        raise ValueError(msg) from problem


def whole_number(lowest: int, highest: int) -> Reader:
    """Return a reader of a whole number in a range, both ends included."""

    def read(raw: object) -> int:
        msg = f"a whole number from {lowest} to {highest}"
        try:
            # int() reads Persian digits, too. A fraction or a boolean is no whole number.
            number = int(raw) if isinstance(raw, str) else raw
        except ValueError:
            raise ValueError(msg) from None
        if isinstance(number, int) and not isinstance(number, bool) and lowest <= number <= highest:
            return number
        raise ValueError(msg)

    return read


def one_of(*choices: str) -> Reader:
    """Return a reader of one of some words, in any case of letters."""

    def read(raw: object) -> str:
        if not isinstance(raw, str) or raw.strip().lower() not in choices:
            msg = f"one of {', '.join(choices)}"
            raise ValueError(msg)
        return raw.strip().lower()

    return read


def time_zone(raw: object) -> str:
    """A time zone by its IANA name."""
    try:
        return zone_of(text(raw)).key
    except UnknownTimeZone as problem:
        msg = "a time zone such as Asia/Tehran"
        raise ValueError(msg) from problem


def region(raw: object) -> str:
    """A country by two letters, in upper case."""
    if not isinstance(raw, str) or not (
        len(raw.strip()) == len("IR") and raw.strip().isascii() and raw.strip().isalpha()
    ):
        msg = "the two letters of a country, such as IR"
        raise ValueError(msg)
    return raw.strip().upper()


def host(raw: object) -> str:
    """A host name or an address to listen on, without a port."""
    msg = "a host name or an IP address, without a port"
    if not isinstance(raw, str):
        raise ValueError(msg)  # noqa: TRY004 -- every reader refuses in the same way
    found = raw.strip().removeprefix("[").removesuffix("]")
    is_ipv6 = found.count(":") > 1
    if not found or any(c in found for c in " /@?#\t\r\n") or (":" in found and not is_ipv6):
        raise ValueError(msg)
    return found


def public_url(raw: object) -> str:
    """An http(s) URL without query and fragment; returned without a trailing slash."""
    msg = "a URL such as https://desk.example.com, without ? and #"
    parts = _http_url(raw, msg)
    if "?" in str(raw) or "#" in str(raw):
        raise ValueError(msg)
    return parts.geturl().rstrip("/")


def origins(raw: object) -> tuple[str, ...]:
    """A list of origins, comma-separated in text, each as browsers send it."""
    return tuple(_origin(one) for one in texts(raw))


def _origin(raw: str) -> str:
    msg = "origins such as https://desk.example.com, without a path"
    parts = _http_url(raw, msg)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(msg)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _http_url(raw: object, msg: str) -> SplitResult:
    if not isinstance(raw, str) or any(c.isspace() for c in raw.strip()):
        raise ValueError(msg)
    parts = _split(raw, msg)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(msg)
    return parts


def _split(raw: str, msg: str) -> SplitResult:
    try:
        parts = urlsplit(raw.strip())
        _ = parts.port  # refuses what is no port number
    except ValueError as problem:
        raise ValueError(msg) from problem
    return parts


def networks(raw: object) -> tuple[Network, ...]:
    """A list of IP addresses and networks, comma-separated in text."""
    try:
        return tuple(ip_network(one) for one in texts(raw))
    except ValueError as problem:
        msg = "IP addresses or networks such as 10.0.0.0/8"
        raise ValueError(msg) from problem


def hosts(raw: object) -> tuple[str, ...]:
    """Names or IP addresses of machines, comma-separated in text, without scheme, port or path."""
    found = tuple(one.lower() for one in texts(raw))
    if any(not re.fullmatch(r"[a-z0-9.:_-]{1,253}", one) for one in found):
        msg = "names of hosts or IP addresses, such as chat.internal,10.0.0.7"
        raise ValueError(msg)
    return found


def secret_keys(raw: object) -> tuple[str, ...]:
    """A list of keys, each 32 bytes in URL-safe base64, comma-separated in text."""
    msg = "keys of 32 bytes in URL-safe base64, such as `contactcenter secrets new-key` makes"
    keys = texts(raw)
    try:
        sizes = {len(urlsafe_b64decode(key)) for key in keys}
    except ValueError as problem:
        raise ValueError(msg) from problem
    if sizes != {_KEY_BYTES}:
        raise ValueError(msg)
    return keys


def database_url(raw: object) -> str:
    """A PostgreSQL URL. Several hosts, and a socket's folder as ``?host=``, are allowed."""
    msg = "a URL such as postgresql://user:password@host:5432/database"
    if not isinstance(raw, str):
        raise ValueError(msg)  # noqa: TRY004 -- every reader refuses in the same way
    found = raw.strip()
    try:
        parts = urlsplit(found)
    except ValueError as problem:
        raise ValueError(msg) from problem
    if parts.scheme not in ("postgresql", "postgres") or any(c.isspace() for c in found):
        raise ValueError(msg)
    if len(parts.path) <= 1 and "dbname=" not in parts.query and "database=" not in parts.query:
        msg = f"{msg}: it names no database"
        raise ValueError(msg)
    hosts = parts.netloc.rpartition("@")[2].split(",")
    if not all(_HOST_AND_PORT.fullmatch(one) for one in hosts):
        raise ValueError(msg)
    return found


def texts(raw: object) -> tuple[str, ...]:
    """A list of texts, comma-separated in text; empty ones are left out."""
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple) or not all(isinstance(one, str) for one in parts):
        msg = "a list of texts"
        raise ValueError(msg)
    if not isinstance(raw, str) and any("," in one for one in parts):
        msg = "a list of texts without commas"
        raise ValueError(msg)
    return tuple(one.strip() for one in parts if one.strip())


def dial_prefixes(raw: object) -> tuple[str, ...]:
    """Beginnings of numbers, or hosts, that may be dialled or may not."""
    found = texts(raw)
    try:
        dialling.Guard(prefixes=found, per_agent=0, per_house=0)
    except ValueError as wrong:
        msg = f"a list such as +44,!+4487,@pbx.example.com: {wrong}"
        raise ValueError(msg) from wrong
    return found


def joined(raw: object) -> str:
    """A list as one text, joined by commas; this is how channels get it."""
    return ",".join(texts(raw))


def scalar(raw: object) -> str:
    """A text; a number is taken as it is written."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    return text(raw)
