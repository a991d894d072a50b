"""A stranger writes into a ticket: one click decides."""

import asyncio

import factories
import pytest
from mails import ENTRY_POINT, mail

STRANGER = "eve@elsewhere.test"


@pytest.fixture
async def team(table):
    await factories.prepare(table)
    team_id = await factories.team(table)
    queue_id = await factories.queue(table, team_id=team_id)
    await table.execute(
        "INSERT INTO entry_point (channel, address, queue_id) VALUES ('email', $1, $2)",
        ENTRY_POINT,
        queue_id,
    )
    return team_id


@pytest.fixture
async def ticket_id(team, inbox, table):
    await inbox.receive([mail(1)])
    return await table.fetchval("SELECT id FROM ticket")


@pytest.fixture
async def held(inbox, table, ticket_id, all_channels):
    """A mail that waits, as its way in hands it on."""
    stranger = mail(2, sender=STRANGER, text="I am her boss", answers=("m1@customer.test",))
    read = await all_channels["email"].read("message", stranger.raw)
    assert list(await inbox.receive([read])) == ["quarantined"]
    return await table.fetchval("SELECT id FROM quarantine")


@pytest.fixture
async def lead(staff, table, team):
    caller = await staff.signed_in("supervisor")
    await factories.join_teams(table, caller.user_id, team)
    return caller


def accepted(caller, held, where, status=201):
    return caller("POST", f"/quarantine/{held}/acceptances", {"as": where}, status=status)


async def written(table, ticket_id):
    rows = await table.fetch(
        "SELECT body FROM interaction WHERE ticket_id = $1 ORDER BY id", ticket_id
    )
    return [row["body"] for row in rows]


async def test_who_waits_behind_a_flood_is_seen(lead, inbox, table, ticket_id, held):
    flood = [
        mail(f"f{n}", sender=f"f{n}@elsewhere.test", answers=("m1@customer.test",))
        for n in range(100)
    ]
    assert set(await inbox.receive(flood)) == {"quarantined"}

    first = await lead("GET", f"/tickets/{ticket_id}/quarantine", status=200)
    at = f"/tickets/{ticket_id}/quarantine?after_id={first[-1]['id']}"
    [last] = await lead("GET", at, status=200)

    assert (len(first), first[0]["id"]) == (100, held)
    assert last["id"] == await table.fetchval("SELECT max(id) FROM quarantine")
    await lead("GET", f"/tickets/{ticket_id}/quarantine?after_id=-1", status=422)


async def test_a_stranger_is_let_into_the_ticket_he_names(lead, table, ticket_id, held):
    [waiting] = await lead("GET", f"/tickets/{ticket_id}/quarantine", status=200)

    released = await accepted(lead, held, "thread")

    assert (waiting["id"], waiting["reason"]) == (held, "stranger_in_thread")
    assert waiting["ticket_id"] == ticket_id
    assert await written(table, ticket_id) == ["Hello", "I am her boss"]
    assert released["interaction_id"] == await table.fetchval("SELECT max(id) FROM interaction")
    assert await lead("GET", f"/tickets/{ticket_id}/quarantine", status=200) == []
    told = await table.fetchrow(
        "SELECT actor, data, ticket_id, team_ids FROM event WHERE kind = 'payload_released'"
    )
    assert (told["actor"], told["data"]["accepted_as"]) == (f"user:{lead.user_id}", "thread")
    assert (told["ticket_id"], len(told["team_ids"])) == (ticket_id, 1)  # who sees it is told


async def test_or_has_a_ticket_of_his_own(lead, table, ticket_id, held):
    released = await accepted(lead, held, "new")

    assert await written(table, ticket_id) == ["Hello"]
    other = await table.fetchval(
        "SELECT ticket_id FROM interaction WHERE id = $1", released["interaction_id"]
    )
    assert await written(table, other) == ["I am her boss"]


async def test_two_decisions_at_once_are_one(lead, table, held):
    answers = await asyncio.gather(
        *(
            lead.send("POST", f"/quarantine/{held}/acceptances", {"as": where})
            for where in ("thread", "new") * 3
        )
    )

    assert {a.status for a in answers} <= {201, 409}
    assert await table.fetchval("SELECT count(*) FROM interaction") == 2
    assert await table.fetchval("SELECT count(*) FROM event WHERE kind = 'payload_released'") == 1
    problem = await accepted(lead, held, "new", status=409)
    assert problem["code"] == "already_released"


async def test_who_may_not_work_on_the_ticket_decides_nothing(staff, table, team, ticket_id, held):
    stranger, colleague, other_lead = [
        await staff.signed_in(role) for role in ("agent", "agent", "supervisor")
    ]
    await factories.join_teams(table, colleague.user_id, team)

    assert (await accepted(stranger, held, "thread", status=404))["code"] == "not_found"
    assert (await accepted(other_lead, held, "thread", status=404))["code"] == "not_found"
    assert (await accepted(colleague, held, "thread", status=403))["code"] == "not_your_ticket"
    await stranger("GET", f"/tickets/{ticket_id}/quarantine", status=404)
    assert await written(table, ticket_id) == ["Hello"]

    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $1, tier = 1,"
        " queue_id = (SELECT max(id) FROM queue) WHERE id = $2",
        colleague.user_id,
        ticket_id,
    )
    await accepted(colleague, held, "thread")
    assert await written(table, ticket_id) == ["Hello", "I am her boss"]


async def test_a_retry_of_a_stranger_leaves_him_where_he_is(lead, table, held):
    again = await lead("POST", f"/quarantine/{held}/retries", status=201)

    assert (again["reason"], again["released_at"]) == ("stranger_in_thread", None)
    assert again["retried_at"] is not None
    assert await table.fetchval("SELECT count(*) FROM interaction") == 1


async def test_a_retry_lets_in_whom_we_have_written_to_since(lead, table, ticket_id, held):
    person = await factories.contact(table)
    await factories.identity(table, person, kind="email", value=STRANGER)
    await table.execute(
        "UPDATE identity SET contact_id = (SELECT contact_id FROM ticket) WHERE value = $1",
        STRANGER,
    )

    released = await lead("POST", f"/quarantine/{held}/retries", status=201)

    assert released["interaction_id"] is not None
    assert await written(table, ticket_id) == ["Hello", "I am her boss"]


async def test_what_names_no_ticket_or_is_no_mail_is_not_let_in_there(lead, admin, table, team):
    assert team
    await table.execute(
        """INSERT INTO quarantine (channel, purpose, reason, detail, content_type, headers, body, body_sha256, received_at)
           VALUES ('email', 'message', 'own_mail', 'x', 'message/rfc822', $1, $2, sha256($2), now()),
                  ('email', 'message', 'empty', 'x', 'message/rfc822', $1, ' ', sha256(' '), now())""",
        {"entry_point": ENTRY_POINT},
        mail(1).raw.body,
    )
    first = await table.fetchval("SELECT min(id) FROM quarantine")

    assert (await accepted(lead, first, "thread", status=409))["code"] == "names_no_ticket"
    assert (await accepted(admin, first + 1, "new", status=409))["code"] == "not_understood"
    assert (await accepted(admin, first, "elsewhere", status=422))["code"] == "bad_input"
    assert (await accepted(lead, first, "new"))["interaction_id"] is not None
