"""What is promised, through the API: the ledger, what is at risk, and the next promise in lists."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import factories
import pytest

from contactcenter.dispatch import holding
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.entering import enter
from contactcenter.sla import sla
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import Triage
from routing.sla import Happening


@pytest.fixture
async def world(table, staff) -> dict[str, Any]:
    """Ann holds a ticket that was promised a reply within the hour, a solution within a day."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table)
    queue_id = await factories.queue(table, team_id=team_id)
    await factories.entry_point(table, queue_id=queue_id)
    await table.execute(
        "INSERT INTO sla_policy (name, position, condition, first_reply_s, next_reply_s,"
        " resolution_s) VALUES ('all', 0, '{}', 3600, 1800, 86400)"
    )
    await factories.configured(table)
    ann = await staff.signed_in("agent")
    await factories.join_teams(table, ann.user_id, team_id)
    await table.execute(
        "UPDATE agent SET presence = 'available', capacity = 100 WHERE id = $1", ann.user_id
    )
    return {"now": now, "team": team_id, "queue": queue_id, "ann": ann}


async def promised(table, world, *, minutes_ago: float, holder=None) -> int:
    """A ticket that came so long ago, with its clocks."""
    came_at = world["now"] - timedelta(minutes=minutes_ago)
    ticket = await factories.queued_ticket(table, came_at, queue_id=world["queue"])
    if holder is not None:
        await holding.give_to(
            table, came_at, ticket.id, holder.user_id, actor="system", note_id=None
        )
    happened = {ticket.id: Happening(is_new=True, heard_at=came_at)}
    async with table.transaction():
        await sla.settle(table, came_at, happened)
    return ticket.id


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_the_ledger_tells_what_was_promised_and_how_it_goes(table, world) -> None:
    ann = world["ann"]
    ticket_id = await promised(table, world, minutes_ago=30, holder=ann)

    reply, solution = await ann("GET", f"/tickets/{ticket_id}/sla", status=200)

    assert (reply["metric"], reply["state"], reply["policy"]) == ("first_reply", "running", "all")
    assert (reply["target_s"], reply["configuration_version"], reply["pauses"]) == (3600, 1, [])
    assert at(reply["due_at"]) == world["now"] + timedelta(minutes=30)
    assert reply["spent_s"] == pytest.approx(1800, abs=60)
    assert reply["left_s"] == pytest.approx(3600 - reply["spent_s"])
    assert reply["burn"] == pytest.approx(reply["spent_s"] / 3600)
    assert (solution["metric"], solution["state"], solution["ended_by"]) == (
        "resolution",
        "running",
        None,
    )


async def test_a_ticket_shows_its_next_promise_after_each_change(table, world) -> None:
    ann = world["ann"]
    ticket_id = await promised(table, world, minutes_ago=10, holder=ann)
    path = f"/tickets/{ticket_id}"

    def next_of(ticket: Any) -> Any:
        return ticket["sla_metric"], ticket["sla_state"]

    before = await ann("GET", path)
    assert next_of(before) == ("first_reply", "running")
    assert at(before["sla_due_at"]) == world["now"] + timedelta(minutes=50)
    await ann("POST", f"{path}/replies", {"text": "Have you tried it?"}, status=201)
    assert next_of(await ann("GET", path)) == ("resolution", "running")
    pending = await ann("POST", f"{path}/pendings", {}, status=201)
    assert (next_of(pending), pending["sla_due_at"]) == (("resolution", "paused"), None)
    assert next_of((await ann("GET", "/tickets?mine=true"))["items"][0]) == ("resolution", "paused")
    solved = await ann("POST", f"{path}/solutions", {"disposition": "solved"}, status=201)
    assert next_of(solved) == (None, None)
    reply, solution = await ann("GET", f"{path}/sla")
    assert (reply["state"], solution["state"]) == ("met", "met")
    assert [pause["to_at"] for pause in solution["pauses"]] == [solution["met_at"]]


async def test_supervisors_see_what_is_due_soon_and_then_what_is_overdue(
    table, world, supervisor
) -> None:
    await factories.join_teams(table, supervisor.user_id, world["team"])
    soon, later, _tomorrow = [await promised(table, world, minutes_ago=ago) for ago in (50, 35, 0)]
    late = await promised(table, world, minutes_ago=70)

    page = await supervisor("GET", "/sla/at-risk", status=200)
    assert [(one["ticket_id"], one["metric"]) for one in page["items"]] == [
        (soon, "first_reply"),
        (later, "first_reply"),
    ]
    assert page["next"] is None
    within = await supervisor("GET", "/sla/at-risk?within_minutes=12&overdue=true")
    assert [one["ticket_id"] for one in within["items"]] == [late, soon]
    first = await supervisor("GET", "/sla/at-risk?limit=1")
    rest = await supervisor("GET", f"/sla/at-risk?limit=1&cursor={first['next']}")
    assert [p["items"][0]["ticket_id"] for p in (first, rest)] == [soon, later]
    assert (rest["next"], (await supervisor("GET", "/sla/at-risk?queue_id=999"))["items"]) == (
        None,
        [],
    )


async def test_what_one_may_not_read_is_not_at_risk(table, world, supervisor) -> None:
    ticket_id = await promised(table, world, minutes_ago=50)

    assert (await supervisor("GET", "/sla/at-risk"))["items"] == []
    await supervisor("GET", f"/tickets/{ticket_id}/sla", status=404)
    await world["ann"]("GET", "/sla/at-risk", status=403)


@pytest.mark.parametrize("query", ["within_minutes=-1", "within_minutes=soon", "overdue=perhaps"])
async def test_bad_questions_are_told_their_place(supervisor, query) -> None:
    problem = await supervisor("GET", f"/sla/at-risk?{query}", status=422)

    assert problem["field"] == f"query.{query.split('=')[0]}"


@pytest.mark.parametrize("is_careful", [False, True])
async def test_the_dispatcher_settles_what_triage_hands_over(
    table, world, dispatcher, is_careful
) -> None:
    now = world["now"]
    ticket_ids = [
        await factories.ticket(table, now - timedelta(seconds=n), intake_queue_id=world["queue"])
        for n in range(3)
    ]
    findings = [
        Finding(
            ticket_id=ticket_id,
            interaction_ids=[
                await table.fetchval("SELECT id FROM interaction WHERE ticket_id = $1", ticket_id)
            ],
            received_at=now - timedelta(seconds=n),
            temperament="unknown",
            language=None,
            subject="",
            queue_id=world["queue"],
        )
        for n, ticket_id in enumerate(ticket_ids)
    ]
    dispatcher._is_careful = is_careful

    await dispatcher.submit(lambda conn, at: enter(conn, at, findings))

    clocks = await table.fetch("SELECT ticket_id, metric, started_at FROM sla_clock ORDER BY id")
    assert [tuple(clock) for clock in clocks] == [
        (ticket_id, metric, now - timedelta(seconds=n))
        for n, ticket_id in enumerate(ticket_ids)
        for metric in ("first_reply", "resolution")
    ]


async def test_a_message_on_a_ticket_that_stays_is_promised_an_answer(
    table, world, database, bell, dispatcher
) -> None:
    ann = world["ann"]
    ticket_id = await promised(table, world, minutes_ago=10, holder=ann)
    await ann("POST", f"/tickets/{ticket_id}/replies", {"text": "Yes?"}, status=201)
    written_at = await table.fetchval("SELECT clock_timestamp()")
    await factories.interaction(table, written_at, ticket_id=ticket_id)

    await Triage(database, bell, dispatcher, trained_reader()).look()

    clocks = await table.fetch(
        "SELECT metric, started_at FROM sla_clock WHERE ended_at IS NULL ORDER BY id"
    )
    assert [tuple(clock) for clock in clocks] == [
        ("resolution", world["now"] - timedelta(minutes=10)),
        ("next_reply", written_at),
    ]


async def test_a_reply_that_waited_for_its_ticket_is_of_the_instant_at_which_it_got_it(
    table, world
) -> None:
    ann = world["ann"]
    ticket_id = await promised(table, world, minutes_ago=10, holder=ann)
    path = f"/tickets/{ticket_id}/replies"
    async with table.transaction():
        await table.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", ticket_id)
        reply = asyncio.create_task(ann("POST", path, {"text": "Yes?"}, status=201))
        await asyncio.sleep(0.3)
        let_go_at = await table.fetchval("SELECT clock_timestamp()")
    await reply

    met_at = await table.fetchval("SELECT met_at FROM sla_clock WHERE metric = 'first_reply'")
    assert met_at > let_go_at
