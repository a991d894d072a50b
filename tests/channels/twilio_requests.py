"""Requests as Twilio makes them, signed by the fake's code and not by the product's."""

from collections.abc import Sequence
from urllib.parse import urlencode

from contract import PUBLIC_URL, Delivery

from contactcenter.fakes.twilio_hooks import sign

TOKEN = "a-token-for-tests"
ACCOUNT = "AC5ef872f6da5a21de157d80997a64bd33"
SETTINGS = {"twilio_account_sid": ACCOUNT, "twilio_auth_tokens": TOKEN}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def signed(
    path: str,
    params: Sequence[tuple[str, str]],
    *,
    token: str = TOKEN,
    public_url: str = PUBLIC_URL,
    body: bytes | None = None,
) -> Delivery:
    """A form; ``body`` replaces the encoded ``params``, which are signed all the same."""
    signature = sign(token, f"{public_url}{path}", params)
    return Delivery(
        path=path,
        body=urlencode(params).encode() if body is None else body,
        headers={"Content-Type": FORM, "X-Twilio-Signature": signature},
    )


def message(sid: str, text: str, **changed: str | None) -> list[tuple[str, str]]:
    """The parameters of a message; ``changed`` ones are replaced, None leaves one out."""
    params: dict[str, str | None] = {
        "ToCountry": "IR",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "IR",
        "To": "+982191012345",
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": "+989121234567",
        "ApiVersion": "2010-04-01",
    } | changed
    return [(name, value) for name, value in params.items() if value is not None]


def report(sid: str, status: str, **changed: str | None) -> list[tuple[str, str]]:
    """The parameters of a report on a message of ours."""
    params: dict[str, str | None] = {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": "+989121234567",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": "+982191012345",
        "ApiVersion": "2010-04-01",
    } | changed
    return [(name, value) for name, value in params.items() if value is not None]
