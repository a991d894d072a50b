"""What Twilio's error codes mean for a call, beside those that messages share."""

from collections.abc import Mapping
from typing import Final

from channels._failures import FailureKind
from channels._twilio_errors import kind_of as kind_of_message

#: Source: https://www.twilio.com/docs/api/errors and the code
_KINDS: Final[Mapping[int, FailureKind]] = {
    10001: "account",  # the account is not active
    10004: "transient",  # as many calls at once as the account may have
    13223: "number",  # not a number
    13224: "number",  # a number nobody has
    21201: "number",  # none was given
    21214: "number",  # cannot be reached
    21215: "policy",  # the account may not call this country
    21216: "policy",  # calls there are blocked
    21219: "policy",  # a trial account calls only numbers that were verified
}

#: He hung up meanwhile, or was never there: no such call, queue place or participant; a call that
#: is not going on cannot be redirected.
#: Source: https://www.twilio.com/docs/api/errors/20404, https://www.twilio.com/docs/api/errors/21220
GONE: Final = frozenset({20404, 21220})


def kind_of(code: object) -> FailureKind | None:
    """Whose matter it is that nobody was called."""
    text = str(code)
    number = int(text) if text.isascii() and text.isdecimal() else 0
    return _KINDS.get(number) or kind_of_message(code)
