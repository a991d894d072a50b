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
NOT_YET = {
    "a_declined_offer_leaves_idle_since_alone",
    "a_leg_drawn_beforehand_is_followed_by_wrap_up_also_when_it_escalates",
    "a_missed_offer_leaves_idle_since_alone",
    "a_second_miss_in_a_row_makes_away",
    "a_window_stays_open_while_its_agent_wraps_up",
    "after_a_decline_the_ticket_looks_first_and_then_the_agent",
    "all_timers_of_one_instant_fire_though_an_earlier_one_changed_something",
    "an_accept_forgets_the_misses",
    "an_escalation_clears_exclusions",
    "an_escalation_clears_sticky_and_overflow",
    "an_exclusion_is_over_at_the_instant_of_its_end",
    "away_closes_the_window_of_what_is_kept_for_him",
    "delay_steps_fire_before_overflow",
    "offer_expiries_fire_before_delay_steps",
    "offline_closes_the_window_of_what_is_kept_for_him",
    "overflow_clears_sticky",
    "overflow_fires_before_the_end_of_wrap_up",
    "overflow_moves_to_the_next_queue_with_its_age",
    "patience_counts_while_waiting_and_while_ringing",
    "patience_that_ends_while_ringing_frees_the_agent",
    "seconds_are_rounded_to_microseconds",
    "the_caller_leaving_an_offer_frees_the_agent_who_looks_at_once",
    "the_end_of_a_window_lets_others_have_the_ticket",
    "the_sticky_agent_comes_before_a_lower_level_also_after_his_window",
    "timers_earlier_in_time_fire_first",
    "timers_of_one_instant_and_kind_fire_by_id_as_text",
    "what_is_sticky_to_an_agent_comes_before_a_larger_score",
    "what_rings_does_not_overflow",
    "who_declined_is_asked_again_after_the_exclusion",
    "work_drawn_beforehand_plays_by_itself",
}


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
