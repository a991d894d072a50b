"""Patterns of texts that mean the same to us and to whoever reads the document.

Ours are Python's; those of the document are ECMAScript's, to which other characters are spaces.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec.inspect import StrType

#: Inside brackets: whatever either of both takes for a space.
#: Source: https://tc39.es/ecma262/#sec-white-space
SPACES: Final = r"\s\x1c-\x1f\x85\uFEFF"

_DOCUMENTED: Final[Mapping[str, str]] = {
    r"\S": r"(?:[^\s\x1c-\x1f\x85]|\uFEFF)",
    r"\Z": "$",
}


def check(taken: Any) -> None:
    r"""Refuse a pattern that ends with ``$``: before its end a text might end its line."""
    if isinstance(taken, StrType) and (taken.pattern or "").endswith("$"):
        raise TypeError(rf"{taken.pattern}: a pattern ends with \Z, after $ may be a line's end")


def documented(pattern: str) -> str:
    """The pattern as readers of the document write it."""
    return re.sub(r"\\[SZ]", lambda found: _DOCUMENTED[found[0]], pattern)
