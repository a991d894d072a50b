"""A piece of HTML by itself: made safe to show, and its words."""

from channels._mail import markup
from channels._mail.bodies import words_of
from channels._mail.charsets import decoded
from channels._mail.values import Fragment


def read(raw: bytes, *, with_remote_images: bool = False) -> Fragment:
    """The piece as it may be shown, and its words."""
    html = decoded(raw, None)
    if markup.is_too_much(html):
        return Fragment(html=None, text=words_of(html))
    safe = markup.safe(html, with_remote_images=with_remote_images)
    return Fragment(html=safe, text=words_of(html))
