"""Every scenario is decided by the dispatcher, in a database, as it is by the router in memory."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from databases import Copies

from contactcenter.db import Database
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.scenarios import on_database
from contactcenter.scenarios.answering import answer
from contactcenter.scenarios.reading import Reading, read
from contactcenter.scenarios.scale import scale_of
from routing.engine.playing import play

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(f.stem for f in FOLDER.glob("*.json") if not f.stem.endswith(".expected"))
NOT_YET: set[str] = set()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def conn(copies: Copies) -> AsyncIterator[RoutingConnection]:
    """A connection to a database in which scenarios are played and undone."""
    dsn = copies.take()
    opened = await Database(dsn).connect(
        "simulation", generic_plans=True, connection_class=RoutingConnection
    )
    assert type(opened) is RoutingConnection
    yield opened
    await opened.close()
    copies.drop(dsn)


async def both(conn: RoutingConnection, reading: Reading, *, explains: bool = True):
    """What the two engines print."""
    played = conn.transaction()
    await played.start()
    try:
        decided = await on_database.play_on(
            conn, reading.scenario, scale_of(reading.scenario), explains=explains
        )
    finally:
        await played.rollback()
    remembered = play(reading.scenario, explains=explains)
    return [json.loads(b"".join(answer(one, reading.unit))) for one in (decided, remembered)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason="not all rules are there yet"))
        if name in NOT_YET
        else name
        for name in SCENARIOS
    ],
)
async def test_both_engines_print_the_same(conn, name):
    reading = read((FOLDER / f"{name}.json").read_bytes())

    in_database, in_memory = await both(conn, reading)

    assert in_database == in_memory
