"""Recognises the words by which a customer stops or starts messages, as Twilio understands them."""

import unicodedata

from channels._messages import Consent

#: Alone in a message they stop what this sender sends, whatever the case.
#: Source: https://help.twilio.com/articles/223134027, and since May 2025 the last two:
#: https://www.twilio.com/en-us/blog/update-to-fcc-s-sms-opt-out-keywords
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)

#: They start it again.
START_WORDS = frozenset({"START", "YES", "UNSTOP"})

#: What Twilio itself says of a message where the Messaging Service has words of its own, in any
#: language; HELP changes nothing.
#: Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
_TYPES: dict[str, Consent | None] = {"STOP": "withdrawn", "START": "given", "HELP": None}

#: No such word with the spaces and signs around it is longer. Most messages are, and need no
#: closer look.
_LONGEST, _MOST_PARTS = 40, 3


def consent_of(text: str, opt_out_type: str | None) -> Consent | None:
    """What a message says of messages from us; ``opt_out_type`` is Twilio's own word for it.

    Twilio's word counts; without one the text does, if it is one of the words and nothing else.
    Spaces and punctuation around it do not matter: Twilio may then disagree, but a customer who
    writes "Stop!" means it, and one who is started too early is refused by Twilio again.
    """
    if opt_out_type and (told := opt_out_type.strip().upper()) in _TYPES:
        return _TYPES[told]
    if len(text) > _LONGEST or len(text.split()) > _MOST_PARTS:
        return None
    word = _bare(text)
    if word in STOP_WORDS:
        return "withdrawn"
    return "given" if word in START_WORDS else None


def _bare(text: str) -> str:
    """Upper-case, without what surrounds the first and the last letter."""
    folded = unicodedata.normalize("NFKC", text).upper()
    letters = [place for place, char in enumerate(folded) if char.isalnum()]
    return folded[letters[0] : letters[-1] + 1] if letters else ""
