import pytest
from callers import PASSWORD

OWN, CONSOLE = "http://desk.test", "https://console.test"


async def test_a_change_in_a_session_needs_its_csrf_token(admin, staff):
    other = await staff.signed_in("admin")
    new = {"email": "new@desk.test", "name": "New"}

    for wrong in ("", "x", "\xff", other.headers["X-CSRF-Token"]):
        problem = await admin("POST", "/users", new, headers={"X-CSRF-Token": wrong}, status=403)
        assert problem["code"] == "csrf_mismatch"
    await admin("POST", "/users", new, status=201)


async def test_a_change_from_a_foreign_page_is_refused(admin):
    new = {"email": "new@desk.test", "name": "New"}

    for origin in ("https://evil.test", "null", "http://desk.test.evil.test", ""):
        problem = await admin("POST", "/users", new, headers={"Origin": origin}, status=403)
        assert problem["code"] == "foreign_origin"
    await admin("POST", "/users", new, headers={"Origin": OWN}, status=201)
    new["email"] = "newer@desk.test"
    await admin("POST", "/users", new, headers={"Origin": CONSOLE}, status=201)


async def test_nobody_is_signed_in_by_a_foreign_page(nobody, staff):
    await staff.account("agent", email="a@desk.test")
    credentials = {"email": "a@desk.test", "password": PASSWORD}
    evil = {"Origin": "https://evil.test"}

    problem = await nobody("POST", "/session", credentials, headers=evil, status=403)

    assert problem["code"] == "foreign_origin"


async def test_a_token_needs_neither_csrf_token_nor_origin(staff):
    program = await staff.token_of(await staff.account("admin"), "admin")

    new = {"email": "new@desk.test", "name": "New"}
    await program("POST", "/users", new, headers={"Origin": "https://evil.test"}, status=201)


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_accounts_are_for_administrators(staff, role):
    caller = await staff.signed_in(role)

    for method, path in (
        ("GET", "/users"),
        ("GET", "/users/1"),
        ("POST", "/users"),
        ("PATCH", "/users/1"),
        ("POST", "/users/1/disablements"),
        ("POST", "/users/1/enablements"),
        ("POST", "/users/1/password_resets"),
    ):
        problem = await caller(method, path, status=403)
        assert problem["code"] == "forbidden"


async def test_a_token_allows_what_its_scopes_say_and_its_owner_may(staff, table):
    admin_id = await staff.account("admin")
    reader = await staff.token_of(admin_id, "read")
    full = await staff.token_of(admin_id, "read", "write", "admin")

    await reader("GET", "/tokens", status=200)
    problem = await reader("GET", "/users", status=403)
    assert (problem["code"], problem["scope"]) == ("scope_missing", "admin")
    await full("GET", "/users", status=200)

    await table.execute("UPDATE user_account SET role = 'agent' WHERE id = $1", admin_id)
    await full("GET", "/users", status=403)


async def test_whoever_must_choose_a_password_may_do_nothing_else(staff):
    caller = await staff.signed_in("admin", must_change_password=True)

    assert (await caller("GET", "/session", status=200))["must_change_password"] is True
    for path in ("/users", "/tokens"):
        problem = await caller("GET", path, status=403)
        assert problem["code"] == "password_change_required"


async def test_the_teams_one_is_a_member_of_are_told(agent, table):
    await table.execute(
        "INSERT INTO team_member (team_id, user_id) VALUES (3, $1), (1, $1)", agent.user_id
    )

    assert (await agent("GET", "/session", status=200))["team_ids"] == [1, 3]
