"""The product's main job, end to end: a signed SMS in, the right tier, an answer out."""

import asyncio

from centre import SARA, Centre, Person, eventually


async def ticket_held_by(person: Person) -> dict:
    async def held() -> list:
        return (await person.get("/tickets?mine=true&state=assigned"))["items"]

    return (await eventually(held, what="an assignment"))[0]


async def test_a_question_is_answered_escalated_solved_and_comes_back(centre: Centre) -> None:
    junior = await centre.person("Ann", tiers=(1,))
    senior = await centre.person("Bahar", tiers=(2,))

    assert await centre.customer_writes(SARA, "سلام، چاپگر من روشن نمی‌شود") == 200
    ticket = await ticket_held_by(junior)
    path = f"/tickets/{ticket['id']}"
    assert (ticket["tier"], ticket["language"]) == (1, "fa")
    assert (await junior.get(path))["guidance"]["fa"]

    written = await junior.post(f"{path}/replies", {"text": "سلام، الان بررسی می‌کنم."})
    sent = await eventually(lambda: _accepted(centre), what="the reply at the provider")
    assert (sent[0].to, sent[0].text) == (SARA, "سلام، الان بررسی می‌کنم.")

    async def delivered() -> bool:
        timeline = (await junior.get(f"{path}/timeline"))["items"]
        return any(
            i["id"] == written["interaction_id"] and i["state"] == "delivered" for i in timeline
        )

    await eventually(delivered, what="the delivery")

    await junior.post(f"{path}/escalations", {"note": "Power board; needs a bench."})
    rings = await eventually(lambda: senior.get("/offers"), what="an offer")
    assert (rings[0]["id"], rings[0]["tier"]) == (ticket["id"], 2)
    assert (await junior.get("/presence"))["load"] == 0
    await senior.post(f"{path}/acceptances")
    notes = [i["body"] for i in (await senior.get(f"{path}/timeline"))["items"]]
    assert "Power board; needs a bench." in notes
    await senior.post(f"{path}/solutions", {"disposition": "solved"})

    await centre.customer_writes(SARA, "دوباره خاموش شد")
    again = await eventually(lambda: senior.get("/offers"), what="the reopened offer")
    assert (again[0]["id"], again[0]["reopens"]) == (ticket["id"], 1)
    legs = await senior.get(f"{path}/legs")
    assert [leg["ended_by"] for leg in legs] == [
        "assigned",
        "escalated",
        "assigned",
        "solved",
        None,
    ]


async def _accepted(centre: Centre) -> list:
    return centre.twilio.ledger.of("accepted")


async def test_a_customer_who_asks_for_more_is_referred_at_once(centre: Centre) -> None:
    await centre.person("Ann", tiers=(1,))
    senior = await centre.person("Bahar", tiers=(2,))

    await centre.customer_writes(SARA, "I want to speak to your manager right now.")

    rings = await eventually(lambda: senior.get("/offers"), what="an offer")
    assert (rings[0]["tier"], rings[0]["escalations"]) == (2, 1)


async def test_words_of_danger_do_not_wait_for_the_first_tier(centre: Centre) -> None:
    expert = await centre.person("Cyrus", tiers=(3,))

    await centre.customer_writes(SARA, "There is smoke coming out of the adapter!")

    rings = await eventually(lambda: expert.get("/offers"), what="an offer")
    assert (rings[0]["tier"], rings[0]["escalations"]) == (3, 0)


async def test_temperament_is_told_before_the_first_word_and_can_be_corrected(
    centre: Centre,
) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    text = "That's too much. Give me 20% off and I'll take two. Come on, last price? Your rival sells it cheaper."

    await centre.customer_writes(SARA, text)
    ticket = await ticket_held_by(agent)
    path = f"/tickets/{ticket['id']}"
    assert ticket["temperament"] == "haggler"

    view = await agent.get(path)
    changed = await agent.put(f"{path}/temperament", {"label": "warm"}, etag=f'"{view["version"]}"')
    await centre.customer_writes(SARA, "So? Last price please, or throw in a free case.")
    await asyncio.sleep(0.3)

    assert changed["temperament"] == "warm"
    assert (await agent.get(path))["temperament"] == "warm"


async def test_the_same_message_twice_is_one_and_both_are_acknowledged(centre: Centre) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    result = await centre.twilio.customer_writes(SARA, "+982100000000", "Hello")

    again = await centre.customer_writes(SARA, "Hello", sid=result.sid)

    ticket = await ticket_held_by(agent)
    timeline = await agent.get(f"/tickets/{ticket['id']}/timeline")
    assert (result.status, again, len(timeline["items"])) == (200, 200, 1)


async def test_whoever_said_stop_is_not_written_to_until_he_says_start(centre: Centre) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    await centre.customer_writes(SARA, "STOP")
    ticket = await ticket_held_by(agent)
    path = f"/tickets/{ticket['id']}"

    refused = await agent.post(f"{path}/replies", {"text": "Anything else?"}, status=409)
    shown = await agent.get(path)
    await centre.customer_writes(SARA, "START")
    await agent.post(f"{path}/replies", {"text": "Welcome back."})

    assert refused["code"] == "opted_out"
    assert shown["opted_out_at"] is not None
    assert (await agent.get(path))["opted_out_at"] is None

    async def sent() -> list[str]:
        return [entry.text for entry in centre.twilio.ledger.of("accepted")]

    assert await eventually(sent, what="the answer") == ["Welcome back."]


async def test_a_refusal_by_the_provider_is_shown_and_kept_for_the_next_time(
    centre: Centre,
) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    await centre.customer_writes(SARA, "STOP")
    ticket = await ticket_held_by(agent)
    path = f"/tickets/{ticket['id']}"
    async with centre.database.transaction() as conn:  # he had said it before we were here
        await conn.execute("DELETE FROM opt_out")

    written = await agent.post(f"{path}/replies", {"text": "Anything else?"})

    async def failed() -> dict | None:
        items = (await agent.get(f"{path}/timeline"))["items"]
        mine = next(i for i in items if i["id"] == written["interaction_id"])
        return mine if mine["state"] == "failed" else None

    shown = await eventually(failed, what="the failure")
    assert shown["error_code"] == "21610"
    assert centre.twilio.ledger.of("accepted") == []
    again = await agent.post(f"{path}/replies", {"text": "Really?"}, status=409)
    assert again["code"] == "opted_out"


async def test_replies_of_one_conversation_go_out_in_order(centre: Centre) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    await centre.customer_writes(SARA, "Hello")
    ticket = await ticket_held_by(agent)

    for n in range(6):
        await agent.post(f"/tickets/{ticket['id']}/replies", {"text": f"part {n}"})

    async def all_sent() -> bool:
        return len(centre.twilio.ledger.of("accepted")) == 6

    await eventually(all_sent, what="six messages")
    sent = [entry.text for entry in centre.twilio.ledger.of("accepted")]
    assert sent == [f"part {n}" for n in range(6)]


async def test_writing_first_waits_for_the_customer_and_takes_no_room(centre: Centre) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    await centre.customer_writes(SARA, "Hello")
    first = await ticket_held_by(agent)
    await agent.post(f"/tickets/{first['id']}/solutions", {"disposition": "answered"})
    body = {"contact_id": first["contact_id"], "channel": "sms", "text": "Your part is here."}

    ticket = await agent.post("/tickets", body)

    assert (ticket["state"], ticket["agent_id"]) == ("pending", agent.id)
    assert (await agent.get("/presence"))["load"] == 0
    problem = await agent.post("/tickets", body, status=409)
    assert (problem["code"], problem["ticket_id"]) == ("ticket_already_open", ticket["id"])
    await centre.customer_writes(SARA, "Thanks, when can I come?")
    assert (await ticket_held_by(agent))["id"] == ticket["id"]


async def test_a_forged_hook_is_refused_and_leaves_no_row(centre: Centre) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    centre.twilio.auth_token = "somebody else's"

    assert await centre.customer_writes(SARA, "Hello") == 403

    async with centre.database.read() as conn:
        rows = await conn.fetchval(
            "SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM quarantine)"
            " + (SELECT count(*) FROM interaction)"
        )
    assert rows == 0
    assert (await agent.get("/tickets"))["items"] == []
