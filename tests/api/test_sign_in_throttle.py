"""Guessing passwords is made slow, and tells nobody whether an account exists."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import DummyCookieJar, web
from callers import PASSWORD, Caller

from contactcenter import api, upkeep
from contactcenter.access.passwords import Passwords
from contactcenter.api.services import Services
from contactcenter.settings.readers import networks


class CountedPasswords(Passwords):
    """Counts how often a hash was computed: the work that takes the time."""

    checks = 0

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        self.checks += 1
        return await super().is_right(password_hash, password)


@pytest.fixture
async def counted() -> AsyncIterator[CountedPasswords]:
    passwords = CountedPasswords()
    yield passwords
    passwords.close()


@pytest.fixture
async def nobody(aiohttp_client: Any, services: Services, counted: CountedPasswords) -> Caller:
    """A caller behind a proxy of ours, so that a test can come from any address."""
    settings = msgspec.structs.replace(services.settings, trusted_proxies=networks("127.0.0.1"))
    app = web.Application()
    api.install(app, msgspec.structs.replace(services, settings=settings, passwords=counted))
    return Caller(await aiohttp_client(app, cookie_jar=DummyCookieJar()), 0, {})


WRONG = "wrong password"


async def attempt(nobody, email, password=WRONG, *, place="203.0.113.7"):
    response = await nobody.send(
        "POST",
        "/session",
        {"email": email, "password": password},
        headers={"X-Forwarded-For": place},
    )
    body = await response.json()
    return response, body


async def statuses(nobody, email, tries, **more):
    return [(await attempt(nobody, email, **more))[0].status for _ in range(tries)]


async def let_pass(table, seconds):
    """Let the time pass for every count."""
    await table.execute(
        "UPDATE sign_in_attempt SET failed_at = failed_at - $1::int * interval '1 second',"
        " free_at = free_at - $1::int * interval '1 second'",
        seconds,
    )


async def test_after_five_failures_in_a_row_one_has_to_wait_longer_each_time(nobody, staff, table):
    await staff.account("agent", email="a@desk.test")

    assert await statuses(nobody, "a@desk.test", 6) == [401] * 5 + [429]

    response, body = await attempt(nobody, "A@desk.test ", PASSWORD)
    assert response.status == 429
    assert body["code"] == "too_many_attempts"
    assert response.headers["Retry-After"] == "1"
    assert body["retry_after_s"] == 1
    await let_pass(table, 1)
    assert await statuses(nobody, "a@desk.test", 1) == [401]
    await let_pass(table, 1)
    assert (await attempt(nobody, "a@desk.test"))[0].status == 429
    await let_pass(table, 1)
    assert (await attempt(nobody, "a@desk.test", PASSWORD))[0].status == 201


async def test_known_unknown_and_disabled_accounts_are_held_up_alike(nobody, staff, table, counted):
    await staff.account("agent", email="known@desk.test")
    gone = await staff.account("agent", email="gone@desk.test")
    await table.execute("UPDATE user_account SET disabled_at = now() WHERE id = $1", gone)
    answers = []

    for email, password in (
        ("known@desk.test", "wrong password"),
        ("unknown@desk.test", "wrong password"),
        ("gone@desk.test", PASSWORD),
    ):
        before = counted.checks
        seen = []
        for _ in range(7):
            response, body = await attempt(nobody, email, password)
            del body["request_id"]
            seen.append((response.status, response.headers.get("Retry-After"), body))
        answers.append((seen, counted.checks - before))

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1] == 5  # one hash an attempt, none for those that are not looked at


async def test_a_success_forgets_the_failures_before_it(nobody, staff):
    await staff.account("agent", email="a@desk.test")

    for _ in range(3):
        assert await statuses(nobody, "a@desk.test", 4) == [401] * 4
        assert (await attempt(nobody, "a@desk.test", PASSWORD))[0].status == 201


async def test_many_attempts_at_once_are_many_attempts(nobody, staff, counted):
    await staff.account("agent", email="a@desk.test")

    answers = await asyncio.gather(
        *(attempt(nobody, "a@desk.test", place=f"198.51.100.{n}") for n in range(30))
    )

    told = sorted(response.status for response, _ in answers)
    assert told == [401] * 5 + [429] * 25
    assert counted.checks == 5


async def test_strangers_cannot_keep_a_person_out_of_where_he_works(nobody, staff):
    await staff.account("agent", email="a@desk.test")
    assert (await attempt(nobody, "a@desk.test", PASSWORD, place="192.0.2.10"))[0].status == 201

    assert (await statuses(nobody, "a@desk.test", 6, place="203.0.113.66"))[-1] == 429

    assert (await attempt(nobody, "a@desk.test", PASSWORD, place="192.0.2.99"))[0].status == 429
    assert (await attempt(nobody, "a@desk.test", PASSWORD, place="192.0.2.10"))[0].status == 201
    assert await statuses(nobody, "a@desk.test", 6, place="192.0.2.10") == [401] * 5 + [429]


@pytest.mark.slow
async def test_one_address_cannot_try_one_password_on_every_account(nobody, staff, table):
    assert [(await attempt(nobody, f"user{n}@desk.test"))[0].status for n in range(51)] == [
        401
    ] * 50 + [429]
    assert (await attempt(nobody, "user51@desk.test", place="203.0.113.8"))[0].status == 401

    await table.execute("DELETE FROM sign_in_attempt WHERE failures < 50")  # all but the client's
    await table.execute("UPDATE sign_in_attempt SET free_at = now()")
    await staff.account("agent", email="own@desk.test")
    assert (await attempt(nobody, "own@desk.test", PASSWORD))[0].status == 201
    assert await table.fetchval("SELECT failures FROM sign_in_attempt") == 50


async def test_the_hundredth_failure_of_an_account_is_the_last(nobody, staff, table):
    await staff.account("agent", email="a@desk.test")
    await attempt(nobody, "a@desk.test")
    await table.execute("UPDATE sign_in_attempt SET failures = 99")
    assert await statuses(nobody, "a@desk.test", 1) == [401]

    await let_pass(table, 29 * 24 * 3600)

    assert (await attempt(nobody, "a@desk.test", PASSWORD))[0].status == 429


async def test_a_password_chosen_by_link_ends_the_wait(nobody, staff, admin, table):
    user_id = await staff.account("agent", email="a@desk.test")
    assert (await statuses(nobody, "a@desk.test", 6))[-1] == 429
    link = await admin("POST", f"/users/{user_id}/password_resets", status=201)

    chosen = {"token": link["token"], "password": "a password of my own"}
    await nobody("POST", "/password", chosen, status=204)

    response, _ = await attempt(nobody, "a@desk.test", "a password of my own", place="192.0.2.1")
    assert response.status == 201


async def test_links_cannot_be_guessed_without_end(nobody):
    guess = {"token": "x" * 43, "password": "a password of my own"}
    seen = [(await nobody.send("POST", "/password", guess)).status for _ in range(51)]

    assert seen == [404] * 50 + [429]


async def test_the_present_password_cannot_be_guessed_in_a_session(staff):
    caller = await staff.signed_in("agent")
    guess = {"current_password": "not my password", "new_password": "another good one"}

    seen = [(await caller.send("PUT", "/session/password", guess)).status for _ in range(6)]

    assert seen == [422] * 5 + [429]


async def test_what_is_kept_of_an_attempt_names_nobody_and_is_pruned(
    nobody, staff, table, database
):
    await staff.account("agent", email="a@desk.test")
    await attempt(nobody, "a@desk.test")
    await attempt(nobody, "a@desk.test", PASSWORD)
    kept = await table.fetch(
        "SELECT a.key_sha256 FROM sign_in_attempt a UNION ALL SELECT key_sha256 FROM sign_in_place"
    )
    assert kept
    assert all(len(row["key_sha256"]) == 32 for row in kept)
    await table.execute("DROP TABLE event_ever, delivery_ever")  # upkeep makes months
    await table.execute("UPDATE sign_in_attempt SET failed_at = now() - interval '31 days'")
    await table.execute("UPDATE sign_in_place SET seen_at = now() - interval '91 days'")

    assert await upkeep.Upkeep(database, holder="test").round()

    assert await table.fetchval("SELECT count(*) FROM sign_in_attempt") == 0
    assert await table.fetchval("SELECT count(*) FROM sign_in_place") == 0
