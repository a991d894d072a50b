"""What our own border says of a mail's origin: SPF, DKIM and DMARC, and nobody else's word for it.

Anybody may write an Authentication-Results field; only those that carry the name of our own mail
server are read, and only that server may put them there (it removes foreign ones of its name).
Source: https://www.rfc-editor.org/rfc/rfc8601
"""

import re
from collections.abc import Iterable
from typing import Final

from channels._mail.values import Authentication, Result

_COMMENT: Final = re.compile(r"\([^()]{0,2000}\)")
_METHOD: Final = re.compile(r"\s*(spf|dkim|dmarc)(?:/\d{1,2})?\s*=\s*([a-z]{2,10})", re.IGNORECASE)
_FROM: Final = re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]{1,255})", re.IGNORECASE)
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
    domain = None
    for value in values:
        text = _COMMENT.sub(" ", value)
        server, _, results = text.partition(";")
        words = server.split()
        if not words or words[0].strip('"').lower() not in authserv_ids:
            continue
        for result in results.split(";"):
            method = _METHOD.match(result)
            said = [one for one in _BEST_FIRST if method and one == method[2].lower()]
            if method is None or not said:
                continue
            found.setdefault(method[1].lower(), []).extend(said)
            named = _FROM.search(result)
            if method[1].lower() == "dmarc" and named is not None:
                domain = named[1].lower()
    return Authentication(
        spf=_of(found, "spf"), dkim=_of(found, "dkim"), dmarc=_only(found, "dmarc"), domain=domain
    )


def _of(found: dict[str, list[Result]], method: str) -> Result | None:
    results = found.get(method)
    if not results:
        return None
    return min(results, key=_BEST_FIRST.index)


def _only(found: dict[str, list[Result]], method: str) -> Result | None:
    """One policy, one result: where two fields disagree somebody has forged one."""
    results = set(found.get(method, ()))
    return results.pop() if len(results) == 1 else None
