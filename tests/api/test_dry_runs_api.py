"""Dry runs over HTTP: how a day would have moved, and what is refused."""

from datetime import UTC, datetime, timedelta

import factories as make
import pytest

from contactcenter.api import dry_runs
from contactcenter.dispatch import ending, seek

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
PATH = "/configuration/dry-runs?day=2026-03-02&time_zone=Asia/Tehran"
YAML = {"Content-Type": "application/yaml"}


@pytest.fixture
async def a_day(table):
    """Three tickets of one agent's queue, answered at once and solved in turn."""
    await make.prepare(table)
    ids = [await make.queue(table, name=name, auto_accept=["sms"]) for name in ("a", "b")]
    agent_id = await make.agent(table, MORNING - timedelta(hours=1), queues=ids, capacity=1)
    for n in range(3):
        now = MORNING + timedelta(minutes=n)
        ticket = await make.queued_ticket(table, now, queue_id=ids[0])
        await seek.agent_for(table, now, ticket)
        await ending.solve(
            table,
            now + timedelta(seconds=30),
            ticket.id,
            actor="system",
            disposition="solved",
            reopen_window_s=9,
        )
    return agent_id


async def in_force(admin, **changes):
    return {**(await admin("GET", "/configuration", status=200))["document"], **changes}


async def test_the_tickets_of_a_day_are_told_by_where_they_would_have_gone(admin, a_day):
    document = await in_force(admin, entry=[{"when": {}, "queue": "b"}])

    told = await admin("POST", f"{PATH}&limit=2", document, status=200)

    assert (told["tickets"], told["moved"], len(told["listed"])) == (3, 3, 2)
    assert [(f["from_queue"], f["to_queue"], f["tickets"]) for f in told["flows"]] == [
        ("a", "b", 3)
    ]
    assert told["validation"]["same_agent_share"] == 1.0
    assert told["listed"][0]["recorded"]["queue"] == "a"
    assert told["listed"][0]["changed"]["queue"] == "b"
    assert (await admin("GET", "/configuration", status=200))["version"] == 0


async def test_a_document_that_cannot_be_is_refused_with_every_fault(admin):
    body = b"queues: {a: {team: nobody, tier: 1, calendar: none}}"

    problem = await admin("POST", PATH, data=body, headers=YAML, status=422)

    assert problem["code"] == "invalid_configuration"
    places = {error["place"] for error in problem["errors"]}
    assert {"queues.a.team", "queues.a.calendar"} <= places


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "bad_input"),
        ("?day=yesterday", "bad_input"),
        ("?day=2026-03-02&time_zone=Teheran", "bad_input"),
    ],
)
async def test_what_day_it_is_must_be_said(admin, query, code):
    problem = await admin(
        "POST", f"/configuration/dry-runs{query}", data=b"queues: {}", headers=YAML, status=422
    )

    assert problem["code"] == code


async def test_a_day_that_is_too_large_is_for_the_command(admin, a_day, monkeypatch):
    monkeypatch.setattr(dry_runs, "MOST_LEGS", 2)
    document = await in_force(admin, entry=[{"when": {}, "queue": "b"}])

    problem = await admin("POST", PATH, document, status=422)

    assert problem["code"] == "day_too_large"


async def test_one_day_is_played_at_a_time_and_then_the_next(admin, a_day):
    document = await in_force(admin, entry=[{"when": {}, "queue": "b"}])

    with dry_runs._PLAYING:
        busy = await admin("POST", PATH, document, status=503)
    told = await admin("POST", PATH, document, status=200)

    assert busy["code"] == "dry_run_busy"
    assert told["tickets"] == 3


async def test_a_day_that_takes_too_long_is_given_up(admin, a_day, monkeypatch):
    monkeypatch.setattr(dry_runs, "DEADLINE_S", 0.001)
    document = await in_force(admin, entry=[{"when": {}, "queue": "b"}])

    problem = await admin("POST", PATH, document, status=503)

    assert problem["code"] == "dry_run_too_slow"
    assert dry_runs._PLAYING.acquire(blocking=False)
    dry_runs._PLAYING.release()
