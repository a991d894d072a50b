"""Facts: appended in the transaction that makes them true, read by the feed and the reports.

An event has one name in the audit trail, the live feed, the reports and the log. ``data`` holds
ids, codes and numbers, never message text or addresses, so that erasing a person leaves it whole.
``docs/events.md`` lists what each kind carries; a test compares it with ``KINDS``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from contactcenter import db
from contactcenter.db import Conn

#: Every kind there is, and when it is recorded.
KINDS: Final[Mapping[str, str]] = {
    "contact_created": "a person is known for the first time",
    "contact_changed": "somebody edited a contact",
    "contact_merged": "two contacts turned out to be one person",
    "contact_unmerged": "a merge was undone",
    "segment_set": "something was asserted of a contact, such as a category, or taken back",
    "behaviour_told": "another system told what customers did",
    "behaviour_forgotten": "what customers did was deleted because its time is over",
    "vital_contact_displeased": "a vital contact complained, or a promise to him was broken",
    "asset_created": "a machine is known for the first time",
    "asset_changed": "what is known of a machine is another, or it is in use no more",
    "asset_transferred": "a machine is somebody's from now on, or is no more",
    "entitlement_granted": "a contact, or whoever owns a machine, may expect something of us",
    "entitlement_ended": "he may expect it no more",
    "visitor_identified": "the host site of a web chat said who a visitor is",
    "visitor_introduced": "a visitor of a web chat said who he is, or where he is reached",
    "consent_changed": "a customer takes messages from us no more, or takes them again",
    "interaction_received": "a customer's message was stored",
    "interaction_status_changed": "a provider told what became of a message",
    "attachment_stored": "a file that came with a message was fetched",
    "attachment_failed": "a file that came with a message will not be fetched",
    "recording_started": "a call is recorded from now on",
    "recording_paused": "the provider keeps nothing of a call for a while",
    "recording_not_paused": "a pause was asked for, and the call is recorded all the same",
    "recording_resumed": "a call is recorded again",
    "recording_not_resumed": "the end of a pause was asked for, and nothing is recorded",
    "recording_ended": "a recording is over",
    "recording_stored": "a recording was fetched",
    "recording_failed": "a recording will not be fetched",
    "recording_transcribed": "the provider wrote down what a caller said, or could not",
    "recording_erased": "nobody hears a recording any more",
    "reply_written": "an agent wrote to the customer",
    "autoresponse_written": "a first message was answered by itself",
    "reply_forwarded": "a reply in a chat went on by another channel: its visitor was gone",
    "transcript_written": "a visitor asked for his conversation by mail",
    "note_written": "an agent wrote an internal note",
    "reply_sent": "the provider took a message",
    "reply_failed": "a message will not be sent, or nobody knows whether it was",
    "ticket_opened": "a problem was opened",
    "ticket_queued": "triage gave a new problem its queue",
    "ticket_offered": "the ticket rings at an agent",
    "offer_declined": "the agent said no",
    "offer_expired": "the agent did not answer in time",
    "offer_rescinded": "the offer was taken back",
    "ticket_assigned": "an agent holds the ticket",
    "ticket_escalated": "the ticket was referred to a more specialised tier",
    "supervisor_notified": "a rule asks supervisors to look at the ticket",
    "resolution_failed": "a solution was tried and did not help",
    "ticket_returned": "the ticket was sent back to a lower tier",
    "ticket_transferred": "the ticket was moved to another queue or agent",
    "ticket_released": "the holder gave the ticket back to its queue",
    "ticket_overflowed": "it had waited too long and went to another queue",
    "ticket_abandoned": "the customer left before anybody had answered",
    "ticket_pending": "it is the customer's turn",
    "ticket_held": "it waits for us, with a reason and a date",
    "ticket_resumed": "it goes on after it was pending or on hold",
    "ticket_solved": "the problem is solved",
    "ticket_reopened": "the problem came back",
    "ticket_closed": "the time to come back is over",
    "ticket_marked_spam": "it was no customer's problem",
    "ticket_credited": "reasons to be served earlier were granted or taken back",
    "sla_warned": "most of the time of a promise is gone",
    "sla_breached": "a promise was broken",
    "sla_met": "a promise was kept",
    "chat_ended": "a visitor ended his chat",
    "call_began": "a customer called, or is to be called",
    "call_waiting": "a caller left the menu and waits for somebody",
    "call_connected": "the customer of a call has somebody with him",
    "call_answered": "somebody of ours talks with the customer: as good as a reply",
    "call_held": "the customer of a call hears music alone",
    "call_resumed": "he is talked with again",
    "call_ended": "the telephone of a customer hung up",
    "call_corrected": "what was told late made other figures of a call that is over",
    "chat_rated": "a visitor said what he thinks of a chat",
    "alert_raised": "a measure of the live board is beyond the threshold of a rule",
    "alert_cleared": "it is quiet again, or the rule is another one",
    "survey_sent": "a customer was asked how well his problem was solved",
    "survey_answered": "he answered",
    "call_dialled": "an agent has a customer called, about his ticket or as he was promised",
    "call_hold_asked": "an agent puts the customer on hold, or takes him off",
    "call_transfer_changed": "a call is handed on: who is asked answers, takes over, or does not",
    "call_party_changed": "somebody else is called into a call, or taken out of it",
    "callback_changed": "somebody is to be called back, was, or is not to be any more",
    "call_supervision_changed": "a supervisor listens to a call, whispers, is heard, or leaves it",
    "call_ending_asked": "somebody ends a call for all who are in it",
    "feedback_taken": "somebody said what he likes or does not like",
    "feedback_assigned": "somebody sees to what was said",
    "feedback_closed": "something came of what was said",
    "follow_up_made": "somebody has to do something by a time",
    "follow_up_closed": "it was done, or never will be",
    "follow_up_overdue": "its time has come, and nothing came of it",
    "notice_changed": "a notice was written, started, paused, stopped, or is done",
    "notice_written": "a notice was written to somebody",
    "price_offered": "something was offered for a price, or for less than before",
    "price_band_changed": "somebody says for how much something is sold",
    "ticket_changed": "its subject, category, tags, temperament or sticky agent is another",
    "fairness_gap_found": "people of one temperament are served worse than all others",
    "presence_changed": "an agent came, went or paused",
    "entry_point_discovered": "a message came to an address of ours that nobody had set up",
    "queue_opened": "by its calendar, a queue hands out tickets from now on",
    "queue_closed": "by its calendar, a queue hands out nothing for a while",
    "configuration_changed": "a team, queue, rule, entry point, calendar or text was edited",
    "payload_quarantined": "an authentic payload could not be understood",
    "payload_released": "a quarantined payload was understood at last",
    "database_restored": "a backup took the place of the database",
    "user_invited": "an account was made",
    "user_changed": "an account was edited",
    "user_disabled": "a person may no longer sign in",
    "user_enabled": "a person may sign in again",
    "password_reset_requested": "a link to set a new password was made",
    "password_changed": "a password was set",
    "session_started": "a person signed in",
    "session_ended": "a person signed out",
    "token_created": "a program got access",
    "token_revoked": "a program lost access",
    "rows_exported": "rows of tickets were taken away by another system, or as a file",
    "report_exported": "a report about agents was taken away as a file",
}

_SQL = db.Statements(__name__)
_append = _SQL.command("append")


class Event(Struct, frozen=True, kw_only=True):
    """One fact. ``version`` is the ticket's after the change; None where it left the row alone.

    ``actor`` is who did it: ``user:7``, ``token:3``, ``system``, ``customer``. ``team_ids`` are the
    teams that hold or held the ticket: who may know of it.
    """

    kind: str
    at: datetime
    actor: str
    ticket_id: int | None = None
    version: int | None = None
    contact_id: int | None = None
    agent_id: int | None = None
    team_ids: tuple[int, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


async def record(conn: Conn, *events: Event) -> None:
    """Append events, in order, within the caller's transaction."""
    if not events:
        return
    for event in events:
        check(event)
    await _append.run(
        conn,
        [e.at for e in events],
        [e.kind for e in events],
        [e.ticket_id for e in events],
        [e.version for e in events],
        [e.contact_id for e in events],
        [e.agent_id for e in events],
        [e.actor for e in events],
        ["{" + ",".join(map(str, e.team_ids)) + "}" for e in events],
        [msgspec.json.encode(e.data).decode() for e in events],
    )


def check(event: Event) -> None:
    """Refuse a kind that is not listed, so that nothing unknown enters the audit trail."""
    if event.kind not in KINDS:
        raise ValueError(f"unknown event kind {event.kind}")
