from datetime import UTC, datetime, timedelta

from callers import Caller


async def test_a_token_works_until_it_is_revoked(agent, table):
    made = await agent("POST", "/tokens", {"name": "Export", "scopes": ["read"]}, status=201)
    assert made["value"].startswith("cc_")
    assert len(made["value"]) == 46  # 256 bits
    program = Caller(agent.client, agent.user_id, {"Authorization": f"Bearer {made['value']}"})

    session = await program("GET", "/session", status=200)
    assert session["user_id"] == agent.user_id
    assert session["csrf_token"] is None
    (listed,) = (await agent("GET", "/tokens", status=200))["items"]
    assert (listed["name"], listed["scopes"]) == ("Export", ["read"])
    assert listed["last_used_at"] is not None
    assert "value" not in listed

    await agent("DELETE", f"/tokens/{made['id']}", status=204)
    await program("GET", "/session", status=401)
    assert (await agent("GET", "/tokens", status=200))["items"] == []
    await agent("DELETE", f"/tokens/{made['id']}", status=404)
    stored = await table.fetch("SELECT token_sha256::text, name FROM api_token")
    assert made["value"] not in str(stored)


async def test_a_token_ends_at_its_time(agent, table):
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = {"name": "Short", "scopes": ["read", "write"], "expires_at": soon}
    made = await agent("POST", "/tokens", body, status=201)
    program = Caller(agent.client, agent.user_id, {"Authorization": f"bearer {made['value']}"})
    await program("GET", "/session", status=200)

    await table.execute("UPDATE api_token SET expires_at = now()")

    await program("GET", "/session", status=401)


async def test_a_bad_token_is_refused_and_the_place_named(agent):
    for change, field in (
        ({"scopes": []}, "body.scopes"),
        ({"scopes": ["all"]}, "body.scopes[0]"),
        ({"scopes": ["admin"]}, "body.scopes"),
        ({"name": " "}, "body.name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "body.expires_at"),
        ({"expires_at": "2020-01-01T00:00:00"}, "body.expires_at"),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, "body.expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "request"),
    ):
        body = {"name": "Export", "scopes": ["read"]} | change
        problem = await agent("POST", "/tokens", body, status=422)
        assert problem["field"] == field


async def test_foreign_tokens_are_neither_seen_nor_revoked(staff):
    one, two = await staff.signed_in("agent"), await staff.signed_in("admin")
    made = await one("POST", "/tokens", {"name": "Mine", "scopes": ["read"]}, status=201)

    assert (await two("GET", "/tokens", status=200))["items"] == []
    await two("DELETE", f"/tokens/{made['id']}", status=404)


async def test_no_token_makes_or_revokes_tokens(staff):
    user_id = await staff.account("admin")
    program = await staff.token_of(user_id, "read", "write", "admin")

    await program("POST", "/tokens", {"name": "More", "scopes": ["read"]}, status=403)
    await program("DELETE", "/tokens/1", status=403)


async def test_the_answer_with_the_value_is_not_stored(agent, table):
    body = {"name": "Export", "scopes": ["read"]}
    values = set()
    for _ in range(2):
        made = await agent("POST", "/tokens", body, headers={"Idempotency-Key": "k"}, status=201)
        values.add(made["value"])

    assert len(values) == 2
    assert await table.fetchval("SELECT count(*) FROM idempotency_key") == 0


async def test_tokens_are_listed_in_pages_the_newest_first(agent):
    for number in range(3):
        await agent("POST", "/tokens", {"name": f"t{number}", "scopes": ["read"]}, status=201)

    first = await agent("GET", "/tokens?limit=2", status=200)
    second = await agent("GET", f"/tokens?limit=2&cursor={first['next']}", status=200)

    names = [token["name"] for token in first["items"] + second["items"]]
    assert names == ["t2", "t1", "t0"]
