"""Amazon SNS: who signed a message, and confirming that we want a topic's messages.

A message names the certificate it is signed with. That certificate is believed because it comes
over TLS from the SNS of the topic's own region, without a redirect, is issued to SNS and is in
force; of a file with several, each must have issued the one before it. Which topics are ours only
the settings say: a topic of a stranger is signed just as well.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, TypeVar
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from channels._failures import Unavailable, Undeliverable
from channels._fetch import Fetcher

#: SNS tries for an hour at most; the rest is for clocks.
#: Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
WINDOW_S: Final = 86_400

NOTIFICATION: Final = "Notification"
CONFIRMATIONS: Final = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
#: What is signed of a message, in this order, where it is there.
_SIGNED: Final = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
} | dict.fromkeys(
    CONFIRMATIONS,
    ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
)
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "1": hashes.SHA1(),  # noqa: S303  as SNS signs unless the topic says otherwise
    "2": hashes.SHA256(),
}
#: Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_TOPIC: Final = re.compile(
    r"arn:(aws|aws-us-gov|aws-cn|aws-eusc):sns:([a-z0-9-]{4,32}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}"
)
_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}
_CERTIFICATE: Final = re.compile(
    r"https://([a-z0-9.-]{1,200})(?::[0-9]{1,5})?/SimpleNotificationService-[0-9a-z]{1,64}\.pem"
)
_SUBSCRIPTION: Final = re.compile(
    r"https://([a-z0-9.-]{1,200})(?::[0-9]{1,5})?/\?([!-\"$-~]{1,4000})"
)
_MOST_CERTIFICATES: Final = 16
#: Who names a certificate that cannot be had makes us look for it once in this time.
_NOT_AGAIN_S: Final = 30.0

_Kept = TypeVar("_Kept")


class Sns:
    """Checks messages of topics; keeps the certificates it has seen."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._certificates: dict[str, x509.Certificate] = {}
        self._not_had_at_s: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()

    async def is_signed(self, message: Mapping[str, str]) -> bool:
        """Whether SNS has signed it for its topic; raises ``Unavailable`` if none can tell."""
        host = host_of(message.get("TopicArn", ""))
        named = _CERTIFICATE.fullmatch(message.get("SigningCertURL", ""))
        algorithm = _HASHES.get(message.get("SignatureVersion", ""))
        signed = canonical(message)
        if host is None or named is None or named[1] != host or algorithm is None or not signed:
            return False
        if not _is_recent(message.get("Timestamp", "")):
            return False
        try:
            signature = base64.b64decode(message.get("Signature", ""), validate=True)
        except (binascii.Error, ValueError):
            return False
        certificate = await self._certificate(named[0])
        key = certificate.public_key()
        if not _is_of_sns(certificate, message["TopicArn"]) or not isinstance(
            key, rsa.RSAPublicKey
        ):
            return False
        try:
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        except InvalidSignature:
            return False
        return True

    async def confirm(self, message: Mapping[str, str]) -> None:
        """Say that we want a topic's messages; the request for that was signed.

        Raises ``Unavailable`` where it names another address than that of the topic's SNS, or that
        one does not answer.
        """
        asked = _SUBSCRIPTION.fullmatch(message.get("SubscribeURL", ""))
        said = parse_qs(asked[2]) if asked else {}
        if (
            asked is None
            or asked[1] != host_of(message["TopicArn"])
            or said.get("Action") != ["ConfirmSubscription"]
            or said.get("TopicArn") != [message["TopicArn"]]
        ):
            raise Unavailable("The address to confirm the subscription at is not that of its SNS.")
        try:
            await self._fetcher.fetch(asked[0], authorization="")
        except Undeliverable as error:
            raise Unavailable(f"The subscription was not confirmed: {error}") from error

    async def _certificate(self, url: str) -> x509.Certificate:
        async with self._one_at_a_time:
            known = self._certificates.get(url)
            if known is not None:
                return known
            not_had_at_s = self._not_had_at_s.get(url)
            if not_had_at_s is not None and time.monotonic() - not_had_at_s < _NOT_AGAIN_S:
                raise Unavailable("The certificate could not be had a moment ago.")
            try:
                found = _chained((await self._fetcher.fetch(url, authorization="")).body)
            except (Unavailable, Undeliverable) as error:
                _keep(self._not_had_at_s, url, time.monotonic())
                raise Unavailable(f"The certificate was not had: {error}") from error
            _keep(self._certificates, url, found)
            return found


def host_of(topic: str) -> str | None:
    """The SNS of a topic's region; None where it is no topic."""
    found = _TOPIC.fullmatch(topic)
    return f"sns.{found[2]}.{_suffix(found[1])}" if found else None


def canonical(message: Mapping[str, str]) -> bytes:
    """What is signed of a message; empty where its type is none of SNS's."""
    names = _SIGNED.get(message.get("Type", ""), ())
    lines = [f"{name}\n{message[name]}\n" for name in names if name in message]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _suffix(partition: str) -> str:
    return _SUFFIXES.get(partition, "amazonaws.com")


def _is_recent(timestamp: str) -> bool:
    try:
        published_at = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    if published_at.tzinfo is None:
        return False
    return abs((datetime.now(UTC) - published_at).total_seconds()) <= WINDOW_S


def _chained(pem: bytes) -> x509.Certificate:
    """The first certificate of a file; raises ``Undeliverable`` where it is none of its chain."""
    try:
        found = x509.load_pem_x509_certificates(pem)
        for issued, issuer in pairwise(found):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise Undeliverable("What was to be a certificate is none, or not of its chain.") from error
    return found[0]


def _is_of_sns(certificate: x509.Certificate, topic: str) -> bool:
    """Whether it was issued to SNS and is in force.

    SNS's certificates bear one name in old regions, another in new ones, and yet others in China
    and for the government. Source:
    https://github.com/aws/aws-sdk-java-v2/tree/master/services-custom/sns-message-manager
    """
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return False
    found = _TOPIC.fullmatch(topic)
    assert found is not None, "its host was found by it"
    partition, region = found[1], found[2]
    suffix = _suffix(partition)
    ours = {f"sns.{suffix}", f"sns.{region}.{suffix}"}
    ours |= {f"sns-signing.{region}.{suffix}", f"sns-{region}.{suffix}"}
    if partition == "aws-us-gov":
        ours.add(f"sns-us-gov-west-1.{suffix}")
    return not ours.isdisjoint(_names(certificate))


def _names(certificate: x509.Certificate) -> set[str]:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = {str(one.value).lower() for one in common}
    try:
        also = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return names
    return names | {name.lower() for name in also.value.get_values_for_type(x509.DNSName)}


def _keep(kept: dict[str, _Kept], url: str, found: _Kept) -> None:
    """Keep it, and forget the oldest of too many."""
    kept[url] = found
    while len(kept) > _MOST_CERTIFICATES:
        del kept[next(iter(kept))]
