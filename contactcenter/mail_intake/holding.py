"""Mails that wait for a person: by whom they are is not clear, or the database refuses them."""

from collections.abc import Mapping, Sequence

from channels import Inbound, Unreadable
from contactcenter import db, quarantine
from contactcenter.db import Conn
from contactcenter.inbound import inbound_columns
from contactcenter.mail_intake.placing import Held

_SQL = db.Statements(__name__)
_give_back_keys = _SQL.command("give_back_keys")


async def hold(
    conn: Conn, held: Sequence[tuple[int, Inbound, Held]], opened: Mapping[int, int]
) -> None:
    """Keep mails, each with its entry point, instead of storing them; they may come again.

    ``opened`` are tickets that were opened just now, by the numbers below 0 that stand for them.
    """
    if not held:
        return
    for entry_point_id, item, why in held:
        await quarantine.hold(
            conn,
            "message",
            _unreadable(item, why.reason, why.detail),
            entry_point_id=entry_point_id,
            ticket_id=None if why.ticket_id is None else opened.get(why.ticket_id, why.ticket_id),
        )
    await _give_back_keys.run(
        conn,
        [entry_point_id for entry_point_id, _, _ in held],
        [inbound_columns.inbound_key(item) for _, item, _ in held],
    )


async def set_aside(conn: Conn, item: Inbound | Unreadable, error: Exception) -> None:
    """Keep what the database will never take as it is: redelivery would not help it."""
    detail = f"the database refused it: {type(error).__name__}"
    await quarantine.hold(conn, "message", _unreadable(item, "not_storable", detail))


def _unreadable(item: Inbound | Unreadable, reason: str, detail: str) -> Unreadable:
    return Unreadable(
        channel=item.channel,
        reason=reason,
        detail=detail,
        raw=item.raw,
        external_id=item.external_id,
    )
