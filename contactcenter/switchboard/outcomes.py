"""What came of what the provider was asked to do, written down: done, once more, or never."""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from msgspec import Struct

from contactcenter.calls import accounts, call_legs, calls, commands, recording_pauses
from contactcenter.calls.commands import Command
from contactcenter.db import Conn
from contactcenter.switchboard.carrying_out import DIALS, Facts

#: The pauses before it is tried again; the last one goes on.
_AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0)
#: An answer that was lost may be made good by the provider's first hook until then.
DOUBT_S: Final = 3.0
#: How long it is tried. Nobody is to stay on the line, so to hang up is tried for long; who asked
#: for a pause presses again.
_PATIENCE_S: Final = {"hang_up": 300.0, "remove": 300.0, "pause_recording": 0.0}
_PATIENCE_ELSE_S: Final = 30.0


Kind = Literal["done", "refused", "gone", "failed", "not_allowed", "later", "doubtful"]


class Outcome(Struct, frozen=True, kw_only=True):
    """``later`` was certainly not done, ``doubtful`` perhaps.

    ``gone`` says nobody is there, ``not_allowed`` that nobody may ever be called there.

    ``telephone`` is the provider's id of one that was dialled, by that ``account`` there.
    """

    kind: Kind
    detail: str | None = None
    telephone: str | None = None
    account: str = ""


async def store(
    conn: Conn, now: datetime, command: Command, facts: Facts, outcome: Outcome
) -> bool:
    """Write it down; returns whether routing has to see what follows for the call."""
    if outcome.telephone is not None and command.leg_id is not None:
        await call_legs.dialled(conn, command.leg_id, outcome.telephone, account=outcome.account)
        await accounts.refresh(conn, now, await calls.lock(conn, command.call_id))
    if outcome.kind in ("later", "doubtful") and await _is_put_back(conn, now, command, outcome):
        return False
    await commands.finish(
        conn,
        now,
        command,
        _STATES[outcome.kind],
        error=None if outcome.kind == "done" else outcome.detail,
    )
    if command.verb in ("pause_recording", "resume_recording"):
        error = None if outcome.kind == "done" else outcome.detail or "failed"
        await recording_pauses.command_ended(conn, now, command.id, error=error)
    if command.verb in DIALS and outcome.kind != "done":
        return await _end_leg(conn, now, command, _reason(outcome))
    if command.verb == "hang_up" and facts.was_never_dialled:
        return await _end_leg(conn, now, command, "canceled")
    return False


_STATES: Final[dict[str, Literal["done", "refused", "failed"]]] = {
    "done": "done",
    "refused": "refused",
    "gone": "refused",
    "failed": "failed",
    "not_allowed": "failed",
    "later": "failed",
    "doubtful": "failed",
}


def _reason(outcome: Outcome) -> str:
    """Why a telephone that was to be dialled is over: only what is wrong with it is its fault."""
    reasons = {"refused": "canceled", "failed": "failed", "not_allowed": "not_allowed"}
    return reasons.get(outcome.kind, "lost")


async def _is_put_back(conn: Conn, now: datetime, command: Command, outcome: Outcome) -> bool:
    detail = outcome.detail or outcome.kind
    if outcome.kind == "doubtful" and command.verb in DIALS:
        if command.is_doubtful:
            return False
        due_at = now + timedelta(seconds=DOUBT_S)
        await commands.put_back(conn, command, due_at=due_at, error=detail, is_doubtful=True)
        return True
    patience_s = _PATIENCE_S.get(command.verb, _PATIENCE_ELSE_S)
    pause_s = _AGAIN_S[min(command.attempts, len(_AGAIN_S)) - 1]
    if (now - command.created_at).total_seconds() + pause_s > patience_s:
        return False
    due_at = now + timedelta(seconds=pause_s)
    await commands.put_back(conn, command, due_at=due_at, error=detail)
    return True


async def _end_leg(conn: Conn, now: datetime, command: Command, reason: str) -> bool:
    """Nobody will be told of this telephone: it is over for us."""
    assert command.leg_id is not None
    call = await calls.lock(conn, command.call_id)
    leg = await call_legs.find(conn, command.leg_id)
    if leg.is_over or leg.external_id is not None:
        return False
    await call_legs.save(conn, call_legs.ended(leg, now, reason))
    counted = (await accounts.refresh(conn, now, call)).call
    unsettled_at = counted.unsettled_at or now
    await calls.save(conn, msgspec.structs.replace(counted, unsettled_at=unsettled_at))
    return True
