"""Bytes into text: the declared charset if it is true, else the one the bytes look like.

Mail lies about its charset every day: UTF-8 is declared as Latin-1 by old libraries, Persian in
windows-1256 is declared as Latin-1, ASCII or nothing at all.
Source of the labels: https://encoding.spec.whatwg.org/#names-and-labels
"""

import codecs
import re
from typing import Final

#: Labels that mean more, or something else, than Python takes them for.
_LABELS: Final = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "7bit": "utf-8",
    "8bit": "utf-8",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "default": "utf-8",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
    "x-mac-farsi": "mac_farsi",
    "x-mac-arabic": "mac_arabic",
}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: One-byte charsets in which any bytes are text of some kind: being able to decode proves nothing.
_TAKES_ANYTHING: Final = frozenset({"cp1252", "latin-1", "iso8859-1", "cp1254", "iso8859-15"})
#: Letters of Arabic and Persian in windows-1256, and the marks between them.
_ARABIC_1256: Final = frozenset(
    byte
    for byte in range(0x80, 0x100)
    if "\u0600" <= bytes([byte]).decode("cp1256", "replace") <= "\u06ff"
    or bytes([byte]).decode("cp1256", "replace") in "\u200c\u200d،؛؟"
)
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")
#: Of the bytes above ASCII so many must stand side by side: in Latin script accents stand alone.
_SHARE_IN_RUNS: Final = 0.8
#: Of a text that says it is UTF-8 so many bytes above ASCII may be broken before it is not.
_BROKEN_SHARE: Final = 0.25
_LOOKED_AT: Final = 20_000
_REPLACEMENT: Final = "\ufffd"
_LONGEST_LABEL: Final = 40
#: UTF-7 and Python's own escapes can hold halves of letters, which no text can be written with.
_HALVES: Final = re.compile("[\ud800-\udfff]")


def decoded(body: bytes, declared: str | None) -> str:
    """The text of ``body``; what cannot be read is U+FFFD, and NUL is left out."""
    return _HALVES.sub(_REPLACEMENT, _text(body, declared).replace("\x00", ""))


def _text(body: bytes, declared: str | None) -> str:
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return body.decode(codec, "replace")
    name = codec_of(declared)
    if name is not None and name not in _TAKES_ANYTHING:
        try:
            return body.decode(name)
        except (UnicodeError, ValueError):
            pass
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return _legacy(body, name)


def _legacy(body: bytes, declared: str | None) -> str:
    """Bytes that are not UTF-8, nor what was declared unless that takes anything."""
    if looks_arabic(body):
        return body.decode("cp1256", "replace")
    if declared is not None and declared != "utf-8":
        return body.decode(declared, "replace")
    as_utf8 = body.decode("utf-8", "replace")
    high = sum(map(len, _HIGH_RUN.findall(body[:_LOOKED_AT])))
    broken = as_utf8[:_LOOKED_AT].count(_REPLACEMENT)
    return as_utf8 if broken < high * _BROKEN_SHARE else body.decode("cp1252", "replace")


def codec_of(label: str | None) -> str | None:
    """Python's name of the charset a mail declares; None where there is none for text."""
    name = (label or "").strip().strip("\"'").lower()
    name = _LABELS.get(name, name)
    if not name or len(name) > _LONGEST_LABEL or not name.isascii():
        return None
    name = re.sub(r"^(?:x-)?(?:cp|windows)[-_]?(\d{3,4})$", r"cp\1", name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in {"idna", "punycode"} else None


def looks_arabic(body: bytes) -> bool:
    """Whether bytes that are not UTF-8 are Arabic or Persian in windows-1256."""
    runs = _HIGH_RUN.findall(body[:_LOOKED_AT])
    high = sum(map(len, runs))
    if not high:
        return False
    in_runs = sum(len(run) for run in runs if len(run) > 1)
    letters = sum(byte in _ARABIC_1256 for run in runs for byte in run)
    return in_runs >= high * _SHARE_IN_RUNS and letters >= high * _SHARE_IN_RUNS
