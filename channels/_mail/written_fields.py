"""Fields of addresses and ids, written by us: Python does not get them right.

It decodes what looks like an encoded word in an id, line breaks and all; it encodes an id that is
longer than a line, which nobody finds again; and it drops the quotes of a long name, so that a
comma in it begins another addressee. Here each piece is checked and goes out letter by letter.
Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4, https://www.rfc-editor.org/rfc/rfc2047
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.policy import EmailPolicy
from typing import Any, Final

from channels._failures import Undeliverable
from channels._mail import domains
from channels._mail.header_fields import decode_words, one_line
from channels._mail.values import MailAddress

NAME_CHARACTERS: Final = 100
_PART: Final = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]"
_ADDRESS: Final = re.compile(rf"(?!.*=\?){_PART}{{1,64}}@{_PART}{{1,255}}\Z")
_ID: Final = re.compile(r"(?!.*=\?)[!-;=?-~]{1,400}@[!-;=?-~]{1,400}\Z")
_LINK: Final = re.compile(r"[!-;=?-~]{1,900}\Z")
_SPECIAL: Final = re.compile(r"[^ A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")


class Written(str):
    """A field's value as it goes over the wire, its line breaks with it."""

    __slots__ = ()


class FieldPolicy(EmailPolicy):
    """Python's own, but for what is written already."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return (
            (name, value) if isinstance(value, Written) else super().header_store_parse(name, value)
        )

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, Written):
            return f"{name}: {value}\r\n".encode("utf-8" if self.utf8 else "ascii")
        return super().fold_binary(name, value)


def is_id(message_id: str) -> bool:
    """Whether a message id, without brackets, may stand in a field."""
    return bool(_ID.match(message_id))


def ids(known: Iterable[str]) -> Written:
    """Message ids, a line each."""
    return Written("\r\n ".join(f"<{one}>" for one in known if is_id(one)))


def links(known: Iterable[str]) -> Written:
    """Addresses of the web or of mailboxes; what is none is left out."""
    return Written(",\r\n ".join(f"<{one}>" for one in known if _LINK.match(one)))


def addressees(known: Iterable[MailAddress]) -> Written:
    """Who it is from, or to; raises ``Undeliverable`` where an address is none."""
    return Written(",\r\n ".join(_addressee(one) for one in known))


def bare_address(address: str) -> str:
    """An address as every server knows it; raises ``Undeliverable``."""
    local, _, domain = address.rpartition("@")
    ascii_domain = domains.in_ascii(domain)
    if ascii_domain is not None and _ADDRESS.match(address):
        return f"{local}@{ascii_domain}"
    raise Undeliverable(f"{address!r} is no mail address", code="bad_address")


def said(text: str) -> str:
    """One line that no reader decodes: what looks like an encoded word is not left as one."""
    return one_line(decode_words(one_line(text))).replace("=?", "= ?")


def _addressee(who: MailAddress) -> str:
    address = bare_address(who.address)
    name = said(who.name)[:NAME_CHARACTERS].strip()
    if not name:
        return address
    if not name.isascii():
        encoded = Header(name, "utf-8", maxlinelen=70).encode(linesep="\r\n")
        return f"{encoded}\r\n <{address}>"
    if _SPECIAL.search(name):
        quoted = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{quoted}" <{address}>'
    return f"{name} <{address}>"
