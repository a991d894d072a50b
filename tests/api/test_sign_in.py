import msgspec
from aiohttp import web
from callers import PASSWORD, Caller

from contactcenter import api
from contactcenter.access.first_admin import ensure_first_admin


async def sign_in(nobody, email, password=PASSWORD):
    return await nobody.send("POST", "/session", {"email": email, "password": password})


async def test_the_right_password_starts_a_session(nobody, staff):
    await staff.account("supervisor", email="sara@desk.test", name="Sara")

    response = await sign_in(nobody, " Sara@Desk.test")

    body = await response.json()
    assert response.status == 201
    assert body["name"] == "Sara"
    assert body["role"] == "supervisor"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("contactcenter_session=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie


async def test_the_session_works_with_its_cookie_and_csrf_token(nobody, staff):
    await staff.account("agent", email="a@desk.test", name="Ali")
    response = await sign_in(nobody, "a@desk.test")
    csrf_token = (await response.json())["csrf_token"]

    cookie = {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}

    found = await nobody("GET", "/session", headers=cookie, status=200)
    assert found["name"] == "Ali"
    assert found["csrf_token"] == csrf_token

    csrf = {"X-CSRF-Token": csrf_token}
    signed_out = await nobody.send("DELETE", "/session", headers=cookie | csrf)
    assert signed_out.status == 204
    assert "Max-Age=0" in signed_out.headers["Set-Cookie"]
    await nobody("GET", "/session", headers=cookie, status=401)


async def test_under_https_the_cookie_is_pinned_to_host_and_scheme(aiohttp_client, services, staff):
    await staff.account("agent", email="a@desk.test")
    settings = msgspec.structs.replace(services.settings, public_url="https://desk.test")
    app = web.Application()
    api.install(app, msgspec.structs.replace(services, settings=settings))
    secure = Caller(await aiohttp_client(app), 0, {"Origin": "https://desk.test"})

    response = await sign_in(secure, "a@desk.test")

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-contactcenter_session=")
    assert "Secure" in cookie
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_unknown_wrong_and_disabled_are_answered_alike(nobody, staff, table):
    await staff.account("agent", email="known@desk.test")
    gone = await staff.account("agent", email="gone@desk.test")
    await table.execute("UPDATE user_account SET disabled_at = now() WHERE id = $1", gone)
    await table.execute("UPDATE user_account SET password_hash = NULL WHERE email LIKE 'no%'")

    answers = []
    for email, password in (
        ("known@desk.test", "wrong password"),
        ("nobody@desk.test", PASSWORD),
        ("gone@desk.test", PASSWORD),
        ("سلام", PASSWORD),
    ):
        response = await sign_in(nobody, email, password)
        body = await response.json()
        body.pop("request_id")
        answers.append((response.status, body))

    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "wrong_credentials"
    assert all(answer == answers[0] for answer in answers)


async def test_an_ended_session_is_refused(nobody, staff, table):
    caller = await staff.signed_in("agent")
    await caller("GET", "/session", status=200)

    await table.execute("UPDATE session SET expires_at = now() - interval '1 second'")

    problem = await caller("GET", "/session", status=401)
    assert problem["code"] == "not_signed_in"


async def test_without_a_valid_session_or_token_nothing_opens(nobody):
    for headers in (
        {},
        {"Cookie": "contactcenter_session="},
        {"Cookie": "contactcenter_session=\xff\xfe"},
        {"Cookie": "contactcenter_session=" + "a" * 43},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer cc_" + "a" * 43},
        {"Authorization": "Bearer \xff\xfe"},
        {"Authorization": "Basic YTpi"},
    ):
        response = await nobody.send("GET", "/session", headers=headers)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_sign_in_is_never_replayed(nobody, staff, table):
    await staff.account("agent", email="a@desk.test")
    cookies = set()
    for _ in range(2):
        response = await nobody.send(
            "POST",
            "/session",
            {"email": "a@desk.test", "password": PASSWORD},
            headers={"Idempotency-Key": "one"},
        )
        cookies.add(response.headers["Set-Cookie"])
        assert "Idempotent-Replay" not in response.headers

    assert len(cookies) == 2
    assert await table.fetchval("SELECT count(*) FROM idempotency_key") == 0


# Passwords ----------------------------------------------------------------------------------


async def test_the_first_administrator_can_do_nothing_before_he_chose_a_password(
    nobody, database, table
):
    made = await ensure_first_admin(database)
    assert made is not None
    response = await sign_in(nobody, made.email, made.password)
    body = await response.json()
    assert body["must_change_password"] is True
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    admin = Caller(nobody.client, 1, {"Cookie": cookie, "X-CSRF-Token": body["csrf_token"]})

    problem = await admin("GET", "/users", status=403)
    assert problem["code"] == "password_change_required"

    change = {"current_password": made.password, "new_password": "a password of my own"}
    await admin("PUT", "/session/password", change, status=204)
    await admin("GET", "/users", status=200)
    assert (await sign_in(nobody, made.email, made.password)).status == 401
    assert (await sign_in(nobody, made.email, "a password of my own")).status == 201
    assert await ensure_first_admin(database) is None


async def test_a_new_password_ends_the_other_sessions_only(nobody, staff, table):
    user_id = await staff.account("agent")
    here, elsewhere = await staff.session_of(user_id), await staff.session_of(user_id)

    change = {"current_password": PASSWORD, "new_password": "another good one"}
    await here("PUT", "/session/password", change, status=204)

    await here("GET", "/session", status=200)
    await elsewhere("GET", "/session", status=401)
    kinds = await table.fetch("SELECT kind, actor FROM event ORDER BY id DESC LIMIT 1")
    assert [tuple(row) for row in kinds] == [("password_changed", f"user:{user_id}")]


async def test_a_bad_password_is_refused_and_the_old_one_stays(nobody, staff):
    caller = await staff.signed_in("agent", email="someone@desk.test")

    for current, new, field in (
        ("not my password", "a good password", "body.current_password"),
        (PASSWORD, "short", "body.new_password"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "body.new_password"),
        (PASSWORD, "Someone@Desk.test", "body.new_password"),
        (PASSWORD, PASSWORD, "body.new_password"),
        (PASSWORD, "x" * 257, "body.new_password"),
    ):
        change = {"current_password": current, "new_password": new}
        problem = await caller("PUT", "/session/password", change, status=422)
        assert problem["field"] == field

    assert (await sign_in(nobody, "someone@desk.test")).status == 201


async def test_a_token_cannot_change_the_password(staff):
    program = await staff.token_of(await staff.account("agent"), "read", "write", "admin")

    change = {"current_password": PASSWORD, "new_password": "another good one"}
    problem = await program("PUT", "/session/password", change, status=403)

    assert problem["code"] == "scope_missing"
