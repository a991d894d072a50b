"""Translates the forms Twilio posts about SMS and MMS."""

from collections.abc import Mapping
from datetime import UTC, datetime

from channels import _phone_number
from channels._consent import consent_of
from channels._failures import BadAddress
from channels._messages import Inbound, Media, StatusUpdate, Unreadable
from channels._twilio_errors import kind_of
from channels._twilio_hook import Payload
from channels._twilio_status import INBOUND_STATUSES, STATUS

NAME = "sms"

#: Our own parameter in the form of a message that was read from Twilio's list: when it was written,
#: in ISO 8601. Twilio's forms tell no time.
SENT_AT = "ContactcenterSentAt"

#: Twilio's parameters that are kept beside a message, by our names.
_DETAILS = {
    "AccountSid": "account_sid",
    "MessagingServiceSid": "messaging_service_sid",
    "NumSegments": "num_segments",
    "NumMedia": "num_media",
    "OptOutType": "opt_out_type",
    "FromCountry": "from_country",
    "FromState": "from_state",
    "FromCity": "from_city",
    "FromZip": "from_zip",
}


def message(payload: Payload, region: str) -> Inbound | Unreadable:
    """Translate the form of an incoming message; ``region`` reads numbers without country code."""
    form = payload.form
    for name in ("MessageSid", "From", "To"):
        if not form.get(name):
            return _unreadable(payload, "missing_field", f"The form has no {name}.")
    sid = form["MessageSid"]
    try:
        sender = _phone_number.sender(form["From"], region, sid)
        entry_point = _phone_number.entry_point(form["To"], region)
    except BadAddress as error:
        return _unreadable(payload, "bad_address", str(error))
    return Inbound(
        channel=NAME,
        entry_point=entry_point,
        sender=sender,
        text=form.get("Body", ""),
        raw=payload.raw,
        external_id=sid,
        media=_media(form),
        consent=consent_of(form.get("Body", ""), form.get("OptOutType")),
        occurred_at=_moment(form.get(SENT_AT)),
        details={ours: form[theirs] for theirs, ours in _DETAILS.items() if form.get(theirs)},
    )


def status(payload: Payload) -> StatusUpdate | Unreadable | None:
    """Translate a report on a message; None when it is about a message to us."""
    form = payload.form
    sid, word = form.get("MessageSid"), form.get("MessageStatus", "").lower()
    if not sid or not word:
        name = "MessageStatus" if sid else "MessageSid"
        return _unreadable(payload, "missing_field", f"The form has no {name}.")
    if word in INBOUND_STATUSES:
        return None
    if word not in STATUS:
        detail = f"MessageStatus is “{word[:40]}”, which is not a status we know."
        return _unreadable(payload, "unknown_status", detail)
    code = form.get("ErrorCode") or None
    return StatusUpdate(
        channel=NAME,
        external_id=sid,
        correlation_id=payload.query.get("c"),
        status=STATUS[word],
        error_code=code,
        failure=kind_of(code) if code else None,
        raw=payload.raw,
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _media(form: Mapping[str, str]) -> tuple[Media, ...]:
    """Every attachment named, whatever NumMedia claims: a link is never dropped."""
    found: list[Media] = []
    while url := form.get(f"MediaUrl{len(found)}"):
        content_type = form.get(f"MediaContentType{len(found)}") or "application/octet-stream"
        found.append(Media(url=url, content_type=content_type))
    return tuple(found)


def _unreadable(payload: Payload, reason: str, detail: str) -> Unreadable:
    return Unreadable(
        channel=NAME,
        reason=reason,
        detail=detail,
        raw=payload.raw,
        external_id=payload.form.get("MessageSid") or None,
    )
