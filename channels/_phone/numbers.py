"""What may be dialled: a number, or an address of a telephone in the network."""

import re
from typing import Final

import phonenumbers

from channels import _phone_number
from channels._calls import Destination
from channels._failures import BadAddress

#: Without headers (``?…``): they are handed on to whoever is called.
#: Source: https://www.rfc-editor.org/rfc/rfc3261#section-19.1.1
_SIP: Final = re.compile(
    r"sips?:[A-Za-z0-9._~+%!$&'()*=-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:;transport=(?:udp|tcp|tls))?"
)
#: A telephone in a browser. Source: https://www.twilio.com/docs/voice/client/tutorials
_CLIENT: Final = re.compile(r"client:[A-Za-z0-9_.@+-]{1,120}")
_SHOWN: Final = 40

_EARNS: Final = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
}


def dialled(text: str, region: str) -> str:
    """The canonical form of what a person wants dialled: E.164, ``sip:`` or ``client:``.

    Raises:
        BadAddress: it is none of these; a short number or a hidden one is not.
    """
    written = text.strip()
    scheme, colon, rest = written.partition(":")
    if not colon:
        return _number(written, region)
    address = f"{scheme.lower()}:{rest}"
    if not (_SIP.fullmatch(address) or _CLIENT.fullmatch(address)):
        shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
        raise BadAddress(
            f"“{shown}” cannot be dialled: write a number, sip:name@host or client:name."
        )
    return address


def destination(address: str) -> Destination:
    """Where something canonical is.

    Numbers of every plan are known by country code and kind; what costs the caller extra, or is
    shared with whoever is called, counts as premium.
    Source: https://github.com/google/libphonenumber/blob/master/FAQ.md
    """
    if not address.startswith("+"):
        return Destination()
    number = phonenumbers.parse(address)
    return Destination(
        country=_country(number),
        is_premium=phonenumbers.number_type(number) in _EARNS,
    )


def _country(number: phonenumbers.PhoneNumber) -> str | None:
    """Two letters; None for the codes that belong to no country, of which the plans say 001."""
    found = phonenumbers.region_code_for_number(number)
    return found if found is not None and found.isalpha() else None


def _number(text: str, region: str) -> str:
    found = _phone_number.typed(text, region).value
    if found.removeprefix("+") in _phone_number.WITHHELD:
        raise BadAddress("This stands for a caller who hides the number; nobody can be called.")
    return found
