"""What kind of mail it is; it decides whether a ticket is reopened, answered or counted.

Nothing is thrown away for being of a kind: it is shown, and treated otherwise.
Source: https://www.rfc-editor.org/rfc/rfc3834, https://www.rfc-editor.org/rfc/rfc5965,
https://www.rfc-editor.org/rfc/rfc8098, https://www.rfc-editor.org/rfc/rfc2919
"""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from channels._mail import addresses, bounces, notices
from channels._mail.header_fields import HeaderFields
from channels._mail.structure import Part
from channels._mail.values import Bounce, Kind, Loop, Notice

#: Every mail of ours carries this field, with the address it is from: should it come back there, it
#: is our own. Another centre with the same software is somebody else.
LOOP_FIELD: Final = "x-contactcenter-loop"
#: So many machines a mail may have passed.
_LOOPS: Final = 20
_AUTOMATIC_SUBJECT: Final = re.compile(
    r"\A\s*(?:\[[^\]]{0,40}\]\s*)?(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response"
    r"|antwort)|autoreply|out of (?:the )?office|ooo\s*:"
    r"|automatische antwort|abwesenheits|réponse automatique|respuesta automática"
    r"|risposta automatica"
    r"|پاسخ[\s\u200c]*(?:گوی?[\s\u200c]*)?خودکار|پیام[\s\u200c]+خودکار"
    r"|(?:من[\s\u200c]+)?(?:در[\s\u200c]+)?مرخصی[\s\u200c]+(?:هستم|می[\s\u200c]*باشم))",
    re.IGNORECASE,
)
_MACHINES: Final = re.compile(
    r"\A(?:no-?reply|do-?not-?reply|donotreply|mailer-daemon|postmaster|bounces?)\b", re.IGNORECASE
)
_LIST_FIELDS: Final = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "feedback-id",
    "x-campaign-id",
    "x-mailchimp-id",
    "x-mc-user",
)
_AUTO_FIELDS: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-autoresponder",
    "x-mail-autoreply",
)


class Judged(Struct, frozen=True):
    """The kind, and what is said by a bounce, or by a receipt or complaint; whose it may be."""

    kind: Kind
    bounce: Bounce | None = None
    notice: Notice | None = None
    loop: Loop | None = None


def judge(header: HeaderFields, parts: Sequence[Part], text: str, sender: str) -> Judged:
    """Of several kinds that fit, the one that matters most."""
    judged = _judged(header, parts, text, sender)
    carried = header.raw_all(LOOP_FIELD)[:_LOOPS]
    if not carried:
        return judged
    senders = [one.address for value in carried for one in addresses.read(value)]
    return Judged("loop", loop=Loop(senders=tuple(senders), otherwise=judged.kind))


def _judged(  # noqa: PLR0911  each kind answers for itself
    header: HeaderFields, parts: Sequence[Part], text: str, sender: str
) -> Judged:
    complaint = notices.complaint(parts)
    if complaint is not None:
        return Judged("complaint", notice=complaint)
    receipt = notices.receipt(parts)
    if receipt is not None:
        return Judged("receipt", notice=receipt)
    report = bounces.from_structure(parts)
    if isinstance(report, Bounce):
        return Judged("bounce", report)
    if report is not None:
        return Judged("receipt", notice=report)
    bounce = bounces.from_words(header, text, parts)
    if bounce is not None:
        return Judged("bounce", bounce)
    if _is_automatic(header, sender):
        return Judged("auto_reply")
    return Judged("bulk" if _is_bulk(header) else "person")


def _is_automatic(header: HeaderFields, sender: str) -> bool:
    submitted = header.word("auto-submitted").partition(";")[0].strip()
    if submitted not in {"", "no"}:
        return True
    precedence = header.word("precedence")
    if precedence in {"auto_reply", "auto-reply", "autoreply"}:
        return True
    if any(
        header.raw(name) is not None and header.word(name) not in {"no", "false"}
        for name in _AUTO_FIELDS
    ):
        return True
    if _AUTOMATIC_SUBJECT.match(header.text("subject")):
        return True
    if _is_bulk(header):
        return False
    suppresses = {word.strip() for word in header.word("x-auto-response-suppress").split(",")}
    is_machine = bool(_MACHINES.match(sender)) or header.text("return-path").strip() == "<>"
    return is_machine or bool(suppresses & {"all", "oof", "autoreply"})


def _is_bulk(header: HeaderFields) -> bool:
    if header.word("precedence") in {"bulk", "list", "junk"}:
        return True
    return any(header.raw(name) is not None for name in _LIST_FIELDS)
