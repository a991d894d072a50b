"""Who outside is still to be told: claimed, tried, and tried again later.

A claim ends by itself, so what a killed process had is told by another one; under the same id, for
it may have been told already.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class Due(Struct, frozen=True, kw_only=True):
    """A claimed row, with what it tells of; ``attempts`` counts this one."""

    id: int
    what: Literal["raised", "cleared"]
    kind: Literal["email", "webhook"]
    target: str
    language: str
    signed_for: int
    attempts: int
    alert_id: int
    name: str
    measure: str
    queue_id: int | None
    queue_name: str | None
    direction: str
    threshold: float
    value: float
    raised_at: datetime
    cleared_at: datetime | None
    cleared_value: float | None
    cleared_because: str | None


_SQL = db.Statements(__name__)
_give_up_on_late = _SQL.take("give_up_on_late", int)
_claim = _SQL.take("claim", Due)
_end = _SQL.command("end")
_put_off = _SQL.command("put_off")
_sender = _SQL.take("sender", str)


async def give_up_on_late(conn: Conn, *, after_s: int) -> list[int]:
    """Tell nobody any more of what is over, in news so old; returns their ids.

    That something holds is told however late it is, and that it is over to whoever was told that
    it began: what pages people must not be left open.
    """
    return await _give_up_on_late.all(conn, after_s)


async def claim(conn: Conn, *, at_most: int, for_s: int) -> list[Due]:
    """Take those whose time has come, for so many seconds."""
    return await _claim.all(conn, at_most, for_s)


async def sent(conn: Conn, delivery_id: int) -> None:
    """He knows."""
    await _end.run(conn, delivery_id, "sent", None)


async def failed(conn: Conn, delivery_id: int, why: str) -> None:
    """He will not be told."""
    await _end.run(conn, delivery_id, "failed", why)


async def put_off(conn: Conn, delivery_id: int, wait_s: float, why: str) -> None:
    """Once more, later."""
    await _put_off.run(conn, delivery_id, wait_s, why)


async def sender(conn: Conn) -> str | None:
    """The address of ours that mails of alerts come from: the first; None without any."""
    return await _sender.first(conn)
