"""Follow-ups: promises are kept or told of, and who has not decided yet is asked again."""

from datetime import UTC, datetime, timedelta

import factories
import pytest
from callers import Caller

from contactcenter.dispatch import ending, firing, holding
from contactcenter.feedback import follow_ups

SOON = "2099-01-01T10:00:00Z"


@pytest.fixture
async def queue(agent, supervisor, table):
    await factories.prepare(table)
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    await factories.join_teams(table, supervisor.user_id, team_id)
    return await factories.queue(table, team_id=team_id)


async def ticket_of(table, queue, agent: Caller, temperament: str = "hesitant"):
    now = await table.fetchval("SELECT clock_timestamp()")
    ticket = await factories.queued_ticket(table, now, queue_id=queue)
    await table.execute(
        "UPDATE agent SET presence = 'available', capacity = 9 WHERE id = $1", agent.user_id
    )
    await holding.give_to(table, now, ticket.id, agent.user_id, actor="user:1", note_id=None)
    await table.execute("UPDATE ticket SET temperament = $2 WHERE id = $1", ticket.id, temperament)
    return ticket.id


async def solved(agent: Caller, ticket_id: int, disposition: str) -> None:
    body = {"disposition": disposition}
    await agent("POST", f"/tickets/{ticket_id}/solutions", body, status=201)


async def promised(agent: Caller, ticket_id: int, **more: object) -> dict:
    body = {"what": "زنگ می‌زنم", "due_at": SOON, **more}
    return await agent("POST", f"/tickets/{ticket_id}/follow_ups", body, status=201)


async def events_of(table, kind: str) -> list[dict]:
    rows = await table.fetch("SELECT agent_id, data FROM event WHERE kind = $1 ORDER BY id", kind)
    return [dict(row["data"], agent_id=row["agent_id"]) for row in rows]


async def test_a_hesitant_person_who_has_not_decided_is_followed_up_by_his_solver(
    agent, table, queue
):
    ticket = await ticket_of(table, queue, agent)
    await solved(agent, ticket, "undecided")

    (made,) = (await agent("GET", "/follow_ups?mine=true", status=200))["items"]

    solved_at = await table.fetchval("SELECT solved_at FROM ticket WHERE id = $1", ticket)
    assert (made["ticket_id"], made["kind"], made["state"]) == (ticket, "undecided", "open")
    assert (made["agent_id"], made["created_by"]) == (agent.user_id, "system")
    assert datetime.fromisoformat(made["due_at"]) == solved_at + timedelta(days=3)
    assert made["what"].isascii()
    assert "ضمانت" in made["what_fa"]
    view = await agent("GET", f"/tickets/{ticket}", status=200)
    assert [one["id"] for one in view["follow_ups"]] == [made["id"]]


@pytest.mark.parametrize(
    ("temperament", "disposition"),
    [("hesitant", "answered"), ("haggler", "undecided"), ("unknown", "undecided")],
)
async def test_whoever_has_decided_or_is_not_hesitant_is_left_alone(
    agent, table, queue, temperament, disposition
):
    ticket = await ticket_of(table, queue, agent, temperament)
    await solved(agent, ticket, disposition)

    assert await table.fetchval("SELECT count(*) FROM follow_up") == 0


async def test_a_ticket_that_is_solved_twice_without_a_decision_is_followed_up_once(
    agent, table, queue
):
    ticket = await ticket_of(table, queue, agent)
    await solved(agent, ticket, "undecided")
    await agent("POST", f"/tickets/{ticket}/reopenings", status=201)
    now = await table.fetchval("SELECT clock_timestamp()")
    await holding.give_to(table, now, ticket, agent.user_id, actor="user:1", note_id=None)
    await solved(agent, ticket, "undecided")

    assert await table.fetchval("SELECT count(*) FROM follow_up") == 1
    assert len(await events_of(table, "follow_up_made")) == 1


async def test_the_rules_say_after_which_endings_somebody_is_asked_again(
    admin, agent, table, queue
):
    texts = {"what_en": "Ask again.", "what_fa": "دوباره بپرس."}
    rule = {"disposition": "answered", "temperament": "haggler", "due_after_s": 3600, **texts}
    assert await admin("PUT", "/follow_up_rules", [rule], status=200) == [rule]
    first = await ticket_of(table, queue, agent)
    await solved(agent, first, "undecided")
    second = await ticket_of(table, queue, agent, "haggler")
    await solved(agent, second, "answered")

    listed = (await agent("GET", "/follow_ups", status=200))["items"]

    assert [(f["ticket_id"], f["what"], f["what_fa"]) for f in listed] == [
        (second, "Ask again.", "دوباره بپرس.")
    ]
    for wrong, field in (
        ([rule, rule], "body[1].temperament"),
        ([rule, rule | {"disposition": "nonsense"}], "body[1].disposition"),
    ):
        problem = await admin("PUT", "/follow_up_rules", wrong, status=422)
        assert problem["field"] == field
    assert await agent("GET", "/follow_up_rules", status=200) == [rule]


async def test_a_promise_says_what_by_when_and_by_whom_and_ends_done_or_dropped(
    agent, supervisor, staff, table, queue
):
    ticket = await ticket_of(table, queue, agent)
    mate = await staff.signed_in("agent")
    await factories.join_teams(
        table, mate.user_id, *await table.fetchval("SELECT team_ids FROM ticket")
    )
    mine = await promised(agent, ticket)
    theirs = await promised(agent, ticket, agent_id=mate.user_id, kind="task", what="Order it")

    assert (mine["agent_id"], mine["kind"], mine["due_at"]) == (agent.user_id, "promise", SOON)
    assert [f["id"] for f in (await mate("GET", "/follow_ups?mine=true"))["items"]] == [
        theirs["id"]
    ]
    not_his = await mate("POST", f"/follow_ups/{mine['id']}/completions", {}, status=403)
    await agent("POST", f"/follow_ups/{mine['id']}/drops", {}, status=422)
    done = await agent("POST", f"/follow_ups/{mine['id']}/completions", {}, status=201)
    dropped = await supervisor(
        "POST", f"/follow_ups/{theirs['id']}/drops", {"reason": "Sold out."}, status=201
    )
    again = await agent("POST", f"/follow_ups/{mine['id']}/completions", {}, status=409)
    assert (not_his["code"], again["code"]) == ("not_yours", "already_closed")
    assert (done["state"], dropped["state"], dropped["outcome"]) == ("done", "dropped", "Sold out.")
    assert (await agent("GET", f"/tickets/{ticket}", status=200))["follow_ups"] == []
    assert await table.fetchval("SELECT count(*) FROM timer WHERE kind = 'follow_up_due'") == 0


async def test_one_of_the_team_does_what_is_the_teams(agent, staff, table, queue):
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queue)
    contact = await factories.contact(table)
    body = {"what": "Call", "due_at": SOON, "team_id": team_id}
    made = await agent("POST", f"/contacts/{contact}/follow_ups", body, status=201)
    outsider = await staff.signed_in("agent")

    await outsider("POST", f"/follow_ups/{made['id']}/completions", {}, status=403)
    await agent("POST", f"/follow_ups/{made['id']}/completions", {"outcome": "Done."}, status=201)

    assert made["agent_id"] is None


async def test_what_is_late_is_told_of_once_and_what_is_done_never(agent, table, queue):
    ticket = await ticket_of(table, queue, agent)
    late, kept = await promised(agent, ticket), await promised(agent, ticket)
    await agent("POST", f"/follow_ups/{kept['id']}/completions", {}, status=201)
    due = datetime.fromisoformat(SOON)

    async with table.transaction():
        await firing.fire_due(table, due - timedelta(seconds=1), at_most=50)
        assert await events_of(table, "follow_up_overdue") == []
        for later_s in (0, 60):
            await firing.fire_due(table, due + timedelta(seconds=later_s), at_most=50)
            await follow_ups.come_due(table, due + timedelta(seconds=later_s), late["id"])

    (told,) = await events_of(table, "follow_up_overdue")
    assert (told["follow_up_id"], told["agent_id"]) == (late["id"], agent.user_id)
    seen = await agent("GET", f"/follow_ups/{late['id']}", status=200)
    assert (seen["overdue_at"], seen["state"]) == (SOON, "open")


async def test_overdue_ones_are_listed_and_a_list_is_read_in_pages(agent, table, queue):
    ticket = await ticket_of(table, queue, agent)
    made = [await promised(agent, ticket) for _ in range(3)]
    await table.execute(
        "UPDATE follow_up SET due_at = now() - interval '1 hour' WHERE id = $1", made[2]["id"]
    )

    overdue = await agent("GET", "/follow_ups?overdue=true&mine=true", status=200)
    found, cursor = [], ""
    for _ in range(3):
        page = await agent("GET", f"/follow_ups?ticket_id={ticket}&limit=1{cursor}", status=200)
        found += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"

    assert [one["id"] for one in overdue["items"]] == [made[2]["id"]]
    assert (found, page["next"]) == ([made[2]["id"], made[0]["id"], made[1]["id"]], None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_at": "2020-01-01T00:00:00Z"}, "body.due_at"),
        ({"agent_id": 999_999}, "body.agent_id"),
        ({"team_id": 999_999}, "body.team_id"),
        ({"what": " "}, "body.what"),
        ({"kind": "undecided"}, "body.kind"),
    ],
)
async def test_a_promise_that_cannot_be_kept_is_refused(agent, table, queue, change, field):
    contact = await factories.contact(table)
    body = {"what": "Call", "due_at": SOON, **change}

    problem = await agent("POST", f"/contacts/{contact}/follow_ups", body, status=422)

    assert problem["field"] == field


async def test_follow_ups_of_a_ticket_are_for_its_readers_and_whoever_they_are_for(
    agent, staff, table, queue
):
    ticket = await ticket_of(table, queue, agent)
    outsider, helper = await staff.signed_in("supervisor"), await staff.signed_in("agent")
    made = await promised(agent, ticket, agent_id=helper.user_id)

    await outsider("GET", f"/follow_ups/{made['id']}", status=404)
    assert (await outsider("GET", "/follow_ups", status=200))["items"] == []
    assert await helper("GET", f"/follow_ups/{made['id']}", status=200) == made
    await outsider("POST", f"/follow_ups/{made['id']}/drops", {"reason": "x"}, status=404)


async def test_solving_many_follows_up_each_that_asks_for_it(agent, table, queue):
    tickets = [await ticket_of(table, queue, agent) for _ in range(3)]
    await table.execute("UPDATE ticket SET temperament = 'warm' WHERE id = $1", tickets[1])
    now = datetime.now(UTC)
    solutions = [
        ending.Solution(ticket_id=t, actor="user:1", disposition="undecided", reopen_window_s=60)
        for t in tickets
    ]
    async with table.transaction():
        await ending.solve_all(table, now, solutions)

    followed = await table.fetch("SELECT ticket_id FROM follow_up ORDER BY ticket_id")
    assert [row["ticket_id"] for row in followed] == [tickets[0], tickets[2]]
