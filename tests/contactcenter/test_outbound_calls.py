"""Calling a customer about his ticket: who may, whom, and how often."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import aiohttp
import factories
import pytest

import channels
from contactcenter.bell import Bell
from contactcenter.call_control import outbound
from contactcenter.call_control.outbound import NoNumber, NotHeldByYou
from contactcenter.call_control.ringing import NoTelephone, OnTheTelephone
from contactcenter.calls import call_legs, call_summaries, commands
from contactcenter.calls.calls import Call
from contactcenter.calls.dial_guard import CallLimitReached, DestinationNotAllowed, DialGuard
from contactcenter.db import Conn, Database
from contactcenter.dispatch import pausing, seek
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.refusals import CallIsLive
from contactcenter.tickets import tickets

OURS, SARA, TEHRAN = "+442071838750", "+442079460018", "+982188776655"
PREMIUM = "+449098790879"


@pytest.fixture
async def built() -> AsyncIterator[dict[str, channels.Channel]]:
    async with aiohttp.ClientSession() as http:
        env = channels.Env(settings={}, public_url="https://c.example", region="GB", http=http)
        built = dict(channels.load(env))
        yield built
        for channel in built.values():
            await channel.close()


class Desk:
    """An agent with a telephone who has the ticket of Sara, and what lets him call her."""

    def __init__(self, conn: Conn, now: datetime, guard: DialGuard) -> None:
        self.conn, self.now, self.guard = conn, now, guard
        self.queue_id = self.agent_id = self.ticket_id = 0

    async def open(self, *, telephone: str | None = "+442071838751") -> None:
        self.queue_id = await factories.queue(self.conn)
        await factories.entry_point(
            self.conn, queue_id=self.queue_id, channel="phone", address=OURS
        )
        self.agent_id = await factories.agent(self.conn, self.now, queues=[self.queue_id])
        await self.conn.execute(
            "UPDATE agent SET phone_address = $2 WHERE id = $1", self.agent_id, telephone
        )
        self.ticket_id = await self.takes_ticket()

    async def takes_ticket(self) -> int:
        ticket = await factories.queued_ticket(
            self.conn, self.now, queue_id=self.queue_id, channel="email"
        )
        known = SARA if not self.ticket_id else "+442079460019"
        await self.conn.execute(
            "UPDATE identity SET value = $2 WHERE contact_id = $1", ticket.contact_id, known
        )
        why = {"decision": "claimed"}
        await seek.assign(self.conn, self.now, ticket, self.agent_id, why, actor="system")
        return ticket.id

    async def calls(self, number: str | None = None, *, user_id: int | None = None) -> Call:
        wish = outbound.CallWish(
            ticket_id=self.ticket_id, user_id=user_id or self.agent_id, number=number
        )
        return await outbound.call_customer(
            self.conn, self.now, wish, guard=self.guard, actor="user:1"
        )


def guard_of(built: dict[str, channels.Channel], *prefixes: str, per_agent: int = 2) -> DialGuard:
    return DialGuard(built, prefixes=prefixes, per_agent=per_agent, per_house=3)


@pytest.fixture
async def desk(world: Conn, built: dict[str, channels.Channel]) -> Desk:
    now = await world.fetchval("SELECT clock_timestamp()")
    made = Desk(world, now, guard_of(built))
    await made.open()
    return made


async def test_the_agents_telephone_rings_first_and_the_call_is_on_the_timeline(desk: Desk) -> None:
    call = await desk.calls()

    assert (call.direction, call.address, call.state) == ("outbound", SARA, "dialling")
    (leg,) = await call_legs.of_call(desk.conn, call.id)
    assert (leg.party, leg.purpose, leg.address) == ("agent", "outbound", "+442071838751")
    (command,) = await commands.of_call(desk.conn, call.id)
    assert (command.verb, command.leg_id, command.arguments["name"]) == ("offer", leg.id, "offer")
    row = await desk.conn.fetchrow(
        "SELECT kind, direction, channel, author_id FROM interaction WHERE id = $1",
        call.interaction_id,
    )
    assert tuple(row) == ("call", "outbound", "phone", desk.agent_id)
    assert call.interaction_id is not None
    shown = await call_summaries.of_interactions(desk.conn, [call.interaction_id])
    assert shown[call.interaction_id].id == call.id
    ticket = await tickets.find(desk.conn, desk.ticket_id)
    assert (ticket.live_call_id, ticket.state) == (call.id, "assigned")
    kinds = await desk.conn.fetch("SELECT kind FROM event WHERE ticket_id = $1", desk.ticket_id)
    assert "call_dialled" in [row["kind"] for row in kinds]


async def test_who_waits_for_the_customer_goes_on_when_he_calls(desk: Desk) -> None:
    await pausing.pend(desk.conn, desk.now, desk.ticket_id, actor="user:1", wake_at=None)

    await desk.calls()

    assert (await tickets.find(desk.conn, desk.ticket_id)).state == "assigned"


async def test_only_who_has_the_ticket_calls_and_only_once_at_a_time(desk: Desk) -> None:
    other_id = await factories.agent(desk.conn, desk.now, queues=[desk.queue_id])
    with pytest.raises(NotHeldByYou):
        await desk.calls(user_id=other_id)

    await desk.calls()

    with pytest.raises(CallIsLive):
        await desk.calls()


async def test_an_agent_without_a_telephone_or_on_it_calls_nobody(
    world: Conn, built: dict[str, channels.Channel]
) -> None:
    desk = Desk(world, await world.fetchval("SELECT clock_timestamp()"), guard_of(built))
    await desk.open(telephone=None)
    with pytest.raises(NoTelephone):
        await desk.calls()

    await world.execute("UPDATE agent SET phone_address = 'client:ann'")
    await desk.calls()
    desk.ticket_id = await desk.takes_ticket()

    with pytest.raises(OnTheTelephone):
        await desk.calls()


async def test_a_customer_without_a_number_cannot_be_called(desk: Desk) -> None:
    await desk.conn.execute("UPDATE interaction SET identity_id = NULL")
    await desk.conn.execute("DELETE FROM identity WHERE value = $1", SARA)
    with pytest.raises(NoNumber):
        await desk.calls()

    assert (await desk.calls("+442079460999")).address == "+442079460999"


@pytest.mark.parametrize(
    ("number", "reason"),
    [(TEHRAN, "destination_not_allowed"), (PREMIUM, "premium_number")],
)
async def test_nobody_is_called_where_it_is_not_allowed(
    desk: Desk, number: str, reason: str
) -> None:
    with pytest.raises(DestinationNotAllowed) as refused:
        await desk.calls(number)

    assert refused.value.data["reason"] == reason


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("+12125550123", "+18095551234"), ("+12125550123", "+18765551234"), (OURS, "+447781123456")],
)
async def test_countries_that_share_a_calling_code_are_not_home(
    built: dict[str, channels.Channel], ours: str, theirs: str
) -> None:
    """Of these islands stolen accounts are made to call."""
    with pytest.raises(DestinationNotAllowed):
        guard_of(built).check_place(theirs, entry_point=ours)


async def test_satellites_and_their_like_are_nobodys_home(
    built: dict[str, channels.Channel],
) -> None:
    with pytest.raises(DestinationNotAllowed):
        guard_of(built).check_place("+881612345678", entry_point=OURS)

    guard_of(built, "+8816").check_place("+881612345678", entry_point=OURS)
    guard_of(built).check_place("client:ann", entry_point=OURS)


async def test_limits_count_the_last_day_of_one_and_of_all(desk: Desk) -> None:
    call = await desk.calls()

    async def dials(later: timedelta, user_id: int | None) -> None:
        await desk.guard.permit(
            desk.conn,
            desk.now + later,
            call_id=call.id,
            address=SARA,
            entry_point=OURS,
            user_id=user_id,
        )

    await dials(timedelta(), desk.agent_id)
    with pytest.raises(CallLimitReached) as refused:
        await dials(timedelta(hours=23), desk.agent_id)
    assert refused.value.data["reason"] == "agent_limit"
    await dials(timedelta(hours=23), None)
    with pytest.raises(CallLimitReached) as refused:
        await dials(timedelta(hours=23), None)
    assert refused.value.data["reason"] == "house_limit"
    await dials(timedelta(hours=24), desk.agent_id)


async def test_many_at_once_are_not_more_than_the_limit(
    database: Database, built: dict[str, channels.Channel]
) -> None:
    """The routing lock puts them in a row: the third of the house is the last."""
    guard = guard_of(built, per_agent=100)
    async with database.transaction() as conn:
        desk = Desk(conn, await conn.fetchval("SELECT clock_timestamp()"), guard)
        await desk.open()
        call = await desk.calls()
    dispatchers = [Dispatcher(database, Bell(database)) for _ in range(2)]
    running = [asyncio.create_task(one.run()) for one in dispatchers]

    async def dial(conn: Conn, now: datetime) -> None:
        await guard.permit(
            conn, now, call_id=call.id, address=SARA, entry_point=OURS, user_id=desk.agent_id
        )

    try:
        ended = await asyncio.gather(
            *(dispatchers[n % 2].submit(dial) for n in range(8)), return_exceptions=True
        )
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for one in dispatchers:
            await one.close()

    assert [type(one) for one in ended if one is not None] == [CallLimitReached] * 6
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM call_dialling") == 3
