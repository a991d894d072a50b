"""A change of one clause of the dispatcher's SQL decides a scenario otherwise, or cannot be played."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from database_plays import both

from contactcenter import agents, offers, timers, turns
from contactcenter.db import Statement
from contactcenter.dispatch import entering, keeping, seek
from contactcenter.scenarios.reading import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = Path(__file__).parent / "scenarios"
CANDIDATES, HEADS, DELAY = seek._candidates, seek._heads, seek._next_delay
SERVED, DUE, MAKE = entering._served_queues, timers._due, turns._make
PRESENCE, RINGING = agents._set_presence, offers._pending_of_agent
KEPT = keeping._kept_for
#: A loop that finds nothing and never ends is noticed, too.
ENOUGH_S = 10


class Change(NamedTuple):
    """``old`` stands in the statement once; as ``new`` it must be noticed in the scenario."""

    clause: str
    statement: Statement
    old: str
    new: str
    scenario: str


QUICK = [
    Change(
        "nobody's delay counts",
        CANDIDATES,
        "m.delay_s * interval '1 second'",
        "m.delay_s * interval '0 seconds'",
        "delay_steps_fire_before_overflow",
    ),
    Change(
        "an exclusion ends too late",
        CANDIDATES,
        "x.until_at > $4",
        "x.until_at >= $4",
        "an_exclusion_is_over_at_the_instant_of_its_end",
    ),
    Change(
        "a window stays open for somebody away",
        CANDIDATES,
        "k.presence IN ('available', 'wrap_up')",
        "k.presence IN ('available', 'wrap_up', 'away')",
        "away_closes_the_window_of_what_is_kept_for_him",
    ),
    Change(
        "the sticky agent is not looked for first",
        CANDIDATES,
        "ORDER BY is_sticky DESC, ",
        "ORDER BY ",
        "among_many_agents_his_own_comes_first",
    ),
    Change(
        "levels are not looked at",
        CANDIDATES,
        "DESC, m.level, ",
        "DESC, ",
        "among_many_agents_the_lowest_level_comes_first",
    ),
    Change(
        "bands are upside down",
        CANDIDATES,
        "m.band DESC, a",
        "m.band, a",
        "among_many_agents_the_highest_band_comes_first",
    ),
    Change(
        "loads are not looked at",
        CANDIDATES,
        "a.load::float8 / a.capacity, ",
        "",
        "among_many_agents_the_smallest_share_of_capacity_comes_first",
    ),
    Change(
        "idle times are not looked at",
        CANDIDATES,
        "a.idle_since, m.agent_id",
        "m.agent_id",
        "among_many_agents_who_is_idle_longest_comes_first",
    ),
    Change(
        "nobody is excluded who looks",
        HEADS,
        "THEN a.id END AS excluded_id",
        "THEN NULL::bigint END AS excluded_id",
        "a_second_miss_in_a_row_makes_away",
    ),
    Change(
        "no delay counts for who looks",
        HEADS,
        "s.delay_s * interval '1 second'",
        "s.delay_s * interval '0 seconds'",
        "who_signs_on_is_not_given_what_is_too_early_for_him",
    ),
    Change(
        "who looks sees what is kept",
        HEADS,
        "k.presence IN ('available', 'wrap_up')",
        "k.presence = 'available'",
        "who_signs_on_is_not_given_what_is_kept_for_somebody_who_wraps_up",
    ),
    Change(
        "the age is seen without credit",
        HEADS,
        "ORDER BY w.rank_us, w.id LIMIT s.room + 1",
        "ORDER BY w.enqueued_at, w.id LIMIT s.room + 1",
        "of_many_that_wait_the_largest_score_comes_first",
    ),
    Change(
        "nobody sees what is his",
        HEADS,
        "WHERE w.sticky_agent_id = l.id AND",
        "WHERE w.sticky_agent_id = l.id AND false AND",
        "what_is_sticky_to_an_agent_comes_before_a_larger_score",
    ),
    Change(
        "handicaps are not told",
        HEADS,
        "s.queue_id, s.handicap_s, t.ticket_ids",
        "s.queue_id, 0 AS handicap_s, t.ticket_ids",
        "a_handicap_lets_his_own_queue_go_first",
    ),
    Change(
        "credit is not told",
        HEADS,
        "array_agg(h.rank_us) AS ranks_us",
        "array_agg(h.rank_us + h.credit_s * 1000000::bigint) AS ranks_us",
        "a_credit_counts_once_between_two_queues",
    ),
    Change(
        "the longest delay is waited for",
        DELAY,
        "min(m.delay_s)",
        "max(m.delay_s)",
        "of_several_delays_the_shortest_is_reached_first",
    ),
    Change(
        "overflow fires last",
        DUE,
        "WHEN 'overflow' THEN 2",
        "WHEN 'overflow' THEN 6",
        "overflow_fires_before_the_end_of_wrap_up",
    ),
    Change(
        "whoever refused is idle since now",
        MAKE,
        "AND units.lets_go THEN $1",
        "THEN $1",
        "a_declined_offer_leaves_idle_since_alone",
    ),
]
MORE = [
    Change(
        "what ends now does not look",
        KEPT,
        "sticky_until >= $2",
        "sticky_until > $2",
        "a_window_that_ends_as_its_agent_is_taken_to_be_away_lets_the_ticket_look_at_once",
    ),
    Change(
        "somebody away is asked",
        CANDIDATES,
        "a.presence = 'available'",
        "a.presence <> 'offline'",
        "a_window_stays_open_while_its_agent_wraps_up",
    ),
    Change(
        "somebody full is asked",
        CANDIDATES,
        "a.capacity - a.load >= $2",
        "a.capacity - a.load >= $2 - 1",
        "a_higher_credit_alone_moves_nobody",
    ),
    Change(
        "whoever has just room is not asked",
        CANDIDATES,
        "a.capacity - a.load >= $2",
        "a.capacity - a.load > $2",
        "a_higher_band_comes_before_less_load",
    ),
    Change(
        "an exclusion never ends",
        CANDIDATES,
        "x.until_at > $4",
        "x.until_at > $4 + interval '1 day'",
        "who_declined_is_asked_again_after_the_exclusion",
    ),
    Change(
        "a window ends too late",
        CANDIDATES,
        "OR $8::timestamptz <= $4",
        "OR $8::timestamptz < $4",
        "the_end_of_a_window_lets_others_have_the_ticket",
    ),
    Change(
        "a window is closed while it is open",
        CANDIDATES,
        "OR $8::timestamptz <= $4",
        "OR $8::timestamptz > $4",
        "away_closes_the_window_of_what_is_kept_for_him",
    ),
    Change(
        "a window closes while its agent wraps up",
        CANDIDATES,
        "k.presence IN ('available', 'wrap_up')",
        "k.presence = 'available'",
        "a_window_stays_open_while_its_agent_wraps_up",
    ),
    Change(
        "what is kept for him he may not have",
        CANDIDATES,
        "m.agent_id = $7 OR",
        "",
        "a_ticket_kept_for_somebody_who_is_free_is_offered_to_him_at_once",
    ),
    Change(
        "who is sticky is not told",
        CANDIDATES,
        "m.agent_id IS NOT DISTINCT FROM $7 AS is_sticky",
        "false AS is_sticky",
        "the_sticky_agent_comes_before_a_lower_level_also_after_his_window",
    ),
    Change(
        "levels are not told",
        CANDIDATES,
        "m.level::int AS level",
        "1 AS level",
        "a_lower_level_comes_before_a_higher_band",
    ),
    Change(
        "bands are not told",
        CANDIDATES,
        "m.band::int AS band",
        "0 AS band",
        "a_higher_band_comes_before_less_load",
    ),
    Change(
        "loads are not shares",
        CANDIDATES,
        "a.load::float8 / a.capacity, ",
        "a.load, ",
        "among_many_agents_the_smallest_share_of_capacity_comes_first",
    ),
    Change(
        "loads are not told",
        CANDIDATES,
        "a.load, a.capacity",
        "0 AS load, a.capacity",
        "a_smaller_share_of_capacity_comes_before_longer_idle",
    ),
    Change(
        "idle times are not told",
        CANDIDATES,
        "a.idle_since - timestamptz",
        "timestamptz '2000-01-01' - timestamptz",
        "signing_on_again_is_idle_since_then",
    ),
    Change(
        "the largest id comes first",
        CANDIDATES,
        "a.idle_since, m.agent_id",
        "a.idle_since, m.agent_id DESC",
        "among_many_equally_idle_agents_the_smallest_id_comes_first",
    ),
    Change(
        "somebody who wraps up looks",
        HEADS,
        "a.presence = 'available'",
        "a.presence <> 'offline'",
        "overflow_fires_before_the_end_of_wrap_up",
    ),
    Change(
        "an agent sees more room than he has",
        HEADS,
        "a.capacity - a.load AS free",
        "a.capacity - a.load + 1 AS free",
        "a_larger_score_comes_first",
    ),
    Change(
        "what is too heavy is looked at",
        HEADS,
        "w.weight <= s.free",
        "w.weight <= s.free + 1",
        "who_looks_passes_over_all_that_is_too_heavy_for_him",
    ),
    Change(
        "what just fits is passed over",
        HEADS,
        "w.weight <= s.free",
        "w.weight < s.free",
        "a_larger_score_comes_first",
    ),
    Change(
        "a window ends too late for who looks",
        HEADS,
        "OR w.sticky_until <= $2",
        "OR w.sticky_until < $2",
        "who_signs_on_as_a_window_ends_is_given_the_ticket",
    ),
    Change(
        "who looks does not see what is not kept any more",
        HEADS,
        "k.presence IN ('available', 'wrap_up')",
        "k.presence IN ('available', 'wrap_up', 'away')",
        "who_signs_on_is_given_what_is_kept_for_somebody_away",
    ),
    Change(
        "the oldest id is seen first",
        HEADS,
        "ORDER BY w.rank_us, w.id LIMIT s.room + 1",
        "ORDER BY w.id LIMIT s.room + 1",
        "of_many_that_wait_the_largest_score_comes_first",
    ),
    Change(
        "of equal ranks the last is seen first",
        HEADS,
        "ORDER BY w.rank_us, w.id LIMIT s.room + 1",
        "ORDER BY w.rank_us, w.id DESC LIMIT s.room + 1",
        "of_many_with_equal_scores_the_smallest_id_comes_first",
    ),
    Change(
        "what is his and too heavy is looked at",
        HEADS,
        "w.weight <= l.free",
        "w.weight <= l.free + 1",
        "who_looks_passes_over_what_is_his_but_too_heavy_for_him",
    ),
    Change(
        "what is his knows no delay",
        HEADS,
        "w.enqueued_at + m.delay_s * interval '1 second'",
        "w.enqueued_at",
        "what_is_sticky_to_an_agent_is_not_offered_before_his_delay",
    ),
    Change(
        "what is his knows no exclusion",
        HEADS,
        "x.agent_id = l.excluded_id AND x.until_at > $2",
        "x.agent_id = l.excluded_id AND false",
        "what_an_agent_declined_is_not_offered_to_him_again_though_it_is_his",
    ),
    Change(
        "what is his is seen by id",
        HEADS,
        "ORDER BY w.rank_us + m.handicap_s * 1000000::bigint, w.id",
        "ORDER BY w.id",
        "of_many_that_are_sticky_to_an_agent_the_largest_score_comes_first",
    ),
    Change(
        "handicaps are not told of what is his",
        HEADS,
        "t.queue_id, t.handicap_s, ARRAY[t.id]",
        "t.queue_id, 0, ARRAY[t.id]",
        "of_many_that_are_sticky_to_an_agent_the_largest_score_comes_first",
    ),
    Change(
        "heads are told by id",
        HEADS,
        "array_agg(h.id) AS ticket_ids",
        "array_agg(h.id ORDER BY h.id) AS ticket_ids",
        "a_larger_score_comes_first",
    ),
    Change(
        "weights are not told",
        HEADS,
        "array_agg(h.weight) AS weights",
        "array_agg(1) AS weights",
        "who_looks_takes_as_much_as_he_has_room_for",
    ),
    Change(
        "a queue whose members have delays is not served",
        SERVED,
        "m.delay_s > 0 OR",
        "",
        "what_is_sticky_to_an_agent_is_not_offered_before_his_delay",
    ),
    Change(
        "expiries fire last",
        DUE,
        "WHEN 'offer_expiry' THEN 0",
        "WHEN 'offer_expiry' THEN 6",
        "offer_expiries_fire_before_delay_steps",
    ),
    Change(
        "delays fire last",
        DUE,
        "WHEN 'delay_step' THEN 1",
        "WHEN 'delay_step' THEN 6",
        "delay_steps_fire_before_overflow",
    ),
    Change(
        "exclusions end last",
        DUE,
        "WHEN 'exclusion_end' THEN 1",
        "WHEN 'exclusion_end' THEN 6",
        "ends_of_exclusions_come_before_overflow",
    ),
    Change(
        "windows end last",
        DUE,
        "WHEN 'sticky_end' THEN 1",
        "WHEN 'sticky_end' THEN 6",
        "ends_of_windows_come_before_overflow",
    ),
    Change(
        "timers fire by id as a number",
        DUE,
        'coalesce(ticket_id, agent_id, queue_id)::text COLLATE "C"',
        "coalesce(ticket_id, agent_id, queue_id)",
        "timers_of_one_instant_and_kind_fire_by_id_as_text",
    ),
    Change(
        "nobody is idle since his work was done",
        MAKE,
        "AND units.lets_go THEN $1",
        "AND false THEN $1",
        "who_is_idle_longest_comes_first",
    ),
    Change(
        "signing on is no beginning of idleness",
        PRESENCE,
        "idle_since = CASE WHEN $2 = 'available' THEN $4",
        "idle_since = CASE WHEN $2 = 'never' THEN $4",
        "signing_on_again_is_idle_since_then",
    ),
    Change(
        "signing on remembers the misses",
        PRESENCE,
        "presence IN ('offline', 'away') THEN 0",
        "presence IN ('offline', 'away') THEN misses",
        "signing_on_forgets_the_misses",
    ),
    Change(
        "what rang is given back by id",
        RINGING,
        "ORDER BY t.rank_us, t.id",
        "ORDER BY t.id",
        "offline_gives_back_what_rings_oldest_rank_first_and_excludes_nobody",
    ),
]


@pytest.mark.parametrize("change", QUICK, ids=[change.clause for change in QUICK])
async def test_a_changed_clause_decides_otherwise(stage, monkeypatch, change):
    assert await is_noticed(stage, monkeypatch, change)


@pytest.mark.full
@pytest.mark.parametrize("change", MORE, ids=[change.clause for change in MORE])
async def test_every_other_changed_clause_decides_otherwise(stage, monkeypatch, change):
    assert await is_noticed(stage, monkeypatch, change)


@pytest.mark.parametrize("change", [*QUICK, *MORE], ids=lambda change: change.clause)
async def test_the_clause_is_there_once(change):
    assert change.statement.sql.count(change.old) == 1
    assert (FOLDER / f"{change.scenario}.json").exists()


async def is_noticed(stage, monkeypatch, change):
    """Whether the database decides otherwise with the change, or cannot go on."""
    sql = change.statement.sql
    monkeypatch.setattr(change.statement, "sql", sql.replace(change.old, change.new))
    reading = read((FOLDER / f"{change.scenario}.json").read_bytes())
    try:
        async with asyncio.timeout(ENOUGH_S):
            decided, remembered = await both(stage, reading.scenario, explains=False)
    except (TimeoutError, AssertionError, asyncpg.PostgresError):
        return True
    return decided != remembered
