"""How fast each sender may go, and how a provider that refuses is left in peace.

All of it lies in the database, so that any number of processes together keep one pace. A sender
that is refused sends nothing for a while, longer each time; then it tries one message, and only an
answer lets the others follow. Other senders go on. Where the provider refuses the account itself,
all senders of that account stop, and one message now and then finds out whether that is put right.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog
from msgspec import Struct

from channels import Channel, Unavailable
from contactcenter import db
from contactcenter.db import Conn

#: The longest a refused sender or a stopped account waits before it tries again.
LONGEST_WAIT_S: Final = 300.0
#: A refused account is put right by a person: no sooner than this is worth a look.
FIRST_PROBE_S: Final = 30.0
#: Answers that were lost in a row before their sender pauses. One is bad luck; several are a
#: provider in trouble, and each further attempt is one more message nobody knows about.
LOST_ANSWERS: Final = 3


class Account(Struct, frozen=True, kw_only=True):
    """What a channel calls one of our accounts at its provider."""

    channel: str
    account: str


class _EntryPoint(Struct, frozen=True, kw_only=True):
    id: int
    channel: str
    address: str


_SQL = db.Statements(__name__)
_keep_pace = _SQL.command("keep_pace")
_refuse = _SQL.take("refuse", float)
_answer = _SQL.command("answer")
_stop = _SQL.take("stop", str)
_stay_stopped = _SQL.command("stay_stopped")
_stopped = _SQL.take("stopped", Account)
_entry_points = _SQL.take("entry_points", _EntryPoint)
_probe = _SQL.take("probe", Account)
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


def account_of(channels: Mapping[str, Channel], channel: str, entry_point: str) -> Account | None:
    """Whose account one of our addresses uses; None while that cannot be told."""
    try:
        name = channels[channel].account(entry_point) if channel in channels else ""
    except Unavailable:
        return None
    return Account(channel=channel, account=name)


async def stop(conn: Conn, account: Account, code: str | None, *, claimed_at: datetime) -> None:
    """Stop an account that is refused; said once, loudly. Asked again, wait longer."""
    channel, name = account.channel, account.account
    if await _stop.first(conn, channel, name, code, FIRST_PROBE_S) is None:
        await _stay_stopped.run(conn, channel, name, claimed_at, FIRST_PROBE_S, LONGEST_WAIT_S)
    else:
        log.error("account_sending_stopped", channel=channel, account=name, code=code)


async def stopped(conn: Conn, channels: Mapping[str, Channel]) -> dict[int, Account]:
    """The entry points whose account is stopped, by id; looked up anew, as accounts may change."""
    accounts = await _stopped.all(conn)
    if not accounts:
        return {}
    found = await _entry_points.all(conn, sorted({one.channel for one in accounts}))
    theirs = {one.id: account_of(channels, one.channel, one.address) for one in found}
    return {id_: account for id_, account in theirs.items() if account and account in accounts}


async def probe(conn: Conn, *, claim_s: int) -> Account | None:
    """The stopped account of which this process may try one message now, if there is one."""
    return await _probe.first(conn, claim_s)


async def resume(conn: Conn, account: Account) -> None:
    """The provider took a message of a stopped account: everything goes on."""
    if await _resume.first(conn, account.channel, account.account) is not None:
        log.warning("account_sending_resumed", channel=account.channel, account=account.account)
