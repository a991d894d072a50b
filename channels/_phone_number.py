"""Brings telephone numbers to one form, as people type them and as providers send them.

The one form of a number is E.164 (``+989121234567``). A number written in full is whose it says; a
number without its country code is read as one of our own region.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from channels._failures import BadAddress
from channels._messages import Address

#: What stands for a caller who hides the number: the word, spelt on a telephone's keypad.
#: Source: https://help.twilio.com/articles/223179988 (ANONYMOUS); the others by the same spelling.
WITHHELD = {
    "266696687": "ANONYMOUS",
    "7378742833": "RESTRICTED",
    "2562533": "BLOCKED",
    "8656696": "UNKNOWN",
    "86282452253": "UNAVAILABLE",
}
_WITHHELD_WORDS = frozenset(word.casefold() for word in WITHHELD.values()) | {"private"}

# Iran's mobile numbers begin with 9 and have no prefix to strip: such a one is in its one form.
_IRANIAN_MOBILE = re.compile(r"\+989\d{9}", re.ASCII)
_E164 = re.compile(r"\+[1-9]\d{6,14}")  # 15 digits at most: ITU-T E.164
_SEPARATORS = re.compile(r"[\s()./\-\u2010-\u2015\u2212]+")
_TYPED = re.compile(r"\+?\d+")
_SERVICE_LINE = re.compile(r"\d{3,15}")  # short codes, and lines such as Iran's 3000…
_NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &'+_.\-]{1,11}")
_SHOWN = 40  # characters of a wrong input repeated in an error


def typed(text: str, region: str) -> Address:
    """Read a number as a person wrote it: any script's digits, spaces, dashes, 0…, 00…, +….

    Raises:
        BadAddress: it is not a number that exists in that country's plan.
    """
    compact = _compact(text)
    if not compact:
        raise BadAddress("A phone number is missing.")
    if not _TYPED.fullmatch(compact):
        raise BadAddress(
            f"{_shown(text)} is not a phone number: only digits, spaces, dashes, brackets "
            "and a + in front belong in one."
        )
    number = _valid(compact, region)
    if number is None:
        raise BadAddress(
            f"{_shown(text)} is not a complete phone number. A number of another country than "
            f"{region} needs its country code, such as +44 20 7946 0018."
        )
    return Address(kind="phone", value=number)


def sender(text: str, region: str, message_id: str) -> Address:
    """Read whom a message came from, as the provider tells it.

    A number is a ``phone``. A short code, a service line or a name in place of a number is a
    ``sender``: it cannot be answered and belongs to no country. A hidden number is ``withheld``,
    with the message's own id, so that two hidden callers never become one person.

    Raises:
        BadAddress: it is none of these.
    """
    compact = _compact(text)
    if compact.removeprefix("+") in WITHHELD or compact.casefold() in _WITHHELD_WORDS:
        return Address(kind="withheld", value=message_id)
    number = _attested(compact, region)
    if number:
        return Address(kind="phone", value=number)
    if _SERVICE_LINE.fullmatch(compact):
        return Address(kind="sender", value=compact)
    name = _tidy(text)
    if _NAMED_SENDER.fullmatch(name):
        return Address(kind="sender", value=name)
    raise BadAddress(f"From is {_shown(text)}, which is neither a number nor a sender's name.")


def entry_point(text: str, region: str) -> str:
    """Read which of our own numbers was written to: E.164, or the digits of a short code.

    Raises:
        BadAddress: it is neither.
    """
    compact = _compact(text)
    number = _attested(compact, region)
    if number:
        return number
    if _SERVICE_LINE.fullmatch(compact):
        return compact
    raise BadAddress(f"To is {_shown(text)}, which is not a number.")


@lru_cache(maxsize=4096)
def _attested(compact: str, region: str) -> str | None:
    """The E.164 form of what a provider sends.

    The provider has just used the number, so one in full is believed even where this library does
    not know the range yet; one without a country code must be a number of the region.
    """
    if compact.startswith("00"):
        compact = f"+{compact[2:]}"
    if _IRANIAN_MOBILE.fullmatch(compact):
        return compact  # as the library would say, at a tenth of its price
    number = _valid(compact, region)
    if number:
        return number
    return compact if _E164.fullmatch(compact) else None


def _valid(compact: str, region: str) -> str | None:
    if compact.startswith("00"):  # dialled so in most of the world, whatever our region dials
        compact = f"+{compact[2:]}"
    if not _TYPED.fullmatch(compact):
        return None
    try:
        number = phonenumbers.parse(compact, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", _tidy(text))


def _tidy(text: str) -> str:
    """ASCII digits and plus sign; no direction marks, joiners or other invisible characters."""
    if text.isascii():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text)
    visible = (char for char in folded if unicodedata.category(char) != "Cf")
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in visible
    ).strip()


def _shown(text: str) -> str:
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"“{short}”"
