"""A piece of HTML by itself: made safe to show, and its words."""

from channels._mail import markup
from channels._mail.bodies import words_of
from channels._mail.charsets import decoded


def safe_html(raw: bytes, *, with_remote_images: bool = False) -> tuple[str | None, str]:
    """The piece as it may be shown, and as text; None where there is too much of it to show."""
    html = decoded(raw, None)
    if markup.is_too_much(html):
        return None, words_of(html)
    return markup.safe(html, with_remote_images=with_remote_images), words_of(html)
