"""What the form of a draft shows: emoji, first names, rows of alternatives, a single word."""

import re
from collections.abc import Iterator
from typing import Final

from routing.text import word_key
from routing.tone.reading import Text

#: So many choices in a row are too many to choose from.
_MANY_ORS: Final = 3
_MANY_LINES: Final = 4
#: A name in the first words is an address, whatever stands before it.
_BEGINNING: Final = 4

#: Pictures, without signs that are used in business, such as a tick, a letter or a telephone.
_EMOJI: Final = re.compile(
    r"[\U0001f300-\U0001f4dd\U0001f4df-\U0001f4e5\U0001f4e8-\U0001f64f\U0001f680-\U0001faff"
    r"\u2600-\u2604\u2607-\u260d\u2618-\u2639\u263a-\u2684\u2728\u2763-\u2767\u2b50]\ufe0f?"
)
_EMOTICON: Final = re.compile(r"(?<![\w:;/])(?:[:;=]['’]?-?[)D(pP*]+|xD+|XD+|<3|\^_*\^)(?!\w)")
#: Written as long as one laughs; shortened like other words it would be a single letter.
_LAUGHTER: Final = re.compile(r"(?<!\w)(?:خ{3,}|ه{3,})(?!\w)")
_LIST_LINE: Final = re.compile(
    r"^[ \t]*(?:[-*•–]|[\d۰-۹]{1,2}[.)\-]|[a-hA-H][.)])[ \t]+\S", re.MULTILINE
)
_GREETED: Final = re.compile(
    r"^\s*(?:hi|hey|hello|dear|good (?:morning|afternoon|evening))[ \t]+(?P<name>[A-Z][a-z]{1,20})"
    r"[ \t]*(?=[,!.\n]|$)",
    re.IGNORECASE,
)
_NO_NAMES: Final = frozenset(
    """
    there all team sir madam everyone everybody customer friend friends colleague colleagues folks
    again both guest client valued hiring support sirs ladies gentlemen doctor professor mr mrs ms
    dr sales service
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_GREETINGS: Final = frozenset(
    map(
        word_key,
        """
        hi hey hello dear morning afternoon evening thanks thank you sorry ok okay yes no well sure
        سلام درود ممنون مرسی خب باشه چشم ببخشید بله نه عصربخیر صبحبخیر بخیر
        salam dorud mamnun merci chashm
        """.split(),  # noqa: SIM905
    )
)
_TITLES: Final = frozenset(
    map(
        word_key,
        """
        mr mrs ms miss dr doctor prof professor sir madam engineer
        آقای آقا خانم خانوم جناب سرکار دکتر مهندس استاد حضرت
        aghaye agha khanume khanoome khanom doktor mohandes jenab sarkar
        """.split(),  # noqa: SIM905
    )
)
_CLOSE: Final = frozenset(
    map(word_key, ("جان", "جون", "جونم", "خان", "jan", "jun", "joon", "jaan"))
)
_CLOSE_TO_A_NAME: Final = _CLOSE | frozenset(("عزیز", "گل", "aziz"))
_NOT_BEFORE_CLOSE: Final = frozenset(
    map(
        word_key,
        """
        به از و سلام با ای نوش همکار مشتری دوست دوستان هموطن مشترک کاربر salam ba az be moshtari
        """.split(),  # noqa: SIM905
    )
)


def emoji(own: str) -> Iterator[tuple[int, int]]:
    """Every picture or emoticon; a bracket that closes another is none."""
    for match in _EMOJI.finditer(own):
        yield match.span()
    for match in _EMOTICON.finditer(own):
        line = own[own.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.count("(") <= line.count(")"):
            yield match.span()


def laughter(own: str) -> Iterator[tuple[int, int]]:
    """Every laugh in Persian letters."""
    return (match.span() for match in _LAUGHTER.finditer(own))


def first_names(text: Text, contact_name: str) -> Iterator[tuple[int, int]]:
    """Where the person is addressed by the first name alone."""
    keys, spans = text.split.keys, text.split.spans
    parts = [word_key(part) for part in contact_name.split()]
    parts = [part for part in parts if part not in _TITLES]
    for n, key in enumerate(keys):
        before = keys[n - 1] if n else ""
        after = keys[n + 1] if n + 1 < len(keys) else ""
        if parts and key == parts[0] and before not in _TITLES and after not in parts[1:]:
            if before in _GREETINGS or after in _CLOSE_TO_A_NAME or _is_called(text, n):
                yield spans[n]
        elif after in _CLOSE and 0 < n + 1 < _BEGINNING and _could_be_a_name(key, before):
            yield spans[n][0], spans[n + 1][1]
    greeted = None if _same_letters(parts, text) else _GREETED.match(text.own)
    if greeted and greeted["name"].lower() not in _NO_NAMES and greeted["name"][0].isupper():
        yield greeted.span("name")


def alternatives(text: Text, *, has_options: bool) -> Iterator[tuple[int, int]]:
    """Where too much is offered to choose from: in one sentence, or as a list of options."""
    spans, sentences = text.split.spans, text.split.sentences
    ors: dict[int, list[int]] = {}
    for n, key in enumerate(text.split.keys):
        if key in text.book.or_words:
            ors.setdefault(sentences[n], []).append(n)
    for found in ors.values():
        if len(found) >= _MANY_ORS:
            yield spans[found[0]][0], spans[found[-1]][1]
    lines = list(_LIST_LINE.finditer(text.own))
    if has_options and len(lines) >= _MANY_LINES:
        yield lines[0].start(), lines[-1].end()


def is_one_word(text: Text) -> bool:
    """Whether there is no more than one word; a number or an address says something."""
    said = [key for key in text.split.keys if any(letter.isalnum() for letter in key)]
    return len(said) <= 1 and not any(sign.isdigit() or sign in "@/" for sign in text.own)


def _is_called(text: Text, n: int) -> bool:
    """Whether a word stands by itself between commas or ends of sentences: "Right, Sara."."""
    own, (start, end) = text.own, text.split.spans[n]
    before, after = own[:start].rstrip()[-1:], own[end:].lstrip()[:1]
    return before in {"", ",", "،", ".", "!", "\n"} and after in {"", ",", "،", "!", "?", "؟", "."}


def _could_be_a_name(key: str, before: str) -> bool:
    return (
        key.isalpha()
        and key not in _TITLES
        and key not in _NOT_BEFORE_CLOSE
        and before not in _TITLES
    )


def _same_letters(parts: list[str], text: Text) -> bool:
    """Whether the name we know is written in the letters of the draft."""
    return bool(parts) and parts[0].isascii() == (text.script != "fa")
