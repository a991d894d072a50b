"""Plays on the dispatcher in a database, undone afterwards, and beside it on the router in memory."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from histories_played import THE_END, agent, rules, step

from contactcenter.db import Conn
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.dispatch.dispatcher import BATCH
from contactcenter.scenarios import on_database, staging
from contactcenter.scenarios.answering import answer
from contactcenter.scenarios.on_database import Centre
from contactcenter.scenarios.scale import scale_of
from contactcenter.scenarios.units import Unit
from routing.engine.playing import AdvanceStep, Played, Scenario, play


@asynccontextmanager
async def undone(stage: RoutingConnection) -> AsyncIterator[None]:
    """What is done to the database inside is as if it had not been."""
    everything = stage.transaction()
    await everything.start()
    try:
        yield
    finally:
        await everything.rollback()
        stage.forget()


async def in_database(
    stage: RoutingConnection, scenario: Scenario, *, explains: bool = True
) -> Played:
    async with undone(stage):
        return await on_database.play_on(stage, scenario, scale_of(scenario), explains=explains)


def printed(played: Played, unit: Unit = "ticks") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b"".join(answer(played, unit)))
    return told


async def both(
    stage: RoutingConnection, scenario: Scenario, unit: Unit = "ticks", *, explains: bool = True
) -> list[dict[str, Any]]:
    """What the database prints, and what memory does."""
    decided = await in_database(stage, scenario, explains=explains)
    return [printed(decided, unit), printed(play(scenario, explains=explains), unit)]


async def centre_of(stage: RoutingConnection, scenario: Scenario) -> Centre:
    """An empty centre, in a database to be undone."""
    stage.explanations, stage.raises = None, True
    scale = scale_of(scenario)
    return Centre(stage, await staging.set_up(stage, scenario, scale), scale)


async def catch_up(centre: Centre, at_us: int) -> None:
    """Whatever is overdue happens only now, as much in a hold as ``serve`` lets happen in one."""
    is_over = False
    while not is_over:
        await centre.hold(at_us, nothing, at_most=BATCH)
        due_us = centre.next_due_us()
        is_over = due_us is None or due_us > at_us
        if not is_over and due_us != centre.router_due_us:
            await centre.let_world_do(due_us, at_us)


async def nothing(_conn: Conn, _now: datetime) -> None:
    pass


def scenario_of(history: dict[str, Any]) -> Scenario:
    """A history of ``histories``, played until nothing waits for time."""
    last = history["events"][-1]["at"] if history["events"] else 0
    return Scenario(
        rules=rules(history["config"]),
        agents=tuple(agent(entry) for entry in history["agents"]),
        steps=[*map(step, history["events"]), AdvanceStep(at_us=last + THE_END)],
    )
