"""What mail servers and readers report of mails that we sent: states, and who wants no more.

A mail with copies has one state, that of its recipient: a report on a copy is shown, and no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import BadAddress, Channel, Inbound, Mail, StatusUpdate
from contactcenter import db
from contactcenter.db import Conn
from contactcenter.mails import mail_columns
from contactcenter.outbound import deliveries, opt_outs
from contactcenter.storable_text import storable

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


class Told(Struct, frozen=True, kw_only=True):
    """A report, the mail of ours that it is about, and the address it names, if any."""

    item: Inbound
    mail: Mail
    about: Ours
    address: str | None

    @property
    def is_of_copy(self) -> bool:
        """Whether it speaks of a copy and not of the mail's recipient."""
        return self.address != self.about.recipient and self.address in self.about.copies


_SQL = db.Statements(__name__)
_by_message_id = _SQL.take("by_message_id", Ours)
_newest_in_ticket = _SQL.take("newest_in_ticket", Ours)
_identity_of = _SQL.take("identity_of", int)


async def read(
    conn: Conn, channels: Mapping[str, Channel], item: Inbound, ticket_id: int
) -> Told | None:
    """What a report that was stored in a ticket is about; None where no mail of ours is found.

    By the mail's id; where the report names none that we know, the newest that went to that address
    in the ticket to which its own address proves that it belongs, or the newest of all: mail that
    is forwarded comes back from addresses we never heard of.
    """
    if item.received is None or item.thread is None:
        return None
    mail = item.received.mail
    address = _address(channels.get(item.channel), mail)
    about = await _known(conn, item.thread.answers)
    if about is None and item.thread.ticket_id is not None:
        about = await _newest_in_ticket.first(conn, ticket_id, address)
        if about is None and address is not None:
            about = await _newest_in_ticket.first(conn, ticket_id, None)
    return None if about is None else Told(item=item, mail=mail, about=about, address=address)


async def note(conn: Conn, now: datetime, channels: Mapping[str, Channel], told: Told) -> None:
    """Let a report take effect."""
    if told.mail.kind == "complaint":
        if told.mail.notice is None or told.mail.notice.feedback not in _NO_COMPLAINTS:
            await _stop(conn, now, channels, told)
        return
    status, code = _state(told.mail)
    if status is None or told.is_of_copy:
        return
    update = StatusUpdate(
        channel=told.item.channel,
        external_id=told.about.message_id,
        status=status,
        correlation_id=told.about.message_id.rpartition("@")[0],
        error_code=code,
        raw=told.item.raw,
    )
    await deliveries.note_status(conn, update)


async def _known(conn: Conn, message_ids: Sequence[str]) -> Ours | None:
    for message_id in message_ids:
        key = mail_columns.message_key(message_id)
        found = await _by_message_id.first(conn, key, storable(message_id))
        if found is not None:
            return found
    return None


def _state(mail: Mail) -> tuple[str | None, str | None]:
    """The state that a report tells, with the code of a failure; None where it stays as it is."""
    if mail.bounce is not None and mail.bounce.gave_up:
        return "undelivered", mail.bounce.status or (
            _REFUSED if mail.bounce.permanent else _GAVE_UP
        )
    return (mail.notice.status if mail.notice is not None else None), None


async def _stop(conn: Conn, now: datetime, channels: Mapping[str, Channel], told: Told) -> None:
    """Who complains is written to no more, until he asks for it."""
    identity_id = told.about.identity_id
    if told.is_of_copy:
        identity_id = await _identity_of.first(conn, told.address)
    if identity_id is not None:
        channel = told.item.channel
        sender = opt_outs.sender_of(channels, channel, told.about.entry_point)
        await opt_outs.withdraw(
            conn, now, identity_id, channel, sender, source="provider", actor="system"
        )


def _address(channel: Channel | None, mail: Mail) -> str | None:
    """Of whom a report speaks, in the one writing that addresses are stored in."""
    said = mail.bounce or mail.notice
    if channel is None or said is None or said.recipient is None:
        return None
    try:
        return channel.address(said.recipient).value
    except BadAddress:
        return None
