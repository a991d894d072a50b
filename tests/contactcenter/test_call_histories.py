"""Random histories of calls, against a provider that is late: nobody is left alone, nobody stays busy.

Every step is followed as hooks would be, in any order; commands are carried out when the provider
gets to them. What is promised is asked of the tables after each step and when everybody has gone.
"""

import random
from datetime import timedelta

import call_world
import factories
import pytest
from noon import NOON

from contactcenter import agents
from contactcenter.db import Conn
from contactcenter.dispatch import (
    answering,
    calling,
    calling_back,
    ending,
    firing,
    presence,
    transferring,
)
from contactcenter.errors import DomainError
from contactcenter.tickets import tickets

#: What must be empty after each step, and what it would mean.
ALWAYS = {
    "a load that is not the sum of what he has": """
        SELECT a.id FROM agent a LEFT JOIN offer o ON o.agent_id = a.id AND o.state IN ('pending', 'accepted')
        GROUP BY a.id HAVING a.load <> coalesce(sum(o.weight), 0)""",
    "one telephone rings for two": """
        SELECT user_id FROM call_leg WHERE ended_at IS NULL AND user_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1""",
    "a ticket that holds a call that is over": """
        SELECT t.id FROM ticket t JOIN call c ON c.id = t.live_call_id WHERE c.ended_at IS NOT NULL""",
    "somebody on the line whom nobody will talk with": """
        SELECT c.id FROM call c JOIN ticket t ON t.id = c.ticket_id JOIN call_leg l ON l.call_id = c.id AND l.party = 'customer'
        WHERE c.direction = 'inbound' AND l.ended_at IS NULL AND t.live_call_id IS DISTINCT FROM c.id
          AND NOT EXISTS (SELECT FROM callback b WHERE b.asked_in_call_id = c.id)""",
    "a caller beside his agent who has gone": """
        SELECT t.id FROM ticket t JOIN call_leg k ON k.call_id = t.live_call_id AND k.party = 'customer' AND k.ended_at IS NULL
        WHERE t.state = 'assigned'
          AND NOT EXISTS (SELECT FROM call_leg l WHERE l.call_id = t.live_call_id AND l.user_id = t.agent_id AND l.ended_at IS NULL)
          AND NOT EXISTS (SELECT FROM call_command b WHERE b.leg_id = k.id AND b.verb = 'hang_up')""",
    "a caller who waits beside a free telephone": """
        SELECT t.id FROM ticket t JOIN membership m ON m.queue_id = t.queue_id JOIN agent a ON a.id = m.agent_id
        WHERE t.state = 'waiting' AND t.needs_phone AND a.presence = 'available' AND a.capacity - a.load >= t.weight
          AND a.phone_address IS NOT NULL
          AND NOT EXISTS (SELECT FROM call_leg l WHERE l.user_id = a.id AND l.ended_at IS NULL)
          AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id)
          AND (t.sticky_agent_id IS NULL OR t.sticky_agent_id = a.id OR NOT EXISTS (
            SELECT FROM agent k WHERE k.id = t.sticky_agent_id AND k.presence IN ('available', 'wrap_up')))""",
    "somebody without a telephone who was offered a call": """
        SELECT o.id FROM offer o JOIN ticket t ON t.id = o.ticket_id JOIN agent a ON a.id = o.agent_id
        WHERE o.state = 'pending' AND t.needs_phone
          AND NOT EXISTS (SELECT FROM call_leg l WHERE l.offer_id = o.id)""",
    "a telephone that goes on ringing for nothing": """
        SELECT l.id FROM call_leg l JOIN offer o ON o.id = l.offer_id
        WHERE l.ended_at IS NULL AND o.ended_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM call_command b WHERE b.leg_id = l.id AND b.verb IN ('hang_up', 'remove'))""",
}
#: And this when everybody has hung up and the time of wrapping up is over.
IN_THE_END = {
    "a telephone that is still in use": "SELECT id FROM call_leg WHERE ended_at IS NULL",
    "an agent who is still busy": "SELECT id FROM agent WHERE load > 0",
    "something that was asked for and never done": """
        SELECT id FROM call_command WHERE state IN ('queued', 'sending')""",
    "a call that nobody counted": "SELECT id FROM ticket WHERE live_call_id IS NOT NULL",
}


class History:
    """One history: the centre, its clock, and a provider that does things when it likes."""

    def __init__(self, world: Conn, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        self.now = NOON
        self.queues: list[int] = []
        self.agents: list[int] = []

    async def rows(self, sql: str, *args: object) -> list[int]:
        return [row[0] for row in await self.world.fetch(sql, *args)]

    async def one_of(self, sql: str) -> int | None:
        found = await self.rows(sql)
        return self.chance.choice(found) if found else None

    async def step(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([0, 0, 1, 4, 11, 25]))
        while await firing.fire_due(self.world, self.now, at_most=32):
            pass
        acts = [
            self.rings,
            self.rings,
            self.answers,
            self.answers,
            self.answers,
            self.does_not_answer,
            self.customer_hangs_up,
            self.agent_hangs_up,
            self.transfers,
            self.asks_for_a_callback,
            self.solves,
            self.comes_or_goes,
        ]
        await self.chance.choice(acts)()
        for _ in range(self.chance.choice([0, 1, 4])):
            await self.provide()
        await self.settles()

    async def settles(self) -> None:
        """Routing goes on with what it has ended itself."""
        for call_id in await self.rows("SELECT id FROM call WHERE unsettled_at IS NOT NULL"):
            await calling.follow(self.world, self.now, call_id)
            await self.world.execute("UPDATE call SET unsettled_at = NULL WHERE id = $1", call_id)

    async def rings(self) -> None:
        """Somebody calls, perhaps about what he had written of."""
        open_ticket = await self.one_of(
            "SELECT id FROM ticket WHERE live_call_id IS NULL AND state NOT IN ('new', 'closed')"
            " AND NOT EXISTS (SELECT FROM call c WHERE c.ticket_id = ticket.id AND c.ended_at IS NULL)"
        )
        ticket_id = open_ticket if self.chance.random() < 0.3 else None
        queue_id = self.chance.choice(self.queues)
        await call_world.waiting_call(self.world, self.now, queue_id=queue_id, ticket_id=ticket_id)

    async def answers(self) -> None:
        leg_id = await self.one_of(
            "SELECT id FROM call_leg WHERE state = 'ringing' AND user_id IS NOT NULL"
        )
        if leg_id is None:
            return
        key = self.chance.choice(["1", "1", "1", "1", "2", None])
        if await answering.press(self.world, self.now, leg_id, key) == "join":
            await self.joins(leg_id)
        else:
            await self.ends(leg_id, "completed")

    async def does_not_answer(self) -> None:
        leg_id = await self.one_of("SELECT id FROM call_leg WHERE state = 'ringing'")
        if leg_id is not None:
            await self.ends(leg_id, self.chance.choice(["no_answer", "busy", "failed"]))

    async def customer_hangs_up(self) -> None:
        leg_id = await self.one_of(
            "SELECT id FROM call_leg WHERE party = 'customer' AND state IN ('answered', 'joined')"
        )
        if leg_id is not None:
            await self.ends(leg_id, "completed")

    async def agent_hangs_up(self) -> None:
        leg_id = await self.one_of(
            "SELECT id FROM call_leg WHERE user_id IS NOT NULL AND state = 'joined'"
        )
        if leg_id is not None:
            await self.ends(leg_id, self.chance.choice(["completed", "completed", "failed"]))

    async def transfers(self) -> None:
        ticket_id = await self.one_of(
            "SELECT id FROM ticket WHERE state IN ('waiting', 'offered', 'assigned')"
        )
        if ticket_id is None:
            return
        ticket = await tickets.lock(self.world, ticket_id)
        others = [one for one in self.queues if one != ticket.queue_id]
        await transferring.transfer(
            self.world, self.now, ticket, self.chance.choice(others), actor="system", note_id=None
        )

    async def asks_for_a_callback(self) -> None:
        call_id = await self.one_of(
            "SELECT live_call_id FROM ticket t JOIN call c ON c.id = t.live_call_id"
            " WHERE t.state IN ('waiting', 'offered') AND c.direction = 'inbound'"
        )
        if call_id is not None:
            await calling_back.promise(self.world, self.now, call_id)

    async def solves(self) -> None:
        ticket_id = await self.one_of("SELECT id FROM ticket WHERE state = 'assigned'")
        if ticket_id is None:
            return
        try:
            async with self.world.transaction():
                await ending.solve(
                    self.world,
                    self.now,
                    ticket_id,
                    actor="system",
                    disposition="solved",
                    reopen_window_s=3600,
                )
        except DomainError:
            pass

    async def comes_or_goes(self) -> None:
        agent_id = self.chance.choice(self.agents)
        wanted = self.chance.choice(["available", "available", "away", "offline", "draining"])
        agent = await agents.find(self.world, agent_id)
        if agent.presence == "offline" and wanted == "draining":
            return
        reason = "lunch" if wanted == "away" else None
        await presence.change(self.world, self.now, agent_id, wanted, reason, actor="system")

    async def provide(self) -> bool:
        """The provider carries out what comes first of some call."""
        command = await self.world.fetchrow(
            "SELECT c.id, c.call_id, c.leg_id, c.verb, c.arguments, l.state, l.party FROM call_command c"
            " LEFT JOIN call_leg l ON l.id = c.leg_id WHERE c.state = 'queued' AND NOT EXISTS"
            " (SELECT FROM call_command b WHERE b.call_id = c.call_id AND b.id < c.id AND b.state = 'queued')"
            " ORDER BY (c.id * 7919 + $1) % 104729 LIMIT 1",
            self.chance.randrange(10_000),
        )
        if command is None:
            return False
        is_gone = command["state"] == "ended"
        await self.world.execute(
            "UPDATE call_command SET state = $2, done_at = $3 WHERE id = $1",
            command["id"],
            "refused" if is_gone else "done",
            self.now,
        )
        leg_id = command["leg_id"]
        match command["verb"]:
            case "offer" if not is_gone:
                await self.rung_up(leg_id)
            case "connect" if is_gone:
                await calling.caller_gone(self.world, self.now, command["call_id"])
            case "connect":
                await answering.connected(
                    self.world, self.now, command["arguments"]["agent_leg_id"]
                )
                await self.joins(leg_id)
            case "remove" | "hang_up" if not is_gone:
                await self.ends(leg_id, "completed")
        return True

    async def rung_up(self, leg_id: int) -> None:
        await self.world.execute(
            "UPDATE call_leg SET state = 'ringing', external_id = 'CA-' || id WHERE id = $1", leg_id
        )
        party = await self.world.fetchval("SELECT party FROM call_leg WHERE id = $1", leg_id)
        if party == "customer" and self.chance.random() < 0.6:
            await self.joins(leg_id)

    async def joins(self, leg_id: int) -> None:
        if await self.world.fetchval("SELECT ended_at IS NULL FROM call_leg WHERE id = $1", leg_id):
            await call_world.joined(self.world, self.now, leg_id)
            await self.follows(leg_id)

    async def ends(self, leg_id: int, reason: str) -> None:
        """A telephone hangs up; with the customer's the room, and with the last one the call."""
        await self.world.execute(
            "UPDATE call_leg SET state = 'ended', ended_at = greatest($2, joined_at), end_reason = $3"
            " WHERE id = $1 AND ended_at IS NULL",
            leg_id,
            self.now,
            reason,
        )
        call = await self.world.fetchrow(
            "SELECT c.id, c.direction, l.party FROM call c JOIN call_leg l ON l.call_id = c.id"
            " WHERE l.id = $1",
            leg_id,
        )
        live = await self.rows(
            "SELECT id FROM call_leg WHERE call_id = $1 AND ended_at IS NULL", call["id"]
        )
        if call["party"] == "customer":
            await self.world.execute(
                "UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = 'completed'"
                " WHERE call_id = $1 AND state = 'joined'",
                call["id"],
                self.now,
            )
        if call["party"] == "customer" or (call["direction"] == "outbound" and not live):
            await self.world.execute(
                "UPDATE call SET state = 'ended', outcome = 'abandoned', ended_at = $2"
                " WHERE id = $1 AND ended_at IS NULL",
                call["id"],
                self.now,
            )
        await self.follows(leg_id)

    async def follows(self, leg_id: int) -> None:
        call_id = await self.world.fetchval("SELECT call_id FROM call_leg WHERE id = $1", leg_id)
        for _ in range(self.chance.choice([1, 1, 2])):
            await calling.follow(self.world, self.now, call_id)

    async def everybody_goes(self) -> None:
        """Nobody calls any more, nobody answers; the provider does all it was asked to."""
        for agent_id in self.agents:
            await presence.change(self.world, self.now, agent_id, "away", "home", actor="system")
        for _ in range(200):
            await self.settles()
            if await self.provide():
                continue
            leg_id = await self.one_of("SELECT id FROM call_leg WHERE ended_at IS NULL")
            if leg_id is not None:
                await self.ends(leg_id, "completed")
                continue
            if await self.one_of("SELECT id FROM agent WHERE load > 0") is None:
                break
            self.now += timedelta(seconds=45)
            while await firing.fire_due(self.world, self.now, at_most=32):
                pass


async def broken(world: Conn, promises: dict[str, str]) -> dict[str, list[int]]:
    found = {}
    for promise, sql in promises.items():
        if rows := await world.fetch(sql):
            found[promise] = [row[0] for row in rows]
    return found


async def a_history(world: Conn, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    history = History(world, chance)
    history.queues = [await factories.queue(world, wrap_up_s=w) for w in (0, 20)]
    for n in range(4):
        served = chance.sample(history.queues, chance.choice([1, 2]))
        history.agents.append(
            await call_world.phone_agent(world, NOON, *served, capacity=chance.choice([3, 6]))
            if n
            else await factories.agent(world, NOON, queues=served)
        )
    for step in range(steps):
        await history.step()
        assert await broken(world, ALWAYS) == {}, f"seed {seed}, step {step}"
    await history.everybody_goes()
    assert await broken(world, ALWAYS | IN_THE_END) == {}, f"seed {seed}, in the end"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_nobody_is_left_alone_and_nobody_stays_busy(world: Conn, seed: int) -> None:
    await a_history(world, seed, steps=40)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 115))
async def test_nor_in_many_long_histories(world: Conn, seed: int) -> None:
    await a_history(world, seed, steps=200)
