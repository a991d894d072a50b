"""What our own border says of a mail's origin: SPF, DKIM and DMARC, and nobody else's word for it.

Anybody may write an Authentication-Results field; only those that carry the name of our own mail
server are read, and only that server may put them there (it removes foreign ones of its name).
Source: https://www.rfc-editor.org/rfc/rfc8601
"""

import re
from collections.abc import Iterable
from typing import Final

from channels._mail import domains
from channels._mail.values import Authentication, Result

#: No border writes more; what is cut off in the middle counts for nothing.
_CHARACTERS: Final = 8_000
#: In all its fields together; whoever forges more of them stands behind our own.
_OF_ALL: Final = 16_000
_TOKEN: Final = re.compile(r"\"(?:[^\"\\]|\\.)*+(?:\"|\Z)|[^\"();]++|.", re.DOTALL)
_IN_COMMENT: Final = re.compile(r"[^()\\]++|\\.|.", re.DOTALL)
#: What may stand in a quoted value that is read; a stranger's words in it must not be read.
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9._@-]")
_METHOD: Final = re.compile(r"\s*(spf|dkim|dmarc)(?:/\d{1,2})?\s*=\s*([a-z]{2,10})", re.IGNORECASE)
_FROM: Final = re.compile(r"\sheader\.from\s*=\s*([^\s;]{1,320})", re.IGNORECASE)
#: Of several signatures one that holds is enough.
_BEST_FIRST: Final[tuple[Result, ...]] = (
    "pass",
    "neutral",
    "none",
    "policy",
    "temperror",
    "softfail",
    "permerror",
    "fail",
)


def read(values: Iterable[str], authserv_ids: frozenset[str]) -> Authentication:
    """The results in the fields of our own servers, whose names these are, in lower case."""
    found: dict[str, list[Result]] = {}
    vouched: set[str | None] = set()
    left = _OF_ALL
    for value in values:
        left -= min(len(value), _CHARACTERS)
        if left < 0:
            break
        server, *results = _statements(value) or [""]
        words = server.split()
        if not words or words[0].lower() not in authserv_ids:
            continue
        for result in results:
            method = _METHOD.match(result)
            said = [one for one in _BEST_FIRST if method and one == method[2].lower()]
            if method is None or not said:
                continue
            found.setdefault(method[1].lower(), []).extend(said)
            if method[1].lower() == "dmarc":
                named = _FROM.search(result)
                vouched.add(domains.in_ascii(named[1].rpartition("@")[2]) if named else None)
    return Authentication(
        spf=_of(found, "spf"),
        dkim=_of(found, "dkim"),
        dmarc=_only(found, "dmarc"),
        domain=vouched.pop() if len(vouched) == 1 else None,
    )


def _statements(value: str) -> list[str]:
    """What is between the semicolons, without comments, and quoted values without their quotes.

    Addresses of strangers stand in both, with whatever is to look like a statement of the border.
    """
    said = [""]
    text = value[:_CHARACTERS]
    place = 0
    while found := _TOKEN.match(text, place):
        place = found.end()
        piece = found[0]
        if piece == "(":
            place = _after_comment(text, place)
            said[-1] += " "
        elif piece == ";":
            said.append("")
        elif piece[0] == '"':
            said[-1] += _NOT_A_NAME.sub("_", piece[1:].removesuffix('"'))
        else:
            said[-1] += piece
    return said[:-1] if len(value) > _CHARACTERS else said


def _after_comment(text: str, place: int) -> int:
    """Where a comment ends, and those within it."""
    depth = 1
    while depth and (found := _IN_COMMENT.match(text, place)):
        place = found.end()
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    return place


def _of(found: dict[str, list[Result]], method: str) -> Result | None:
    results = found.get(method)
    if not results:
        return None
    return min(results, key=_BEST_FIRST.index)


def _only(found: dict[str, list[Result]], method: str) -> Result | None:
    """One policy, one result: where two fields disagree somebody has forged one."""
    results = set(found.get(method, ()))
    return results.pop() if len(results) == 1 else None
