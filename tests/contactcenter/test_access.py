import asyncio
from datetime import timedelta

import argon2
import asyncpg
import factories
import pytest

from contactcenter import db
from contactcenter.access import first_admin, links, opaque, passwords, sessions, users
from contactcenter.access.passwords import Passwords, check_new
from contactcenter.errors import BadInput


@pytest.fixture
async def hasher():
    made = Passwords()
    yield made
    made.close()


async def test_a_hash_belongs_to_one_password_however_it_was_typed(hasher):
    composed, decomposed = "caf\u00e9 \u2460 seul", "cafe\u0301 1 seul"

    stored = await hasher.hashed(composed)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.is_right(stored, decomposed)
    assert not await hasher.is_right(stored, "another password")
    assert not await hasher.is_right(None, "nobody's password")
    assert not await hasher.is_right("$not a hash", composed)


async def test_nobodys_password_takes_as_long_to_check_as_anybodys(hasher):
    nobodys, anybodys = (
        argon2.extract_parameters(stored)
        for stored in (passwords._NOBODY, await hasher.hashed("a good password"))
    )

    assert nobodys == anybodys


async def test_hashing_does_not_stop_the_event_loop(hasher):
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(hasher.hashed("a good password") for _ in range(4)))
    ticking.cancel()

    assert ticks >= 10


@pytest.mark.parametrize(
    "password",
    ["nine char", "a" * 10, "۱" * 12, "sara.ahmadi@desk.test", "SARA.AHMADI", "x" * 257],
)
def test_a_password_that_is_guessed_first_is_refused(password):
    with pytest.raises(BadInput) as refused:
        check_new(password, email="sara.ahmadi@desk.test", field="body.password")

    assert refused.value.data == {"field": "body.password"}


def test_a_long_sentence_is_a_good_password():
    check_new("گذرواژهٔ من بلند است", email="sara@desk.test", field="body.password")
    assert passwords.MIN_LENGTH == 10


def test_secrets_are_long_and_only_their_hash_is_told():
    made = {opaque.new() for _ in range(100)}

    assert len(made) == 100
    assert all(len(secret) == 43 for secret in made)  # 256 bits
    assert len(opaque.digest(made.pop()) or b"") == 32
    for odd in ("", "short", "x" * 101, "ا" * 40, "a b" * 10, "\udcff" * 30):
        assert opaque.digest(odd) is None
    assert len(opaque.new_password().replace("-", "")) == 20


async def test_of_several_processes_one_makes_the_first_administrator(dsn):
    preparing = await asyncpg.connect(dsn)
    await factories.prepare(preparing)
    await preparing.close()
    databases = [await db.Database(dsn).open() for _ in range(4)]

    made = await asyncio.gather(*(first_admin.ensure_first_admin(d) for d in databases))

    assert len([admin for admin in made if admin is not None]) == 1
    async with databases[0].read() as conn:
        rows = await conn.fetch("SELECT email, role, must_change_password FROM user_account")
        assert [tuple(row) for row in rows] == [("admin@localhost", "admin", True)]
        assert await conn.fetchval("SELECT count(*) FROM agent") == 1
    for database in databases:
        await database.close()


async def test_no_session_begins_with_a_password_that_was_just_replaced(conn):
    await factories.prepare(conn)
    now = await conn.fetchval("SELECT clock_timestamp()")
    invited = await users.invite(
        conn, now, actor="system", email="a@desk.test", name="A", role="agent", language="en"
    )
    user_id = invited.user.id
    await users.set_password(conn, now, user_id, "old hash", actor="system")
    checked = await sessions.find_account(conn, "a@desk.test")
    assert checked is not None

    await users.set_password(conn, now, user_id, "new hash", actor="system")

    assert await sessions.begin(conn, now, checked, lifetime=timedelta(hours=1)) is None
    fresh = await sessions.find_account(conn, "a@desk.test")
    assert fresh is not None
    assert await sessions.begin(conn, now, fresh, lifetime=timedelta(hours=1)) is not None


async def test_a_session_is_found_by_its_secret_until_its_time_is_over(conn):
    await factories.prepare(conn)
    now = await conn.fetchval("SELECT clock_timestamp()")
    invited = await users.invite(
        conn, now, actor="system", email="a@desk.test", name="A", role="supervisor", language="fa"
    )
    await users.set_password(conn, now, invited.user.id, "hash", actor="system")
    account = await sessions.find_account(conn, "A@Desk.Test ")
    assert account is not None
    session = await sessions.begin(conn, now, account, lifetime=timedelta(seconds=0.2))
    assert session is not None

    actor = await sessions.find_actor(conn, session.token)
    assert actor is not None
    assert (actor.role, actor.language, actor.reference) == (
        "supervisor",
        "fa",
        f"user:{invited.user.id}",
    )
    await asyncio.sleep(0.25)
    assert await sessions.find_actor(conn, session.token) is None
    stored = await conn.fetchrow("SELECT token_sha256, csrf_sha256 FROM session")
    assert session.token.encode() not in bytes(stored["token_sha256"])


async def test_a_link_is_looked_at_before_it_is_used(conn):
    await factories.prepare(conn)
    now = await conn.fetchval("SELECT clock_timestamp()")
    invited = await users.invite(
        conn, now, actor="system", email="a@desk.test", name="A", role="agent", language="en"
    )
    token = invited.link.token

    for _ in range(2):
        assert (await links.find(conn, token)).email == "a@desk.test"
    await links.use(conn, now, token)

    with pytest.raises(links.LinkNotValid):
        await links.use(conn, now, token)
    with pytest.raises(links.LinkNotValid):
        await links.find(conn, token)
