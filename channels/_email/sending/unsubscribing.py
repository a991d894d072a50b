"""The way out of what is written to many: one click, no sign-in, no word to anybody.

Mail programs press the button with a POST. Whoever opens the address in a browser is asked first:
programs that look at links before a person does must not unsubscribe him.
Source: https://www.rfc-editor.org/rfc/rfc8058, https://www.rfc-editor.org/rfc/rfc2369#section-3.2
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from channels._base import Env, Inbox
from channels._email.receiving import NAME
from channels._failures import NotStored
from channels._messages import Raw, StatusUpdate

PATH: Final = "/hooks/email/unsubscribe"
_MAC_BYTES: Final = 16
_CHARACTERS: Final = 600

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<style>body{{font:1.1em/1.6 sans-serif;max-width:30em;margin:4em auto;padding:0 1em;
color-scheme:light dark}}button{{font:inherit;padding:.4em 1.2em}}</style></head>
<body><div>{english}</div><hr><div lang="fa" dir="rtl">{persian}</div></body></html>
"""
_BUTTON: Final = '<form method="post"><button>{}</button></form>'
_ASKED: Final = _PAGE.format(
    title="Unsubscribe",
    english="<p>Stop these mails?</p>" + _BUTTON.format("Unsubscribe"),
    persian="<p>این نامه‌ها دیگر فرستاده نشوند؟</p>" + _BUTTON.format("لغو اشتراک"),
)
_DONE: Final = _PAGE.format(
    title="Unsubscribed",
    english="<p>You will not get these mails any more.</p>",
    persian="<p>این نامه‌ها دیگر برای شما فرستاده نمی‌شوند.</p>",
)
_LATER: Final = _PAGE.format(
    title="Please try again",
    english="<p>That did not work just now. Please try again in a minute.</p>",
    persian="<p>همین حالا انجام نشد. لطفاً یک دقیقهٔ دیگر دوباره بکوشید.</p>",
)
_UNKNOWN: Final = _PAGE.format(
    title="Not found",
    english="<p>This link is not complete.</p>",
    persian="<p>این پیوند کامل نیست.</p>",
)


def link(public_url: str, message_id: str, key: bytes) -> str:
    """The address that unsubscribes the reader of one mail, and nobody else."""
    said = message_id.encode()
    token = base64.urlsafe_b64encode(_mac(said, key) + said).decode().rstrip("=")
    return f"{public_url}{PATH}/{token}"


def routes(env: Env, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
    """The page for people and the button for programs."""

    async def ask(request: web.Request) -> web.Response:
        known = _message_id(request.match_info["token"], env.reply_keys())
        return _answer(200, _ASKED) if known else _answer(404, _UNKNOWN)

    async def unsubscribe(request: web.Request) -> web.Response:
        message_id = _message_id(request.match_info["token"], env.reply_keys())
        if message_id is None:
            return _answer(404, _UNKNOWN)
        try:
            await inbox.status(_report(message_id))
        except NotStored:
            return _answer(503, _LATER)
        return _answer(200, _DONE)

    at = PATH + "/{token}"
    return [web.get(at, ask, allow_head=True), web.post(at, unsubscribe)]


def _report(message_id: str) -> StatusUpdate:
    """Told as a report on the mail: whose consent is meant follows from whom it went to."""
    return StatusUpdate(
        channel=NAME,
        external_id=message_id,
        status="read",
        consent="withdrawn",
        raw=Raw(body=message_id.encode(), content_type="text/plain"),
    )


def _message_id(token: str, keys: Sequence[bytes]) -> str | None:
    """The mail a token is of; None where none of the keys made it."""
    if len(token) > _CHARACTERS:
        return None
    try:
        made = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    mac, said = made[:_MAC_BYTES], made[_MAC_BYTES:]
    is_ours = any(hmac.compare_digest(mac, _mac(said, key)) for key in keys)
    return said.decode() if is_ours else None


def _mac(said: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"unsubscribe:" + said, hashlib.sha256).digest()[:_MAC_BYTES]


def _answer(status: int, page: str) -> web.Response:
    return web.Response(
        status=status,
        text=page,
        content_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
            " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
