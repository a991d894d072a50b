"""Twilio's words for how far a message has come, in ours."""

from collections.abc import Mapping

#: Twilio's status: a key of ``STATUS_RANK``. A word that is not here is not guessed at.
#: Source: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATUS: Mapping[str, str] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "canceled",
    "read": "read",
}

#: Said of messages to us, which have no delivery to follow.
INBOUND_STATUSES = frozenset({"receiving", "received"})
