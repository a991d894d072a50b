"""Which words of a mail are new: without what it quotes, how it is signed, and what lawyers add.

Temperament and reports read only these; a person can always see the whole. When in doubt a line is
kept: a word too many does less harm than a lost one. English and Persian are read alike; what
other languages' programs put before a quotation is known, too.
"""

import itertools
import re
from typing import Final

#: Marks of direction and width that programs scatter between words.
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_QUOTED: Final = re.compile(r"[ \t]{0,3}(?:>|\u007c[ \t])")
_WROTE: Final = (
    r"wrote|writes|نوشت(?:ه(?:[\s\u200c]*(?:است|اند))?|ند)?|مرقوم[\s\u200c]+فرمود(?:ند)?|كتب"
    r"|schrieb"
    r"|a écrit|escribió|escreveu|ha scritto|yazdı|написал\w{0,3}|skrev|schreef"
)
#: The verbs behind which the name stands.
_WROTE_WHO: Final = "schrieb|schreef|skrev|escribió|escreveu|ha scritto"
#: The line by which a program introduces what it quotes; it may run over four lines.
_ATTRIBUTION: Final = re.compile(
    r"(?:(?:On|In|Am|Le|El|Em|Il|Op|Den|På)\b|در(?:[\s\u200c]*تاریخ)?\b"
    r"|[\u200c]?به[\s\u200c]+تاریخ\b|في\b|\d{1,4}[/.\-\s]|[۰-۹]{1,4}[/.\-\s]"
    r"|[^\n<>]{1,80}<[^<>\s]{3,120}@[^<>\s]{3,120}>)"
    rf"[^\n]{{0,300}}?(?:{_WROTE}|(?:{_WROTE_WHO})\s[^\n:]{{1,80}})"
    r"[\s\u200c]*(?:[^\n]{0,80}<[^<>\n]{3,120}>)?\s*[::]?\s*\Z",
    re.IGNORECASE,
)
_ATTRIBUTION_STARTS: Final = re.compile(
    r"(?:On\s.*\d|Am\s.*\d|Le\s.*\d|El\s.*\d|Op\s.*\d|Den\s.*\d|در[\s\u200c]*تاریخ"
    r"|در[\s\u200c]+\d|در[\s\u200c]+[۰-۹]|به[\s\u200c]+تاریخ"
    r"|في\s.*\d|\d{4}[-/.]\d{1,2}|[۰-۹]{4}[-/.][۰-۹]{1,2}|.{1,80}<[^<>\s]+@[^<>\s]+>\s*\Z)",
    re.IGNORECASE,
)
_DIVIDER: Final = re.compile(
    r"(?:-{2,}\s*(?:original message|original appointment|forwarded message"
    r"|forwarded by .{1,80}|reply message"
    r"|پیام[\s\u200c]+اصلی|پیام[\s\u200c]+(?:ارجاع|ارجاعی|ارسالی|هدایت[\s\u200c]*شده"
    r"|فوروارد[\s\u200c]*شده|بازارسال(?:[\s\u200c]*شده)?)"
    r"|نامه[\s\u200c]+اصلی|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|رسالة أصلية)\s*-{2,}"
    r"|begin forwarded message\s*:?|شروع[\s\u200c]+پیام[\s\u200c]+هدایت[\s\u200c]*شده\s*:?"
    r"|-{5,}\s*forwarded message\s*-*"
    r"|(?:-{3,}\s*)?(?:##-|-#)\s*please type your reply above this line.{0,20})\s*\Z",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(
    r"\*?(?:from|sent|to|cc|bcc|subject|date|reply-to|importance|attachments|organization"
    r"|از|فرستنده|ارسال[\s\u200c]*(?:شده|کننده)|تاریخ(?:[\s\u200c]+ارسال)?"
    r"|زمان(?:[\s\u200c]+ارسال)?|به|گیرنده|رونوشت|کپی|موضوع|عنوان"
    r"|من|إلى|الموضوع|von|gesendet|an|betreff|de|envoyé|à|objet|para|enviado"
    r"|asunto)\s*\*?\s*:\s*\*?\s*\S",
    re.IGNORECASE,
)
_FIRST_FIELD: Final = re.compile(
    r"\*?(?:from|از|فرستنده|ارسال[\s\u200c]*کننده|von|de|من)\s*\*?\s*:", re.IGNORECASE
)
#: Lines of From, Sent, To … that stand together are a quotation from Outlook's hand.
_FIELDS_TOGETHER: Final = 3
_UNDERSCORES: Final = re.compile(r"_{10,}\s*\Z")
_SIGNATURE: Final = re.compile(r"--[ \t\u00a0]*\Z|[\u2014\u2015]{1,2}\s*\Z")
_FROM_DEVICE: Final = re.compile(
    r"(?:(?:sent|enviado|envoyé|gesendet|inviato) (?:from|via|with|by|using|desde|depuis|von"
    r"|da) .{2,60}"
    r"|get outlook for (?:ios|android).{0,60}|sent from (?:mail|outlook|yahoo mail).{0,80}"
    r"|(?:ارسال|فرستاده)[\s\u200c]*(?:شده)?[\s\u200c]+(?:از|با|توسط)[\s\u200c]+.{2,60}"
    r"|(?:دریافت|دانلود)[\s\u200c]+outlook[\s\u200c]+برای.{0,40})\.?\s*\Z",
    re.IGNORECASE,
)
_LEGAL: Final = re.compile(
    r"(?:this (?:e-?mail|message|communication)\b.{0,160}\b(?:confidential|privileged"
    r"|intended (?:only|solely|for))"
    r"|\b(?:confidentiality|legal|privacy) (?:notice|disclaimer)\b|\bdisclaimer\s*:"
    r"|\bif you (?:are not|have received).{0,60}(?:intended recipient|in error|by mistake)"
    r"|please consider the environment before printing|\bregistered (?:in"
    r"|office)\b.{0,80}\b(?:no|number|company)\b"
    r"|این[\s\u200c]+(?:ایمیل|پیام|نامه|رایانامه)\b.{0,160}(?:محرمانه"
    r"|گیرنده[\s\u200c\u06c0ی]*(?:مورد[\s\u200c]+نظر|اصلی)|صرفا)"
    r"|(?:چنانچه|اگر)\b.{0,80}گیرنده[\s\u200c\u06c0ی]*(?:مورد[\s\u200c]+نظر|اصلی"
    r"|واقعی)\b.{0,80}(?:نیستید|نمی[\s\u200c]*باشید)"
    r"|سلب[\s\u200c]+مسئولیت|لطفا[ًَ]?[\s\u200c]+(?:پیش"
    r"|قبل)[\s\u200c]+از[\s\u200c]+چاپ.{0,40}محیط[\s\u200c]+زیست)",
    re.IGNORECASE | re.DOTALL,
)
#: A signature that nothing marks: a farewell, and after it so many short lines at most.
_FAREWELL: Final = re.compile(
    r"(?:(?:kind|best|warm|many|with)?\s*(?:regards|wishes)|(?:yours )?(?:sincerely|faithfully"
    r"|truly)|cheers|best"
    r"|با[\s\u200c]+(?:احترام|تشکر|سپاس|تقدیم[\s\u200c]+احترام)(?:[\s\u200c]+(?:فراوان"
    r"|و[\s\u200c]+(?:تشکر|سپاس|احترام)))?"
    r"|ارادتمند(?:[\s\u200c]+شما)?|با[\s\u200c]+آرزوی[\s\u200c]+.{2,30})\s*[,،.!]*\s*\Z",
    re.IGNORECASE,
)
_AFTER_FAREWELL: Final = 8
#: A longer line is prose: no program's mark is longer, and patterns must not walk through a book.
_LONGEST_MARK: Final = 300
_SHORT_LINE: Final = 70
_LINES_OF_ATTRIBUTION: Final = 4
#: Nobody writes more; what follows stays as it is.
LINES: Final = 20_000
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def new_words(text: str) -> str:
    """What the writer wrote this time; empty where all of it was somebody else's."""
    lines = [_INVISIBLE.sub("", line).rstrip() for line in text.split("\n", LINES)]
    kept = _without_signature(_without_quotes(lines))
    return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip()


def _is(mark: re.Pattern[str], line: str) -> bool:
    """Whether a line is such a mark, however far it is indented."""
    line = line.strip()
    return len(line) <= _LONGEST_MARK and mark.match(line) is not None


def _without_quotes(lines: list[str]) -> list[str]:
    """Leave out quoted lines wherever they stand, and all that follows where a quotation begins."""
    kept: list[str] = []
    n = 0
    while n < len(lines):
        if _QUOTED.match(lines[n]):
            n += 1
            continue
        if _begins_rest(lines, n):
            break
        length = _attribution_at(lines, n)
        if length:
            if not _goes_on_after_quote(lines, n + length):
                break
            n += length
            continue
        kept.append(lines[n])
        n += 1
    return kept


def _begins_rest(lines: list[str], n: int) -> bool:
    """Whether from here on everything is another mail."""
    line = lines[n]
    if _is(_DIVIDER, line):
        return True
    if _is(_UNDERSCORES, line):
        return any(_is(_FIRST_FIELD, after) for after in lines[n + 1 : n + 4])
    if not _is(_FIRST_FIELD, line):
        return False
    block = [after for after in lines[n : n + 14] if after.strip()][:_FIELDS_TOGETHER]
    return len(block) == _FIELDS_TOGETHER and all(_is(_FIELD, line) for line in block)


def _attribution_at(lines: list[str], n: int) -> int:
    """How many lines from here say who wrote what follows; 0 where it is prose."""
    if not _is(_ATTRIBUTION_STARTS, lines[n]):
        return 0
    for length in range(1, _LINES_OF_ATTRIBUTION + 1):
        if n + length > len(lines) or not lines[n + length - 1].strip():
            return 0
        joined = " ".join(line.strip() for line in lines[n : n + length])
        if _is(_ATTRIBUTION, joined):
            return length
    return 0


def _goes_on_after_quote(lines: list[str], n: int) -> bool:
    """Whether quoted lines follow, and words of the writer between or after them."""
    rest = (line for line in itertools.islice(lines, n, None) if line.strip())
    if not _QUOTED.match(next(rest, "")):
        return False
    return any(not _QUOTED.match(line) for line in rest)


def _without_signature(lines: list[str]) -> list[str]:
    """Cut what a program, a company or a habit adds at the end."""
    end = len(lines)
    for n, line in enumerate(lines):
        if _is(_SIGNATURE, line) and any(before.strip() for before in lines[:n]):
            end = n
            break
    kept = [line for line in lines[:end] if not _is(_FROM_DEVICE, line)]
    kept = _without_legal(kept)
    for n in range(max(0, len(kept) - _AFTER_FAREWELL - 6), len(kept)):
        if _is(_FAREWELL, kept[n]) and _is_signature(kept[n + 1 :]):
            return kept[:n] if any(line.strip() for line in kept[:n]) else kept
    return kept


def _without_legal(lines: list[str]) -> list[str]:
    """Cut the paragraphs of a legal footer, if something is left then."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(line)
        if not line.strip():
            paragraphs.append([])
    kept = [p for p in paragraphs if not _LEGAL.search(" ".join(p)[:2_000])]
    own = [line for paragraph in kept for line in paragraph]
    return own if any(line.strip() for line in own) else lines


def _is_signature(lines: list[str]) -> bool:
    said = [line for line in lines if line.strip()]
    return len(said) <= _AFTER_FAREWELL and all(
        len(line.strip()) <= _SHORT_LINE and not line.rstrip().endswith(("?", "؟")) for line in said
    )
