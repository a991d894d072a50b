"""Texts of strangers as PostgreSQL can keep them.

NUL and halves of surrogate pairs it cannot keep are shown as U+FFFD; the bytes as they came are
kept beside what is made of them.
"""

import re
from typing import Any, Final

#: Control characters, and marks of direction: `gnp.exe` must not be shown as `exe.png`.
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """A text that is kept as it is."""
    return _UNSTORABLE.sub("\ufffd", text)


def seen(text: str) -> str:
    """A name without what cannot be seen in it; what joins and parts letters stays."""
    return _HIDDEN.sub("", text)


def optional(text: str | None) -> str | None:
    """The same where there may be none."""
    return None if text is None else storable(text)


def within(value: Any) -> Any:
    """A value as JSON has it, with every text in it storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): within(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [within(one) for one in value]
    return value
