"""An answer in one digit: kept as what it is, so that it opens no ticket and brings none back.

A digit is an answer while the question is open and the customer has no unsolved ticket; in one, an
agent may have asked how many. What is sent again after an answer changes nothing.
"""

import unicodedata
from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from channels import Inbound
from contactcenter import blobs, db
from contactcenter.db import Conn
from contactcenter.inbound import inbound_columns
from contactcenter.surveys import answering

#: What stands around a digit and means nothing.
_AROUND: Final = " \t\r\n.!،,\u200c\u200e\u200f"
Outcome = Literal["stored", "duplicate"]


class _Open(Struct, frozen=True, kw_only=True):
    id: int
    ticket_id: int
    contact_id: int
    identity_id: int


_SQL = db.Statements(__name__)
_open = _SQL.take("open", _Open)
_keep = _SQL.take("keep", int)


def score_of(item: Inbound) -> int | None:
    """The score that a message consists of, in digits of any script; None for any other message."""
    text = item.text.strip(_AROUND)
    if len(text) != 1 or not _is_plain(item):
        return None
    score = unicodedata.decimal(text, None)
    return score if score is not None and answering.WORST <= score <= answering.BEST else None


async def take(
    conn: Conn, now: datetime, entry_point_id: int, item: Inbound, score: int
) -> Outcome | None:
    """Keep a digit as the answer to the newest open question; None: it is a message like others."""
    sender = item.sender
    found = await _open.first(conn, sender.kind, sender.value, entry_point_id, now)
    if found is None:
        return None
    raw = item.raw
    interaction_id = await _keep.first(
        conn,
        entry_point_id,
        inbound_columns.inbound_key(item),
        item.channel,
        raw.content_type,
        msgspec.json.encode(raw.headers).decode(),
        raw.body,
        found.contact_id,
        found.ticket_id,
        found.identity_id,
        item.text,
        item.external_id,
        item.occurred_at,
        now,
    )
    if interaction_id is None:
        return "duplicate"
    await answering.answer(conn, now, found.id, score, by="reply", interaction_id=interaction_id)
    return "stored"


def _is_plain(item: Inbound) -> bool:
    """Whether it is a text and nothing else: no file, mail, call, line of a chat, STOP or START."""
    has_more = item.media or item.thread or item.call or item.said or item.consent
    return not has_more and len(item.raw.body) <= blobs.INLINE_BYTES
