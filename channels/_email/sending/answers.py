"""What a mail server's answers mean: whose matter a refusal is, and whether it may pass.

4yz may pass, 5yz will not; the enhanced code says more where there is one. What a server says of
itself or of us holds back all that goes over it; what it says of one mail holds back that one.
Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.2, https://www.rfc-editor.org/rfc/rfc3463,
https://www.iana.org/assignments/smtp-enhanced-status-codes
"""

import re
from collections.abc import Mapping
from typing import Final

from aiosmtplib import SMTPResponseException

from channels._failures import (
    AccountRefused,
    Deferred,
    FailureKind,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._mail.header_fields import one_line

#: The server is about to close, whatever was asked.
CLOSING: Final = 421
_SIGN_IN_FIRST: Final = frozenset({530, 534, 535, 538})
_DETAIL_CHARACTERS: Final = 300
_ENHANCED: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
_CODE: Final = re.compile(r"([45])(?:\.(\d{1,3})\.(\d{1,3})|\d\d)\Z")

#: Of permanent failures, by subject and detail; where only the subject is known, by ``x``.
_KINDS: Final[Mapping[str, FailureKind]] = {
    "1.x": "number",
    "1.7": "account",
    "1.8": "account",
    "2.x": "number",
    "2.2": "transient",
    "2.3": "content",
    "2.4": "policy",
    "3.x": "transient",
    "3.4": "content",
    "4.x": "transient",
    "4.1": "number",
    "4.4": "number",
    "5.x": "account",
    "5.3": "content",
    "6.x": "content",
    "7.x": "policy",
    "7.8": "account",
    "7.9": "account",
    "7.11": "account",
    "7.14": "account",
}
#: The same by the plain code, for servers that tell no other.
_PLAIN: Final[Mapping[str, FailureKind]] = {
    "550": "number",
    "551": "number",
    "552": "content",
    "553": "number",
    "554": "policy",
    "530": "account",
    "534": "account",
    "535": "account",
    "538": "account",
}
#: Codes of our own.
_OURS: Final[Mapping[str, FailureKind]] = {"bad_address": "number"}


def failure(code: str) -> FailureKind | None:
    """Whose matter a failure is, by its enhanced or plain code; None where that is not known."""
    found = _CODE.match(code)
    if found is None:
        return _OURS.get(code)
    if found[1] == "4":
        return "transient"
    if found[2] is None:
        return _PLAIN.get(code)
    return _KINDS.get(f"{found[2]}.{found[3]}") or _KINDS.get(f"{found[2]}.x")


def code_of(answer: SMTPResponseException) -> str:
    """The enhanced code of an answer, or its plain one."""
    found = _ENHANCED.match(answer.message)
    return found[1] if found else str(answer.code)


def detail_of(answer: SMTPResponseException) -> str:
    """What the server said, in a line for a person."""
    said = one_line(answer.message.encode("utf-8", "replace").decode("utf-8", "replace"))
    return f"The mail server said: {answer.code} {said}"[:_DETAIL_CHARACTERS]


def about_us(answer: SMTPResponseException) -> SendFailure:
    """A refusal before any mail was named: everything that goes over this server waits."""
    if answer.code in _SIGN_IN_FIRST:
        return _failure(AccountRefused, answer)
    return _failure(Unavailable, answer)


def about_sender(answer: SMTPResponseException) -> SendFailure:
    """A refusal of the address a mail comes from: the same for each, as long as it lasts."""
    if answer.code in _SIGN_IN_FIRST:
        return _failure(AccountRefused, answer)
    return _failure(Undeliverable if _is_final(answer) else Unavailable, answer)


def about_mail(answer: SMTPResponseException) -> SendFailure:
    """A refusal of a recipient, or of what a mail holds."""
    if answer.code == CLOSING:
        return _failure(Unavailable, answer)
    if answer.code in _SIGN_IN_FIRST:
        return _failure(AccountRefused, answer)
    return _failure(Undeliverable if _is_final(answer) else Deferred, answer)


def after_the_dot(answer: SMTPResponseException) -> SendFailure:
    """What is neither yes nor no when all was said leaves it open."""
    if not _MAY_PASS <= answer.code < _NO_CODE:
        return OutcomeUnknown(detail_of(answer))
    return about_mail(answer)


_MAY_PASS: Final = 400
FINAL: Final = 500
_NO_CODE: Final = 600


def _is_final(answer: SMTPResponseException) -> bool:
    return answer.code >= FINAL


def _failure(kind: type[SendFailure], answer: SMTPResponseException) -> SendFailure:
    code = code_of(answer)
    return kind(detail_of(answer), code=code, kind=failure(code))
