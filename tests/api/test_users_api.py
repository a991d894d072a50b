import asyncio
from datetime import UTC, datetime, timedelta

from callers import PASSWORD

NEW = {"email": "Maryam@Desk.test", "name": "مریم رضایی", "role": "supervisor", "language": "fa"}


async def invite(admin, **changes):
    return await admin("POST", "/users", NEW | changes, status=201)


async def sign_in(nobody, email, password):
    credentials = {"email": email, "password": password}
    return (await nobody.send("POST", "/session", credentials)).status


async def kinds(table):
    rows = await table.fetch(
        "SELECT kind, actor, agent_id, data FROM event WHERE kind <> 'session_started' ORDER BY id"
    )
    return [(row["kind"], row["actor"], row["agent_id"]) for row in rows]


async def test_an_invited_person_chooses_a_password_and_signs_in(admin, nobody, table):
    invited = await invite(admin)
    user, link = invited["user"], invited["link"]
    assert user["email"] == "maryam@desk.test"
    assert user["has_password"] is False
    assert link["purpose"] == "invitation"
    week = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)
    assert await sign_in(nobody, "maryam@desk.test", "گذرواژهٔ خوب من") == 401

    choice = {"token": link["token"], "password": "گذرواژهٔ خوب من"}
    await nobody("POST", "/password", choice, status=204)

    assert await sign_in(nobody, "maryam@desk.test", "گذرواژهٔ خوب من") == 201
    assert (await admin("GET", f"/users/{user['id']}"))["has_password"] is True
    assert await table.fetchval("SELECT count(*) FROM agent WHERE id = $1", user["id"]) == 1
    assert await kinds(table) == [
        ("user_invited", f"user:{admin.user_id}", user["id"]),
        ("password_changed", f"user:{user['id']}", user["id"]),
    ]


async def test_a_link_works_once(admin, nobody, table):
    choice = {"token": (await invite(admin))["link"]["token"], "password": "a good password"}

    answers = await asyncio.gather(*(nobody.send("POST", "/password", choice) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [204, 404, 404, 404]
    refused = next(answer for answer in answers if answer.status == 404)
    assert (await refused.json())["code"] == "link_not_valid"


async def test_a_link_that_is_too_old_or_made_up_is_refused(admin, nobody, table):
    token = (await invite(admin))["link"]["token"]
    await table.execute("UPDATE user_ticket SET expires_at = now() - interval '1 second'")

    for value in (token, "a" * 43, "", "چه", "x"):
        choice = {"token": value, "password": "a good password"}
        assert (await nobody("POST", "/password", choice, status=404))["code"] == "link_not_valid"


async def test_a_link_is_not_used_up_by_a_bad_password(admin, nobody):
    token = (await invite(admin))["link"]["token"]

    for bad in ("maryam@desk.test", "..............", "short"):
        problem = await nobody("POST", "/password", {"token": token, "password": bad}, status=422)
        assert problem["field"] == "body.password"
    good = {"token": token, "password": "a good password"}
    await nobody("POST", "/password", good, status=204)


async def test_an_address_is_invited_once(admin):
    await invite(admin)

    problem = await admin("POST", "/users", NEW | {"email": "MARYAM@desk.test"}, status=409)

    assert problem["code"] == "email_taken"


async def test_a_bad_invitation_is_refused_and_the_place_named(admin):
    for change, field in (
        ({"email": "no address"}, "body.email"),
        ({"email": "a@b\n"}, "body.email"),
        ({"email": "سارا@desk.test"}, "body.email"),
        ({"email": "a" * 250 + "@b.de"}, "body.email"),
        ({"name": "   "}, "body.name"),
        ({"name": "n" * 201}, "body.name"),
        ({"role": "owner"}, "body.role"),
        ({"language": "de"}, "body.language"),
        ({"id": 7}, "body.id"),
        ({"password_hash": "x"}, "body.password_hash"),
    ):
        problem = await admin("POST", "/users", NEW | change, status=422)
        assert problem["field"] == field


async def test_accounts_are_listed_in_pages_and_filtered(admin, staff, table):
    agents = [await staff.account("agent") for _ in range(3)]
    await table.execute("UPDATE user_account SET disabled_at = now() WHERE id = $1", agents[1])

    first = await admin("GET", "/users?role=agent&limit=2", status=200)
    second = await admin("GET", f"/users?role=agent&limit=2&cursor={first['next']}", status=200)
    disabled = await admin("GET", "/users?state=disabled", status=200)
    enabled = await admin("GET", "/users?state=enabled&role=agent", status=200)

    assert [user["id"] for user in first["items"] + second["items"]] == agents
    assert second["next"] is None
    assert [user["id"] for user in disabled["items"]] == [agents[1]]
    assert [user["id"] for user in enabled["items"]] == [agents[0], agents[2]]
    assert "password_hash" not in first["items"][0]


async def test_an_edit_is_based_on_the_version_read(admin, staff):
    path = f"/users/{await staff.account('agent', name='Ali')}"
    response = await admin.send("GET", path)
    etag = {"If-Match": response.headers["ETag"]}

    changed = await admin.send("PATCH", path, {"name": " Ali Reza "}, headers=etag)
    assert changed.status == 200
    assert (await changed.json())["name"] == "Ali Reza"
    assert changed.headers["ETag"] != etag["If-Match"]

    assert (await admin("PATCH", path, {"language": "fa"}, headers=etag, status=412))[
        "code"
    ] == "stale"
    user = await admin("GET", path)
    assert (user["name"], user["language"], user["role"]) == ("Ali Reza", "en", "agent")


async def test_disabling_ends_sessions_and_tokens_at_once(admin, staff, nobody, table):
    user_id = await staff.account("agent", email="gone@desk.test")
    person, program = await staff.session_of(user_id), await staff.token_of(user_id, "read")
    await table.execute("UPDATE agent SET presence = 'available' WHERE id = $1", user_id)
    await person("GET", "/session", status=200)
    await program("GET", "/session", status=200)

    disabled = await admin("POST", f"/users/{user_id}/disablements", status=201)

    assert disabled["disabled_at"] is not None
    await person("GET", "/session", status=401)
    await program("GET", "/session", status=401)
    assert await sign_in(nobody, "gone@desk.test", PASSWORD) == 401
    presence = await table.fetchval("SELECT presence FROM agent WHERE id = $1", user_id)
    assert presence == "offline"  # the hook ran in the same change
    again = await admin("POST", f"/users/{user_id}/disablements", status=409)
    assert again["code"] == "already_disabled"

    await admin("POST", f"/users/{user_id}/enablements", status=201)
    await person("GET", "/session", status=401)
    await program("GET", "/session", status=401)
    assert await sign_in(nobody, "gone@desk.test", PASSWORD) == 201
    problem = await admin("POST", f"/users/{user_id}/enablements", status=409)
    assert problem["code"] == "not_disabled"


async def test_the_last_administrator_stays(admin):
    path = f"/users/{admin.user_id}"

    assert (await admin("POST", f"{path}/disablements", status=409))["code"] == "last_admin"
    etag = {"If-Match": '"1"'}
    problem = await admin("PATCH", path, {"role": "agent"}, headers=etag, status=409)
    assert problem["code"] == "last_admin"
    await admin("PATCH", path, {"name": "Still here"}, headers=etag, status=200)


async def test_two_administrators_cannot_remove_each_other_at_once(staff, table):
    for _ in range(5):
        await table.execute("UPDATE user_account SET role = 'agent' WHERE role = 'admin'")
        one, two = await staff.signed_in("admin"), await staff.signed_in("admin")
        etag = {"If-Match": '"1"'}

        answers = await asyncio.gather(
            one.send("PATCH", f"/users/{two.user_id}", {"role": "agent"}, headers=etag),
            two.send("PATCH", f"/users/{one.user_id}", {"role": "agent"}, headers=etag),
            one.send("POST", f"/users/{two.user_id}/disablements"),
        )

        assert any(answer.status in {403, 409, 401} for answer in answers)
        left = await table.fetchval(
            "SELECT count(*) FROM user_account WHERE role = 'admin' AND disabled_at IS NULL"
        )
        assert left == 1


async def test_a_reset_link_replaces_the_one_before_and_ends_sessions(admin, staff, nobody):
    user_id = await staff.account("agent", email="a@desk.test")
    person = await staff.session_of(user_id)
    path = f"/users/{user_id}/password_resets"
    first = await admin("POST", path, status=201)
    second = await admin("POST", path, status=201)
    assert second["purpose"] == "reset"
    assert await sign_in(nobody, "a@desk.test", PASSWORD) == 201

    choice = {"token": first["token"], "password": "a new password"}
    await nobody("POST", "/password", choice, status=404)
    choice["token"] = second["token"]
    await nobody("POST", "/password", choice, status=204)

    await person("GET", "/session", status=401)
    assert await sign_in(nobody, "a@desk.test", PASSWORD) == 401
    assert await sign_in(nobody, "a@desk.test", "a new password") == 201


async def test_a_disabled_account_gets_no_link_and_its_old_one_is_dead(admin, nobody):
    invited = await invite(admin)
    user_id = invited["user"]["id"]
    await admin("POST", f"/users/{user_id}/disablements", status=201)

    choice = {"token": invited["link"]["token"], "password": "a good password"}
    await nobody("POST", "/password", choice, status=404)
    problem = await admin("POST", f"/users/{user_id}/password_resets", status=409)
    assert problem["code"] == "is_disabled"


async def test_no_answer_with_a_secret_is_stored(admin, table):
    await admin("POST", "/users", NEW, headers={"Idempotency-Key": "k"}, status=201)

    assert await table.fetchval("SELECT count(*) FROM idempotency_key") == 0


async def test_an_unknown_account_is_not_found(admin):
    for method, path in (
        ("GET", "/users/999"),
        ("POST", "/users/999/disablements"),
        ("POST", "/users/999/enablements"),
        ("POST", "/users/999/password_resets"),
    ):
        await admin(method, path, status=404)
