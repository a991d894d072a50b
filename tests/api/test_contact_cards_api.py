"""The card and the profile: everything in one place, and nothing that is not the reader's."""

import json

import factories
import pytest

GUIDANCE = {"en", "fa"}


@pytest.fixture
async def world(table):
    """Two open teams and a restricted one; Sara has a ticket in each, her husband one at the desk."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    teams, queues, tickets = {}, {}, {}
    for name in ("desk", "shop", "legal"):
        teams[name] = await factories.team(table, name=name, restricted=name == "legal")
        queues[name] = await factories.queue(table, team_id=teams[name])
    sara = await factories.contact(table, name="Sara", phone="+989121234567")
    omid = await factories.contact(table, name="Omid", phone="+989357654321")
    for name, queue_id in queues.items():
        ticket = await factories.queued_ticket(
            table, now, queue_id=queue_id, contact_id=sara, body=f"about {name}"
        )
        tickets[name] = ticket.id
    ticket = await factories.queued_ticket(
        table, now, queue_id=queues["desk"], contact_id=omid, body="Sara must not know of this"
    )
    tickets["omid"] = ticket.id
    return {"now": now, "teams": teams, "sara": sara, "omid": omid, "tickets": tickets}


async def card(caller, contact_id):
    return await caller("GET", f"/contacts/{contact_id}/card", status=200)


async def say(table, world, ticket, body, *, contact="sara", **more):
    row = {"channel": "sms", "direction": "inbound", "kind": "message", "details": {}} | more
    return await table.fetchval(
        "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state, details,"
        " author_id, occurred_at, received_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'received', $7, $8, now(), now()) RETURNING id",
        world[contact],
        world["tickets"][ticket],
        row["channel"],
        row["direction"],
        row["kind"],
        body,
        row["details"],
        more.get("author_id"),
    )


async def test_a_card_tells_who_it_is_and_how_to_treat_her(admin, table, world):
    await table.execute(
        "UPDATE contact SET occupation = 'nurse', needs = '{quiet}', preferred_channel = 'phone',"
        " tone_note = 'formal', please_do = '{write}', please_avoid = '{jokes}', language = 'en',"
        """ preferred_hours = '{"from": "09:00", "until": "10:00", "days": [1],
                                "time_zone": "Asia/Tehran"}' WHERE id = $1""",
        world["sara"],
    )
    for kind, value in (
        *(("temperament", "serious"), ("value_class", "A"), ("customer_category", "home")),
        *(("language", "fa"), ("contract", "gold")),
    ):
        await factories.segment(table, world["now"], world["sara"], kind, value)

    told = await card(admin, world["sara"])

    assert (told["name"], told["identities"][0]["value"]) == ("Sara", "+989121234567")
    assert told["temperament"]["label"] == "serious"
    assert told["temperament"]["guidance"].keys() == GUIDANCE
    assert all(told["temperament"]["guidance"].values())
    assert (told["value"]["value"], told["category"]["name_fa"]) == ("A", "خانگی")
    assert {s["kind"] for s in told["segments"]} == {
        "value_class", "customer_category", "language", "contract",
    }  # fmt: skip
    assert told["preferred"] == {
        "channel": "phone",
        "hours": {"from": "09:00", "until": "10:00", "days": [1], "time_zone": "Asia/Tehran"},
        "language": "fa",
        "tone_note": "formal",
        "please_do": ["write"],
        "please_avoid": ["jokes"],
    }
    assert told["needs"] == ["quiet"]
    assert told["missing_fact"]["key"] == "expectations"
    assert told["missing_fact"].keys() >= {"question_en", "question_fa", "name_en", "name_fa"}
    assert told["behaviour"]["contacts_30d"] == 3


async def test_the_last_five_messages_over_all_channels_are_on_it(admin, table, world):
    for n in range(7):
        await say(table, world, "desk", f"message {n}", channel=("sms", "email", "phone")[n % 3])
    await say(table, world, "desk", "a note", kind="note", direction="internal", author_id=1)

    told = await card(admin, world["sara"])

    assert [i["excerpt"] for i in told["interactions"]] == [f"message {n}" for n in (6, 5, 4, 3, 2)]
    assert [i["channel"] for i in told["interactions"]] == ["sms", "phone", "email", "sms", "phone"]


async def test_it_tells_what_the_reader_may_read_and_that_there_is_more(agent, table, world):
    await factories.join_teams(table, agent.user_id, world["teams"]["desk"])
    for name in ("desk", "shop", "legal"):
        await say(table, world, name, f"words for {name}")
        await table.execute(
            "INSERT INTO follow_up (kind, what, due_at, contact_id, ticket_id, team_id, created_by,"
            " created_at) VALUES ('promise', $1, now(), $2, $3, $4, 'system', now())",
            f"promise of {name}",
            world["sara"],
            world["tickets"][name],
            world["teams"][name],
        )
        await table.execute(
            "INSERT INTO feedback (topic, polarity, words, contact_id, ticket_id, source, given_at,"
            " received_at, actor) VALUES ('service', 'like', $1, $2, $3, 'desk', now(), now(), 'x')",
            f"opinion of {name}",
            world["sara"],
            world["tickets"][name],
        )

    for path in ("/card", ""):
        told = await agent("GET", f"/contacts/{world['sara']}{path}", status=200)
        assert [i["excerpt"] for i in told["interactions"]] == ["words for desk", "about desk"]
        assert [(t["id"], t["restricted"]) for t in told["tickets"]] == [
            (world["tickets"]["legal"], True),
            (world["tickets"]["desk"], False),
        ]
        assert [f["what"] for f in told["follow_ups"]] == ["promise of desk"]
        assert [o["words"] for o in told["satisfaction"]] == ["opinion of desk"]
        assert "shop" not in json.dumps(told)
        assert set(told["tickets"][0].values()) == {world["tickets"]["legal"], True, None}


async def test_nothing_of_another_of_her_household_is_on_it(admin, table, world):
    await say(
        table, world, "desk", "call him on 0935 765 4321 or omid@example.com, me on 09121234567"
    )
    await say(table, world, "desk", "from Omid himself", details={"participant": True})
    await table.execute(
        "UPDATE ticket SET subject = 'omid@example.com does not answer' WHERE id = $1",
        world["tickets"]["desk"],
    )
    await table.execute(
        "INSERT INTO follow_up (kind, what, due_at, contact_id, team_id, created_by, created_at)"
        " VALUES ('promise', 'ring 09357654321', now(), $1, $2, 'system', now())",
        world["sara"],
        world["teams"]["desk"],
    )
    await table.execute(
        "INSERT INTO feedback (topic, polarity, words, contact_id, source, given_at, received_at,"
        " actor) VALUES ('service', 'like', 'so says omid@example.com', $1, 'desk', now(), now(), 'x')",
        world["sara"],
    )
    await say(table, world, "desk", "Mine.\n> On Monday Omid wrote:\n> secret")

    told = await card(admin, world["sara"])

    assert [i["excerpt"] for i in told["interactions"]][:2] == [
        "Mine.",
        "call him on […] or […], me on 09121234567",
    ]
    assert told["follow_ups"][0]["what"] == "ring […]"
    assert told["satisfaction"][0]["words"] == "so says […]"
    everything = json.dumps(told)
    for words in ("0935", "4321", "omid", "Omid", "secret", "must not know"):
        assert words not in everything


async def test_what_is_hers_is_on_it_and_what_was_is_not(admin, table, world):
    for tag, owner, until in (("7XK22P1", "sara", None), ("8XK22P1", "sara", "now()"),
                              ("9XK22P1", "omid", None)):  # fmt: skip
        await table.execute(
            "WITH a AS (INSERT INTO asset (service_tag, model, created_at, updated_at)"
            " VALUES ($1, 'Latitude', now(), now()) RETURNING id)"
            " INSERT INTO asset_owner (asset_id, contact_id, from_at, to_at, told_at, actor)"
            f" SELECT id, $2, now() - interval '1 day', {until or 'NULL'}, now(), 'x' FROM a",
            tag,
            world[owner],
        )

    told = await card(admin, world["sara"])

    assert [a["service_tag"] for a in told["assets"]] == ["7XK22P1"]


async def test_who_was_merged_is_named_and_what_he_was_promised_goes_along(admin, table, world):
    await table.execute(
        "INSERT INTO follow_up (kind, what, due_at, contact_id, team_id, created_by, created_at)"
        " VALUES ('promise', 'a new one', now(), $1, $2, 'system', now())",
        world["omid"],
        world["teams"]["desk"],
    )
    body = {"contact_id": world["omid"]}
    await admin("POST", f"/contacts/{world['sara']}/merges", body, status=201)

    gone = await admin("GET", f"/contacts/{world['omid']}/card", status=404)
    told = await card(admin, world["sara"])

    assert (gone["code"], gone["contact_id"]) == ("contact_merged", world["sara"])
    assert [f["what"] for f in told["follow_ups"]] == ["a new one"]
    assert len(told["tickets"]) == 4


async def test_the_profile_has_every_section_after_four_channels_were_heard(admin, table, world):
    for channel in ("sms", "email", "phone", "chat"):
        await say(table, world, "desk", f"by {channel}", channel=channel)

    told = await admin("GET", f"/contacts/{world['sara']}", status=200)

    assert [i["channel"] for i in told["interactions"]][:4] == ["chat", "phone", "email", "sms"]
    assert told.keys() >= {
        "identities", "needs", "expectations", "interests", "likes", "dislikes", "segments",
        "temperament", "satisfaction", "interactions", "tickets", "completeness", "freshness",
    }  # fmt: skip
