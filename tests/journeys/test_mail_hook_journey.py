"""Mails by a provider's hook into the running centre: stored once, unchanged, or not at all."""

import asyncio
import hashlib
import hmac
import io
import secrets
import time
from collections.abc import AsyncIterator

import aiohttp
import asyncpg
import centre as centre_module
import pytest
from centre import Centre, eventually

from contactcenter import metrics

pytestmark = pytest.mark.slow

ADDRESS = "support@desk.example"
KEY = "the key of the webhooks"
PATH = "/hooks/email/mailgun/mime"


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[Centre]:
    """A centre with a mailbox at Mailgun, which this process knows of."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id) SELECT 'email', $1, min(id) FROM queue",
        ADDRESS,
    )
    await conn.close()
    async with centre_module.opened(dsn, CONTACTCENTER_MAILGUN_SIGNING_SECRETS=KEY) as opened:
        yield opened


def written(number: int, text: str, *, attached: bytes = b"") -> bytes:
    head = (
        f"From: Sara <sara@customer.example>\r\nTo: {ADDRESS}\r\nSubject: Printer\r\n"
        f"Date: Sun, 22 Nov 2026 10:00:00 +0330\r\nMessage-ID: <{number}@customer.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="inside"\r\n\r\n'
        "--inside\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    rest = b"\r\n--inside\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\n\r\n"
    return head.encode() + text.encode() + rest + attached + b"\r\n--inside--\r\n"


async def posted(
    desk: Centre, raw: bytes | None, *, key: str = KEY, recipient: str = ADDRESS
) -> int:
    """Post a mail as a route of Mailgun does; the status that was answered."""
    timestamp, token = str(int(time.time())), secrets.token_hex(25)
    form = aiohttp.FormData()
    form.add_field("recipient", recipient)
    form.add_field("sender", "sara@customer.example")
    form.add_field("timestamp", timestamp)
    form.add_field("token", token)
    signed = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256)
    form.add_field("signature", signed.hexdigest())
    if raw is None:
        form.add_field("body-plain", "hello")
    else:
        form.add_field("body-mime", io.BytesIO(raw), content_type="message/rfc822", filename="mime")
    async with (
        aiohttp.ClientSession() as http,
        http.post(desk.url + PATH, data=form) as answer,
    ):
        await answer.read()
        return answer.status


async def count(desk: Centre, table: str) -> int:
    async with desk.database.read() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


def counted(outcome: str) -> float:
    return float(metrics.HOOK_REQUESTS.labels("email", outcome)._value.get())


async def test_mail_by_a_hook_is_one_ticket_however_often_it_comes(desk: Centre) -> None:
    agent = await desk.person("Ann", tiers=(1,))
    raw = written(1, "سلام، چاپگر من روشن نمی‌شود")

    assert [await posted(desk, raw) for _ in range(3)] == [200] * 3
    assert await posted(desk, written(1, "The same id, and another mail.")) == 200

    async def held() -> list[dict]:
        return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

    tickets = await eventually(held, what="an assignment")
    assert await count(desk, "delivery") == 2
    texts = {
        item["body"]
        for ticket in tickets
        for item in (await agent.get(f"/tickets/{ticket['id']}/timeline"))["items"]
    }
    assert "سلام، چاپگر من روشن نمی‌شود" in texts


async def test_forged_mail_leaves_no_row_and_is_counted(desk: Centre) -> None:
    tables = ("delivery", "interaction", "ticket", "contact", "quarantine", "inbound_key", "way_in")
    async with desk.database.transaction() as conn:
        await conn.execute("DELETE FROM way_in")
    before = {table: await count(desk, table) for table in tables}
    forged, refused = counted("forged"), counted("refused")

    assert [await posted(desk, written(1, "pay here"), key="a guess") for _ in range(2)] == [
        401
    ] * 2

    assert {table: await count(desk, table) for table in tables} == before
    assert counted("forged") - forged == 2
    assert counted("refused") == refused


async def test_three_forged_mails_in_a_row_show_at_the_address_until_one_is_authentic(
    desk: Centre,
) -> None:
    boss = await desk.person("Boss", role="admin", presence=None)

    async def way() -> dict | None:
        found = await boss.get("/channels")
        places = [place for channel in found for place in channel["entry_points"]]
        ways = [one for place in places for one in place["ways_in"]]
        return next((one for one in ways if one["way"] == "mailgun" and not one["works"]), None)

    for _ in range(3):
        await posted(desk, written(1, "pay here"), key="a guess")
    shown = await eventually(way, what="the failure")
    assert "not signed" in shown["error"]

    assert await posted(desk, written(2, "hello")) == 200

    async def works() -> bool:
        return await way() is None

    await eventually(works, what="the way in")


async def test_large_mail_is_stored_unchanged_whatever_the_limit_of_the_api(desk: Centre) -> None:
    raw = written(1, "see the file", attached=bytes(range(256)) * 80_000)

    assert len(raw) > 20_000_000
    assert await posted(desk, raw) == 200

    async with desk.database.read() as conn:
        kept = await conn.fetchval("SELECT body_sha256 FROM delivery")
    assert kept == hashlib.sha256(raw).digest()


async def test_unknown_recipient_and_oversize_leave_no_row(desk: Centre) -> None:
    assert await posted(desk, written(1, "x"), recipient="nobody@desk.example") == 404
    assert await posted(desk, b"x" * (49 * 1024 * 1024)) == 413
    assert await count(desk, "delivery") + await count(desk, "quarantine") == 0


async def test_parts_without_the_mail_wait_in_the_quarantine_with_the_switch_to_turn(
    desk: Centre,
) -> None:
    boss = await desk.person("Boss", role="admin", presence=None)

    assert await posted(desk, None) == 200
    assert await posted(desk, None) == 200

    items = (await boss.get("/quarantine"))["items"]
    assert [item["reason"] for item in items] == ["missing_mail", "missing_mail"]
    assert "/mime" in items[0]["detail"]
    again = await boss.post(f"/quarantine/{items[0]['id']}/retries")
    assert (again["released_at"], again["reason"]) == (None, "missing_mail")


async def test_mails_at_once_are_all_stored(desk: Centre) -> None:
    answers = await asyncio.gather(
        *(posted(desk, written(n // 2, f"mail {n // 2}")) for n in range(40))
    )

    assert set(answers) == {200}
    assert await count(desk, "interaction WHERE direction = 'inbound'") == 20
