"""What contacts are: said by people, brought by other systems, taken back, over by itself."""

from datetime import timedelta

import asyncpg
import factories
import pytest

HOUR = timedelta(hours=1)


@pytest.fixture
async def contact(table: asyncpg.Connection) -> int:
    await factories.prepare(table)
    return await factories.contact(table, name="Sara", phone="+989120000001")


@pytest.fixture
async def supervisor(staff):
    return await staff.signed_in("supervisor")


async def now_of(table: asyncpg.Connection):
    return await table.fetchval("SELECT clock_timestamp()")


def counted(told) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in told["effective"]:
        found.setdefault(one["kind"], []).append(one["value"])
    return found


async def happened(table: asyncpg.Connection) -> list[dict]:
    rows = await table.fetch("SELECT data FROM event WHERE kind = 'segment_set' ORDER BY id")
    return [row["data"] for row in rows]


async def test_an_agent_says_what_a_contact_is_and_everybody_reads_it(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    body = {"kind": "customer_category", "value": "government", "note": "a ministry"}

    told = await agent("POST", path, body, status=201)

    (one,) = told["effective"]
    assert (one["value"], one["name_en"], one["name_fa"]) == ("government", "Government", "دولتی")
    assert (one["kind_name_en"], one["kind_name_fa"]) == ("Customer category", "نوع مشتری")
    assert (one["source"], one["confidence"], one["note"]) == ("agent", 1.0, "a ministry")
    assert (one["actor"], one["until"]) == (f"user:{agent.user_id}", None)
    assert told["history"] == [one]
    assert await agent("GET", path, status=200) | {"at": None} == told | {"at": None}
    shown = await agent("GET", f"/contacts/{contact}", status=200)
    assert (shown["segments"], shown["version"]) == ([one], told["version"])
    assert told["version"] == 2
    assert await happened(table) == [
        {
            "segment": "customer_category",
            "from": None,
            "to": "government",
            "value": "government",
            "source": "agent",
            "segment_id": one["id"],
            "begins_at": one["since"].replace("Z", "") + "Z",
            "ends_at": None,
        }
    ]


async def test_of_one_kind_the_later_word_takes_the_place_of_the_former(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    for value in ("home", "small_business"):
        told = await agent("POST", path, {"kind": "customer_category", "value": value}, status=201)

    assert counted(told) == {"customer_category": ["small_business"]}
    new, old = told["history"]
    assert (old["value"], old["until"]) == ("home", new["since"])
    assert [(e["from"], e["to"]) for e in await happened(table)] == [
        (None, "home"),
        ("home", "small_business"),
    ]


async def test_a_contact_may_have_several_contracts_each_with_its_dates(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    now = await now_of(table)
    until = (now + HOUR).isoformat()
    await agent("POST", path, {"kind": "contract", "value": "basic"}, status=201)
    await agent(
        "POST", path, {"kind": "contract", "value": "prosupport", "until": until}, status=201
    )
    later = {"kind": "contract", "value": "gold", "from": until}

    told = await agent("POST", path, later, status=201)

    assert counted(told) == {"contract": ["basic", "prosupport"]}
    assert {one["value"] for one in told["history"]} == {"basic", "prosupport", "gold"}
    after = await agent("GET", path, params={"at": (now + 2 * HOUR).isoformat()}, status=200)
    assert counted(after) == {"contract": ["basic", "gold"]}
    before = await agent("GET", path, params={"at": (now - HOUR).isoformat()}, status=200)
    assert counted(before) == {}


async def test_what_was_so_before_we_were_told_was_not_known_then(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    now = await now_of(table)
    since = now - 24 * HOUR

    told = await agent(
        "POST",
        path,
        {"kind": "customer_category", "value": "home", "from": since.isoformat()},
        status=201,
    )

    assert counted(told) == {"customer_category": ["home"]}
    assert told["history"][0]["since"].startswith(since.date().isoformat())
    earlier = await agent("GET", path, params={"at": (now - HOUR).isoformat()}, status=200)
    assert counted(earlier) == {}


async def test_what_begins_later_ends_what_counts_till_then(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    now = await now_of(table)
    begins = (now + HOUR).isoformat()
    await agent("POST", path, {"kind": "customer_category", "value": "home"}, status=201)
    told = await agent(
        "POST",
        path,
        {"kind": "customer_category", "value": "education", "from": begins},
        status=201,
    )
    assert counted(told) == {"customer_category": ["home"]}
    later = await agent("GET", path, params={"at": begins}, status=200)
    assert counted(later) == {"customer_category": ["education"]}

    told = await agent(
        "POST", path, {"kind": "customer_category", "value": "government"}, status=201
    )

    assert counted(told) == {"customer_category": ["government"]}
    later = await agent("GET", path, params={"at": begins}, status=200)
    assert counted(later) == {"customer_category": ["government"]}
    (never,) = [one for one in told["history"] if one["value"] == "education"]
    assert never["since"] == never["until"]


async def test_what_was_said_is_taken_back_once(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    told = await agent("POST", path, {"kind": "contract", "value": "gold"}, status=201)
    one = told["effective"][0]["id"]

    told = await agent("DELETE", f"{path}/{one}", status=200)

    assert (counted(told), len(told["history"])) == ({}, 1)
    assert told["history"][0]["until"] is not None
    assert [(e["from"], e["to"]) for e in await happened(table)][-1] == ("gold", None)
    problem = await agent("DELETE", f"{path}/{one}", status=409)
    assert problem["code"] == "segment_is_over"
    other = await factories.contact(table)
    await agent("DELETE", f"/contacts/{other}/segments/{one}", status=404)
    assert len(await happened(table)) == 2


async def test_a_persons_word_counts_before_another_systems(agent, admin, contact):
    path = f"/contacts/{contact}/segments"
    line = {"contact_id": contact, "kind": "customer_category", "value": "home"}
    await admin("POST", "/segments", [line | {"confidence": 0.7}], status=201)
    assert counted(await agent("GET", path, status=200)) == {"customer_category": ["home"]}

    said = await agent(
        "POST", path, {"kind": "customer_category", "value": "education"}, status=201
    )

    assert counted(said) == {"customer_category": ["education"]}
    back = await agent("DELETE", f"{path}/{said['effective'][0]['id']}", status=200)
    assert counted(back) == {"customer_category": ["home"]}
    assert back["effective"][0]["confidence"] == pytest.approx(0.7)


async def test_value_is_said_by_supervisors(agent, supervisor, contact):
    path = f"/contacts/{contact}/segments"
    body = {"kind": "value_class", "value": "A"}

    problem = await agent("POST", path, body, status=403)
    told = await supervisor("POST", path, body, status=201)

    assert problem["code"] == "forbidden"
    assert counted(told) == {"value_class": ["A"]}
    one = told["effective"][0]["id"]
    await agent("DELETE", f"{path}/{one}", status=403)
    await supervisor("DELETE", f"{path}/{one}", status=200)


async def test_what_another_system_said_a_supervisor_takes_back(agent, supervisor, admin, contact):
    path = f"/contacts/{contact}/segments"
    line = {"contact_id": contact, "kind": "contract", "value": "gold"}
    await admin("POST", "/segments", [line], status=201)
    one = (await agent("GET", path, status=200))["effective"][0]["id"]

    await agent("DELETE", f"{path}/{one}", status=403)

    assert counted(await supervisor("DELETE", f"{path}/{one}", status=200)) == {}


async def test_what_is_computed_and_temperaments_are_not_said_here(agent, table, contact):
    path = f"/contacts/{contact}/segments"
    now = await now_of(table)
    one = await factories.segment(table, now, contact, "value_class", "C", source="rule")
    temperament = await factories.segment(table, now, contact, "temperament", "warm")

    await agent("DELETE", f"{path}/{one}", status=403)
    await agent("DELETE", f"{path}/{temperament}", status=404)
    await agent("POST", path, {"kind": "temperament", "value": "warm"}, status=403)

    assert counted(await agent("GET", path, status=200)) == {"value_class": ["C"]}


async def test_what_cannot_be_said_is_refused_by_its_place(agent, table, contact, subtests):
    for body, field in [
        ({"kind": "colour", "value": "red"}, "body.kind"),
        ({"kind": "Colour", "value": "red"}, "body.kind"),
        ({"kind": "customer_category", "value": "huge"}, "body.value"),
        ({"kind": "contract", "value": "ProSupport"}, "body.value"),
        ({"kind": "contract", "value": "x" * 61}, "body.value"),
        ({"kind": "contract", "value": " "}, "body.value"),
        ({"kind": "contract", "value": "gold", "until": "2020-01-01T00:00:00Z"}, "body.until"),
        (
            {
                "kind": "contract",
                "value": "gold",
                "from": "2090-01-02T00:00:00Z",
                "until": "2090-01-01T00:00:00Z",
            },
            "body.until",
        ),
        ({"kind": "contract", "value": "gold", "confidence": 1.5}, "body.confidence"),
        ({"kind": "contract", "value": "gold", "from": "2026-01-01T00:00:00"}, "body.from"),
    ]:
        with subtests.test(body=body, field=field):
            problem = await agent("POST", f"/contacts/{contact}/segments", body, status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM segment") == 0


async def test_many_are_brought_at_once_and_twice_is_once(admin, table, contact):
    other = await factories.contact(table, phone="+989120000002")
    until = (await now_of(table) + HOUR).isoformat()
    lines = [
        {
            "identity": {"kind": "phone", "value": "0912 000 0001"},
            "kind": "customer_category",
            "value": "government",
            "confidence": 0.8,
        },
        {"contact_id": other, "kind": "contract", "value": "gold", "until": until, "note": "x"},
        {
            "contact_id": other,
            "kind": "contract",
            "value": "basic",
            "from": "2025-01-01T00:00:00Z",
        },
    ]

    first = await admin("POST", "/segments", lines, status=201)
    again = await admin("POST", "/segments", lines, status=201)

    assert (first, again) == ({"new": 3, "known": 0}, {"new": 0, "known": 3})
    rows = await table.fetch(
        "SELECT contact_id, value, source, confidence::text, told_at IS NULL AS at_once"
        " FROM segment ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        (contact, "government", "import", "0.8", True),
        (other, "gold", "import", "1", True),
        (other, "basic", "import", "1", False),
    ]
    assert len(await happened(table)) == 3
    lines[1]["until"] = None
    changed = await admin("POST", "/segments", lines, status=201)
    assert changed == {"new": 1, "known": 2}


async def test_one_bad_line_refuses_all(admin, table, contact, subtests):
    for line, field in [
        ({"contact_id": 10**9}, "body[1].contact_id"),
        ({}, "body[1].contact_id"),
        (
            {"contact_id": 1, "identity": {"kind": "phone", "value": "+989120000001"}},
            "body[1].contact_id",
        ),
        ({"identity": {"kind": "phone", "value": "+989129999999"}}, "body[1].identity.value"),
        ({"identity": {"kind": "phone", "value": "no"}}, "body[1].identity.value"),
        ({"contact_id": None, "kind": "colour"}, "body[1].contact_id"),
    ]:
        with subtests.test(line=line, field=field):
            good = {"contact_id": contact, "kind": "contract", "value": "gold"}

            problem = await admin(
                "POST",
                "/segments",
                [good, {"kind": "contract", "value": "basic"} | line],
                status=422,
            )

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM segment") == 0


async def test_a_body_says_one_thing_once(admin, contact):
    lines = [
        {"contact_id": contact, "kind": "customer_category", "value": value}
        for value in ("home", "education")
    ]

    problem = await admin("POST", "/segments", lines, status=422)

    assert problem["field"] == "body[1]"


async def test_a_merged_contact_is_named(admin, agent, table, contact):
    other = await factories.contact(table)
    await admin("POST", f"/contacts/{other}/merges", {"contact_id": contact}, status=201)

    problem = await agent(
        "POST", f"/contacts/{contact}/segments", {"kind": "contract", "value": "gold"}, status=404
    )
    brought = await admin(
        "POST",
        "/segments",
        [{"contact_id": contact, "kind": "contract", "value": "gold"}],
        status=422,
    )

    assert (problem["code"], problem["contact_id"]) == ("contact_merged", other)
    assert brought["field"] == "body[0].contact_id"


async def test_what_a_contact_is_worth_is_granted_and_taken_back_while_it_waits(
    agent, table, contact
):
    await table.execute(
        "INSERT INTO credit_rule VALUES ('customer_category', 'government', 120),"
        " ('contract', 'gold', 240)"
    )
    await table.execute(
        "INSERT INTO escalation_rule (name, position, condition)"
        " VALUES ('gold', 1, '{\"contract\": \"gold\"}')"
    )
    await table.execute(
        "INSERT INTO configuration_version (version, document, actor, from_at)"
        " VALUES (1, '{}', 'system', now())"
    )
    queue_id = await factories.queue(table)
    ticket = await factories.queued_ticket(
        table, await now_of(table), queue_id=queue_id, contact_id=contact
    )
    reader = await agent_of(table, agent.user_id, queue_id)
    path = f"/contacts/{contact}/segments"

    told = await agent("POST", path, {"kind": "contract", "value": "gold"}, status=201)
    shown = await agent("GET", f"/tickets/{ticket.id}", status=200)

    assert reader
    assert (shown["credits"], shown["credit_s"]) == ({"contract:gold": 240}, 240)
    assert [(s["kind"], s["value"], s["name_fa"]) for s in shown["segments"]] == [
        ("contract", "gold", "gold")
    ]
    assert (shown["state"], shown["queue_id"]) == ("waiting", queue_id)
    await agent("DELETE", f"{path}/{told['effective'][0]['id']}", status=200)
    shown = await agent("GET", f"/tickets/{ticket.id}", status=200)
    assert (shown["credits"], shown["credit_s"], shown["segments"]) == ({}, 0, [])
    said = await table.fetch("SELECT data FROM event WHERE kind = 'ticket_credited' ORDER BY id")
    assert [(row["data"]["credits"], row["data"]["revoked"]) for row in said] == [
        ({"contract:gold": 240}, []),
        ({}, ["contract:gold"]),
    ]


async def agent_of(table: asyncpg.Connection, user_id: int, queue_id: int) -> bool:
    """Let an agent read the tickets of a queue, without serving it."""
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queue_id)
    await factories.join_teams(table, user_id, team_id)
    return True
