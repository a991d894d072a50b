"""A web chat end to end: what a visitor writes is understood, routed, answered, read, solved.

And whatever we think of him, and whatever colleagues write about him, none of it is told to him.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import asyncpg
import centre as centre_module
from centre import Centre, Person
from journey_lines import Line, console

from routing.temperament import LABELS, guidance

ORIGIN = "https://shop.example"
KEY = "shop-fa"
NOTE = "canary-of-a-note"
WORDS = "مبل رسید. پارچه‌اش کدره، پایه‌ها لق می‌زنه، دوختش کجه و بوی چوبش هم تنده. طبق معمول."
#: What would tell him how he is to be treated, or what colleagues say.
TRACES = (
    NOTE, "fault_finding", "temperament", "guidance", "segment", "خلق‌وخو", "credit", "queue_id",
    *(line for label in LABELS for lines in guidance(label).values() for line in lines),
)  # fmt: skip


async def widget_set_up(dsn: str) -> None:
    """A widget; the first tier serves it."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id, language)"
        " SELECT 'webchat', $1, id, 'fa' FROM queue WHERE tier = 1",
        KEY,
    )
    await conn.close()


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Centre]:
    """A centre with a widget."""
    await widget_set_up(dsn)
    async with centre_module.opened(dsn, CONTACTCENTER_WEBCHAT_ORIGINS=ORIGIN) as centre:
        yield centre


@asynccontextmanager
async def widget(centre: Centre, **hello: Any) -> AsyncIterator[Line]:
    """A visitor's browser that was welcomed."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{centre.url}/hooks/webchat/socket", headers={"Origin": ORIGIN}) as socket,
    ):
        line = Line(socket)
        await line.say(type="hello", version=1, entry_point=KEY, **hello)
        line.welcome = await line.next(type="welcome")
        yield line


async def test_a_chat_is_understood_routed_answered_read_and_solved(dsn: str) -> None:
    async with opened(dsn) as centre:
        ann = await centre.person("Ann", tiers=(1,))
        async with console(centre, ann) as desk, widget(centre, language="fa") as visitor:
            await visitor.say(type="message", id="m1", text=WORDS)
            await visitor.next(type="ack", id="m1")

            rings = await desk.event("ticket_offered")
            ticket_id, path = rings["ticket_id"], f"/tickets/{rings['ticket_id']}"
            ticket = await ann.get(path)
            assert (ticket["channel"], ticket["tier"], ticket["language"]) == ("webchat", 1, "fa")
            assert ticket["temperament"] == "fault_finding"
            assert rings["guidance"]["fa"] == list(guidance("fault_finding")["fa"])
            await visitor.next(type="standing", state="waiting")
            await ann.post(f"{path}/acceptances")
            assert (await visitor.next(type="standing", state="talking"))["agent"] == "Ann"

            await _told_of_one_another(ann, desk, visitor, ticket_id)

            await ann.post(f"{path}/solutions", {"disposition": "solved"})
            await visitor.next(type="line", kind="ended")
            await visitor.say(type="rate", id="r1", score=4, comment="ممنون")
            await visitor.next(id="r1")
            await visitor.say(type="transcript", id="t1", email="sara@example.com")
            await visitor.next(id="t1")
            await visitor.say(type="nonsense")
            await visitor.next(type="error")
        async with widget(centre, token=_token(visitor), after=0) as again:
            await again.next(type="line", kind="ended")  # all of it once more

        assert await _reported(ann) == [("webchat", 1, 1)]
        told = "\n".join([*visitor.said, *again.said])
        assert WORDS[:20] in told
        assert [trace for trace in TRACES if trace in told] == []


async def _reported(ann: Person) -> list[tuple[str, int, int]]:
    """What she solved and first replied to, as soon as reports know of it."""
    async with asyncio.timeout(20):
        while True:
            report = await ann.get("/reports/performance?by=channel")
            if report["totals"]["solved"]["n"]:
                break
            await asyncio.sleep(0.1)
    return [
        (row["group"]["channel"], *(row["figures"][m]["n"] for m in ("solved", "first_reply")))
        for row in report["rows"]
    ]


async def _told_of_one_another(ann: Person, desk: Line, visitor: Line, ticket_id: int) -> None:
    """Typing, reading and answering, both ways."""
    path = f"/tickets/{ticket_id}"
    timeline = (await ann.get(f"{path}/timeline"))["items"]
    heard = next(i["id"] for i in timeline if i["direction"] == "inbound")

    await visitor.say(type="typing")
    await desk.next(type="signal", kind="visitor_typing", ticket_id=ticket_id)
    await desk.command("read", ticket_id=ticket_id, interaction_id=heard)
    await visitor.next(type="standing", read_sequence=1)
    await desk.command("typing", ticket_id=ticket_id)
    assert (await visitor.next(type="typing"))["agent"] == "Ann"

    await ann.post(f"{path}/notes", {"text": NOTE})
    written = await ann.post(f"{path}/replies", {"text": "سلام، همین الان بررسی می‌کنم."})
    answer = await visitor.next(type="line", by="agent")
    assert (answer["sequence"], answer["name"]) == (2, "Ann")
    await visitor.say(type="received", sequence=2)
    await visitor.say(type="seen", sequence=2)
    while (await desk.event("interaction_status_changed"))["data"]["to"] != "read":
        pass
    shown = (await ann.get(f"{path}/timeline"))["items"]
    states = {i["id"]: i["state"] for i in shown}
    assert states[written["interaction_id"]] == "read"


def _token(visitor: Line) -> str:
    return next(frame["token"] for frame in map(json.loads, visitor.said) if "token" in frame)
