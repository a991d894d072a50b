"""What the whole application makes of hooks about calls: forged ones, and those of a bad hour."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import aiohttp
import centre as centre_module
import pytest
from centre import SARA, Centre, eventually

from channels._phone import repeats
from contactcenter import own_settings
from contactcenter.api.services import SERVICES
from contactcenter.fakes.twilio_hooks import sign
from contactcenter.fakes.twilio_voice_people import Caller, Message
from contactcenter.postgres import EmbeddedPostgres, throwaway_data_dir

DESK = "+982191012345"
HOOKS = [
    "voice",
    "gather",
    "wait",
    "enqueue-action",
    "join",
    "offer",
    "agent-done",
    "status",
    "conference",
    "recording",
    "voicemail",
    "transcription",
    "fallback",
]
TABLES = [
    "call",
    "call_leg",
    "call_hook",
    "delivery",
    "interaction",
    "ticket",
    "contact",
    "quarantine",
    "inbound_key",
]

pytestmark = pytest.mark.slow


async def rows(desk: Centre) -> dict[str, int]:
    async with desk.database.read() as conn:
        return {table: await conn.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


async def test_forged_hooks_leave_no_row(bare_dsn):
    async with centre_module.opened(bare_dsn) as desk, aiohttp.ClientSession() as http:
        before = await rows(desk)
        for name in HOOKS:
            url = f"{desk.url}/hooks/phone/{name}?call=1"
            params = [
                ("CallSid", "CA1"),
                ("ConferenceSid", "CF1"),
                ("StatusCallbackEvent", "conference-start"),
                ("RecordingSid", "RE1"),
                ("AccountSid", desk.twilio.account_sid),
                ("CallStatus", "ringing"),
                ("Direction", "inbound"),
                ("From", SARA),
                ("To", DESK),
            ]
            body = urlencode(params)
            for signature in ("", sign("a guess", url, params)):
                headers = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Twilio-Signature": signature,
                }
                async with http.post(url, data=body, headers=headers) as answer:
                    assert answer.status == 403, name

        assert await rows(desk) == before


async def test_message_that_was_left_while_the_database_was_gone_becomes_a_ticket(monkeypatch):
    """Every telephone is answered in time meanwhile; no report could be stored."""
    monkeypatch.setattr(repeats, "PAUSES_S", (1,))
    monkeypatch.setattr(own_settings, "LOOK_EVERY_S", 0.1)
    with throwaway_data_dir() as folder:
        postgres = EmbeddedPostgres(folder, durable=False)
        again = EmbeddedPostgres(folder, durable=False)
        dsn = await postgres.start()
        try:
            async with centre_module.opened(dsn) as desk:
                voice = desk.twilio.voice
                voice.point(f"{desk.url}/hooks/phone")
                voice.network.speaking_s = 0.1
                agent = await desk.person("Ann", tiers=(1,))
                queue_id = (await agent.get("/queues"))[0]["id"]
                boss = await desk.person("Boss", role="admin", presence=None)
                number = {"channel": "phone", "address": DESK, "queue_id": queue_id}
                await boss.post("/entry_points", number)
                await postgres.stop()

                leg = voice.rings(SARA, DESK, Caller(message=Message(seconds=2)))
                await eventually(lambda: over(leg), within_s=15, what="the call's end")
                asked = [p for p in voice.hooks.postings if p.kind == "document"]
                assert [p.attempts[-1].status for p in asked] == [200] * len(asked)

                assert await again.start() == dsn

                async def brought_in() -> bool:
                    channel = desk.app[SERVICES].channels["phone"]
                    since = datetime.now(UTC) - timedelta(hours=1)
                    await channel.backfill(desk.app[SERVICES].inbox, since)
                    async with desk.database.read() as conn:
                        told = await conn.fetch("SELECT name FROM call_hook ORDER BY name")
                    return [row["name"] for row in told] == ["call_status", "recording"]

                await eventually(retried(brought_in), within_s=20, what="the lists")
                async with desk.database.read() as conn:
                    call = await conn.fetchrow("SELECT address, state, outcome FROM call")
                assert tuple(call) == (SARA, "ended", "voicemail")

                async def left() -> bool:
                    return bool((await boss.get("/tickets"))["items"])

                await eventually(left, within_s=20, what="the message's ticket")
                [ticket] = (await boss.get("/tickets"))["items"]
                timeline = await boss.get(f"/tickets/{ticket['id']}/timeline")
                kinds = [item["kind"] for item in timeline["items"]]
                assert kinds.count("voicemail") == 1, kinds
                assert voice.problems == []
        finally:
            await postgres.stop()
            await again.stop()


async def over(leg) -> bool:
    return leg.status == "completed"


def retried(check):
    async def tried() -> bool:
        try:
            return await check()
        except Exception:  # noqa: BLE001 -- as long as the database comes back
            return False

    return tried
