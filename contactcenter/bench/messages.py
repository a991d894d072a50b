"""The messages of a load: who writes what, numbered, the same in every process."""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import quote_plus

from msgspec import Struct

ACCOUNT_SID: Final = "AC" + "5" * 32
AUTH_TOKEN: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 -- of the bench's own server
ENTRY_POINT: Final = "+982191000000"
HOOK: Final = "/hooks/sms/message"
#: One message in five comes from a number nobody knows.
NEW_EVERY: Final = 5

#: A prime, so that the known people write in turn and neighbours in no order.
_STRIDE: Final = 48_271

#: What people write, with its language; whoever wrote once writes the same again. One in ten shows
#: a manner, and so changes how the ticket is treated. A number makes each text a different one.
TEXTS: Final = (
    ("Hello, my order has not arrived yet. Can you check where it is?", "en"),
    ("سلام، سفارش من هنوز نرسیده. میشه پیگیری کنید؟", "fa"),
    ("The invoice for last month shows the wrong address, please correct it.", "en"),
    ("سلام وقت بخیر، گذرواژه‌ام را فراموش کرده‌ام. چطور عوضش کنم؟", "fa"),
    ("When are you open on Thursday?", "en"),
    ("دستگاه روشن می‌شود ولی به شبکه وصل نمی‌شود.", "fa"),
    ("I would like to change the delivery to Monday morning.", "en"),
    ("فاکتور خرید را برای من ایمیل کنید لطفا", "fa"),
    ("The second parcel is missing, only one came today.", "en"),
    ("سلام، قیمت آخرش چند؟ تخفیف بده، گرونه", "fa"),
)

_FORM: Final = (
    "ToCountry=IR&ToState=&SmsMessageSid={sid}&NumMedia=0&ToCity=&FromZip=&SmsSid={sid}&FromState="
    "&SmsStatus=received&FromCity=&Body={body}&FromCountry=IR&To={to}&ToZip=&NumSegments=1"
    "&MessageSid={sid}&AccountSid={account}&From={sender}&ApiVersion=2010-04-01"
)


class Message(Struct, frozen=True):
    """One message; ``sid`` is the provider's id."""

    sid: str
    sender: str
    text: str


def known_number(index: int) -> str:
    """The number of the person who was made as the ``index``-th; the population uses it too."""
    return f"+98912{index:07d}"


def message(number: int, known: int, mark: str) -> Message:
    """The ``number``-th message of the run ``mark`` to a centre that knows ``known`` people."""
    sid = "SM" + hashlib.md5(f"{mark}:{number}".encode(), usedforsecurity=False).hexdigest()
    if number % NEW_EVERY == 0 or not known:
        text = TEXTS[number // NEW_EVERY % len(TEXTS)][0]
        return Message(sid, f"+98935{number % 10_000_000:07d}", f"{text} {number}")
    index = (number - number // NEW_EVERY - 1) * _STRIDE % known
    return Message(sid, known_number(index), f"{TEXTS[index % len(TEXTS)][0]} {number}")


def request(message: Message, public_url: str, host: str) -> bytes:
    """The whole HTTP request with which Twilio would post the message, signed."""
    body = _FORM.format(
        sid=message.sid,
        body=quote_plus(message.text),
        to=quote_plus(ENTRY_POINT),
        account=ACCOUNT_SID,
        sender=quote_plus(message.sender),
    ).encode()
    head = (
        f"POST {HOOK} HTTP/1.1\r\nHost: {host}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        f"I-Twilio-Idempotency-Token: {message.sid[2:]}\r\n"
        f"X-Twilio-Signature: {_signature(message, public_url)}\r\n\r\n"
    )
    return head.encode() + body


def _signature(message: Message, public_url: str) -> str:
    """HMAC-SHA1 over the address and the parameters by name.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    signed = (
        f"{public_url}{HOOK}AccountSid{ACCOUNT_SID}ApiVersion2010-04-01Body{message.text}"
        f"From{message.sender}FromCityFromCountryIRFromStateFromZipMessageSid{message.sid}NumMedia0"
        f"NumSegments1SmsMessageSid{message.sid}SmsSid{message.sid}SmsStatusreceivedTo{ENTRY_POINT}"
        "ToCityToCountryIRToStateToZip"
    )
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), "sha1")).decode()
