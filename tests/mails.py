"""Mails as the intake is handed them: read by the channel's own parser, without its processes."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from channels import Address, Authentication, Inbound, MailReceived, Raw, Thread
from channels._mail import threads
from channels._mail.understanding import understand
from contactcenter.db import Conn
from contactcenter.mails import mail_columns

ENTRY_POINT = "support@example.com"


def mail(
    n: int | str,
    *,
    sender: str = "sara@customer.test",
    name: str = "Sara",
    text: str = "Hello",
    subject: str = "Printer",
    message_id: str | None = None,
    answers: tuple[str, ...] = (),
    entry_point: str = ENTRY_POINT,
    files: tuple[tuple[str, str, bytes], ...] = (),
    headers: dict[str, str] | None = None,
    **thread: Any,
) -> Inbound:
    """A mail by number; ``thread`` is what its way in says of its ticket."""
    made = EmailMessage()
    if sender:
        made["From"] = f"{name} <{sender}>"
    made["To"] = entry_point
    made["Subject"] = subject
    made["Message-ID"] = f"<{message_id or f'm{n}@customer.test'}>"
    if answers:
        made["In-Reply-To"] = f"<{answers[0]}>"
        made["References"] = " ".join(f"<{one}>" for one in reversed(answers))
    for key, value in (headers or {}).items():
        made[key] = value
    made.set_content(text)
    for file_name, content_type, content in files:
        kind, _, sub = content_type.partition("/")
        made.add_attachment(content, maintype=kind, subtype=sub, filename=file_name)
    return received(made.as_bytes(), entry_point=entry_point, **thread)


def received(
    raw: bytes, *, entry_point: str = ENTRY_POINT, at: datetime | None = None, **thread: Any
) -> Inbound:
    """The bytes of a mail as ``channels`` hands them on."""
    read = understand(raw)
    address = read.author.address.lower() if read.author else ""
    digest = hashlib.sha256(raw).hexdigest()[:32]
    sender = (
        Address(kind="email", value=address)
        if address
        else Address(kind="withheld", value=f"email:{digest}")
    )
    known = {
        "answers": threads.answers(read),
        "named_ticket_id": threads.named_ticket(read.subject),
    }
    return Inbound(
        channel="email",
        entry_point=entry_point,
        sender=sender,
        text=read.new_text,
        raw=Raw(body=raw, content_type="message/rfc822", headers={"entry_point": entry_point}),
        external_id=f"{read.message_id or ''} {digest}",
        sender_name=(read.author.name if read.author else "") or None,
        occurred_at=at,
        details={"class": read.kind},
        thread=Thread(**(known | thread)),
        received=MailReceived(
            mail=read, authentication=Authentication(), recipient=entry_point, envelope_sender=None
        ),
    )


def dated(moment: datetime) -> str:
    """As a Date field has it."""
    return format_datetime(moment)


async def our_mail(
    conn: Conn,
    ticket_id: int,
    message_id: str,
    *,
    to: str = "sara@customer.test",
    cc: tuple[str, ...] = (),
) -> int:
    """A mail that we wrote about a ticket; returns its interaction's id."""
    interaction_id: int = await conn.fetchval(
        """INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind,
             author_id, body, state, occurred_at, received_at)
           SELECT t.contact_id, t.id, t.entry_point_id, (SELECT id FROM identity WHERE value = $2), 'email', 'outbound',
             'message', (SELECT min(id) FROM user_account), 'x', 'sent', now(), now()
           FROM ticket t WHERE t.id = $1 RETURNING id""",
        ticket_id,
        to,
    )
    await conn.execute(
        """INSERT INTO mail (interaction_id, message_id, message_key, kind, "to", cc)
           VALUES ($1, $2, $3, 'person', $4, $5)""",
        interaction_id,
        message_id,
        mail_columns.message_key(message_id),
        [{"name": "", "address": to}],
        [{"name": "", "address": one} for one in cc],
    )
    return interaction_id
