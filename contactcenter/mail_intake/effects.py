"""What a mail does besides being stored, in the transaction that stores it.

Reports of mail servers tell of mails that we sent, and a first message may be answered by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from msgspec import Struct

from channels import Channel, Inbound, Mail, Unavailable
from contactcenter.db import Conn
from contactcenter.mail_intake import reports as mail_reports
from contactcenter.mails import mail_classes
from contactcenter.outbound import autoresponses
from contactcenter.outbound.autoresponses import Asked
from contactcenter.storable_text import storable
from routing import language

#: No language needs more words than this to show; a book would hold up all other mails.
LOOKED_AT_CHARACTERS: Final = 8_000

log = structlog.get_logger()


class StoredMail(Struct, frozen=True, kw_only=True):
    """A mail that was stored just now. ``identity_id`` is None of one that is no correspondent's.

    ``is_new_ticket`` tells whether it opened its ticket.
    """

    interaction_id: int
    ticket_id: int
    contact_id: int
    identity_id: int | None
    entry_point_id: int
    is_new_ticket: bool
    item: Inbound


async def apply(
    conn: Conn, now: datetime, stored: Sequence[StoredMail], channels: Mapping[str, Channel]
) -> None:
    """Let stored mails take effect, in the caller's transaction; rows are locked already.

    What is locked here comes in one order in every process: our mails by their ids, then whom we
    answer by their domains.
    """
    reports = [one for one in stored if mail_classes.of(one.item).matches_only_ours]
    read = [await mail_reports.read(conn, channels, r.item, r.ticket_id) for r in reports]
    told = [one for one in read if one is not None]
    for one in sorted(told, key=lambda one: one.about.message_id):
        await mail_reports.note(conn, now, channels, one)
    asked = [one for one in (_asked(mail, channels) for mail in stored) if one is not None]
    await autoresponses.write(conn, now, asked, channels)


def _asked(mail: StoredMail, channels: Mapping[str, Channel]) -> Asked | None:
    """What is to be answered by itself; None for what never is, or where nothing is set."""
    item, received = mail.item, mail.item.received
    if not mail.is_new_ticket or mail.identity_id is None or received is None:
        return None
    if not mail_classes.of(item).counts or item.sender.kind != "email":
        return None
    is_forged = received.authentication.dmarc == "fail"
    if is_forged or received.envelope_sender == "":
        return None
    said = received.mail
    if _text(channels, item, None) is None:
        return None
    text = _text(channels, item, _spoken(said))
    if text is None:
        return None
    return Asked(
        ticket_id=mail.ticket_id,
        contact_id=mail.contact_id,
        identity_id=mail.identity_id,
        entry_point_id=mail.entry_point_id,
        channel=item.channel,
        entry_point=item.entry_point,
        correspondent=storable(item.sender.value),
        message_id=None if said.message_id is None else storable(said.message_id),
        references=tuple(storable(one) for one in said.references),
        text=text,
        language="fa" if language.detect(text) == "fa" else "en",
    )


def _spoken(said: Mail) -> str | None:
    words = said.new_text[:LOOKED_AT_CHARACTERS]
    return language.detect(words) or language.detect(said.subject[:LOOKED_AT_CHARACTERS])


def _text(channels: Mapping[str, Channel], item: Inbound, spoken: str | None) -> str | None:
    if item.channel not in channels:
        return None
    try:
        return channels[item.channel].autoresponse(item.entry_point, spoken)
    except Unavailable as error:  # a secret that is lost keeps no mail from being stored
        log.warning("autoresponse_unknown", channel=item.channel, error=type(error).__name__)
        return None
