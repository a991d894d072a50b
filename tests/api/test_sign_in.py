PASSWORD = "correct horse battery"


async def test_the_right_password_starts_a_session(nobody, staff):
    await staff.account("supervisor", email="sara@desk.test", name="Sara")

    response = await nobody.send(
        "POST", "/session", {"email": " Sara@Desk.test", "password": PASSWORD}
    )

    body = await response.json()
    assert response.status == 201
    assert body["name"] == "Sara"
    assert body["role"] == "supervisor"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("contactcenter_session=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie
