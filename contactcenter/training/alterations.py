"""Writes a line as another person would have: other names, digits, letter forms, spelling.

None of it may change a label. The model learns from altered copies, too, and is asked how often
an alteration changes its mind.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Final

Alteration = Callable[[str, Random], str]


def other_names(text: str, chance: Random) -> str:
    """Put other first names for the known ones."""
    return _NAME.sub(lambda found: _other_name(found.group(), chance), text)


def other_digits(text: str, chance: Random) -> str:
    """Put other digits, and now and then write Persian ones the other way."""
    changed = _DIGIT.sub(lambda found: _other_digit(found.group(), chance), text)
    return changed.translate(_TO_LATIN) if chance.random() < _OFTEN else changed


def other_letters(text: str, chance: Random) -> str:
    """Use Arabic forms of Persian letters, spaces for half-spaces, no capitals, no apostrophes."""
    changed = text
    for alteration in _LETTERS:
        if chance.random() < _OFTEN:
            changed = alteration(changed)
    return changed


def with_footer(text: str, chance: Random) -> str:
    """Add a legal footer or a line of the telephone's own."""
    return f"{text}\n{chance.choice(_FOOTERS)}"


def misspelt(text: str, chance: Random) -> str:
    """Mistype one longer word in ten."""
    return _LONG_WORD.sub(
        lambda found: (
            _mistyped(found.group(), chance) if chance.random() < _SELDOM else found.group()
        ),
        text,
    )


def altered(text: str, chance: Random) -> str:
    """Return the text with everything altered that does not change what it says."""
    for alteration in (other_names, other_digits, other_letters, misspelt):
        text = alteration(text, chance)
    return with_footer(text, chance) if chance.random() < _SELDOM else text


INVARIANT: Final[tuple[Alteration, ...]] = (
    other_names,
    other_digits,
    other_letters,
    with_footer,
)
"""What must not change a judgement."""

_OFTEN: Final = 0.5
_SELDOM: Final = 0.1
_NAMES: Final = (
    tuple(
        """
        Anna Priya Kwame Leila Dmitri Chloe Fatima Jorge Mei Tom Aisha Igor Bronwen Paul Noor Sven
        Rosa Hamid Jean Yuki Omar Greta Liam Zainab Marek Olga Keith Maureen Ravi Ines Dave Sue
        Margaret Ahmed Sofia Daniel Emma Hassan Joan Pete Linda Karim Nadia Frank Moira
        """.split()  # noqa: SIM905 - a list of words reads better as words
    ),
    tuple(
        """
        مریم رضا زهرا سهراب نیلوفر حمید شیرین کیوان پریسا داریوش فرزانه بهزاد مهسا امیر لیلا نادر
        سارا اکبر مینا جواد نسرین فرهاد الهام سعید رویا منصور ژاله کاظم پروین حسین علی فاطمه محمد
        """.split()  # noqa: SIM905 - a list of words reads better as words
    ),
    tuple(
        """
        Maryam Reza Zahra Sohrab Niloofar Hamid Shirin Keyvan Parisa Dariush Behzad Mahsa Nader
        Javad Nasrin Farhad Elham Saeed Roya Mansoor Kazem Parvin Mina Akbar
        """.split()  # noqa: SIM905 - a list of words reads better as words
    ),
)
_NAME: Final = re.compile(r"\b(?:" + "|".join(name for names in _NAMES for name in names) + r")\b")
_DIGIT: Final = re.compile("[0-9۰-۹]")
_TO_LATIN: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
_TO_ARABIC: Final = str.maketrans("یک", "يك")
_LETTERS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text.translate(_TO_ARABIC),
    lambda text: text.replace("\u200c", " "),
    str.lower,
    lambda text: re.sub(r"(?<=\w)['’](?=\w)", "", text),
)
_FOOTERS: Final = (
    "--\nThis message is confidential and for the named recipient only. Company No. 88213.",
    "Sent from my phone",
    "Confidentiality notice: if you are not the intended recipient, please delete this message.",
    "این پیام محرمانه بوده و تنها برای گیرنده‌ی مورد نظر است.",
    "ارسال شده از گوشی من",
)
_LONG_WORD: Final = re.compile(r"[^\W\d_]{5,}")


def _other_name(name: str, chance: Random) -> str:
    names = next(names for names in _NAMES if name in names)
    return chance.choice(names)


def _other_digit(digit: str, chance: Random) -> str:
    first = "0" if digit.isascii() else "۰"
    return chr(ord(first) + chance.randrange(1, 10))


def _mistyped(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    if chance.random() < _OFTEN:
        return word[:at] + word[at + 1 :]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
