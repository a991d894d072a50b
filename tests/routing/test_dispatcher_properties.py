"""What holds of every history whatever, on the dispatcher in a database."""

import copy
import os
from dataclasses import replace

import pytest
from database_plays import catch_up, centre_of, scenario_of, undone
from dispatcher_watched import (
    Watch,
    credit_is_the_sum_of_its_reasons,
    legs_tile,
    loads_and_holders,
    nobody_idle_could_have_what_waits,
    read,
    us,
)
from histories import histories
from histories_played import THE_END, step
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEW = settings(
    max_examples=int(os.environ.get("DATABASE_HISTORIES", "5")),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to make one smaller takes long
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=200)


async def watched(stage, history):
    """Play it all, looking after every event and every instant at which time did something."""
    async with undone(stage):
        centre = await centre_of(stage, scenario_of(history))
        watch = Watch(stage)
        for one in scenario_of(history).steps:
            while (due_us := centre.next_due_us()) is not None and due_us <= one.at_us:
                await centre.advance(due_us)
                await watch.look(centre.at(due_us))
            await centre.take(one)
            await watch.look(centre.at(one.at_us))


@FEW
@given(history=histories(longest=40))
async def test_invariants_hold_after_every_event(stage, history):
    await watched(stage, history)


def told(state):
    """All that is to be seen, without what only counts changes."""
    return (
        [(o.ticket_id, o.agent_id, o.offered_at, o.state) for o in state.offers],
        [(leg.ticket_id, leg.agent_id, leg.from_at, leg.to_at) for leg in state.legs],
        {(t.id, t.state, state.queues[t.queue_id], t.credit_s) for t in state.tickets.values()},
        {(a.id, a.presence, a.load, a.misses, a.idle_since) for a in state.agents.values()},
        {key: timer.due_at for key, timer in state.timers.items()},
    )


async def ended(stage, history, events):
    async with undone(stage):
        centre = await centre_of(stage, scenario_of(history))
        for event in [*events, {"at": events[-1]["at"] + THE_END, "do": "advance"}]:
            await centre.take(step(event))
        return told(await read(stage))


@FEW
@given(history=histories(longest=40))
async def test_an_event_that_comes_twice_counts_once(stage, history):  # I14
    # These name no offer: said twice, they are said of the next offer or add up.
    named = ("ticket", "accept", "finish", "leave", "presence", "advance")
    once = [e for e in history["events"] if e["do"] in named]
    twice = [copy.deepcopy(e) for e in once for _ in range(2)]

    assert await ended(stage, history, twice) == await ended(stage, history, once)


@FEW
@given(history=histories(longest=40), asleep=st.sets(st.integers(0, 40)))
async def test_a_dispatcher_that_slept_catches_up(stage, history, asleep):  # I22
    """For a while nobody fires timers; then those that are overdue fire late, many in a hold."""
    scenario = scenario_of(history)
    async with undone(stage):
        centre = await centre_of(stage, scenario)
        watch = Watch(stage)
        for n, one in enumerate(scenario.steps):
            if n in asleep:
                await catch_up(centre, one.at_us)
            await centre.take(one)
            await watch.look(centre.at(one.at_us))


@FEW
@given(
    history=histories(longest=40),
    jumps=st.dictionaries(st.integers(0, 40), st.sampled_from((-600, -40, -3, 3, 40, 600))),
)
async def test_a_clock_that_jumps_breaks_nothing(stage, history, jumps):  # F14
    """Whatever is overdue then fires late; what had been reached may lie ahead once more."""
    scenario = scenario_of(history)
    shift = 40 * 600
    async with undone(stage):
        centre = await centre_of(stage, scenario)
        for n, one in enumerate(scenario.steps):
            shift += jumps.get(n, 0)
            at_us = one.at_us + shift
            await catch_up(centre, at_us)
            await centre.take(replace(one, at_us=at_us))
            state = await read(stage)
            loads_and_holders(state)
            nobody_idle_could_have_what_waits(state, centre.at(at_us))
            credit_is_the_sum_of_its_reasons(state)
            legs_tile(state)


BACK_AGAIN = {
    "config": {
        "offer_timeout": 20,
        "exclude_for": 60,
        "max_misses": 2,
        "auto_accept": True,
        "wrap_up": 0,
    },
    "agents": [
        {"id": "ann", "capacity": 1, "members": [{"queue": "a", "delay": 30}, {"queue": "b"}]},
        {"id": "bob", "capacity": 1, "members": [{"queue": "b"}, {"queue": "c"}]},
        {"id": "cyd", "capacity": 1, "members": [{"queue": "c"}]},
    ],
    "events": [
        {"at": 0, "do": "presence", "agent": "ann", "to": "available"},
        {"at": 0, "do": "ticket", "id": 1, "queue": "b"},
        {"at": 1, "do": "ticket", "id": 2, "queue": "a"},
        {"at": 2, "do": "presence", "agent": "bob", "to": "available"},
        {"at": 2, "do": "ticket", "id": 3, "queue": "b"},
        {
            "at": 2,
            "do": "ticket",
            "id": 4,
            "queue": "c",
            "sticky_agent": "bob",
            "sticky_for": 30,
        },
        {"at": 50, "do": "advance"},
        # The clock goes back. Ann frees herself too early for 2, cyd comes while 4 is kept.
        {"at": 10, "do": "finish", "ticket": 1},
        {"at": 11, "do": "presence", "agent": "cyd", "to": "available"},
        {"at": 50, "do": "advance"},
    ],
}


async def test_what_was_reached_before_a_clock_went_back_is_reached_again(stage):
    async with undone(stage):
        centre = await centre_of(stage, scenario_of(BACK_AGAIN))
        for event in BACK_AGAIN["events"]:
            await centre.take(step(event))
        state = await read(stage)

    begun = {o.ticket_id: us(o.offered_at) // us(centre.at(1)) for o in state.offers}
    assert begun == {1: 0, 3: 2, 2: 31, 4: 32}


@pytest.mark.full
@pytest.mark.timeout(1200)
@MANY
@given(history=histories())
async def test_invariants_hold_in_hundreds_of_histories(stage, history):
    await watched(stage, history)
