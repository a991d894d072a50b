"""Tickets through the API: who may do what, and what bad input is told."""

import asyncio

from centre import SARA, Centre, Person, eventually

from contactcenter.fakes.behaviour import Behaviour


async def assigned(centre: Centre, agent: Person, *, phone: str = SARA) -> dict:
    await centre.customer_writes(phone, "My router does not connect.")

    async def held() -> list:
        return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

    return (await eventually(held, what="an assignment"))[0]


async def tier(person: Person, number: int) -> int:
    """The id of the queue of a tier, as somebody in it sees it in his tickets."""
    return (await person.get("/presence"))["queue_ids"][number - 1]


async def test_a_foreign_ticket_is_not_there(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    stranger = await centre.person("Cyrus", tiers=(3,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"

    assert (await stranger.get("/tickets"))["items"] == []
    for address in (path, f"{path}/timeline", f"{path}/legs", f"{path}/offers"):
        assert (await stranger.get(address, status=404))["code"] == "not_found"
    for action, body in (
        ("replies", {"text": "x"}),
        ("notes", {"text": "x"}),
        ("escalations", {"note": "x"}),
        ("spam_marks", None),
        ("acceptances", None),
        ("reopenings", None),
    ):
        await stranger.post(f"{path}/{action}", body, status=404)


async def test_a_restricted_team_hides_its_tickets_from_former_holders(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    await centre.person("Bahar", tiers=(2,), presence=None)
    ticket = await assigned(centre, ann)
    await ann.post(f"/tickets/{ticket['id']}/escalations", {"note": "private"})
    before = await ann.get(f"/tickets/{ticket['id']}")
    async with centre.database.read() as conn:
        await conn.execute("UPDATE team SET restricted = true WHERE name = 'Specialists'")

    assert before["tier"] == 2
    await ann.get(f"/tickets/{ticket['id']}", status=404)
    assert (await ann.get("/tickets"))["items"] == []


async def test_a_colleague_may_read_and_note_but_not_answer(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    cem = await centre.person("Cem", tiers=(1,))
    boss = await centre.person("Dana", tiers=(1,), role="supervisor", presence=None)
    path = f"/tickets/{ticket['id']}"

    await cem.post(f"{path}/notes", {"text": "I know this customer."})
    problem = await cem.post(f"{path}/replies", {"text": "Hello"}, status=403)
    await boss.post(f"{path}/replies", {"text": "Hello from the lead"})

    assert (problem["code"], problem["agent_id"]) == ("not_your_ticket", ann.id)


async def test_bad_input_names_its_place(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1, 2))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"
    await ann.post(f"{path}/replies", {"text": "Hello"})
    cases = [
        ("escalations", {}, "body.note"),
        ("escalations", {"note": "x", "queue_id": 999_999}, "body.queue_id"),
        ("escalations", {"note": "x", "queue_id": ticket["queue_id"]}, "body.queue_id"),
        ("escalations", {"note": "x", "reason": "rule"}, "body.reason"),
        ("returns", {}, "body.note"),
        ("returns", {"note": "x"}, "body.queue_id"),
        ("returns", {"note": "x", "queue_id": await tier(ann, 2)}, "body.queue_id"),
        ("failed_solutions", {"reason": "nonsense"}, "body.reason"),
        ("transfers", {"note": "x"}, "body.queue_id"),
        ("transfers", {"note": "x", "agent_id": 999_999}, "body.agent_id"),
        ("transfers", {"note": "x", "queue_id": await tier(ann, 2)}, "body.queue_id"),
        ("solutions", {"disposition": "nonsense"}, "body.disposition"),
        ("holds", {"reason": "part", "wake_at": "2020-01-01T00:00:00Z"}, "body.wake_at"),
        ("pendings", {"wake_at": "2020-01-01T00:00:00Z"}, "body.wake_at"),
        ("pendings", {"wake_at": "tomorrow"}, "body.wake_at"),
        ("replies", {"text": "   "}, "body.text"),
        ("replies", {"text": "x", "attachment_ids": [999]}, "body.attachment_ids"),
        ("replies", {"text": "x", "identity_id": 999_999}, "body.identity_id"),
        ("replies", {"text": "x", "entry_point_id": 999_999}, "body.entry_point_id"),
        ("replies", {"text": "x", "unknown": 1}, "body.unknown"),
    ]

    for action, body, field in cases:
        problem = await ann.post(f"{path}/{action}", body, status=422)
        assert problem["field"] == field, (action, body, problem)
    assert (await ann.get(path))["state"] == "assigned"
    for query, field in (
        ("state=asleep", "query.state"),
        ("limit=0", "query.limit"),
        ("nonsense=1", "query.nonsense"),
    ):
        problem = await ann.get(f"/tickets?{query}", status=422)
        assert problem["field"].startswith(field)


async def test_what_the_state_does_not_allow_is_a_conflict(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"

    late = await ann.post(f"{path}/acceptances", status=409)
    await ann.post(f"{path}/solutions", {"disposition": "solved"})
    again = await ann.post(f"{path}/reopenings")
    boss = await centre.person("Dana", tiers=(1,), role="supervisor", presence=None)
    twice = await boss.post(f"{path}/reopenings", status=409)

    assert (late["code"], again["reopens"]) == ("offer_not_yours", 1)
    assert (twice["code"], twice["state"]) == ("transition_refused", "assigned")


async def test_a_supervisor_gives_a_ticket_to_whoever_has_room(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    cem = await centre.person("Cem", tiers=(1,), capacity=1)
    boss = await centre.person("Dana", tiers=(1,), role="supervisor", presence=None)
    path = f"/tickets/{ticket['id']}/assignments"

    moved = await boss.post(path, {"agent_id": cem.id})
    other = await assigned(centre, ann, phone="+989127654321")
    full = await boss.post(f"/tickets/{other['id']}/assignments", {"agent_id": cem.id}, status=409)
    await ann.post(f"/tickets/{other['id']}/assignments", {"agent_id": ann.id}, status=403)

    assert (moved["agent_id"], full["code"]) == (cem.id, "agent_full")
    assert (await cem.get("/presence"))["load"] == 1


async def test_an_idempotency_key_sends_one_message(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}/replies"

    answers = await asyncio.gather(
        *(ann.post(path, {"text": "once"}, Idempotency_Key="k-1") for _ in range(5))
    )
    await asyncio.sleep(0.3)

    assert len({a["interaction_id"] for a in answers}) == 1
    assert [e.text for e in centre.twilio.ledger.of("accepted")] == ["once"]
    problem = await ann.post(path, {"text": "other"}, Idempotency_Key="k-1", status=422)
    assert problem["code"] == "idempotency_key_reused"


async def test_two_agents_cannot_overwrite_one_another(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"
    etag = f'"{(await ann.get(path))["version"]}"'

    changed = await ann.patch(path, {"subject": "Router of the shop"}, etag=etag)
    await ann.patch(path, {"subject": "Other"}, etag=etag, status=412)
    await ann.patch(path, {"subject": "Other"}, etag=None, status=428)

    assert changed["subject"] == "Router of the shop"


async def test_tickets_are_found_by_tag_in_any_spelling_and_page_by_page(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,), capacity=20)
    for n in range(5):
        await centre.customer_writes(f"+98912000000{n}", "Hello")

    async def all_held() -> bool:
        return len((await ann.get("/tickets?mine=true&state=assigned"))["items"]) == 5

    await eventually(all_held, what="five tickets")
    first = (await ann.get("/tickets"))["items"][0]
    path = f"/tickets/{first['id']}"
    await ann.put(f"{path}/tags", {"tags": ["كيفيت ۱", "VIP"]}, etag=f'"{first["version"]}"')

    assert (await ann.get(path))["tags"] == ["vip", "کیفیت 1"]
    found = (await ann.get("/tickets?tag=کیفیت%201"))["items"]
    assert [t["id"] for t in found] == [first["id"]]
    pages, cursor = [], ""
    while cursor is not None:
        page = await ann.get(f"/tickets?limit=2{cursor}")
        pages.append([t["id"] for t in page["items"]])
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert [len(p) for p in pages] == [2, 2, 1]
    assert sum(pages, []) == sorted(sum(pages, []), reverse=True)  # noqa: RUF017


async def test_claiming_pausing_and_handing_over(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,), presence="away")
    await centre.customer_writes(SARA, "Hello")

    async def waiting() -> list:
        return (await ann.get("/tickets?state=waiting"))["items"]

    ticket = (await eventually(waiting, what="a waiting ticket"))[0]
    path = f"/tickets/{ticket['id']}"
    later = {"reason": "spare part", "wake_at": "2099-01-01T00:00:00Z"}
    claimed = await ann.post(f"{path}/claims")
    held = await ann.post(f"{path}/holds", later)
    cem = await centre.person("Cem", tiers=(1,), presence="away")
    given = await ann.post(f"{path}/transfers", {"note": "Speaks Turkish", "agent_id": cem.id})
    released = await cem.post(f"{path}/releases", {"reason": "end of shift"})

    assert (claimed["agent_id"], claimed["state"]) == (ann.id, "assigned")
    assert (held["state"], held["hold_reason"]) == ("on_hold", "spare part")
    assert (given["agent_id"], given["state"], given["wake_at"]) == (cem.id, "assigned", None)
    assert (released["state"], released["agent_id"]) == ("waiting", None)
    assert released["enqueued_at"] == claimed["enqueued_at"]


async def test_a_failed_message_is_sent_again_once_and_by_decision(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"
    centre.twilio.behaviour = Behaviour(swallowed=1.0)
    await centre.customer_writes(SARA, "STOP")  # only Twilio heard it
    centre.twilio.behaviour = Behaviour()
    written = await ann.post(f"{path}/replies", {"text": "Are you there?"})

    async def failed() -> bool:
        items = (await ann.get(f"{path}/timeline"))["items"]
        return any(i["id"] == written["interaction_id"] and i["state"] == "failed" for i in items)

    await eventually(failed, what="the refusal")
    await centre.customer_writes(SARA, "START")
    again = await ann.post(f"/interactions/{written['interaction_id']}/resendings")
    twice = await ann.post(f"/interactions/{written['interaction_id']}/resendings", status=409)

    async def accepted() -> bool:
        return [e.text for e in centre.twilio.ledger.of("accepted")] == ["Are you there?"]

    await eventually(accepted, what="the second attempt")
    assert again["id"] != written["interaction_id"]
    assert twice["code"] == "not_sendable"


async def test_nobody_turns_away_from_words_he_has_not_seen(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"
    unanswered = await ann.post(f"{path}/pendings", {}, status=409)
    first = unanswered["interaction_id"]
    await ann.post(f"{path}/replies", {"text": "Which model is it?"})
    await centre.customer_writes(SARA, "Model 7. And it smells odd.")

    pending = await ann.post(f"{path}/pendings", {}, status=409)
    solved = await ann.post(
        f"{path}/solutions", {"disposition": "solved", "seen_interaction_id": first}, status=409
    )
    seen = await ann.post(f"{path}/pendings", {"seen_interaction_id": pending["interaction_id"]})

    assert {p["code"] for p in (unanswered, pending, solved)} == {"customer_waits"}
    assert pending["interaction_id"] > first
    assert seen["state"] == "pending"


async def test_a_ticket_goes_up_and_comes_back_with_its_reasons(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    bahar = await centre.person("Bahar", tiers=(2,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"

    up = await ann.post(f"{path}/escalations", {"note": "Dead board", "reason": "needs_access"})
    assert (up["hand_over"], up["handed_over_by_id"]) == ("escalated", ann.id)
    assert (up["accountable_id"], up["accountable_team_id"] is None) == (None, False)
    await bahar.post(f"{path}/acceptances")
    taken = await ann.get(path)
    assert (taken["hand_over"], taken["accountable_id"]) == (None, bahar.id)
    back = await bahar.post(f"{path}/returns", {"note": "Known fix: reset", "reason": "known_fix"})
    assert (back["tier"], back["agent_id"], back["returns"]) == (1, ann.id, 1)

    steps = await ann.get(f"{path}/escalations")
    assert [(s["kind"], s["reason"], s["note"]) for s in steps] == [
        ("escalated", "needs_access", "Dead board"),
        ("returned", "known_fix", "Known fix: reset"),
    ]
    assert steps[0]["reason_in_words"]["fa"] == "دسترسی‌ای لازم است که این سطح ندارد"
    assert [s["accepted_by_id"] for s in steps] == [bahar.id, ann.id]


async def test_a_ticket_that_came_back_twice_stays(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))
    bahar = await centre.person("Bahar", tiers=(2,))
    ticket = await assigned(centre, ann)
    path = f"/tickets/{ticket['id']}"
    for _ in range(2):
        await ann.post(f"{path}/escalations", {"note": "Up"})
        await bahar.post(f"{path}/acceptances")
        await bahar.post(f"{path}/returns", {"note": "Down"})
    await ann.post(f"{path}/escalations", {"note": "Up"})
    await bahar.post(f"{path}/acceptances")

    problem = await bahar.post(f"{path}/returns", {"note": "Down"}, status=409)

    assert (problem["code"], problem["returns"], problem["limit"]) == ("returned_too_often", 2, 2)
    assert (await bahar.get(path))["agent_id"] == bahar.id
    notes = [i["body"] for i in (await bahar.get(f"{path}/timeline"))["items"]]
    assert notes.count("Down") == 2


async def test_reasons_have_names_in_both_languages(centre: Centre) -> None:
    ann = await centre.person("Ann", tiers=(1,))

    reasons = await ann.get("/escalation_reasons")

    named = {r["code"]: (r["name_en"], r["name_fa"]) for r in reasons["returning"]}
    assert named["known_fix"] == ("a known fix is attached", "راه‌حل شناخته‌شده پیوست است")
    assert set(reasons["by_person"]) < {r["code"] for r in reasons["escalation"]}
