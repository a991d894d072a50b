"""Amazon SES, which hands a mail to an SNS topic, which posts it to us.

The rule of SES must have an *SNS action*: only that brings the mail along, up to 150 KB; the
notifications of other actions, S3 among them, bring a description of it. Its encoding should be
Base64: with UTF-8, which is the default, SES replaces what is in another charset before it gets
here.

SNS tries again after 5xx only, three times in a minute unless the topic's delivery policy says
otherwise, and waits 15 s for an answer.
Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from channels._email.hooks.payload import Payload, Posted
from channels._email.hooks.sns import CONFIRMATIONS, NOTIFICATION, Sns, host_of

#: SNS sends 256 KB at most, which escaping makes longer, twice.
#: Source: https://docs.aws.amazon.com/general/latest/gr/sns.html
MOST_BYTES: Final = 2 * 1024 * 1024

#: What SES sends to a topic to see whether it may.
_TRIAL: Final = "AmazonSnsSubscriptionSucceeded"
_RECEIVED: Final = "Received"

log = structlog.get_logger()


class _Action(Struct, frozen=True):
    type: str = ""
    encoding: str = "UTF8"


class _Receipt(Struct, frozen=True):
    recipients: tuple[str, ...] = ()
    action: _Action = _Action()


class _Mail(Struct, frozen=True):
    source: str | None = None
    timestamp: str = ""


class _Notification(Struct, frozen=True):
    """What SES says of a mail it received."""

    notification_type: str = msgspec.field(default="", name="notificationType")
    receipt: _Receipt = _Receipt()
    mail: _Mail = _Mail()
    content: str | None = None


class Ses:
    """Reads and checks what SNS posts for SES. Its keys are the topics we listen to."""

    name = "ses"
    key = "ses_topic_arns"
    most_bytes = MOST_BYTES
    forged = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, sns: Sns) -> None:
        self._sns = sns

    def may_be_authentic(self, headers: Mapping[str, str], keys: Sequence[str]) -> bool:
        """SNS names the topic in a header as well; what is delivered raw is signed by nobody."""
        return headers.get("x-amz-sns-topic-arn", keys[0]) in keys

    def understood(self, posted: Posted) -> Payload:
        envelope = _object(posted.body)
        if envelope is None:
            return Payload(reason="not_json", detail="What SNS posted is not its JSON.")
        proof = {name: value for name, value in envelope.items() if isinstance(value, str)}
        if proof.get("Type") != NOTIFICATION:
            return Payload(reason="not_a_mail", detail="SNS posted no notification.", proof=proof)
        told = _notification(proof.get("Message", ""))
        if told is None or told.notification_type != _RECEIVED:
            detail = "SNS posted something else than SES on a mail it received."
            return Payload(reason="not_a_mail", detail=detail, proof=proof)
        if not told.receipt.recipients:
            detail = "SES does not say to whom the mail was sent (receipt.recipients)."
            return Payload(reason="missing_field", detail=detail, proof=proof)
        return Payload(
            recipients=told.receipt.recipients,
            mail=_content(told),
            envelope_sender=told.mail.source,
            received_at=_moment(told.mail.timestamp),
            detail=_lacking(told),
            proof=proof,
        )

    async def is_authentic(self, posted: Posted, payload: Payload, keys: Sequence[str]) -> bool:  # noqa: ARG002
        return payload.proof.get("TopicArn") in keys and await self._sns.is_signed(payload.proof)

    async def answered(self, posted: Posted, payload: Payload) -> web.Response | None:  # noqa: ARG002
        """Confirm a subscription to one of our topics; note that one has ended."""
        if payload.recipients:
            return None
        proof = payload.proof
        kind = proof.get("Type")
        if kind == CONFIRMATIONS[0]:
            await self._sns.confirm(proof)
            log.info("sns_subscription_confirmed", topic=proof["TopicArn"])
            return web.Response(body=b"confirmed\n", content_type="text/plain")
        if kind == CONFIRMATIONS[1]:
            log.error("sns_subscription_ended", topic=proof["TopicArn"])
            return web.Response(body=b"noted\n", content_type="text/plain")
        told = _notification(proof.get("Message", ""))
        if told is not None and told.notification_type == _TRIAL:
            return web.Response(body=b"well\n", content_type="text/plain")
        return None

    def note_stored(self, payload: Payload) -> None:
        """Nothing: what is signed is the mail itself."""


def is_key(text: str) -> bool:
    """Whether this is the ARN of a topic."""
    return host_of(text) is not None


def _object(text: bytes | str) -> Mapping[str, Any] | None:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _notification(text: str) -> _Notification | None:
    try:
        return msgspec.json.decode(text, type=_Notification)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _content(told: _Notification) -> bytes | None:
    if told.content is None:
        return None
    if told.receipt.action.encoding.upper() != "BASE64":
        return told.content.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode("".join(told.content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _lacking(told: _Notification) -> str:
    if told.content is not None:
        return "SES posted a mail that is not in the encoding it names."
    return (
        f"SES posted a description of the mail (action {told.receipt.action.type or 'unknown'}), "
        "not the mail: give the rule an SNS action with Base64."
    )


def _moment(timestamp: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
