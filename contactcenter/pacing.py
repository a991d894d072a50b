"""How fast each sender may go, and how a provider that refuses is left in peace.

All of it lies in the database, so that any number of processes together keep one pace. A sender
that is refused sends nothing for a while, longer each time; then it tries one message, and only an
answer lets the others follow. Other senders go on. Where the provider refuses the account itself,
the whole channel stops, and one message now and then finds out whether that is put right.
"""

from datetime import datetime
from typing import Final

import structlog

from contactcenter import db
from contactcenter.db import Conn

#: The longest a refused sender or a stopped channel waits before it tries again.
LONGEST_WAIT_S: Final = 300.0
#: A refused account is put right by a person: no sooner than this is worth a look.
FIRST_PROBE_S: Final = 30.0
#: Answers that were lost in a row before their sender pauses. One is bad luck; several are a
#: provider in trouble, and each further attempt is one more message nobody knows about.
LOST_ANSWERS: Final = 3

_SQL = db.Statements(__name__)
_keep_pace = _SQL.command("keep_pace")
_refuse = _SQL.take("refuse", float)
_answer = _SQL.command("answer")
_stop = _SQL.take("stop", str)
_stay_stopped = _SQL.command("stay_stopped")
_probe = _SQL.take("probe", str)
_resume = _SQL.take("resume", str)

log = structlog.get_logger()


async def keep_pace(conn: Conn, entry_point_id: int) -> None:
    """Let this sender's rate be kept, now that it has one."""
    await _keep_pace.run(conn, entry_point_id)


async def refuse(
    conn: Conn,
    entry_point_id: int,
    *,
    claimed_at: datetime,
    share: float,
    asked_s: float = 0.0,
    borne: int = 0,
) -> float:
    """Hold a sender back that was refused; returns for how many seconds.

    The wait doubles with each refusal in a row, ``share`` (0.5 to 1) of it is taken, and never
    less than ``asked_s``. The first ``borne`` refusals hold nothing back.
    """
    return await _refuse.one(
        conn, entry_point_id, claimed_at, share, asked_s, borne, LONGEST_WAIT_S
    )


async def answer(conn: Conn, entry_point_id: int) -> None:
    """The provider answered about a message of this sender: it goes on as before."""
    await _answer.run(conn, entry_point_id)


async def stop(conn: Conn, channel: str, code: str | None, *, claimed_at: datetime) -> None:
    """Stop a channel whose account is refused; said once, loudly. Asked again, wait longer."""
    if await _stop.first(conn, channel, code, FIRST_PROBE_S) is None:
        await _stay_stopped.run(conn, channel, claimed_at, FIRST_PROBE_S, LONGEST_WAIT_S)
    else:
        log.error("channel_sending_stopped", channel=channel, code=code)


async def probe(conn: Conn, *, claim_s: int) -> str | None:
    """The stopped channel of which this process may try one message now, if there is one."""
    return await _probe.first(conn, claim_s)


async def resume(conn: Conn, channel: str) -> None:
    """The provider took a message of a stopped channel: everything goes on."""
    if await _resume.first(conn, channel) is not None:
        log.warning("channel_sending_resumed", channel=channel)
