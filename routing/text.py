"""Text as the rules see it: folded for comparison, and cut down to the writer's own words.

`fold` makes spellings that a reader takes for the same thing equal: Arabic and Persian letters,
three sets of digits, half-spaces, vowel marks, upper and lower case. The database folds with the
same two tables, so that a search finds what the rules found.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_TEXTS_REMEMBERED = 512
"""Several rules read the same message one after the other, and the next message's look reads it
again."""

_LETTERS_FROM = "يىكةۀأإٱؤئ"
_LETTERS_TO = "ییکههاااوی"
_DIGITS_FROM = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
_DIGITS_TO = "01234567890123456789"
_HALF_SPACE = "\u200c"
_DELETED = (
    "\u0640"  # tatweel
    + "".join(map(chr, range(0x064B, 0x0660)))  # vowel marks
    + "\u0670\u00ad\u200b\u200d\ufeff"  # small alef, soft hyphen, invisible joiners
    + "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # direction marks
)

FOLD_FROM = _LETTERS_FROM + _DIGITS_FROM + _HALF_SPACE + _DELETED
"""What `fold` replaces, after NFKC and before lower case: SQL's `translate(text, from, to)`."""

FOLD_TO = _LETTERS_TO + _DIGITS_TO + " "
"""The replacements, by position; characters of FOLD_FROM beyond its end are deleted."""

_ALPHABET = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
"""In its order, which is not that of the code points."""

_IN_ORDER = str.maketrans({letter: chr(0x0600 + n) for n, letter in enumerate(_ALPHABET)})
_FOLD = str.maketrans(FOLD_FROM[: len(FOLD_TO)], FOLD_TO, FOLD_FROM[len(FOLD_TO) :])


def fold(text: str) -> str:
    """Return the text in the form in which searches and rules compare it.

    NFKC, then FOLD_FROM to FOLD_TO, then lower case. The closing NFKC joins what a deleted mark
    had kept apart, so that folding twice changes nothing; the SQL twin is
    `normalize(lower(translate(normalize(text, NFKC), from, to)), NFKC)`.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_FOLD).lower()
    return unicodedata.normalize("NFKC", folded)


def alphabetical(name: str) -> str:
    """A text whose order is the alphabet's, for English and for Persian names."""
    return fold(name).translate(_IN_ORDER)


def own_words(text: str) -> str:
    """Return what the writer wrote: no quotations, forwards, signatures or automatic text."""
    return "\n".join(piece for a, b in own_spans(text) if (piece := text[a:b].strip()))


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def own_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the character ranges of the writer's own words, in order; empty if there are none."""
    lowered = text.lower()
    if _mentions(_SIGNS_OF_AUTOMATS, lowered) and _AUTOMATIC.search(text):
        return ()
    mixed = _mentions(_SIGNS_OF_OTHERS, lowered)
    quotes = _mentions(_QUOTATION_MARKS, text)
    spans: list[tuple[int, int]] = []
    for start, end in _own_lines(text) if mixed else _lines(text):
        at = start
        for quotation in _ATTRIBUTED.finditer(text, start, end) if quotes else ():
            spans.append((at, quotation.start("quote")))
            at = quotation.end("quote")
        spans.append((at, end))
    return tuple((a, b) for a, b in spans if text[a:b].strip())


def _mentions(signs: tuple[str, ...], lowered: str) -> bool:
    """Whether any sign shows: a glance, since the patterns take a hundred times as long."""
    return any(sign in lowered for sign in signs)


def _own_lines(text: str) -> Iterator[tuple[int, int]]:
    begun = False
    for start, end in _lines(text):
        line = text[start:end]
        if _REST_IS_FOREIGN.match(line) or (begun and _NOTICE.match(line)):
            return
        if not _FOREIGN_LINE.match(line):
            begun = begun or bool(line.strip())
            yield start, end


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        yield start, at


# Each pattern below holds at least one of the signs above it, in lower case.
_SIGNS_OF_AUTOMATS = (
    "reply", "stop", "unsubscribe", "office", "auto", "annual", "time", "code", "otp", "pin is",
    "notification", "apply", "رمز", "کد ", "لغو", "جهت", "خودکار", "پاسخ", "مرخصی", "عدد",
)  # fmt: skip
_AUTOMATIC = re.compile(
    r"\breply\s+\W?(?:\w|stop|yes|no|cancel|help)\W?\s+to\b|\b(?:text|send)\s+stop\b"
    r"|\bdo\s+not\s+reply\b|\bno-?reply\b|\bunsubscribe\b|\bout\s+of\s+(?:the\s+)?office\b"
    r"|\bauto(?:matic|mated)?[\s-]+(?:reply|response|message)\b"
    r"|\bthis\s+is\s+an\s+automat|\bon\s+annual\s+leave\s+until\b"
    r"|\bone[\s-]*time\s+(?:pass)?(?:code|word)|\b(?:verification|security|login|access)\s+code\b"
    r"|\byour\s+(?:code|otp|pin)\s+is\b|\bdelivery\s+status\s+notification\b|\bt&cs?\s+apply\b"
    r"|رمز\s*(?:پویا|یک\s*بار\s*مصرف)|کد\s+(?:تایید|تأیید|ورود|فعال\s*سازی)"
    r"|لغو\s*[=:]?\s*[1۱]{2}|جهت\s+(?:انصراف|لغو)\s+عدد|پاسخ(?:گویی)?\s+خودکار|پیام\s+خودکار"
    r"|(?:به\s+)?این\s+(?:پیام|ایمیل)\s+(?:را\s+)?پاسخ\s+ندهید|در\s+مرخصی\s+(?:هستم|به\s+سر)"
    r"|عدد\s+\S{1,2}\s+را\s+(?:ارسال|پیامک)",
    re.IGNORECASE,
)
_SIGNS_OF_OTHERS = (
    ">", "sent from", "sent via", "sent for", "get outlook", "fwd", "fw:", "forward", ":\n", ": ",
    "recipient", "confidential", "privileged", "registered", "company", "wrote", "--", "from:",
    "notice", "disclaimer", "caution", "[", "~", "هشدار", "اخطار", "تذکر", "سلب", "اطلاعیه",
    "___", "ارسال", "فرستاده", "موضوع", "گیرنده", "محرمانه", "تاریخ", "اصلی", "ارجاع",
)  # fmt: skip
_REST_IS_FOREIGN = re.compile(
    r"\s*(?:On\b.{4,200}\bwrote:\s*$|-{2,}\s*(?:original|forwarded)\s+message"
    r"|Begin\s+forwarded\s+message|-{5,}\s*پیام\s+(?:اصلی|ارجاع)|From:\s.*@"
    r"|در\s+تاریخ.{2,200}نوشت(?:ه(?:\s*است)?)?\s*:?\s*$|--\s*$|_{5,}\s*$)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\s*(?:\W{0,3}(?:notice|disclaimer|important\s+notice|confidentiality|legal\s+notice|caution)\b.{0,20}[:.]"
    r"|(?:هشدار|اخطار|تذکر|سلب\s+مسئولیت|اطلاعیه\s*ی?\s*حقوقی)\s*[:：]"
    r"|\[[^\]]{25,}\]\s*$|~.{8,}~\s*$)",
    re.IGNORECASE,
)
"""What stands below somebody's own words, never above them."""
_FOREIGN_LINE = re.compile(
    r"\s*(?:>|(?:Sent|Get\s+Outlook)\s+(?:from|for|via)\s+(?:my\s+)?\w+"
    r"|ارسال\s*شده\s+از|فرستاده\s*شده\s+از|(?:Sent|To|Cc|Subject|Date|موضوع|گیرنده)\s*:\s"
    r"|(?:fwd?|forwarded)\s*:"
    r"|.{0,200}(?:intended\s+recipient|confidential\s+and|privileged\s+information"
    r"|registered\s+in\s+england|company\s+(?:no|number)\b|گیرنده\s*ی?\s+مورد\s+نظر|محرمانه\s+(?:بوده|است|تلقی)))",
    re.IGNORECASE,
)
_QUOTATION_MARKS = ("«", "“", '"')
_ATTRIBUTED = re.compile(
    r"(?:\b(?:sa(?:ys|id|ying)|told|tells|writes|wrote|reads?|quotes?|message|ad|poster|sign|leaflet"
    r"|goes|asked|called|titled|headed|writ(?:e|ing)|print|engraved?|inscri\w+|caption)\b"
    r"|گفت\w*|می\s*\u200c?(?:گ[هن]|گوید|گویند)|نوشت\w*|بنویس\w*|حک\b|پیام|آگهی|تبلیغ|تیتر|عنوان)"
    r'[^"“”«»\n]{0,30}(?P<quote>[«“"](?=\s*[^\s"“”«»]+\s+[^\s"“”«»]+\s)[^"“”«»]{1,600}[»”"])',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a text, normalised for matching; the five tuples run in parallel.

    `keys` are folded, without apostrophes and half-spaces, stretched letters shortened; `spans`
    are offsets in the original; `sentences` and `clauses` number the sentence and the clause each
    word stands in; `asks` holds the numbers of the sentences that end in a question mark.
    """

    keys: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    sentences: tuple[int, ...]
    clauses: tuple[int, ...]
    asks: frozenset[int]


_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u200c\u200d"
_TOKEN = re.compile(
    rf"(?P<word>\d+(?:[.,:/٫٬]\d+)*(?:st|nd|rd|th|[ap]m|k|%|٪)?(?![^\W\d])"
    rf"|[^\W_](?:[\w{_MARKS}]|['’](?=\w))*|[%٪&+])"
    r"|(?P<end>[.!?؟…\n]+)|(?P<pause>[,،;؛:()\[\]—–]|\s-\s)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001faff]|[:;]-?[)D]|<3)",
)


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def words(text: str) -> Words:
    """Split a text into words, sentences and clauses, keeping the place of each word."""
    keys: list[str] = []
    spans: list[tuple[int, int]] = []
    sentences: list[int] = []
    clauses: list[int] = []
    asks: set[int] = set()
    sentence = clause = 0
    joins = False  # whether the word before belongs to the next one
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in {"word", "emoji"}:
            span = match.span()
            key = word_key(text[span[0] : min(span[1], span[0] + _LONGEST_WORD)])
            if joins and clauses[-1] == clause:
                keys[-1] += key
                spans[-1] = (spans[-1][0], span[1])
                joins = False
                continue
            joins = key in _SPLIT_PREFIXES
            keys.append(key)
            spans.append(span)
            sentences.append(sentence)
            clauses.append(clause)
        elif kind == "end":
            if "?" in (mark := match.group()) or "؟" in mark:
                asks.add(sentence)
            sentence, clause = sentence + 1, clause + 1
        else:
            clause += 1
    return Words(
        keys=tuple(keys),
        spans=tuple(spans),
        sentences=tuple(sentences),
        clauses=tuple(clauses),
        asks=frozenset(asks),
    )


_LONGEST_WORD = 48
_SPLIT_PREFIXES = frozenset(("می", "نمی"))  # «می شود» is written apart, joined or with half-space
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_JOIN = str.maketrans("آ", "ا", "'’\u200c")


@lru_cache(maxsize=20_000)
def word_key(word: str) -> str:
    """Return the form under which one word is looked up in a phrase table."""
    return _STRETCHED.sub(r"\1", fold(word.translate(_JOIN)))
