"""What is measured of a call, as it is kept with it: made of all hooks, however they came."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import call_board
import factories
import msgspec
import pytest
from call_board import Board, call_of
from call_stories import BEGAN, CUSTOMER, handed_over_warm
from call_told import ANN, OURS, over, told, voice

import channels
from channels import CallEvent, CallHook
from contactcenter import timers
from contactcenter.calls import accounts, call_hooks, call_legs, calls
from contactcenter.calls.calls import Call
from contactcenter.db import Database
from contactcenter.switchboard import switchboard

AGENTS = ("ann", "bob")


@pytest.fixture
async def board(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Board]:
    """A switchboard that only counts: what callers hear and who is called is told by others."""
    monkeypatch.setattr(switchboard, "STEPS", {})
    monkeypatch.setattr(switchboard, "LATE_STEPS", {})

    async def clock(conn: Any) -> timers.Instant:
        instant = await timers.clock_and_next_due(conn)
        return msgspec.structs.replace(instant, now=BEGAN + timedelta(minutes=10))

    async with call_board.board(database, clock=clock) as built:
        built._keeps_times = True
        yield built


def understood(hook: dict[str, Any]) -> CallHook | None:
    """A hook of a story at our number; None for what our own console tells."""
    if hook["hook"] == "agent_ui":
        return None
    params = hook["params"] | {"FriendlyName": "elsewhere", "AccountSid": "AC1"}
    if params.get("CallSid") == CUSTOMER:
        params |= {"To": OURS, "From": ANN}
    read = channels.call_hook(hook["hook"], params, datetime.fromisoformat(hook["received"]))
    assert isinstance(read, CallHook)
    return read


async def played(board: Board, database: Database, hooks: list[dict[str, Any]]) -> Call:
    """All of a story, in the order of the list; whose telephones are is known at the end."""
    for hook in hooks:
        if (read := understood(hook)) is not None:
            await board.take(read)
    call = await call_of(database, CUSTOMER)
    async with database.transaction() as conn:
        for name in AGENTS:
            user_id = await factories.agent(conn, BEGAN, name=name)
            leg = await call_legs.add(
                conn,
                BEGAN,
                call_id=call.id,
                party="agent",
                purpose="offer",
                address="+4930111222",
                user_id=user_id,
            )
            await call_legs.dialled(conn, leg.id, f"CA{name}", account="AC1")
            await _wrap_up(conn, call.id, name, user_id, hooks)
        await accounts.refresh(conn, BEGAN, await calls.lock(conn, call.id))
    return await call_of(database, CUSTOMER)


async def _wrap_up(
    conn: Any, call_id: int, name: str, user_id: int, hooks: list[dict[str, Any]]
) -> None:
    done = next(h for h in hooks if h["hook"] == "agent_ui" and h["params"]["agent"] == name)
    at = datetime.fromisoformat(done["params"]["at"])
    event = CallEvent(kind="wrapped_up", received_at=at, at=at, label=f"agent:{user_id}")
    await call_hooks.note(
        conn, call_id, name="agent_ui", key=f"done:{name}", events=[event], received_at=at
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
async def test_any_permutation_and_duplication_of_a_calls_hooks_is_kept_as_the_same_account(
    board: Board, database: Database, seed: int
) -> None:
    hooks = handed_over_warm().hooks()
    for told_by in hooks:
        if label := told_by["params"].get("ParticipantLabel"):
            told_by["params"]["ParticipantLabel"] = label if label == "customer" else ""
    chance = random.Random(seed)
    shuffled = hooks + chance.sample(hooks, 12)
    chance.shuffle(shuffled)
    call = await played(board, database, shuffled if seed else hooks)
    account = call.account
    assert {
        name: account[name]
        for name in (
            "outcome",
            "ivr_s",
            "queue_s",
            "ring_s",
            "talk_s",
            "hold_s",
            "call_s",
            "transfers",
            "warm",
        )
    } == {
        "outcome": "answered",
        "ivr_s": 14,
        "queue_s": 38,
        "ring_s": 21,
        "talk_s": 256,
        "hold_s": 57,
        "call_s": 365,
        "transfers": 1,
        "warm": 1,
    }
    assert sorted(account["agents"].values(), key=lambda done: done["talk_s"]) == [
        {"talk_s": 116, "hold_s": 57, "wrap_s": 30, "handle_s": 203},
        {"talk_s": 145, "hold_s": 30, "wrap_s": 40, "handle_s": 215},
    ]
    async with database.transaction() as conn:
        told_last = await conn.fetchval(
            "SELECT data -> 'agents' FROM event WHERE kind IN ('call_ended', 'call_corrected')"
            " ORDER BY id DESC LIMIT 1"
        )
    assert told_last == account["agents"]
    assert [(call.state, call.outcome)] == [("ended", "answered")]
    assert [
        (at - BEGAN).total_seconds() for at in (call.parked_at, call.answered_at, call.ended_at)
    ] == [14, 52, 365]
    expected = [(phase["kind"], phase["from"]) for phase in account["phases"]]
    assert expected[:3] == [
        ("menu", "2026-05-04T12:00:00+00:00"),
        ("waiting", "2026-05-04T12:00:14+00:00"),
        ("ringing", "2026-05-04T12:00:40+00:00"),
    ]


async def test_a_call_has_its_seconds_while_it_lasts_and_an_outcome_only_when_it_is_over(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(told("wait", "parked", 14, elapsed_s=0))
    call = await call_of(database)
    assert (call.account["outcome"], call.account["ivr_s"], call.outcome) == (None, 14, None)
    assert call.account["phases"][-1]["to"] is None
    await board.take(told("enqueue_action", "unparked", 21, status="hung_up", elapsed_s=7))
    await board.take(over(seconds=21, elapsed_s=21))
    call = await call_of(database)
    assert (call.account["outcome"], call.account["queue_s"], call.outcome) == (
        "abandoned",
        7,
        "abandoned",
    )


async def test_who_leaves_the_line_and_is_promised_nothing_has_abandoned(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(told("wait", "parked", 14, elapsed_s=0))
    await board.take(told("enqueue_action", "unparked", 24, status="left", elapsed_s=10))
    await board.take(over(seconds=30))
    call = await call_of(database)
    assert (call.outcome, call.account["queue_s"]) == ("abandoned", 10)
    async with database.transaction() as conn:
        told_at = call.ended_at
        event = CallEvent(kind="callback_asked", received_at=told_at, at=told_at, leg="CA1")
        await call_hooks.note(
            conn, call.id, name="agent_ui", key="callback:1", events=[event], received_at=told_at
        )
        await accounts.refresh(conn, told_at, await calls.lock(conn, call.id))
    assert (await call_of(database)).outcome == "callback"


async def test_figures_stand_when_what_was_told_of_a_call_is_not_kept_any_more(
    board: Board, database: Database
) -> None:
    await board.take(voice())
    await board.take(told("wait", "parked", 14, elapsed_s=0))
    await board.take(over(seconds=30))
    before = await call_of(database)
    async with database.transaction() as conn:
        await conn.execute("DELETE FROM call_hook")
        later = before.ended_at + accounts.STANDS_AFTER + timedelta(seconds=1)
        event = CallEvent(kind="transcribed", received_at=later, leg="CA1")
        await call_hooks.note(
            conn, before.id, name="transcription", key="late", events=[event], received_at=later
        )
        await accounts.refresh(conn, later, await calls.lock(conn, before.id))
    after = await call_of(database)
    assert (after.account, after.outcome, after.ended_at) == (
        before.account,
        "abandoned",
        before.ended_at,
    )
