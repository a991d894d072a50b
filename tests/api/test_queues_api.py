"""Queues: made and edited, and what that does to what is in them."""

import factories

NEW = {"name": "Refunds", "team_id": 1, "tier": 1}


async def change(admin, queue, status=200, **fields):
    return await admin(
        "PATCH",
        f"/queues/{queue['id']}",
        fields,
        headers={"If-Match": f'"{queue["version"]}"'},
        status=status,
    )


async def test_a_queue_is_made_and_edited(admin, agent):
    queue = await admin(
        "POST",
        "/queues",
        NEW
        | {
            "auto_accept": ["sms", "sms"],
            "offer_timeout_s": 30,
            "wrap_up_s": 20,
            "escalate_after_s": 3600,
            "escalate_to_id": 2,
        },
        status=201,
    )

    assert queue["auto_accept"] == ["sms"]
    assert (queue["escalate_after_s"], queue["escalate_to_id"]) == (3600, 2)
    edited = await change(admin, queue, escalate_after_s=None, auto_accept=[], name="بازپرداخت")
    assert edited["name"] == "بازپرداخت"
    assert edited["escalate_after_s"] is None
    assert edited["auto_accept"] == []
    assert edited["version"] == 2
    assert await agent("GET", f"/queues/{queue['id']}", status=200) == edited
    assert edited in await agent("GET", "/queues", status=200)


async def test_what_cannot_work_is_refused_and_named(admin, subtests):
    for fields, field in [
        ({"team_id": 999}, "body.team_id"),
        ({"auto_accept": ["sms", "fax"]}, "body.auto_accept[1]"),
        ({"escalate_to_id": 999}, "body.escalate_to_id"),
        ({"escalate_to_id": 1}, "body.escalate_to_id"),
        ({"tier": 2, "escalate_to_id": 2}, "body.escalate_to_id"),
        ({"tier": 10}, "body.tier"),
        ({"offer_timeout_s": 0}, "body.offer_timeout_s"),
        ({"escalate_after_s": 0}, "body.escalate_after_s"),
        ({"colour": "red"}, "body.colour"),
    ]:
        with subtests.test(fields=fields, field=field):
            problem = await admin("POST", "/queues", NEW | fields, status=422)

            assert problem["field"] == field


async def test_a_name_is_given_once(admin):
    taken = await admin("POST", "/queues", NEW | {"name": "Frontline"}, status=409)
    queue = await admin("POST", "/queues", NEW, status=201)
    renamed = await change(admin, queue, status=409, name="Frontline")

    assert taken["code"] == renamed["code"] == "name_taken"


async def test_the_tier_stays_above_those_that_escalate_here_and_while_tickets_are_in(admin, table):
    await factories.prepare(table)
    queues = {q["tier"]: q for q in await admin("GET", "/queues", status=200)}

    too_low = await change(admin, queues[2], status=422, tier=1)
    now = await table.fetchval("SELECT clock_timestamp()")
    await factories.queued_ticket(table, now, queue_id=queues[3]["id"])
    in_use = await change(admin, queues[3], status=409, tier=4)

    assert too_low["field"] == "body.tier"
    assert in_use["code"] == "queue_in_use"


async def test_another_team_reads_what_is_in_the_queue_and_its_agents_join_it(admin, agent, table):
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue = await admin("POST", "/queues", NEW, status=201)
    ticket = await factories.queued_ticket(table, now, queue_id=queue["id"])
    await admin("PUT", f"/queues/{queue['id']}/members/{agent.user_id}", {}, status=200)
    team_id = await factories.team(table, name="Refund team")

    await change(admin, queue, team_id=team_id)

    row = await table.fetchrow("SELECT team_ids, version FROM ticket WHERE id = $1", ticket.id)
    assert row["team_ids"] == [1, team_id]
    told = await table.fetchrow(
        "SELECT version, team_ids FROM event WHERE kind = 'ticket_changed' AND ticket_id = $1",
        ticket.id,
    )
    assert (told["version"], told["team_ids"]) == (row["version"], [1, team_id])
    team = await admin("GET", f"/teams/{team_id}", status=200)
    assert team["member_ids"] == [agent.user_id]


async def test_a_channel_that_is_not_here_yet_may_stay_but_not_come(admin):
    first = (await admin("GET", "/queues", status=200))[0]
    assert "email" in first["auto_accept"]

    edited = await change(admin, first, offer_timeout_s=30)
    fewer = await change(admin, edited, auto_accept=["email"])
    problem = await change(admin, fewer, status=422, auto_accept=["email", "sms", "fax"])

    assert edited["auto_accept"] == first["auto_accept"]
    assert fewer["auto_accept"] == ["email"]
    assert problem["field"] == "body.auto_accept[2]"


async def test_offers_ring_by_channel_and_what_is_not_answered_goes_back(admin):
    queue = await admin(
        "POST",
        "/queues",
        NEW
        | {
            "offer_timeouts": {"sms": 45},
            "return_after_s": 900,
            "requirements": {"language": {"fa": 2}, "skill": {}},
        },
        status=201,
    )

    assert queue["offer_timeouts"] == {"sms": 45}
    assert queue["return_after_s"] == 900
    assert queue["requirements"] == {"language": {"fa": 2}}
    edited = await change(admin, queue, return_after_s=None, requirements={"product": {"laser": 1}})
    assert edited["return_after_s"] is None
    assert edited["requirements"] == {"product": {"laser": 1}}
    problem = await change(admin, edited, status=422, offer_timeouts={"fax": 20})
    assert problem["field"] == "body.offer_timeouts.fax"


async def test_an_archived_queue_is_listed_only_when_asked_for_and_nothing_leads_to_it(
    admin, table
):
    queue = await admin("POST", "/queues", NEW | {"tier": 9}, status=201)
    await table.execute("UPDATE queue SET archived_at = now() WHERE id = $1", queue["id"])

    standing = await admin("GET", "/queues", status=200)
    all_queues = await admin("GET", "/queues?archived=true", status=200)
    problem = await admin(
        "POST", "/queues", NEW | {"name": "Other", "escalate_to_id": queue["id"]}, status=422
    )
    refused = await change(admin, queue, status=409, wrap_up_s=5)

    assert queue["id"] not in [q["id"] for q in standing]
    assert queue["id"] in [q["id"] for q in all_queues]
    assert problem["field"] == "body.escalate_to_id"
    assert refused["code"] == "queue_archived"


async def test_everybody_sees_which_queues_are_open(admin, agent, table):
    made = await admin("POST", "/queues", NEW, status=201)  # from here on nobody asks calendars
    await table.execute("UPDATE queue SET is_open = false WHERE id = 1")
    await table.execute(
        "INSERT INTO timer (due_at, kind, key, queue_id)"
        " VALUES ('2100-01-01 08:00:00+00', 'queue_hours', 'queue:1', 1)"
    )

    listed = {q["id"]: q for q in await agent("GET", "/queues", status=200)}
    found = await agent("GET", "/queues/2", status=200)
    edited = await change(admin, listed[1], wrap_up_s=5)

    seen = [(q["is_open"], q["hours_change_at"]) for q in (listed[1], found, made, edited)]
    opens = (False, "2100-01-01T08:00:00Z")
    assert seen == [opens, (True, None), (True, None), opens]
