"""What visitors thought of their chats is read by whoever may read the ticket."""

import factories
import pytest

from contactcenter.chats import chat_ratings
from contactcenter.dispatch import ending, seek


@pytest.fixture
async def rated(agent, table):
    """Three chats the agent solved and their visitors rated: 5, 2, 4."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    await table.execute(
        "INSERT INTO agent (id, presence) VALUES ($1, 'available') ON CONFLICT DO NOTHING",
        agent.user_id,
    )
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    queue_id = await factories.queue(table, team_id=team_id)
    door = await factories.entry_point(table, queue_id=queue_id, channel="webchat")
    made = []
    for score, comment in ((5, ""), (2, "طول کشید"), (4, "")):
        chat = await factories.queued_ticket(
            table, now, queue_id=queue_id, channel="webchat", entry_point_id=door
        )
        visitor_id = await factories.chat_visitor(table, now, ticket_id=chat.id)
        why = {"decision": "claimed"}
        await seek.assign(table, now, chat, agent.user_id, why, actor="system")
        await ending.solve(
            table, now, chat.id, actor="user:1", disposition="solved", reopen_window_s=60
        )
        await chat_ratings.give(table, now, visitor_id, score, comment)
        made.append(chat.id)
    return made


async def test_a_ticket_shows_what_was_thought_of_it(agent, admin, rated):
    (shown,) = await agent("GET", f"/tickets/{rated[1]}/ratings", status=200)

    assert (shown["score"], shown["comment"], shown["episode"]) == (2, "طول کشید", 1)
    assert (shown["agent_id"], shown["ticket_id"]) == (agent.user_id, rated[1])
    await admin("GET", "/tickets/999999/ratings", status=404)


async def test_ratings_are_listed_to_who_may_read_the_tickets(agent, supervisor, admin, rated):
    first = await agent("GET", "/ratings?limit=2", status=200)
    rest = await agent("GET", f"/ratings?limit=2&cursor={first['next']}", status=200)
    bad = await admin("GET", f"/ratings?agent_id={agent.user_id}&at_most=2", status=200)
    of_another = await admin("GET", "/ratings?agent_id=999999", status=200)
    elsewhere = await supervisor("GET", "/ratings", status=200)

    listed = first["items"] + rest["items"]
    assert [one["ticket_id"] for one in listed] == rated[::-1]
    assert [one["score"] for one in listed] == [4, 2, 5]
    assert [one["ticket_id"] for one in bad["items"]] == [rated[1]]
    assert of_another["items"] == elsewhere["items"] == []
