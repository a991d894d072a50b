"""What visitors think: 1 to 5, once an episode, and it is his who solved it."""

import asyncio

import factories
import pytest
from noon import NOON, after

from channels import ChatRefused
from contactcenter.chatroom.chat_farewell import end_now
from contactcenter.chats import chat_ratings
from contactcenter.chats.chat_standing import standings
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, seek, transferring
from contactcenter.reporting import kept_facts, making
from contactcenter.reporting.catalogue import REPORTS
from contactcenter.reporting.making import Figure, Question, Span
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket


@pytest.fixture
async def queue_id(world: Conn) -> int:
    return await factories.queue(world)


@pytest.fixture
async def chat(world: Conn, queue_id: int) -> Ticket:
    door = await factories.entry_point(world, queue_id=queue_id, channel="webchat")
    return await factories.queued_ticket(
        world, NOON, queue_id=queue_id, channel="webchat", entry_point_id=door
    )


@pytest.fixture
async def visitor(world: Conn, chat: Ticket) -> int:
    return await factories.chat_visitor(world, after(1), ticket_id=chat.id)


async def give_to(conn: Conn, seconds: int, chat: Ticket, queue_id: int, name: str) -> int:
    agent_id = await factories.agent(conn, after(seconds), name=name, queues=[queue_id])
    ticket = await tickets.lock(conn, chat.id)
    await seek.assign(
        conn, after(seconds), ticket, agent_id, {"decision": "claimed"}, actor="system"
    )
    return agent_id


async def solve(conn: Conn, seconds: int, chat: Ticket) -> Ticket:
    return await ending.solve(
        conn, after(seconds), chat.id, actor="user:1", disposition="solved", reopen_window_s=600
    )


async def refused(conn: Conn, visitor_id: int, score: int = 4, comment: str = "") -> str:
    with pytest.raises(ChatRefused) as refusal:
        await chat_ratings.give(conn, after(99), visitor_id, score, comment)
    return refusal.value.code


async def test_a_rating_is_given_once_an_episode(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    ann = await give_to(world, 2, chat, queue_id, "Ann")
    assert await refused(world, visitor) == "not_ended"
    solved = await solve(world, 5, chat)

    await chat_ratings.give(world, after(6), visitor, 5, " عالی بود\x00 ")

    assert await refused(world, visitor) == "already_rated"
    assert (await standings(world, after(7), [visitor]))[visitor].rating == "given"
    (first,) = await chat_ratings.of_ticket(world, chat.id)
    assert (first.score, first.comment, first.episode) == (5, "عالی بود\ufffd", 1)
    assert (first.agent_id, first.agent_name, first.queue_id) == (ann, "Ann", queue_id)
    told = await world.fetchrow("SELECT * FROM event WHERE kind = 'chat_rated'")
    assert told is not None
    assert (told["actor"], told["agent_id"]) == ("customer", ann)
    assert told["data"] == {"rating_id": first.id, "score": 5, "episode": 1}

    await world.execute("UPDATE agent SET presence = 'away'")
    await ending.reopen(world, after(20), solved, actor="user:1", because="agent")
    bob = await give_to(world, 21, chat, queue_id, "Bob")
    await solve(world, 25, chat)
    assert (await standings(world, after(26), [visitor]))[visitor].rating == "asked"
    await chat_ratings.give(world, after(26), visitor, 2, "")

    given = [(r.episode, r.score, r.agent_id) for r in await chat_ratings.of_ticket(world, chat.id)]
    assert given == [(1, 5, ann), (2, 2, bob)]


async def test_a_rating_is_in_the_report_of_satisfaction_with_how_sure_that_is(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    ann = await give_to(world, 2, chat, queue_id, "Ann")
    await solve(world, 5, chat)
    await chat_ratings.give(world, after(6), visitor, 4, "")
    await kept_facts.renew(world, [chat.id])

    span = Span(from_at=NOON, to_at=after(60), time_zone="UTC")
    question = Question(span=span, by=("agent",), clock="calendar")
    report = await making.make(
        world, after(60), REPORTS["satisfaction"], question, viewer_id=None, language="en"
    )

    (row,) = report.rows
    assert row.group == {"agent": ann}
    csat = row.figures["csat"]
    assert (csat.value, csat.numerator, csat.denominator) == (1.0, 1, 1)
    assert (csat.low, csat.high) == (0.206549, 1.0)
    assert row.figures["score"] == Figure(
        n=1, value=4.0, mean=4.0, median=4.0, p90=4.0, numerator=None, denominator=None
    )


async def test_it_is_his_who_solved_it_also_where_the_visitor_had_gone_before(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    ann = await give_to(world, 2, chat, queue_id, "Ann")
    await end_now(world, after(3), visitor)
    await chat_ratings.give(world, after(4), visitor, 3, "")
    assert (await chat_ratings.of_ticket(world, chat.id))[0].agent_id == ann

    other = await factories.queue(world)
    held = await tickets.lock(world, chat.id)
    await transferring.transfer(world, after(5), held, other, actor="user:1", note_id=None)
    bea = await give_to(world, 6, chat, other, "Bea")
    await solve(world, 9, chat)

    (rating,) = await chat_ratings.of_ticket(world, chat.id)
    assert (rating.agent_id, rating.queue_id, rating.tier) == (bea, other, 1)


async def test_who_only_waited_has_nobody_to_rate(world: Conn, visitor: int) -> None:
    await end_now(world, after(3), visitor)

    assert await refused(world, visitor) == "nobody_to_rate"


async def test_what_is_no_rating_is_refused(
    world: Conn, queue_id: int, chat: Ticket, visitor: int
) -> None:
    await give_to(world, 2, chat, queue_id, "Ann")
    await solve(world, 5, chat)

    assert [await refused(world, visitor, score) for score in (0, 6)] == ["bad_score"] * 2
    assert await refused(world, visitor, 4, "x" * 2001) == "comment_too_long"
    assert await refused(world, visitor + 1) == "not_ended"
    assert await chat_ratings.of_ticket(world, chat.id) == []


async def test_two_browsers_that_rate_at_once_give_one_rating(database: Database) -> None:
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        now = await conn.fetchval("SELECT clock_timestamp()")
        door = await factories.entry_point(conn, queue_id=queue_id, channel="webchat")
        chat = await factories.queued_ticket(
            conn, now, queue_id=queue_id, channel="webchat", entry_point_id=door
        )
        both = [await factories.chat_visitor(conn, now, ticket_id=chat.id) for _ in "ab"]
        agent_id = await factories.agent(conn, now, queues=[queue_id])
        await seek.assign(conn, now, chat, agent_id, {"decision": "claimed"}, actor="system")
        await ending.solve(
            conn, now, chat.id, actor="user:1", disposition="solved", reopen_window_s=60
        )

    async def rate(visitor_id: int) -> str:
        try:
            async with database.transaction() as conn:
                await chat_ratings.give(conn, now, visitor_id, 4, "")
        except ChatRefused as refusal:
            return refusal.code
        return "given"

    answers = await asyncio.gather(*(rate(one) for one in both * 2))

    assert sorted(answers) == ["already_rated"] * 3 + ["given"]
