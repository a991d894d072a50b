"""What mail servers and readers report of mails that we sent: states, and who wants no more.

A mail with copies has one state, that of its recipient: a report on a copy is shown, and no more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import BadAddress, Channel, Inbound, Mail, StatusUpdate
from contactcenter import db, deliveries, mail_columns, opt_outs
from contactcenter.db import Conn

#: What a server that names none means by giving up, and by not taking it at all.
#: Source: https://www.rfc-editor.org/rfc/rfc3463#section-2
_GAVE_UP: Final = "4.0.0"
_REFUSED: Final = "5.0.0"
#: Reports in the form of complaints that are none: that it was no spam after all, or of a check.
#: Source: https://www.iana.org/assignments/marf-parameters
_NO_COMPLAINTS: Final = frozenset({"not-spam", "auth-failure"})


class Ours(Struct, frozen=True, kw_only=True):
    """A mail that we sent; ``copies`` are the addresses it went to besides."""

    message_id: str
    entry_point: str
    identity_id: int | None
    recipient: str | None
    copies: list[str]


_SQL = db.Statements(__name__)
_by_message_id = _SQL.take("by_message_id", Ours)
_newest_in_ticket = _SQL.take("newest_in_ticket", Ours)
_identity_of = _SQL.take("identity_of", int)


async def ours(
    conn: Conn, channels: Mapping[str, Channel], item: Inbound, ticket_id: int
) -> tuple[Ours, str | None] | None:
    """The mail of ours that a report is about, and the address it speaks of where it names one.

    By the mail's id; where the report names none that we know, the newest that went to that address
    in the ticket to which its own address proves that it belongs, or the newest of all: mail that
    is forwarded comes back from addresses we never heard of.
    """
    if item.received is None or item.thread is None:
        return None
    address = _address(channels.get(item.channel), _named(item.received.mail))
    for message_id in item.thread.answers:
        key = mail_columns.message_key(message_id)
        found = await _by_message_id.first(conn, key, mail_columns.storable(message_id))
        if found is not None:
            return found, address
    if item.thread.ticket_id is None:
        return None
    found = await _newest_in_ticket.first(conn, ticket_id, address)
    if found is None and address is not None:
        found = await _newest_in_ticket.first(conn, ticket_id, None)
    return None if found is None else (found, address)


async def note(
    conn: Conn,
    now: datetime,
    channels: Mapping[str, Channel],
    item: Inbound,
    about: Ours,
    address: str | None,
) -> None:
    """Let a report on this mail of ours take effect."""
    assert item.received is not None
    mail = item.received.mail
    is_of_copy = address is not None and address != about.recipient and address in about.copies
    if mail.kind == "complaint":
        if mail.notice is None or mail.notice.feedback not in _NO_COMPLAINTS:
            await _stop(conn, now, channels, item.channel, about, address if is_of_copy else None)
        return
    status, code = _told(mail)
    if status is None or is_of_copy:
        return
    update = StatusUpdate(
        channel=item.channel,
        external_id=about.message_id,
        status=status,
        correlation_id=about.message_id.rpartition("@")[0],
        error_code=code,
        raw=item.raw,
    )
    await deliveries.note_status(conn, update)


def _told(mail: Mail) -> tuple[str | None, str | None]:
    """The state that a report tells, with the code of a failure; None where it stays as it is."""
    if mail.bounce is not None and mail.bounce.gave_up:
        return "undelivered", mail.bounce.status or (_REFUSED if mail.bounce.permanent else _GAVE_UP)
    return (mail.notice.status if mail.notice is not None else None), None


async def _stop(
    conn: Conn,
    now: datetime,
    channels: Mapping[str, Channel],
    channel: str,
    about: Ours,
    copy: str | None,
) -> None:
    """Who complains is written to no more, until he asks for it."""
    identity_id = about.identity_id if copy is None else await _identity_of.first(conn, copy)
    if identity_id is not None:
        sender = opt_outs.sender_of(channels, channel, about.entry_point)
        await opt_outs.withdraw(
            conn, now, identity_id, channel, sender, source="provider", actor="system"
        )


def _named(mail: Mail) -> str | None:
    said = mail.bounce or mail.notice
    return said.recipient if said is not None else None


def _address(channel: Channel | None, written: str | None) -> str | None:
    """One writing for each address, as they are stored."""
    if channel is None or written is None:
        return None
    try:
        return channel.address(written).value
    except BadAddress:
        return None
