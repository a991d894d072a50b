"""How people of each temperament are served: figures that were computed by hand."""

import json
from datetime import UTC, datetime, timedelta

import factories as make
import msgspec
import pytest

from contactcenter import fairness
from contactcenter.fairness import Gap
from contactcenter.periods import Period
from routing.temperament import LABELS

NOW = datetime(2026, 3, 30, 8, tzinfo=UTC)
PERIOD = Period(from_at=NOW - timedelta(days=28), to_at=NOW)


class World:
    """Tickets with nothing but what is counted of them."""

    def __init__(self, conn):
        self.conn = conn

    async def set_up(self):
        await make.prepare(self.conn)
        self.team_id = await make.team(self.conn)
        self.queue_id = await make.queue(self.conn, team_id=self.team_id)
        self.agent_id = await make.agent(self.conn, NOW - timedelta(days=90))
        return self

    async def ticket(self, label, *, minutes_ago=60, solved_after_s=None, escalated=False):
        """One that was queued, and perhaps escalated and solved."""
        queued_at = NOW - timedelta(minutes=minutes_ago)
        ticket_id = await make.ticket(
            self.conn, queued_at, intake_queue_id=self.queue_id, temperament=label
        )
        await self.event("ticket_queued", queued_at, ticket_id, temperament=label)
        if escalated:
            await self.event("ticket_escalated", queued_at, ticket_id, temperament=label)
        if solved_after_s is not None:
            at = queued_at + timedelta(seconds=solved_after_s)
            await self.event(
                "ticket_solved", at, ticket_id, temperament=label, took_s=solved_after_s
            )
        return ticket_id

    async def event(self, kind, at, ticket_id, **data):
        await make.event(self.conn, at, kind, ticket_id=ticket_id, data=data)

    async def taken(self, ticket_id, label, after_s):
        """Somebody took it so long after it was queued."""
        began_at = await self.conn.fetchval(
            "SELECT enqueued_at FROM ticket WHERE id = $1", ticket_id
        )
        at = began_at + timedelta(seconds=after_s)
        for agent_id, from_at, to_at in ((None, began_at, at), (self.agent_id, at, None)):
            await self.conn.execute(
                "INSERT INTO leg (ticket_id, episode, queue_id, tier, agent_id, from_at, to_at, ended_by)"
                " VALUES ($1, 1, $2, 1, $3, $4, $5, $6)",
                ticket_id, self.queue_id, agent_id, from_at, to_at, to_at and "assigned",
            )  # fmt: skip
        await self.event("ticket_assigned", at, ticket_id, temperament=label, waited_s=after_s)

    async def replied(self, ticket_id, label, *rules):
        interaction_id = await make.interaction(
            self.conn, NOW - timedelta(minutes=30), ticket_id=ticket_id, direction="outbound",
            author_id=self.agent_id, state="sent",
        )  # fmt: skip
        await self.conn.execute(
            "INSERT INTO reply_tone VALUES ($1, $2, $3, $4, $5)",
            interaction_id, ticket_id, label, list(rules), NOW - timedelta(minutes=30),
        )  # fmt: skip

    async def scored(self, ticket_id, score, minutes_ago=10):
        await self.conn.execute(
            "INSERT INTO feedback (topic, polarity, score, ticket_id, source, given_at, received_at, actor)"
            " VALUES ('service', 'like', $2, $1, 'survey', $3, $3, 'customer')",
            ticket_id, score, NOW - timedelta(minutes=minutes_ago),
        )  # fmt: skip

    async def report(self, viewer_id=None):
        told = await fairness.report(self.conn, NOW, PERIOD, viewer_id=viewer_id)
        return told, {row.temperament: row for row in told.rows}


@pytest.fixture
async def world(conn):
    return await World(conn).set_up()


async def test_satisfaction_by_temperament_and_guidance_is_what_is_counted_by_hand(world):
    """Of 12 hesitant people who were written to as they should be 9 are content, of 10 others 4."""
    for n in range(12):
        ticket_id = await world.ticket("hesitant")
        await world.replied(ticket_id, "hesitant")
        await world.scored(ticket_id, 5 if n < 9 else 3)
    for n in range(10):
        ticket_id = await world.ticket("hesitant")
        await world.replied(ticket_id, "hesitant")
        await world.replied(ticket_id, "hesitant", "pressure")
        await world.scored(ticket_id, 1, minutes_ago=20)  # the latest counts
        await world.scored(ticket_id, 4 if n < 4 else 2)
    unanswered = await world.ticket("hesitant")
    await world.scored(unanswered, 4)

    _, rows = await world.report()

    row = rows["hesitant"]
    assert (row.satisfaction.n, row.satisfaction.share) == (23, round(14 / 23, 4))
    assert (row.guidance_followed.n, row.guidance_followed.share) == (12, 0.75)
    assert (row.guidance_not_followed.n, row.guidance_not_followed.share) == (10, 0.4)
    assert list(rows) == list(LABELS)
    assert (rows["warm"].satisfaction.n, rows["warm"].satisfaction.share) == (0, None)


async def test_what_happened_counts_by_what_was_known_then(world):
    for n in range(10):
        ticket_id = await world.ticket("serious", solved_after_s=60 * (n + 1), escalated=n < 3)
        await world.taken(ticket_id, "serious", after_s=10 * (n + 1))
        await world.conn.execute("UPDATE ticket SET temperament = 'warm' WHERE id = $1", ticket_id)
    await world.ticket("serious", minutes_ago=60 * 24 * 40, solved_after_s=9)  # before the period

    _, rows = await world.report()

    row = rows["serious"]
    assert (row.waiting_time.n, row.waiting_time.median_s) == (10, 55.0)
    assert (row.time_to_solve.n, row.time_to_solve.median_s) == (10, 330.0)
    assert (row.escalation.n, row.escalation.share) == (10, 0.3)
    assert rows["warm"].time_to_solve.n == 0


async def test_of_few_people_no_figure_is_shown_and_nobody_is_named(world):
    for _ in range(9):
        ticket_id = await world.ticket("haggler", solved_after_s=60)
        await world.scored(ticket_id, 5)

    told, rows = await world.report()

    assert rows["haggler"].time_to_solve == fairness.Duration(n=9, median_s=None)
    assert rows["haggler"].satisfaction == fairness.Part(n=9, share=None)
    shown = json.dumps(msgspec.to_builtins(told))
    assert "contact" not in shown
    assert "agent_id" not in shown


async def test_who_asks_sees_his_teams_only(world):
    for _ in range(10):
        await world.ticket("warm", solved_after_s=60)
    stranger = await make.user(world.conn, role="supervisor")
    mate = await make.user(world.conn, role="supervisor", teams=[world.team_id])

    assert (await world.report(stranger))[1]["warm"].time_to_solve.n == 0
    assert (await world.report(mate))[1]["warm"].time_to_solve.n == 10


async def test_supervisors_are_told_of_a_gap_once(world):
    for n in range(30):
        await world.ticket("haggler", solved_after_s=600 + n)
        await world.ticket("unknown", solved_after_s=300 + n)

    told = await fairness.tell(world.conn, NOW)

    gap = Gap(
        measure="time_to_solve",
        temperament="haggler",
        theirs=614.5,
        others=314.5,
        n=30,
        n_others=30,
    )
    assert told == [gap]
    data = await world.conn.fetchval("SELECT data FROM event WHERE kind = 'fairness_gap_found'")
    assert (data["temperament"], data["theirs"], data["n"]) == ("haggler", 614.5, 30)
    assert await fairness.tell(world.conn, NOW + timedelta(days=1)) == []
    assert await fairness.tell(world.conn, NOW + timedelta(days=8)) == [gap]


async def test_where_all_are_treated_alike_nobody_is_told_of_anything(world):
    for n in range(30):
        await world.ticket("haggler", solved_after_s=300 + n)
        await world.ticket("unknown", solved_after_s=300 + n)

    assert await fairness.tell(world.conn, NOW) == []
