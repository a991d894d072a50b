"""What the doctor says of one thing that was looked at."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["ok", "warning", "failure"]


class Finding(Struct, frozen=True, kw_only=True):
    """One thing looked at: how it is and, unless all is well, what to do."""

    about: str
    verdict: Verdict
    detail: str
    advice: str = ""


def ok(about: str, detail: str) -> Finding:
    """All is well."""
    return Finding(about=about, verdict="ok", detail=detail)


def warning(about: str, detail: str, advice: str) -> Finding:
    """It works, but not for everybody, or not for long."""
    return Finding(about=about, verdict="warning", detail=detail, advice=advice)


def failure(about: str, detail: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(about=about, verdict="failure", detail=detail, advice=advice)
