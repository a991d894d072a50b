"""What a setting may be: each check raises ``BadOption`` and says what would do."""

import ipaddress
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from channels._failures import BadOption

LONGEST: Final = 4096
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LAST_PORT: Final = 65_535
_LONGEST_HOST: Final = 253


def one_line(value: str) -> None:
    """Words on one line: what stands in a header or a command must not begin another."""
    _filled(value)
    if _CONTROL.search(value):
        raise BadOption("It must be one line without control characters.")


def text(value: str) -> None:
    """Words on as many lines as it takes."""
    _filled(value)
    if _CONTROL_IN_TEXT.search(value):
        raise BadOption("It must not hold control characters.")


def port(value: str) -> None:
    """A TCP port."""
    whole_number(1, _LAST_PORT)(value)


def host(value: str) -> None:
    """A host's name or address, without a port."""
    one_line(value)
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        labels = value.removesuffix(".").split(".")
        if len(value) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
            detail = "It must be the name or the address of a host, without a port."
            raise BadOption(detail) from None


def domain(value: str) -> None:
    """A domain's name."""
    one_line(value)
    if not all(_LABEL.fullmatch(label) for label in value.split(".")) or len(value) > _LONGEST_HOST:
        raise BadOption("It must be the name of a domain, such as example.com.")


def url(value: str) -> None:
    """An address that a browser could open."""
    one_line(value)
    try:
        parts = urlsplit(value)
        has_place = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # raises where it is none
    except ValueError:
        has_place = False
    if not has_place:
        raise BadOption("It must be an address with https:// or http://.")


def whole_number(least: int, most: int) -> Callable[[str], None]:
    """A whole number between two others, both included."""

    def check(value: str) -> None:
        digits = value.isascii() and value.isdecimal() and len(value) <= len(str(most))
        if not digits or not least <= int(value) <= most:
            raise BadOption(f"It must be a whole number from {least} to {most}.")

    return check


def one_of(*words: str) -> Callable[[str], None]:
    """One of a few words."""

    def check(value: str) -> None:
        if value not in words:
            raise BadOption(f"It must be one of {', '.join(words)}.")

    return check


def _filled(value: str) -> None:
    if not value.strip():
        raise BadOption("It must not be empty.")
    if len(value) > LONGEST:
        raise BadOption(f"It must have at most {LONGEST} characters.")
