"""Work that one process does at a time, held on the database's clock.

A lease has a *fence*, a number that rises each time it is taken. Who was stopped for longer than
its lease lasted still believes to hold it: what it writes then is told apart by the fence.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from contactcenter import db
from contactcenter.db import Conn

_SQL = db.Statements(__name__)
_take = _SQL.take("take", int)
_renew = _SQL.command("renew")
_let_go = _SQL.command("let_go")


async def take(conn: Conn, name: str, holder: str, *, lease_s: int) -> int | None:
    """Take a lease that is free or one's own; its fence, or None where another process has it."""
    return await _take.first(conn, name, holder, lease_s)


async def renew(conn: Conn, name: str, fence: int, *, lease_s: int) -> bool:
    """Hold a lease for longer, under the same fence; False for whoever has lost it."""
    return bool(await _renew.run(conn, name, fence, lease_s))


async def let_go(conn: Conn, name: str, fence: int) -> None:
    """The work is done: whoever wants the lease need not wait for its end."""
    await _let_go.run(conn, name, fence)


async def see_through(ending: Coroutine[Any, Any, None]) -> None:
    """Do what lets a lease go to its end, even where our process is told to stop meanwhile.

    Cut off in the middle, it would leave the lease to nobody until it runs out. ``ending`` has a
    deadline of its own, as whatever asks the database.
    """
    task = asyncio.create_task(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
