"""The hooks of a load of calls, numbered: each caller waits for a while and hangs up.

Twilio's forms, signed. The calls of a block go side by side: all ring, all wait, all hang up.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote_plus

from msgspec import Struct

from contactcenter.bench.messages import ACCOUNT_SID, AUTH_TOKEN

ENTRY_POINT: Final = "+982191000001"
#: So many calls go side by side.
BLOCK: Final = 64
#: What each of them is told to have taken, in the provider's seconds.
MENU_S: Final = 4
WAITED_S: Final = 47
_QUEUE: Final = "QU" + "5" * 32

_PATHS: Final = ("voice", "wait", "wait", "wait", "enqueue-action", "status")
#: Each call has so many hooks.
STEPS: Final = len(_PATHS)
_WAITING_S: Final = (0, 20, 40)


class Hook(Struct, frozen=True, kw_only=True):
    """One hook: of which call, where it goes and what it tells."""

    sid: str
    step: int
    path: str
    form: Mapping[str, str]


def marked(began_at: datetime, run: str) -> str:
    """The mark of a run whose first call began then, for the provider.

    It is not long ago: the figures of a call that was over for a month stand, whatever comes late.
    """
    return f"{int(began_at.timestamp())}:{run}"


def hook(number: int, mark: str) -> Hook:
    """The ``number``-th hook of the run ``mark``, as ``marked`` makes it."""
    block, place = divmod(number, BLOCK * STEPS)
    step, within = divmod(place, BLOCK)
    call = block * BLOCK + within
    sid = "CA" + hashlib.md5(f"{mark}:{call}".encode(), usedforsecurity=False).hexdigest()
    began_at = datetime.fromtimestamp(int(mark.partition(":")[0]), UTC) + timedelta(seconds=call)
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "Direction": "inbound",
        "From": f"+98936{call % 10_000_000:07d}",
        "To": ENTRY_POINT,
        "CallStatus": ("ringing", *["in-progress"] * 4, "completed")[step],
        **_told(step, began_at),
    }
    return Hook(sid=sid, step=step, path=f"/hooks/phone/{_PATHS[step]}", form=form)


def _told(step: int, began_at: datetime) -> Mapping[str, str]:
    if step in (1, 2, 3):
        return {
            "QueueSid": _QUEUE,
            "QueuePosition": "1",
            "QueueTime": str(_WAITING_S[step - 1]),
            "AvgQueueTime": "30",
            "CurrentQueueSize": "1",
            "MaxQueueSize": "1000",
        }
    if step == 4:  # noqa: PLR2004
        return {"QueueSid": _QUEUE, "QueueResult": "hangup", "QueueTime": str(WAITED_S)}
    if step == STEPS - 1:
        ended_at = began_at + timedelta(seconds=MENU_S + WAITED_S)
        return {
            "CallDuration": str(MENU_S + WAITED_S),
            "Duration": "1",
            "SequenceNumber": "3",
            "Timestamp": format_datetime(ended_at),
        }
    return {}


def request(one: Hook, public_url: str, host: str) -> bytes:
    """The whole HTTP request, signed.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in one.form.items()).encode()
    signed = public_url + one.path + "".join(k + v for k, v in sorted(one.form.items()))
    digest = hmac.digest(AUTH_TOKEN.encode(), signed.encode(), "sha1")
    head = (
        f"POST {one.path} HTTP/1.1\r\nHost: {host}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        f"X-Twilio-Signature: {base64.b64encode(digest).decode()}\r\n\r\n"
    )
    return head.encode() + body
