"""Prices are the same for everybody who asks, and no concession goes below the floor."""

import asyncio
from collections import Counter

import asyncpg
import factories
import pytest
from callers import Caller

from contactcenter.dispatch import holding

BAND = {
    "product": "Laptop",
    "currency": "EUR",
    "list_minor": 1000,
    "opening_minor": 900,
    "cost_minor": 600,
    "margin_minor": 100,
    "refusal_en": "This is the lowest price we have.",
    "refusal_fa": "کمتر از این ممکن نیست.",
}


async def ticket_of(table, agent: Caller, **contact: object) -> int:
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    queue_id = await factories.queue(table, team_id=team_id)
    contact_id = await factories.contact(table, **contact)
    ticket = await factories.queued_ticket(table, now, queue_id=queue_id, contact_id=contact_id)
    await table.execute(
        "UPDATE agent SET presence = 'available', capacity = 9 WHERE id = $1", agent.user_id
    )
    await holding.give_to(table, now, ticket.id, agent.user_id, actor="user:1", note_id=None)
    return ticket.id


async def offered(agent: Caller, ticket: int, status: int = 201, **ask: object) -> dict:
    body = {"product": "laptop", "currency": "EUR", **ask}
    return await agent("POST", f"/tickets/{ticket}/price_offers", body, status=status)


async def test_concessions_go_down_and_up_again_but_never_below_the_floor(admin, agent, table):
    await admin("POST", "/price_bands", BAND, status=201)
    ticket = await ticket_of(table, agent)
    await table.execute("UPDATE user_account SET language = 'fa' WHERE id = $1", agent.user_id)

    first = await offered(agent, ticket, off_minor=150)
    risen = await offered(agent, ticket, amount_minor=950, note="Two of them.")
    await offered(agent, ticket, amount_minor=700)
    refused = await offered(agent, ticket, 409, off_minor=1)
    below = await offered(agent, ticket, 409, amount_minor=699)
    above = await offered(agent, ticket, 409, amount_minor=1001)

    assert (first["amount_minor"], risen["amount_minor"]) == (750, 950)
    assert (refused["code"], below["code"], above["code"]) == (
        "below_floor",
        "below_floor",
        "above_list",
    )
    assert (below["detail"], below["refusal_en"]) == (BAND["refusal_fa"], BAND["refusal_en"])
    assert not {"floor_minor", "cost_minor"} & below.keys()
    listed = await agent("GET", f"/tickets/{ticket}/price_offers", status=200)
    assert [one["amount_minor"] for one in listed] == [750, 950, 700]
    told = await table.fetch("SELECT data FROM event WHERE kind = 'price_offered' ORDER BY id")
    assert [(e["data"]["from"], e["data"]["to"]) for e in told] == [
        (None, 750),
        (750, 950),
        (950, 700),
    ]


async def test_two_concessions_at_once_are_two_in_a_row(admin, agent, supervisor, table):
    await admin("POST", "/price_bands", BAND, status=201)
    ticket = await ticket_of(table, agent)
    await factories.join_teams(
        table, supervisor.user_id, *await table.fetchval("SELECT team_ids FROM ticket")
    )
    calls = [
        who.send(
            "POST",
            f"/tickets/{ticket}/price_offers",
            {"product": "Laptop", "currency": "EUR", "off_minor": 90},
        )
        for who in (agent, supervisor) * 2
    ]

    answers = await asyncio.gather(*calls)

    assert Counter(one.status for one in answers) == {201: 2, 409: 2}
    listed = await agent("GET", f"/tickets/{ticket}/price_offers", status=200)
    assert [one["amount_minor"] for one in listed] == [810, 720]


async def test_everybody_who_asks_gets_the_same_answer(admin, agent, table):
    await admin("POST", "/price_bands", BAND, status=201)
    now = await table.fetchval("SELECT clock_timestamp()")
    answers = []
    for temperament, value in (("haggler", "costly"), ("serious", "A"), ("unknown", "B")):
        ticket = await ticket_of(table, agent)
        contact = await table.fetchval("SELECT contact_id FROM ticket WHERE id = $1", ticket)
        await factories.segment(table, now, contact, "temperament", temperament)
        await factories.segment(table, now, contact, "value_class", value)
        await table.execute("UPDATE ticket SET temperament = $2 WHERE id = $1", ticket, temperament)
        bands = await agent("GET", "/price_bands", status=200)
        said = [await offered(agent, ticket, off_minor=100)]
        said.append(await offered(agent, ticket, 409, amount_minor=699))
        fields = ("opening_minor", "amount_minor", "detail", "code")
        answers.append((bands, [{f: one.get(f) for f in fields} for one in said]))

    assert answers[0] == answers[1] == answers[2]


async def test_a_band_has_no_column_for_a_person_or_a_segment(table):
    rows = await table.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'price_band'::regclass AND attnum > 0"
    )
    keys = await table.fetchval(
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'price_band'::regclass AND contype = 'f'"
    )

    assert {row["attname"] for row in rows} == {
        *("id", "product", "currency", "list_minor", "opening_minor", "cost_minor", "margin_minor"),
        *("floor_minor", "floor_seen_by", "refusal_en", "refusal_fa", "valid_from", "valid_until"),
        "version",
    }
    assert keys == 0


async def test_cost_is_for_administrators_and_the_floor_for_whom_the_band_names(
    admin, agent, supervisor, table
):
    made = await admin("POST", "/price_bands", BAND, status=201)
    path = f"/price_bands/{made['id']}"
    shown = {
        name: [await who("GET", path, status=200) for who in (agent, supervisor, admin)]
        for name in ("supervisor",)
    }["supervisor"]
    etag = {"If-Match": '"1"'}
    await admin("PATCH", path, {"floor_seen_by": "agent"}, headers=etag, status=200)
    told = await agent("GET", path, status=200)

    assert [one["floor_minor"] for one in shown] == [None, 700, 700]
    assert [one["cost_minor"] for one in shown] == [None, None, 600]
    assert [one["margin_minor"] for one in shown] == [None, None, 100]
    assert (told["floor_minor"], told["cost_minor"]) == (700, None)


async def test_a_band_that_makes_no_sense_is_refused(admin, table, subtests):
    for change, field in [
        ({"opening_minor": 1001}, "body.opening_minor"),
        ({"opening_minor": 699}, "body.opening_minor"),
        ({"currency": "XYZ"}, "body.currency"),
        ({"list_minor": 12.5}, "body.list_minor"),
        ({"cost_minor": -1}, "body.cost_minor"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "body.valid_until"),
        ({"segment": "haggler"}, "body.segment"),
    ]:
        with subtests.test(change=change, field=field):
            problem = await admin("POST", "/price_bands", BAND | change, status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM price_band") == 0


async def test_one_band_holds_at_a_time(admin, agent, table):
    first = {"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"}
    await admin("POST", "/price_bands", BAND | first, status=201)
    second = await admin("POST", "/price_bands", BAND, status=201)
    twin = await admin("POST", "/price_bands", BAND | {"product": "LAPTOP"}, status=409)
    now = await agent("GET", "/price_bands", status=200)
    ever = await agent("GET", "/price_bands?all=true", status=200)

    assert twin["code"] == "band_overlaps"
    assert ([one["id"] for one in now], len(ever)) == ([second["id"]], 2)


async def test_a_raised_floor_holds_from_then_on(admin, agent, table):
    made = await admin("POST", "/price_bands", BAND, status=201)
    ticket = await ticket_of(table, agent)
    await offered(agent, ticket, amount_minor=710)
    path, etag = f"/price_bands/{made['id']}", {"If-Match": '"1"'}
    await admin("PATCH", path, {"margin_minor": 200}, headers=etag, status=200)

    refused = await offered(agent, ticket, 409, off_minor=0)
    await offered(agent, ticket, amount_minor=800)

    assert refused["code"] == "below_floor"
    with pytest.raises(asyncpg.CheckViolationError, match="comes_down_to_its_floor"):
        await table.execute("UPDATE price_band SET cost_minor = 5000")


async def test_an_offer_needs_a_band_a_ticket_of_ones_own_and_one_price(admin, agent, staff, table):
    ticket = await ticket_of(table, agent)
    none = await offered(agent, ticket, 422, amount_minor=800)
    await admin("POST", "/price_bands", BAND, status=201)
    both = await offered(agent, ticket, 422, amount_minor=800, off_minor=1)
    neither = await offered(agent, ticket, 422)
    dollars = await offered(agent, ticket, 422, amount_minor=800, currency="USD")
    await offered(await staff.signed_in("agent"), ticket, 404, amount_minor=800)

    assert [one["field"] for one in (none, both, neither, dollars)] == [
        *("body.product", "body.amount_minor", "body.amount_minor", "body.product")
    ]
