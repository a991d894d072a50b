"""What a mail does besides being stored, in the transaction that stores it.

Reports of mail servers tell of mails that we sent, and a first message may be answered by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from channels import Channel, Inbound
from contactcenter.db import Conn


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
    """Let stored mails take effect, in the caller's transaction; rows are locked already."""
