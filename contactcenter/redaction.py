"""Takes other people's addresses out of what is shown of a conversation.

Whoever talks with one customer has no business with the telephone or the mail address of another,
however it came into the text. His own stay.
"""

import re
from collections.abc import Collection
from typing import Final

from routing.text import fold

#: What stands in the place of somebody else's address.
HIDDEN: Final = "[…]"
#: A telephone number is compared by its last digits: it is written with and without its country.
_COMPARED_DIGITS: Final = 9

_EMAIL: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# From a plus or a nought on, nine digits or more, in any of the three scripts.
_PHONE: Final = re.compile(r"(?<![\w,.])[+＋0٠۰](?:[\s().\-‑–/]{0,2}\d){8,16}(?!\w)")


def redacted(text: str, own: Collection[str]) -> str:
    """The text without addresses other than ``own``; an amount or a number of an order stays."""
    emails = {fold(address) for address in own if "@" in address}
    phones = {_digits(address) for address in own if "@" not in address}
    text = _EMAIL.sub(lambda found: found[0] if fold(found[0]) in emails else HIDDEN, text)
    return _PHONE.sub(lambda found: found[0] if _digits(found[0]) in phones else HIDDEN, text)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", fold(text))[-_COMPARED_DIGITS:]
