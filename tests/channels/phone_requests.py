"""Hooks about calls as Twilio makes them, signed by the fake's code and not by the product's."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from contract import Delivery
from twilio_requests import ACCOUNT, signed

OURS, CALLER = "+982191012345", "+989121234567"


def call(sid: str, **changed: str | None) -> list[tuple[str, str]]:
    """The parameters of a call to us; ``changed`` ones are replaced, None leaves one out."""
    params: dict[str, str | None] = {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "From": CALLER,
        "To": OURS,
        "Caller": CALLER,
        "Called": OURS,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "FromCountry": "IR",
        "ToCountry": "IR",
    } | changed
    return [(name, value) for name, value in params.items() if value is not None]


def progress(
    sid: str, status: str, sequence: int, **changed: str | None
) -> Sequence[tuple[str, str]]:
    """The parameters of a report on how far a telephone of ours has come."""
    return call(
        sid,
        CallStatus=status,
        Direction="outbound-api",
        From=OURS,
        To=CALLER,
        CallbackSource="call-progress-events",
        SequenceNumber=str(sequence),
        Timestamp="Sun, 22 Nov 2026 10:00:00 +0000",
        **changed,
    )


def in_room(sid: str, event: str, sequence: int, **changed: str | None) -> list[tuple[str, str]]:
    """The parameters of what happened in a room; no address is told."""
    params: dict[str, str | None] = {
        "AccountSid": ACCOUNT,
        "CallSid": sid,
        "ConferenceSid": "CF1",
        "FriendlyName": "call-7",
        "StatusCallbackEvent": event,
        "SequenceNumber": str(sequence),
        "Timestamp": "Sun, 22 Nov 2026 10:00:00 +0000",
        "ParticipantLabel": "customer",
    } | changed
    return [(name, value) for name, value in params.items() if value is not None]


def hook(path: str, params: Sequence[tuple[str, str]], **how: str) -> Delivery:
    """A signed hook under /hooks/phone/."""
    return signed(f"/hooks/phone/{path}", params, **how)


def document(text: str) -> ET.Element:
    """An answer as a parser of XML reads it: what it cannot read fails here."""
    return ET.fromstring(text)  # noqa: S314 -- we wrote it ourselves
