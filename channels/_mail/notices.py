"""Receipts of readers and complaints of their providers: of which mail of ours, and what they say.

Source: https://www.rfc-editor.org/rfc/rfc8098, https://www.rfc-editor.org/rfc/rfc5965
"""

from collections.abc import Sequence
from typing import Final

from channels._mail import bounces
from channels._mail.structure import Part
from channels._mail.values import Notice

_RECEIPTS: Final = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)


def receipt(parts: Sequence[Part]) -> Notice | None:
    """Read a reader's receipt; None where there is none.

    Only ``displayed`` says that somebody saw the mail: it may also have been deleted unread.
    """
    for part in parts:
        if part.content_type in _RECEIPTS:
            fields = next(bounces.blocks(part.content()))
            disposition = fields.word("disposition").partition(";")[2].partition("/")[0]
            named = bounces.ids(fields.raw("original-message-id"))
            return Notice(
                message_id=named[0] if named else bounces.returned_id(parts),
                recipient=bounces.recipient(fields),
                status="read" if disposition.strip() == "displayed" else None,
            )
    return None


def complaint(parts: Sequence[Part]) -> Notice | None:
    """Read a provider's report that somebody complains; None where there is none."""
    for part in parts:
        if part.content_type == "message/feedback-report":
            fields = next(bounces.blocks(part.content()))
            named = fields.text("original-rcpt-to").strip().strip("<>")
            return Notice(
                message_id=bounces.returned_id(parts),
                recipient=named if "@" in named else None,
                feedback=fields.word("feedback-type") or None,
            )
    return None
