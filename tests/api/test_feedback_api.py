"""Feedback is taken once, belongs to somebody, and closes only with an outcome."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest
from callers import Caller

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def line(n: int, **more: object) -> dict:
    return {
        "source": "survey",
        "external_id": f"answer-{n}",
        "given_at": (LONG_AGO + timedelta(hours=n)).isoformat(),
        "topic": "Delivery",
        "polarity": "dislike",
        "score": 2,
        "words": "دیر رسید",
        **more,
    }


@pytest.fixture
async def ticket(agent, table):
    """A ticket in a queue of the agent's team."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    queue_id = await factories.queue(table, team_id=team_id)
    return await factories.queued_ticket(table, now, queue_id=queue_id)


async def noted(agent: Caller, ticket, **more: object) -> dict:
    body = {"topic": "Laptop", "attribute": "hinge", "polarity": "dislike", **more}
    return await agent("POST", f"/tickets/{ticket.id}/feedback", body, status=201)


async def test_of_a_hundred_brought_and_sixty_closed_the_report_has_the_other_forty(
    supervisor, admin, agent, table
):
    await factories.prepare(table)
    contact = await factories.contact(table, phone="+989120000001")
    lines = [line(n, contact_id=contact) for n in range(99)]
    lines.append(line(99, identity={"kind": "phone", "value": "0912 000 0001"}))
    taken = await supervisor("POST", "/feedback", lines, status=201)
    listed = await supervisor("GET", "/feedback?limit=200", status=200)
    by_answer = {one["external_id"]: one for one in listed["items"]}
    assert {one["contact_id"] for one in listed["items"]} == {contact}
    for n in range(60):
        path = f"/feedback/{by_answer[f'answer-{n}']['id']}"
        await supervisor("POST", f"{path}/assignments", {"owner_id": agent.user_id}, status=201)
        await agent("POST", f"{path}/closures", {"outcome": "Carrier changed."}, status=201)
    for n in range(60, 70):
        path = f"/feedback/{by_answer[f'answer-{n}']['id']}/assignments"
        await supervisor("POST", path, {"owner_id": agent.user_id}, status=201)

    report = await supervisor("GET", "/reports/unhandled_feedback?limit=25", status=200)
    rest = await supervisor(
        "GET", f"/reports/unhandled_feedback?limit=25&cursor={report['next']}", status=200
    )

    assert taken == {"new": 100, "known": 0}
    assert (report["total"], report["without_owner"], rest["next"]) == (40, 30, None)
    rows = report["items"] + rest["items"]
    assert [row["id"] for row in rows] == [by_answer[f"answer-{n}"]["id"] for n in range(60, 100)]
    generated = datetime.fromisoformat(report["generated_at"])
    oldest_s = int((generated - LONG_AGO - timedelta(hours=60)).total_seconds())
    assert (rows[0]["age_s"], report["oldest_s"]) == (oldest_s, oldest_s)


async def test_what_is_brought_twice_is_taken_once_also_at_the_same_moment(supervisor, table):
    first, second = await asyncio.gather(
        supervisor("POST", "/feedback", [line(1), line(2), line(1)], status=201),
        supervisor("POST", "/feedback", [line(2), line(1)], status=201),
    )

    assert first["new"] + second["new"] == 2
    assert first["known"] + second["known"] == 3
    assert await table.fetchval("SELECT count(*) FROM feedback") == 2
    assert await table.fetchval("SELECT count(*) FROM event WHERE kind = 'feedback_taken'") == 2


async def test_one_wrong_line_and_none_is_taken(supervisor, table, subtests):
    for change, field in [
        ({"contact_id": 999_999}, "contact_id"),
        ({"ticket_id": 999_999}, "ticket_id"),
        ({"identity": {"kind": "phone", "value": "09129999999"}}, "identity"),
        ({"identity": {"kind": "phone", "value": "1"}, "contact_id": 1}, "identity.value"),
        ({"given_at": "2999-01-01T00:00:00Z"}, "given_at"),
        ({"score": 6}, "score"),
        ({"polarity": "meh"}, "polarity"),
        ({"topic": " "}, "topic"),
        ({"external_id": ""}, "external_id"),
    ]:
        with subtests.test(change=change, field=field):
            problem = await supervisor(
                "POST", "/feedback", [line(1), line(2, **change)], status=422
            )

            assert problem["field"] == f"body[1].{field}"
            assert await table.fetchval("SELECT count(*) FROM feedback") == 0


async def test_feedback_without_an_owner_is_not_closed_and_none_without_an_outcome(
    supervisor, agent, ticket, table
):
    await factories.join_teams(table, supervisor.user_id, *ticket.team_ids)
    made = await noted(agent, ticket, score=1, words="لولا شل است")
    path = f"/feedback/{made['id']}"
    ownerless = await supervisor("POST", f"{path}/closures", {"outcome": "x"}, status=409)
    not_yours = await agent("POST", f"{path}/closures", {"outcome": "x"}, status=403)
    await supervisor("POST", f"{path}/assignments", {"owner_id": 999_999}, status=422)
    assigned = await supervisor(
        "POST", f"{path}/assignments", {"owner_id": agent.user_id}, status=201
    )
    await agent("POST", f"{path}/closures", {"outcome": " "}, status=422)
    await agent("POST", f"{path}/closures", {}, status=422)
    closed = await agent(
        "POST", f"{path}/closures", {"outcome": "Hinge is redesigned."}, status=201
    )
    again = await agent("POST", f"{path}/closures", {"outcome": "Twice."}, status=409)

    assert (ownerless["code"], not_yours["code"], again["code"]) == (
        "ownerless",
        "not_yours",
        "already_closed",
    )
    assert [one["state"] for one in (made, assigned, closed)] == ["new", "assigned", "closed"]
    assert (closed["outcome"], closed["words"]) == ("Hinge is redesigned.", "لولا شل است")
    with pytest.raises(asyncpg.CheckViolationError, match="closes_with_owner_and_outcome"):
        await table.execute("UPDATE feedback SET outcome = NULL")


async def test_feedback_of_a_ticket_is_for_those_who_may_read_it(supervisor, agent, ticket, staff):
    other = await staff.signed_in("agent")
    made = await noted(agent, ticket)

    assert await agent("GET", f"/tickets/{ticket.id}/feedback", status=200) == [made]
    for caller in (supervisor, other):
        await caller("GET", f"/feedback/{made['id']}", status=404)
        await caller("GET", f"/tickets/{ticket.id}/feedback", status=404)
    assert (await supervisor("GET", "/feedback", status=200))["items"] == []
    assert (await supervisor("GET", "/reports/unhandled_feedback", status=200))["total"] == 0
    await agent("GET", "/feedback", status=403)


async def test_feedback_follows_its_contact_through_a_merge(supervisor, admin, table):
    await factories.prepare(table)
    kept, gone = await factories.contact(table), await factories.contact(table)
    await supervisor("POST", "/feedback", [line(1, contact_id=gone)], status=201)
    merge = await admin("POST", f"/contacts/{kept}/merges", {"contact_id": gone}, status=201)
    joined = await supervisor("GET", f"/feedback?contact_id={kept}", status=200)
    await admin("POST", f"/merges/{merge['id']}/undoings", status=201)
    parted = await supervisor("GET", f"/feedback?contact_id={kept}", status=200)

    assert [one["contact_id"] for one in joined["items"]] == [kept]
    assert parted["items"] == []


async def test_an_interaction_of_another_ticket_is_refused(agent, ticket):
    body = {"topic": "x", "polarity": "like", "interaction_id": 999_999}

    problem = await agent("POST", f"/tickets/{ticket.id}/feedback", body, status=422)

    assert problem["field"] == "body.interaction_id"
