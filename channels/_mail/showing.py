"""A letter as a page shows it: cleaned once more, its inline images put where it names them."""

import html as entities
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from channels._mail import markup

#: Our own writing of an image: attributes in double quotes, which the values cannot hold.
_IMAGE: Final = re.compile(r"<img((?:\s[a-z-]+=\"[^\"]*\")*)\s*/?>")
_SOURCE: Final = re.compile(r"\ssrc=\"cid:([^\"]*)\"")
_HAS_SOURCE: Final = re.compile(r"\ssrc=\"")
_COLOUR: Final = re.compile(r"\s(?:bgcolor|color)=\"|\sstyle=\"[^\"]*(?:color|background)")


class Letter(Struct, frozen=True, kw_only=True):
    """A letter that may be shown.

    ``images_left_out`` are those that stand elsewhere, or are not among the files. One that
    ``has_colours`` is meant for white paper.
    """

    html: str
    images_left_out: int
    has_colours: bool


def content_ids(html: str) -> frozenset[str]:
    """The files that a letter shows, by their Content-ID, however it is written in addresses."""
    written = {
        entities.unescape(source[1])
        for image in _IMAGE.finditer(html)
        for source in _SOURCE.finditer(image[1])
    }
    return frozenset(written | {unquote(name) for name in written})


def shown(html: str, images: Mapping[str, str], *, with_remote_images: bool = False) -> Letter:
    """The letter with ``images``, which are ``data:`` addresses by Content-ID.

    It was safe when it was stored; what we know by now of what is not counts.
    """

    def placed(found: re.Match[str]) -> str:
        return f"<img{_SOURCE.sub(from_files, found[1])}>"

    def from_files(found: re.Match[str]) -> str:
        name = entities.unescape(found[1])
        image = images.get(name) or images.get(unquote(name))
        return "" if image is None else f' src="{entities.escape(image)}"'

    safe = markup.safe(_IMAGE.sub(placed, html), with_remote_images=with_remote_images)
    left_out = sum(_HAS_SOURCE.search(image[1]) is None for image in _IMAGE.finditer(safe))
    return Letter(html=safe, images_left_out=left_out, has_colours=_COLOUR.search(html) is not None)
