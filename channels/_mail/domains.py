"""Domains in their ASCII form, as the name system asks for them: one writing for each.

``ß``, ``ς`` and the joiners of Persian words are letters of their own in a domain, which another
may own than the one without; Python's codec, of an older rule, takes them for it.
Source: https://www.rfc-editor.org/rfc/rfc5891, https://www.unicode.org/reports/tr46/#Deviations
"""

import re
import unicodedata
from typing import Final

_CHARACTERS: Final = 255
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")
_DEVIATIONS: Final = re.compile("[ßς\u200c\u200d]")


def in_ascii(domain: str) -> str | None:
    """The domain in lower case and ASCII; None where it cannot be one."""
    if domain.isascii():
        return domain.lower()
    if len(domain) > _CHARACTERS:
        return None
    try:
        return ".".join(map(_label, _DOTS.split(domain)))
    except UnicodeError:
        return None


def of_address(address: str) -> str:
    """The domain of an address in ASCII; empty where it has none."""
    _, at, domain = address.rpartition("@")
    return (in_ascii(domain) or "") if at else ""


def _label(written: str) -> str:
    # Letter by letter: at the end of a word a capital sigma would become another letter.
    label = unicodedata.normalize("NFKC", "".join(letter.lower() for letter in written))
    plain = _DEVIATIONS.sub("", label)
    in_older_rule = plain.encode("idna").decode()  # refuses what no domain has
    if plain == label:
        return in_older_rule
    return f"xn--{label.encode('punycode').decode()}"
