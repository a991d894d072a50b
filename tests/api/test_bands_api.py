"""Bands and their worth, as supervisors read them."""

from datetime import UTC, datetime, timedelta

import factories
import pytest

from contactcenter.dispatch import ending, seek

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def world(table):
    await factories.prepare(table)
    team_id = await factories.team(table)
    queue_id = await factories.queue(table, name="Support", team_id=team_id, auto_accept=["sms"])
    other = await factories.queue(table, name="Sales")
    agents = [
        await factories.agent(table, NOW, name=name, queues=[queue_id, other], capacity=1000)
        for name in ("Bob", "Ann")
    ]
    for band, agent_id in enumerate(agents):
        for queue in (queue_id, other):
            await table.execute(
                "INSERT INTO agent_band VALUES ($1, $2, 'warm', $3, 60, 0.5, 1.2, $4)",
                queue,
                agent_id,
                band,
                NOW,
            )
    return {"team": team_id, "queue": queue_id, "other": other}


@pytest.fixture
async def lead(staff, table, world):
    caller = await staff.signed_in("supervisor")
    await factories.join_teams(table, caller.user_id, world["team"])
    return caller


async def test_a_supervisor_reads_the_bands_of_his_queues_by_name(lead, admin, world) -> None:
    page = await lead("GET", "/bands?limit=1", status=200)
    rest = await lead("GET", f"/bands?limit=1&cursor={page['next']}", status=200)
    everything = await admin("GET", "/bands", status=200)
    of_queue = await admin("GET", f"/bands?queue_id={world['other']}", status=200)

    assert [p["items"][0]["agent_name"] for p in (page, rest)] == ["Ann", "Bob"]
    assert rest["next"] is None
    assert page["items"][0] == {
        "queue_id": world["queue"],
        "queue_name": "Support",
        "segment": "warm",
        "agent_id": page["items"][0]["agent_id"],
        "agent_name": "Ann",
        "band": 1,
        "handled": 60,
        "solved_share": 0.5,
        "per_hour": 1.2,
        "solved_per_hour": 0.6,
        "computed_at": page["items"][0]["computed_at"],
    }
    assert (len(everything["items"]), len(of_queue["items"])) == (4, 2)


async def test_agents_do_not_read_them(agent, world) -> None:
    await agent("GET", "/bands", status=403)
    await agent("GET", "/bands/comparison", status=403)


async def test_both_arms_are_compared_and_too_few_are_said_to_be(lead, table, world) -> None:
    await factories.configured(
        table, bands={"by": "p_mu", "experiment": {"on_minutes": 15, "off_minutes": 5}}
    )
    begun = NOW.replace(minute=0, second=0) - timedelta(hours=3)
    for minute in (0, 1, 16):
        at = begun + timedelta(minutes=minute)
        ticket = await factories.queued_ticket(table, at, queue_id=world["queue"])
        await seek.agent_for(table, at, ticket)
        await ending.solve(
            table,
            at + timedelta(minutes=2),
            ticket.id,
            actor="system",
            disposition="solved",
            reopen_window_s=60,
        )

    answer = await lead("GET", "/bands/comparison", status=200)

    (stratum,) = answer["strata"]
    assert stratum == {
        "segment": "unknown",
        "on": {"handled": 2, "solved": 2, "solved_share": 1.0, "mean_worked_s": 120.0},
        "off": {"handled": 1, "solved": 1, "solved_share": 1.0, "mean_worked_s": 120.0},
    }
    assert (answer["verdict"], answer["difference"]) == ("too_few", None)
    assert answer["statement"]["en"].startswith("Too few tickets to tell: 2 while bands counted")
    assert answer["statement"]["fa"].startswith("برای داوری کم است: ۲ درخواست")


async def test_another_teams_tickets_are_not_compared(staff, table, world) -> None:
    stranger = await staff.signed_in("supervisor")

    assert (await stranger("GET", "/bands", status=200))["items"] == []
    assert (await stranger("GET", "/bands/comparison", status=200))["strata"] == []
