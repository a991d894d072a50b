"""Machines over the interface: what they are, whose, what is told of them and to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import factories
import pytest

from contactcenter.ticket_views import UNOWNED_TAG

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MACHINE = {
    "service_tag": "7j4-klmn",
    "model": "Latitude 7440",
    "product_category": "laptop",
    "configuration": {"memory_gb": 32, "disk": "1 TB", "پردازنده": "i7"},
    "downloads": {"BIOS": "https://example.com/bios.exe"},
}


@pytest.fixture
async def sara(table: asyncpg.Connection) -> int:
    await factories.prepare(table)
    return await factories.contact(table, name="Sara", phone="+989120000001")


@pytest.fixture
async def supervisor(staff: Any) -> Any:
    return await staff.signed_in("supervisor")


async def running(table: asyncpg.Connection) -> dict[str, str]:
    now = await table.fetchval("SELECT clock_timestamp()")
    ends = now + 365 * DAY
    return {
        "warranty_level": "gold",
        "warranty_from": (now - DAY).isoformat(),
        "warranty_until": ends.isoformat(),
    }


async def etag(caller: Any, path: str) -> dict[str, str]:
    return {"If-Match": (await caller.send("GET", path)).headers["ETag"]}


async def entitled(caller: Any, contact_id: int) -> list[tuple[str, str, str]]:
    told = await caller("GET", f"/contacts/{contact_id}/entitlements", status=200)
    return [(one["kind"], one["level"], one["source"]) for one in told["effective"]]


async def test_a_machine_is_found_by_its_tag_in_any_writing(agent, table, sara):
    body = MACHINE | {"owner_id": sara} | await running(table)

    made = await agent("POST", "/assets", body, status=201)

    assert made["service_tag"] == "7J4KLMN"
    assert (made["configuration"], made["downloads"]) == (
        MACHINE["configuration"],
        MACHINE["downloads"],
    )
    assert (made["owner"]["id"], made["owner"]["name"]) == (sara, "Sara")
    assert made["under_warranty"]
    assert [(e["kind"], e["level"]) for e in made["entitlements"]] == [("warranty", "gold")]
    for written in ("7J4KLMN", "7j4klmn", "7 J4 KLMN", "۷J۴KLMN"):
        assert await agent("GET", f"/assets/{written}", status=200) == made
    problem = await agent("POST", "/assets", MACHINE, status=409)
    assert problem["code"] == "tag_taken"


async def test_what_no_machine_can_be_is_refused(agent, table, sara, subtests):
    for body, field in [
        ({"service_tag": "ABCDEFG"}, "body.service_tag"),
        ({"service_tag": "7J4KLM"}, "body.service_tag"),
        ({"owner_id": 10**6}, "body.owner_id"),
        ({"warranty_from": "2026-01-01T00:00:00Z"}, "body.warranty_until"),
        (
            {"warranty_from": "2026-01-01T00:00:00Z", "warranty_until": "2025-01-01T00:00:00Z"},
            "body.warranty_until",
        ),
        ({"warranty_level": "gold"}, "body.warranty_level"),
        ({"downloads": {"BIOS": "http://example.com"}}, "body.downloads"),
        ({"downloads": {"BIOS": "javascript:alert(1)"}}, "body.downloads"),
        ({"downloads": {"BIOS": "https://example.com/a\n"}}, "body.downloads"),
        ({"downloads": {"BIOS": "https://example.com/a\ufeffb"}}, "body.downloads"),
        ({"configuration": {"memory": [1]}}, "body.configuration"),
        ({"owned_since": "2026-01-01T00:00:00Z"}, "body.owned_since"),
    ]:
        with subtests.test(body=body, field=field):
            problem = await agent("POST", "/assets", MACHINE | body, status=422)

            assert problem["field"].startswith(field)
            assert await table.fetchval("SELECT count(*) FROM asset") == 0


async def test_an_edit_says_what_changes_and_a_warranty_counts_at_once(agent, table, sara):
    await agent("POST", "/assets", MACHINE | {"owner_id": sara}, status=201)
    assert await entitled(agent, sara) == []
    path = "/assets/7J4KLMN"

    changed = await agent(
        "PATCH", path, await running(table), headers=await etag(agent, path), status=200
    )

    assert (changed["model"], changed["warranty_level"]) == ("Latitude 7440", "gold")
    assert await entitled(agent, sara) == [("warranty", "gold", "warranty")]
    stale = await agent("PATCH", path, {"model": "M"}, headers={"If-Match": '"1"'}, status=412)
    assert stale["code"] == "stale"


async def solved(table: asyncpg.Connection, agent: Any, contact_id: int, team_id: int) -> int:
    """A problem with words, about the machine."""
    queue_id = await factories.queue(table, team_id=team_id)
    ticket = await factories.queued_ticket(
        table, NOW, queue_id=queue_id, contact_id=contact_id, body="canary-words of the first owner"
    )
    await table.execute("UPDATE ticket SET subject = 'canary-subject' WHERE id = $1", ticket.id)
    path = f"/tickets/{ticket.id}/assets"
    await agent("POST", path, {"service_tag": "7J4KLMN"}, status=201)
    return ticket.id


async def test_a_new_owner_finds_what_was_done_and_nothing_of_whoever_had_it(
    admin, agent, supervisor, table, sara
):
    team_id = await factories.team(table)
    for one in (agent, supervisor):
        await factories.join_teams(table, one.user_id, team_id)
    await agent("POST", "/assets", MACHINE | {"owner_id": sara} | await running(table), status=201)
    await admin(
        "POST",
        "/assets/7J4KLMN/entitlements",
        {"kind": "on_site", "source": "contract"},
        status=201,
    )
    ticket_id = await solved(table, agent, sara, team_id)
    before = await agent("GET", "/assets/7J4KLMN", status=200)
    assert [(t["id"], t["subject"]) for t in before["tickets"]] == [(ticket_id, "canary-subject")]
    assert before["services"] == []
    buyer = await factories.contact(table, name="Omid")

    after = await agent("POST", "/assets/7J4KLMN/transfers", {"contact_id": buyer}, status=201)

    assert (after["owner"]["id"], after["tickets"]) == (buyer, [])
    (service,) = after["services"]
    assert service.keys() == {
        "opened_at", "solved_at", "category_en", "category_fa", "disposition_en", "disposition_fa",
    }  # fmt: skip
    both = {("on_site", "", "contract"), ("warranty", "gold", "warranty")}
    assert set(await entitled(agent, buyer)) == both
    assert await entitled(agent, sara) == []
    pages = [
        await agent("GET", path, status=200)
        for path in (
            "/assets/7J4KLMN",
            f"/contacts/{buyer}/account",
            f"/contacts/{buyer}/entitlements",
            f"/assets?contact_id={buyer}",
            f"/contacts/{buyer}/timeline",
        )
    ]
    for word in ("canary", "Sara", "+989120000001"):
        assert word not in str(pages)
    events = await table.fetch(
        "SELECT contact_id, data FROM event WHERE kind = 'asset_transferred' ORDER BY id"
    )
    assert [(e["contact_id"], e["data"]["changed"]["is_owner"]) for e in events[1:]] == [
        (sara, {"from": True, "to": False}),
        (buyer, {"from": False, "to": True}),
    ]
    for event in events[1:]:
        assert event["data"].keys() == {"asset_id", "changed"}
    owners = await supervisor("GET", "/assets/7J4KLMN/owners", status=200)
    assert [owner["contact_id"] for owner in owners] == [buyer, sara]
    assert owners[0]["from_at"] == owners[1]["to_at"]
    await agent("GET", "/assets/7J4KLMN/owners", status=403)
    (task,) = await table.fetch("SELECT kind, what, contact_id, agent_id FROM follow_up")
    assert (task["kind"], task["contact_id"], task["agent_id"]) == ("task", buyer, agent.user_id)
    assert "Welcome" in task["what"]
    assert "خوش‌آمد" in task["what"]
    # Who had it has his problem still.
    assert (await agent("GET", f"/tickets/{ticket_id}", status=200))["subject"] == "canary-subject"


async def test_a_transfer_happens_when_it_did_and_once(agent, supervisor, table, sara):
    await agent("POST", "/assets", MACHINE | {"owner_id": sara}, status=201)
    path = "/assets/7J4KLMN/transfers"
    now = await table.fetchval("SELECT clock_timestamp()")

    refused = [
        await agent("POST", path, {"contact_id": None, "at": at.isoformat()}, status=422)
        for at in (now + DAY, now - DAY)
    ]
    assert [one["field"] for one in refused] == ["body.at", "body.at"]
    assert (await agent("POST", path, {"contact_id": sara}, status=409))["code"] == (
        "already_the_owner"
    )
    missing = await agent("POST", path, {"contact_id": 10**6}, status=422)
    assert missing["field"] == "body.contact_id"

    sold = await agent("POST", path, {"contact_id": None}, status=201)

    assert sold["owner"] is None
    back = await agent("POST", path, {"contact_id": sara}, status=201)
    assert back["owner"]["id"] == sara
    await supervisor("DELETE", "/assets/7J4KLMN", status=200)
    retired = await agent("POST", path, {"contact_id": None}, status=409)
    assert retired["code"] == "asset_retired"


async def test_of_a_restricted_teams_ticket_only_the_id_is_told(admin, agent, table, sara):
    team_id = await factories.team(table, restricted=True)
    await agent("POST", "/assets", MACHINE | {"owner_id": sara}, status=201)
    ticket_id = await solved(table, admin, sara, team_id)

    (hidden,) = (await agent("GET", "/assets/7J4KLMN", status=200))["tickets"]

    assert (hidden["id"], hidden["readable"], hidden["subject"]) == (ticket_id, False, "")


async def test_an_agent_attaches_the_customers_machines_and_no_others(agent, table, sara):
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    await agent("POST", "/assets", MACHINE | {"owner_id": sara}, status=201)
    await agent("POST", "/assets", MACHINE | {"service_tag": "9ZK2M4C"}, status=201)
    ticket_id = await solved(table, agent, sara, team_id)
    path = f"/tickets/{ticket_id}/assets"

    refused = await agent("POST", path, {"service_tag": "9ZK2M4C"}, status=409)
    unknown = await agent("POST", path, {"service_tag": "1ZK2M4C"}, status=422)

    assert (refused["code"], unknown["field"]) == ("not_the_owners", "body.service_tag")
    (attached,) = await agent("GET", path, status=200)
    assert (attached["service_tag"], attached["source"]) == ("7J4KLMN", "agent")
    assert (await agent("GET", f"/tickets/{ticket_id}", status=200))["assets"] == [
        {"service_tag": "7J4KLMN", "model": "Latitude 7440"}
    ]
    assert await agent("DELETE", f"{path}/7j4klmn", status=200) == []
    await agent("DELETE", f"{path}/7j4klmn", status=404)


async def test_the_same_lines_twice_change_nothing(admin, table, sara):
    lines = [
        MACHINE | {"owner": {"kind": "phone", "value": "0912 000 0001"}} | await running(table),
        {"service_tag": "9ZK2M4C", "model": "XPS 13"},
    ]
    path = "/asset_imports"
    assert await admin("POST", path, lines, status=201) == {"new": 2, "changed": 0, "known": 0}
    rows = "SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {} AS t"
    tables = ("asset", "asset_owner", "event")
    kept = [await table.fetchval(rows.format(name)) for name in tables]

    again = await admin("POST", path, lines, status=201)

    assert again == {"new": 0, "changed": 0, "known": 2}
    assert [await table.fetchval(rows.format(name)) for name in tables] == kept
    other = [{"service_tag": "9ZK2M4C", "model": "XPS 14", "owner_id": sara}]
    assert await admin("POST", path, other, status=201) == {"new": 0, "changed": 1, "known": 0}


async def test_one_wrong_line_keeps_all_out(admin, table, sara, subtests):
    buyer = await factories.contact(table)
    await factories.asset(table, NOW, sara, service_tag="8ZK2M4C")
    for line, field in [
        ({"service_tag": "nothing"}, "body[1].service_tag"),
        ({"service_tag": "7j4klmn"}, "body[1].service_tag"),
        ({"service_tag": "9ZK2M4C"}, "body[1].model"),
        ({"service_tag": "9ZK2M4C", "model": "M", "owner_id": 10**6}, "body[1].owner"),
        (
            {"service_tag": "9ZK2M4C", "model": "M", "warranty_from": "2026-01-01T00:00:00Z"},
            "body[1].warranty_until",
        ),
        ({"service_tag": "8ZK2M4C", "model": "M", "owner_id": buyer}, "body[1].owner"),
    ]:
        with subtests.test(line=line, field=field):
            problem = await admin("POST", "/asset_imports", [MACHINE, line], status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM asset") == 1
            assert str(sara) not in problem["detail"]


async def test_an_entitlement_begins_and_ends_and_credits_open_tickets(
    agent, supervisor, table, sara
):
    queue_id = await factories.queue(table)
    ticket = await factories.queued_ticket(table, NOW, queue_id=queue_id, contact_id=sara)
    await table.execute(
        "INSERT INTO credit_rule (kind, value, credit_s)"
        " VALUES ('entitlement', 'on_site:next_day', 90)"
    )
    path = f"/contacts/{sara}/entitlements"
    body = {"kind": "on_site", "level": "next_day", "source": "contract"}

    told = await supervisor("POST", path, body, status=201)

    granted = "SELECT credit_s FROM ticket WHERE id = $1"
    assert await table.fetchval(granted, ticket.id) == 90
    (one,) = told["granted"]
    ended = await supervisor("DELETE", f"/entitlements/{one['id']}", status=200)
    assert ended["until_at"] is not None
    assert await table.fetchval(granted, ticket.id) == 0
    over = await supervisor("DELETE", f"/entitlements/{one['id']}", status=409)
    assert over["code"] == "entitlement_is_over"
    assert await entitled(agent, sara) == []
    at = one["from_at"].replace("+", "%2B")
    then = await agent("GET", f"{path}?at={at}", status=200)
    assert [e["kind"] for e in then["effective"]] == ["on_site"]
    for wrong, field in (
        ({"kind": "On Site"}, "body.kind"),
        ({"kind": "a:b"}, "body.kind"),
        ({"until": NOW.isoformat()}, "body.until"),
    ):
        problem = await supervisor("POST", path, body | wrong, status=422)
        assert problem["field"] == field
    await agent("POST", path, body, status=403)


async def test_what_a_category_entitles_to_is_set_up_once(admin, agent, table, sara):
    await factories.segment(table, NOW, sara, "customer_category", "government")
    path = "/entitlement_terms"
    term = {
        "segment_kind": "customer_category",
        "segment_value": "government",
        "kind": "account_manager",
    }

    await admin("PUT", path, [term], headers=await etag(admin, path), status=200)

    assert await entitled(agent, sara) == [("account_manager", "", "category")]
    for wrong, field in (
        (term | {"segment_value": "nobles"}, "body[0].customer_category"),
        (term | {"kind": "Account Manager"}, "body[0].kind"),
        (term | {"segment_kind": "temperament", "segment_value": "warm"}, "body[0].segment_kind"),
    ):
        problem = await admin("PUT", path, [wrong], headers=await etag(admin, path), status=422)
        assert problem["field"] == field
    stale = await admin("PUT", path, [], headers={"If-Match": '"1"'}, status=412)
    assert stale["code"] == "stale"


async def test_a_house_writes_its_tags_as_it_likes(admin, agent, table, sara):
    path = "/service_tag_formats"
    assert (await agent("GET", path, status=200))["formats"] == [{"mask": "???????", "mixed": True}]

    body = [{"mask": "MX@####"}, {"mask": "???????", "mixed": True}]
    await admin("PUT", path, body, headers=await etag(admin, path), status=200)

    await agent("POST", "/assets", MACHINE | {"service_tag": "mx-b 4471"}, status=201)
    wrong = [{"mask": "mx-9"}]
    problem = await admin("PUT", path, wrong, headers=await etag(admin, path), status=422)
    assert problem["field"] == "body[0].mask"


async def test_the_account_shows_purchase_finance_and_support(agent, table, sara):
    merged = await factories.contact(table)
    await table.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", sara, merged)
    for who, kind, amount in (
        (sara, "purchase", 5000),
        (merged, "purchase", 700),
        (sara, "return", 200),
        (sara, "invoice", 5700),
        (sara, "payment", 4000),
    ):
        await factories.behaviour(table, NOW, who, kind, amount_minor=amount)
    team_id = await factories.team(table)
    await factories.join_teams(table, agent.user_id, team_id)
    await agent("POST", "/assets", MACHINE | {"owner_id": sara} | await running(table), status=201)
    ticket_id = await solved(table, agent, sara, team_id)
    await factories.segment(table, NOW, sara, "customer_category", "home")

    account = await agent("GET", f"/contacts/{sara}/account", status=200)

    assert account["money"] == [
        {
            "currency": "EUR",
            "purchases": 2,
            "purchased_minor": 5700,
            "returned_minor": 200,
            "invoiced_minor": 5700,
            "paid_minor": 4000,
            "open_minor": 1700,
        }
    ]
    assert [e["kind"] for e in account["purchases"]] == ["return", "purchase", "purchase"]
    assert [e["kind"] for e in account["finance"]] == ["payment", "invoice"]
    assert [(t["id"], t["subject"]) for t in account["tickets"]] == [(ticket_id, "canary-subject")]
    assert [a["service_tag"] for a in account["assets"]] == ["7J4KLMN"]
    assert [e["kind"] for e in account["entitlements"]] == ["warranty"]
    assert [(s["kind"], s["value"]) for s in account["segments"]] == [("customer_category", "home")]


def test_the_sentence_for_the_agent_names_nobody_in_both_languages():
    assert "not this customer's" in UNOWNED_TAG.en
    assert "این مشتری نیست" in UNOWNED_TAG.fa


async def test_a_merge_brings_machines_along_and_undoing_gives_them_back(admin, table, sara):
    await admin("POST", "/assets", MACHINE | {"owner_id": sara} | await running(table), status=201)
    kept = await factories.contact(table, name="Sara Ahmadi")
    queue_id = await factories.queue(table)
    await table.execute(
        "INSERT INTO credit_rule (kind, value, credit_s) VALUES ('entitlement', 'warranty:gold', 70)"
    )
    ticket = await factories.queued_ticket(table, NOW, queue_id=queue_id, contact_id=kept)
    credit = "SELECT credit_s FROM ticket WHERE id = $1"

    merge = await admin("POST", f"/contacts/{kept}/merges", {"contact_id": sara}, status=201)

    assert (await admin("GET", "/assets/7J4KLMN", status=200))["owner"]["id"] == kept
    assert await entitled(admin, kept) == [("warranty", "gold", "warranty")]
    assert await table.fetchval(credit, ticket.id) == 70
    await admin("POST", f"/merges/{merge['id']}/undoings", status=201)
    assert (await admin("GET", "/assets/7J4KLMN", status=200))["owner"]["id"] == sara
    assert (await entitled(admin, kept), await table.fetchval(credit, ticket.id)) == ([], 0)


async def test_rules_ask_for_an_entitlement_by_kind_and_by_level(admin, table):
    queue_id = await factories.queue(table)
    path = "/entry_rules"
    for asked in ("on_site", "on_site:next_day"):
        body = [{"condition": {"segment.entitlement": asked}, "queue_id": queue_id}]
        await admin("PUT", path, body, headers=await etag(admin, path), status=200)

    body = [{"condition": {"segment.entitlement": "On Site"}, "queue_id": queue_id}]
    problem = await admin("PUT", path, body, headers=await etag(admin, path), status=422)
    assert problem["field"] == "body[0].condition.segment.entitlement"


async def test_a_supervisor_says_whether_a_machine_is_in_use(agent, supervisor, table, sara):
    await agent("POST", "/assets", MACHINE | {"owner_id": sara}, status=201)
    path = "/assets/7J4KLMN"

    refused = await agent(
        "PATCH", path, {"retired": True}, headers=await etag(agent, path), status=403
    )
    assert refused["code"] == "forbidden"
    retired = await supervisor("DELETE", path, status=200)
    assert retired["retired_at"] is not None
    assert (await agent("GET", "/assets", status=200))["items"] == []
    headers = await etag(supervisor, path)
    back = await supervisor("PATCH", path, {"retired": False}, headers=headers, status=200)
    assert back["retired_at"] is None
    assert [a["service_tag"] for a in (await agent("GET", "/assets", status=200))["items"]] == [
        "7J4KLMN"
    ]
