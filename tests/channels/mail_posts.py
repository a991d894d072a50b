"""Mails as providers post them to our hooks: forms and signatures, made by hand."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

from contract import Delivery
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

ENTRY_POINT = "support@desk.example"
CUSTOMER = "sara@customer.example"
MAILGUN_KEY = "key-of-the-webhooks"
MAILGUN_PATH = "/hooks/email/mailgun/mime"
BOUNDARY = "----providers-boundary"


class OwnEntryPoints:
    """The entry points somebody set up, and what they have of their own."""

    def __init__(self, **own: Mapping[str, str]) -> None:
        self.entries: dict[str, Mapping[str, str]] = {ENTRY_POINT: {}}
        self.entries |= {f"{name}@desk.example": values for name, values in own.items()}
        self.lost: Exception | None = None

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        assert channel == "email"
        if self.lost is not None and address not in self.entries:
            raise self.lost
        return self.entries.get(address, {})

    def addresses(self, channel: str) -> Sequence[str]:
        assert channel == "email"
        return list(self.entries)


def mail(message_id: str, text: str, *, to: str = ENTRY_POINT, **headers: str) -> bytes:
    """A mail as a customer writes it."""
    lines = {
        "From": f"Sara <{CUSTOMER}>",
        "To": to,
        "Subject": "The order",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0330",
        "Message-ID": f"<{message_id}@customer.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{text}\r\n".encode()


def multipart(path: str, fields: Sequence[tuple[str, bytes]], **headers: str) -> Delivery:
    """A form of any content, as ``multipart/form-data``."""
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (BOUNDARY.encode(), name.encode(), value)
        for name, value in fields
    ]
    return Delivery(
        path=path,
        body=b"".join(parts) + b"--" + BOUNDARY.encode() + b"--\r\n",
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | headers,
    )


def urlencoded(path: str, fields: Sequence[tuple[str, bytes]], **headers: str) -> Delivery:
    """The same as ``application/x-www-form-urlencoded``."""
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    return Delivery(
        path=path,
        body=body.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"} | headers,
    )


def mailgun_proof(
    *, key: str = MAILGUN_KEY, at_s: int | None = None, token: str | None = None
) -> dict[str, bytes]:
    """Source: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"""
    timestamp = str(int(time.time()) if at_s is None else at_s)
    token = token or secrets.token_hex(25)
    signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    return {
        "timestamp": timestamp.encode(),
        "token": token.encode(),
        "signature": signature.encode(),
    }


def mailgun(
    raw: bytes | None,
    *,
    proof: Mapping[str, bytes] | None = None,
    form=multipart,
    path: str = MAILGUN_PATH,
    **fields: bytes | None,
) -> Delivery:
    """What a route of Mailgun posts; a field that is None is left out."""
    every: dict[str, bytes | None] = {
        "recipient": ENTRY_POINT.encode(),
        "sender": CUSTOMER.encode(),
        "from": f"Sara <{CUSTOMER}>".encode(),
        "subject": b"The order",
        "body-mime": raw,
    }
    every |= (mailgun_proof() if proof is None else proof) | fields
    return form(path, [(name, value) for name, value in every.items() if value is not None])


# SendGrid -----------------------------------------------------------------------------------------

SENDGRID_PATH = "/hooks/email/sendgrid"
SENDGRID_PRIVATE = ec.derive_private_key(1122, ec.SECP256R1())
SENDGRID_KEY = base64.b64encode(
    SENDGRID_PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()


def sendgrid_signed(
    posted: Delivery, *, key: ec.EllipticCurvePrivateKey = SENDGRID_PRIVATE, at_s: int | None = None
) -> Delivery:
    """Source: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks"""
    timestamp = str(int(time.time()) if at_s is None else at_s)
    signature = key.sign(timestamp.encode() + posted.body, ec.ECDSA(hashes.SHA256()))
    signed = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    return replace(posted, headers={**posted.headers, **signed})


def sendgrid(
    raw: bytes | None,
    *,
    to: Sequence[str] = (ENTRY_POINT,),
    sender: str = CUSTOMER,
    form=multipart,
    **fields: bytes | None,
) -> Delivery:
    """What Inbound Parse posts with "send raw", not signed yet."""
    every: dict[str, bytes | None] = {
        "to": ", ".join(to).encode(),
        "envelope": json.dumps({"to": list(to), "from": sender}).encode(),
        "charsets": b'{"to":"UTF-8"}',
        "sender_ip": b"192.0.2.1",
        "email": raw,
    } | fields
    return form(
        SENDGRID_PATH, [(name, value) for name, value in every.items() if value is not None]
    )


# Postmark -----------------------------------------------------------------------------------------

POSTMARK_PATH = "/hooks/email/postmark"
POSTMARK_PASSWORD = "postmark:a long password"


def postmark(
    raw: str | None, *, password: str | None = POSTMARK_PASSWORD, **fields: object
) -> Delivery:
    """Source: https://postmarkapp.com/developer/webhooks/inbound-webhook"""
    every: dict[str, object] = {
        "MessageStream": "inbound",
        "From": CUSTOMER,
        "ToFull": [{"Email": ENTRY_POINT, "Name": "Support", "MailboxHash": ""}],
        "OriginalRecipient": ENTRY_POINT,
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "RawEmail": raw,
        "Attachments": [],
    } | fields
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if password is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(password.encode()).decode()}"
    body = {name: value for name, value in every.items() if value is not None}
    return Delivery(path=POSTMARK_PATH, body=json.dumps(body).encode(), headers=headers)


# Amazon SES over SNS --------------------------------------------------------------------------------

SES_PATH = "/hooks/email/ses"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:mails"
SNS_HOST = "sns.eu-central-1.amazonaws.com"
SNS_PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sns_certificate(
    *,
    name: str = "sns.amazonaws.com",
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = SNS_PRIVATE,
    valid: tuple[int, int] = (-1, 1),
    issuer: tuple[str, rsa.RSAPrivateKey] | None = None,
) -> bytes:
    """A certificate, valid from so many days from now to so many; by itself if by no other."""
    issued_by, issuing = issuer or (name, key)
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issued_by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=valid[0]))
        .not_valid_after(now + timedelta(days=valid[1]))
        .sign(issuing, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def ses_notification(raw: bytes | None, *, encoding: str = "BASE64", **receipt: object) -> str:
    """Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html"""
    told: dict[str, object] = {
        "notificationType": "Received",
        "receipt": {
            "timestamp": "2026-11-22T06:30:00.000Z",
            "recipients": [ENTRY_POINT],
            "spamVerdict": {"status": "PASS"},
            "action": {"type": "SNS", "topicArn": TOPIC, "encoding": encoding},
        }
        | receipt,
        "mail": {
            "timestamp": "2026-11-22T06:30:00.000Z",
            "source": CUSTOMER,
            "messageId": "d6iitobk75ur44p8kdnnp7g2n800",
            "destination": [ENTRY_POINT],
        },
    }
    if raw is not None:
        told["content"] = base64.b64encode(raw).decode() if encoding == "BASE64" else raw.decode()
    return json.dumps(told)


def sns(
    message: str | None = None,
    *,
    type_: str = "Notification",
    version: str = "2",
    key: rsa.RSAPrivateKey = SNS_PRIVATE,
    at: datetime | None = None,
    host: str = SNS_HOST,
    signs: Mapping[str, str] | None = None,
    **fields: str | None,
) -> Delivery:
    """What SNS posts; ``signs`` is what is signed in place of what is posted.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
    """
    told: dict[str, str | None] = {
        "Type": type_,
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "TopicArn": TOPIC,
        "Message": message if message is not None else "You have chosen to subscribe.",
        "Timestamp": (at or datetime.now(UTC)).isoformat(timespec="milliseconds")[:-6] + "Z",
        "SignatureVersion": version,
        "SigningCertURL": f"https://{host}/SimpleNotificationService-abc123.pem",
    }
    if type_ == "Notification":
        told |= {"Subject": "Amazon SES Email Receipt Notification"}
    else:
        told |= {
            "Token": "2336412f37fb",
            "SubscribeURL": f"https://{host}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37fb",
        }
    given = {name: value for name, value in (told | fields).items() if value is not None}
    order = [
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ]
    signed = given | (signs or {})
    text = "".join(f"{name}\n{signed[name]}\n" for name in order if name in signed)
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303  as SNS does
    signature = key.sign(text.encode(), padding.PKCS1v15(), algorithm)
    body = {"Signature": base64.b64encode(signature).decode()} | given
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": type_,
        "x-amz-sns-topic-arn": given.get("TopicArn", ""),
    }
    return Delivery(path=SES_PATH, body=json.dumps(body).encode(), headers=headers)
