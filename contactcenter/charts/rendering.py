"""Draws specifications as SVG and PNG, by ``vl-convert-python`` of the extra ``charts``.

Each is drawn in a process of its own, which is ended at its deadline; whoever calls waits, so it is
called in a thread. Nothing is fetched: an address in the data is refused.
"""

import subprocess
import sys
from importlib.util import find_spec
from threading import BoundedSemaphore
from typing import Any, Final, Literal

import msgspec

from contactcenter.errors import BadInput

Picture = Literal["svg", "png"]

DEADLINE_S: Final = 20.0
#: As many are drawn at once; whoever comes then waits until the deadline at most.
_PLACES: Final = BoundedSemaphore(2)
_VERSION: Final = "6.4"
_DRAW: Final = f"""
import sys, vl_convert
spec = sys.stdin.buffer.read().decode()
none = dict(vl_version={_VERSION!r}, allowed_base_urls=[])
if sys.argv[1] == "svg":
    picture = vl_convert.vegalite_to_svg(spec, **none).encode()
else:
    picture = vl_convert.vegalite_to_png(spec, scale=2, **none)
sys.stdout.buffer.write(picture)
"""


class CannotDraw(BadInput):
    """A chart could not be drawn."""


def is_installed() -> bool:
    """Whether what draws is there."""
    return find_spec("vl_convert") is not None


def svg(spec: dict[str, Any]) -> bytes:
    """The chart as SVG in UTF-8; raises ``CannotDraw``."""
    return draw(spec, "svg")


def png(spec: dict[str, Any]) -> bytes:
    """The chart as PNG, two pixels a point; raises ``CannotDraw``."""
    return draw(spec, "png")


def draw(spec: dict[str, Any], picture: Picture, *, deadline_s: float = DEADLINE_S) -> bytes:
    """The chart in this form; raises ``CannotDraw``: not installed, too slow, or not drawable."""
    if not is_installed():
        raise CannotDraw("query.format", "Pictures need: pip install 'contactcenter[charts]'")
    if not _PLACES.acquire(timeout=deadline_s):
        raise CannotDraw("query.format", "Too many charts are being drawn; ask again.")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and no part of it is given
            [sys.executable, "-I", "-c", _DRAW, picture],
            input=msgspec.json.encode(spec),
            capture_output=True,
            timeout=deadline_s,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise CannotDraw(
            "query.format", f"It took more than {deadline_s:g} s; draw less."
        ) from None
    except subprocess.CalledProcessError as failed:
        reason = failed.stderr.decode(errors="replace").strip()[-300:]
        raise CannotDraw("query.format", f"It cannot be drawn: {reason}") from None
    finally:
        _PLACES.release()
    return done.stdout
