"""Counts what a text costs as an SMS.

A text that fits the GSM alphabet goes out at seven bits a character, anything else at sixteen; one
foreign character turns the whole text. Long texts are cut into segments, each a little shorter for
the header that joins them again.

Twilio's own counter also keeps together what a reader sees as one character, such as a letter and
its vowel sign; where that falls on a seam it may count one segment more. What was really billed is
in the receipt.

Source: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
"""

from channels._messages import Size

#: Every character that costs one place (3GPP TS 23.038, table 6.2.1, without the escape).
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: Every character that costs two: an escape and a place (table 6.2.1.1).
EXTENSION = frozenset("\f^{}\\[~]|€")

_GSM_SINGLE, _GSM_JOINED = 160, 153
_UCS2_SINGLE, _UCS2_JOINED = 70, 67
_LAST_OF_ONE_UNIT = 0xFFFF


def size(text: str) -> Size:
    """Tell encoding and number of segments; an empty text has none."""
    if all(char in BASIC or char in EXTENSION for char in text):
        places = [1 if char in BASIC else 2 for char in text]
        return Size(encoding="GSM-7", segments=_segments(places, _GSM_SINGLE, _GSM_JOINED))
    places = [1 if ord(char) <= _LAST_OF_ONE_UNIT else 2 for char in text]
    return Size(encoding="UCS-2", segments=_segments(places, _UCS2_SINGLE, _UCS2_JOINED))


def _segments(places: list[int], single: int, joined: int) -> int:
    """How many segments these characters fill, none of them cut in two."""
    if not places:
        return 0
    if sum(places) <= single:
        return 1
    segments, free = 1, joined
    for width in places:
        if width > free:
            segments, free = segments + 1, joined
        free -= width
    return segments
