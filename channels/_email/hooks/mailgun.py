"""Mailgun's routes: a form with the mail as it came, if the route's address ends in ``mime``.

Mailgun signs a timestamp and a token, and not what it posts. It does not say whether it signs anew
when it tries again, and others have seen that it does not; so a signature holds as long as Mailgun
goes on trying. Somebody who caught one could post another mail with it meanwhile: a token that was
stored is remembered in this process and comes with that mail only. That is a hint, no guarantee.
The same mail twice is one by its key, wherever and whenever it comes.

Mailgun tries again after any answer but 200 and 406, for 8 hours.
Source: https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http,
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks,
https://github.com/beyondcode/laravel-mailbox/issues/93
"""

import hmac
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from aiohttp import web

from channels._email.hooks import forms
from channels._email.hooks.payload import Payload, Posted
from channels._listed import listed

#: Mailgun takes mails of 25 MB, which escaping in a form makes longer.
#: Source: https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
MOST_BYTES: Final = 48 * 1024 * 1024
#: Eight hours of trying, and an hour for clocks and for what takes long.
WINDOW_S: Final = 9 * 3600
#: How many tokens are remembered; the oldest is forgotten first.
MOST_TOKENS: Final = 20_000

_LATEST: Final = 2**40
_WANTED: Final = frozenset({"timestamp", "token", "signature", "recipient", "sender", "body-mime"})


class Mailgun:
    """Reads and checks what Mailgun's routes post; remembers the tokens of what was stored."""

    name = "mailgun"
    key = "mailgun_signing_secrets"
    most_bytes = MOST_BYTES
    forged = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        self._used: dict[str, bytes] = {}

    def may_be_authentic(self, headers: Mapping[str, str], keys: Sequence[str]) -> bool:  # noqa: ARG002
        return True

    def understood(self, posted: Posted) -> Payload:
        form = forms.fields(posted.body, posted.content_type, _WANTED)
        if form is None:
            return Payload(reason="not_a_form", detail="What Mailgun posted is no form.")
        proof = {key: _last(form, key) for key in ("timestamp", "token", "signature")}
        recipients = listed(_last(form, "recipient"))
        if not recipients:
            detail = "The form does not say to whom the mail was sent (recipient)."
            return Payload(reason="missing_field", detail=detail, proof=proof)
        mails = form.get("body-mime", ())
        return Payload(
            recipients=recipients,
            mail=mails[0] if mails else None,
            envelope_sender=_last(form, "sender") if "sender" in form else None,
            received_at=_moment(proof["timestamp"]),
            detail="Mailgun posted parts of the mail, not the mail: "
            "let the address in its route end in /mime.",
            proof=proof,
        )

    async def is_authentic(self, posted: Posted, payload: Payload, keys: Sequence[str]) -> bool:  # noqa: ARG002
        proof = payload.proof
        signed_at = _moment(proof.get("timestamp", ""))
        if signed_at is None or abs(time.time() - signed_at.timestamp()) > WINDOW_S:
            return False
        signed = (proof["timestamp"] + proof["token"]).encode()
        given = proof["signature"].encode()
        if not any(
            hmac.compare_digest(hmac.new(key.encode(), signed, sha256).hexdigest().encode(), given)
            for key in keys
        ):
            return False
        used = self._used.get(proof["token"])
        return used is None or used == _digest(payload)

    async def answered(self, posted: Posted, payload: Payload) -> web.Response | None:  # noqa: ARG002
        return None

    def note_stored(self, payload: Payload) -> None:
        self._used[payload.proof["token"]] = _digest(payload)
        while len(self._used) > MOST_TOKENS:
            del self._used[next(iter(self._used))]


def _digest(payload: Payload) -> bytes:
    said = sha256(",".join(payload.recipients).encode() + b"\0")
    said.update(payload.mail or b"")
    return said.digest()


def _last(form: forms.Fields, name: str) -> str:
    """Mailgun's own fields come after what a mail may have brought along."""
    values = form.get(name, ())
    return values[-1].decode("utf-8", "replace") if values else ""


def _moment(timestamp: str) -> datetime | None:
    """Seconds since 1970, in plain digits."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > len(str(_LATEST)):
        return None
    try:
        return datetime.fromtimestamp(int(timestamp), UTC)
    except (OverflowError, ValueError, OSError):
        return None
