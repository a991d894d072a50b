"""A draft looked over before it goes out, and what is noted of one that does."""

import factories
import pytest

from contactcenter import timers
from routing.temperament import LABELS, guidance
from routing.tone import Draft, check


@pytest.fixture
async def sara(table, agent):
    """A hesitant person of the agent's team, who wrote in Persian with Latin letters."""
    await factories.prepare(table)
    now = await timers.clock(table)
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    queue_id = await factories.queue(table, team_id=team_id)
    await factories.entry_point(table, queue_id=queue_id)
    contact_id = await factories.contact(table, name="Sara Ahmadi")
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, contact_id=contact_id, temperament="hesitant",
        body="motmaen nistam, age pashimun shodam chi?",
    )  # fmt: skip
    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $2, last_customer_message_at = now(),"
        " language = 'fa-Latn' WHERE id = $1",
        ticket.id,
        agent.user_id,
    )
    return ticket


async def looked_over(caller, path, text, **more):
    return await caller("POST", f"{path}/draft_checks", {"text": text, **more}, status=200)


async def test_a_draft_is_answered_with_guidance_and_with_what_goes_against_it(agent, sara):
    text = "As I said, it is covered. Decide now!"

    told = await looked_over(agent, f"/tickets/{sara.id}", text)

    assert told["temperament"] == "hesitant"
    assert told["guidance"]["fa"] == list(guidance("hesitant")["fa"])
    rules = [(w["rule"], text[slice(*w["span"])]) for w in told["warnings"]]
    assert rules == [("as_i_said", "As I said"), ("pressure", "Decide now")]
    assert all(w["en"] and w["fa"] for w in told["warnings"])


async def test_what_is_offered_with_it_is_in_the_customers_language(agent, admin, sara, table):
    for title, objection in (("Delivery", "کی می‌رسه؟"), ("Regret", "motmaen nistam pashimun")):
        await admin(
            "POST",
            "/saved_replies",
            {
                "title": title, "language": "fa", "temperament": "hesitant",
                "objection": objection, "body": "سلام {contact_name}، {ticket_id}",
            },
            status=201,
        )  # fmt: skip

    offered = (await looked_over(agent, f"/tickets/{sara.id}", ""))["snippets"]

    assert [one["language"] for one in offered] == ["fa"] * 3
    assert offered[0]["title"] == "Regret"  # it answers what she said last
    assert offered[0]["text"].startswith("سلام Sara Ahmadi، ")
    await table.execute("UPDATE contact SET language = 'en' WHERE id = $1", sara.contact_id)
    offered = (await looked_over(agent, f"/tickets/{sara.id}", ""))["snippets"]
    assert {one["language"] for one in offered} == {"en"}


async def test_a_first_message_is_looked_over_before_there_is_a_ticket(agent, sara, table):
    await table.execute("UPDATE ticket SET state = 'solved', agent_id = NULL, solved_at = now()")
    path = f"/contacts/{sara.contact_id}"
    assert (await looked_over(agent, path, "Hi Sara"))["temperament"] == "unknown"
    etag = {"If-Match": (await agent.send("GET", path)).headers["ETag"]}
    await agent("PUT", f"{path}/temperament", {"label": "serious"}, headers=etag, status=200)

    told = await looked_over(agent, path, "Hi Sara, you might like our new range :)")

    assert told["temperament"] == "serious"
    assert [w["rule"] for w in told["warnings"]] == ["first_name", "emoji"]
    await table.execute("UPDATE ticket SET state = 'waiting', solved_at = NULL")
    told = await looked_over(agent, path, "You might like our new range")
    assert [w["rule"] for w in told["warnings"]] == ["upselling"]


async def test_a_reply_goes_out_with_its_warnings_and_is_noted(agent, sara, table):
    for text in ("Hurry, only two left!", "Take your time: I would take the smaller one."):
        await agent("POST", f"/tickets/{sara.id}/replies", {"text": text}, status=201)

    noted = await table.fetch("SELECT ticket_id, temperament, rules FROM reply_tone ORDER BY 1, 3")

    assert [tuple(row) for row in noted] == [
        (sara.id, "hesitant", []),
        (sara.id, "hesitant", ["pressure"]),
    ]
    assert await table.fetchval("SELECT count(*) FROM outbox") == 2


async def test_what_is_checked_is_kept_nowhere(agent, sara, table):
    before = await table.fetchval("SELECT max(id) FROM event")
    await looked_over(agent, f"/tickets/{sara.id}", "Hurry, canary!")

    assert await table.fetchval("SELECT count(*) FROM reply_tone") == 0
    assert await table.fetchval("SELECT max(id) FROM event") == before


@pytest.mark.parametrize("label", LABELS)
async def test_what_comes_with_the_product_keeps_to_its_own_guidance(conn, label):
    rows = await conn.fetch("SELECT language, body FROM saved_reply WHERE temperament = $1", label)

    assert {row["language"] for row in rows} == (set() if label == "unknown" else {"en", "fa"})
    for row in rows:
        assert check(Draft(text=row["body"], temperament=label)) == ()


async def test_a_reply_for_a_temperament_that_is_none_is_refused(admin):
    new = {"title": "A", "language": "en", "body": "B", "temperament": "grumpy"}
    told = await admin("POST", "/saved_replies", new, status=422)
    assert told["field"] == "body.temperament"


async def test_a_note_that_may_hurt_is_warned_of_and_kept(agent, sara):
    path = f"/contacts/{sara.contact_id}"
    etag = {"If-Match": (await agent.send("GET", path)).headers["ETag"]}
    note = {"label": "haggler", "note": "Such a cheapskate."}

    told = await agent("PUT", f"{path}/temperament", note, headers=etag, status=200)

    (warning,) = told["note_warnings"]
    assert note["note"][slice(*warning["span"])] == "cheapskate"
    assert "read it" in warning["en"]
    assert told["override"]["note"] == note["note"]
