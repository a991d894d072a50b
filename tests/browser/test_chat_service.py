"""What visitors see of the service behind the widget: their turn, who answers, how it ends."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from chat_house import PATIENCE_S, Desk, House
from journeys.centre import Person, eventually
from playwright.async_api import expect
from visitors import Visitors


@asynccontextmanager
async def console(house: House, agent: Person) -> AsyncIterator[ClientWebSocketResponse]:
    """The feed of an agent's console, subscribed."""
    url, headers = f"{house.url}/api/v1/feed", {"Origin": house.url}
    async with agent._http.ws_connect(url, headers=headers) as feed:
        await feed.send_json({"id": 1, "type": "subscribe"})
        assert (await feed.receive_json(timeout=PATIENCE_S))["id"] == 1
        yield feed


async def heard(feed: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next signal of that kind."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame = await feed.receive_json()
            if frame.get("kind") == kind:
                return frame


async def answered(desk: Desk, agent: Person, text: str, **more: Any) -> int:
    """The agent answers the ticket he has; its id."""
    ticket = await desk.ticket(agent)
    await agent.post(f"/tickets/{ticket['id']}/replies", {"text": text, **more})
    return ticket["id"]


async def test_both_see_that_the_other_writes_and_has_read(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk()
    lena = await desk.agent("Lena")
    visitor = await visitors.open(desk.page())
    await visitor.open_chat()
    await visitor.say("Do you have green ink?")
    ticket = await desk.ticket(lena)
    await expect(visitor.panel.locator("header p")).to_contain_text("Lena")
    async with console(house, lena) as feed:
        await visitor.composer.press_sequentially("Or yel")
        assert (await heard(feed, "visitor_typing"))["ticket_id"] == ticket["id"]
        await feed.send_json({"id": 2, "type": "typing", "ticket_id": ticket["id"]})
        await expect(visitor.panel.get_by_text("is writing…")).to_contain_text("Lena")
        await visitor.check("typing")
        (message,) = (await lena.get(f"/tickets/{ticket['id']}/timeline"))["items"]
        reading = {"type": "read", "ticket_id": ticket["id"], "interaction_id": message["id"]}
        await feed.send_json({"id": 3, **reading})
        await expect(visitor.log.get_by_text("Read", exact=True)).to_be_visible()

        await visitor.page.keyboard.press("Escape")
        await answered(desk, lena, "We have.")
        await expect(visitor.chat).to_have_attribute("data-unread", "1")
        await expect(visitor.chat.get_by_role("button")).to_have_accessible_name(
            "Chat with us, 1 unread"
        )
        await visitor.check("unread")
        await visitor.open_chat()
        await heard(feed, "visitor_read")
    await expect(visitor.composer).to_have_value("Or yel")
    await expect(visitor.chat).to_have_attribute("data-unread", "0")

    async def states() -> bool:
        items = (await lena.get(f"/tickets/{ticket['id']}/timeline"))["items"]
        return {item["state"] for item in items if item["direction"] == "outbound"} == {"read"}

    await eventually(states, within_s=PATIENCE_S, what="a reply that was read")


async def test_who_waits_sees_his_place_until_it_is_his_turn(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk()
    first = await visitors.open(desk.page())
    second = await visitors.open(desk.page(lang="fa"))
    for visitor, text in ((first, "The lid is stuck."), (second, "درش باز نمی‌شود.")):
        await visitor.open_chat()
        await visitor.say(text)
    await expect(first.panel.get_by_role("status").first).to_contain_text("You are number 1")
    await expect(second.panel.get_by_role("status").first).to_contain_text("نفر ۲ در صف")
    await second.check("waiting-fa")
    await desk.agent("Omid")
    await expect(second.panel.locator("header p")).to_contain_text("Omid")
    await expect(second.panel.get_by_text("در صف")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "fa"])
async def test_a_form_asks_before_the_first_message(
    house: House, visitors: Visitors, lang: str
) -> None:
    desk = house.desk("asking")
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page(lang=lang), viewport={"width": 320, "height": 568})
    await visitor.open_chat()
    texts = visitor.texts
    fields = visitor.panel
    await visitor.check(f"form-{lang}-320")
    await fields.get_by_label(texts["message"]).fill("Cyan" if lang == "en" else "فیروزه‌ای")
    await visitor.button("start").click()
    await expect(fields.get_by_label(texts["name"])).to_be_focused()
    await fields.get_by_label(texts["name"]).fill("سارا")
    await fields.get_by_label(texts["email"]).fill("sara@example.com")
    topics = fields.get_by_label(texts["topic"])
    await topics.select_option(index=2)
    await visitor.button("start").click()

    await visitor.sees("Cyan" if lang == "en" else "فیروزه‌ای")
    await expect(visitor.composer).to_have_value("")
    ticket = await desk.ticket(ann)
    chat = await ann.get(f"/tickets/{ticket['id']}/chat")
    assert (chat["present"], chat["language"], chat["name"]) == (True, lang, "سارا")
    assert chat["topic"] == ("Repairs" if lang == "en" else "تعمیر")
    assert [told["value"] for told in chat["told"]] == ["sara@example.com"]


async def test_when_nobody_is_there_a_message_is_left_with_an_address(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk("closed")
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page(lang="fa"), color_scheme="dark")
    await visitor.open_chat()
    await expect(visitor.panel.get_by_role("status").first).to_contain_text("پاسخ‌گو نیستیم")
    await visitor.panel.get_by_label(visitor.texts["contact"]).fill("sara@example.com")
    await visitor.panel.get_by_label(visitor.texts["message"]).fill("کی باز می‌کنید؟")
    await visitor.check("closed-fa-dark")
    await visitor.button("send").click()

    await visitor.sees("کی باز می‌کنید؟")
    await visitor.check("left-fa-dark")
    ticket = await desk.ticket(ann)
    chat = await ann.get(f"/tickets/{ticket['id']}/chat")
    assert [told["value"] for told in chat["told"]] == ["sara@example.com"]


async def test_files_go_both_ways_and_pictures_are_shown(house: House, visitors: Visitors) -> None:
    desk = house.desk()
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page())
    await visitor.open_chat()
    chooser = visitor.chat.locator("input[type=file]")
    await chooser.set_input_files(
        {"name": "drawing.png", "mimeType": "image/png", "buffer": picture()}
    )
    await expect(visitor.chat.locator(".draft:not([aria-busy=true])")).to_have_count(1)
    await visitor.check("file-chosen")
    await visitor.say("Like this one.")
    ticket = await desk.ticket(ann)
    (message,) = (await ann.get(f"/tickets/{ticket['id']}/timeline"))["items"]
    (file,) = message["attachments"]
    assert (file["name"], file["content_type"]) == ("drawing.png", "image/png")
    headers = {"Content-Type": "application/pdf", "X-CSRF-Token": ann._headers["X-CSRF-Token"]}
    url = f"{house.url}/api/v1/attachments?name=offer.pdf"
    async with ann._http.post(url, data=b"%PDF-1.7 it is", headers=headers) as sent:
        assert sent.status == 201, await sent.text()
        upload = await sent.json()
    await answered(desk, ann, "Here is our offer.", attachment_ids=[upload["id"]])
    await visitor.sees("Here is our offer.")
    shown = visitor.log.get_by_role("img", name="drawing.png")
    await expect(shown).to_be_visible()
    await visitor.page.wait_for_function(
        "image => image.naturalWidth === 64", arg=await shown.element_handle()
    )
    async with visitor.page.expect_download() as download:
        await visitor.log.get_by_role("link", name="offer.pdf").click()
    path = await (await download.value).path()
    assert path.read_bytes() == b"%PDF-1.7 it is"
    await visitor.check("files")


async def test_what_an_agent_writes_is_text_and_only_safe_addresses_are_links(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk()
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page())
    await visitor.open_chat()
    await visitor.say("<b>Where?</b> 😀 javascript:alert(1)")
    said = (
        "<img src=x onerror=alert(1)> javascript:alert(1) data:text/html,x"
        " See https://example.com/a?b=1&c=(2), or write to help@example.com or call +98 21 1234 5678."
    )
    await answered(desk, ann, said)
    await visitor.sees(said)
    links = await visitor.log.evaluate(
        "log => [...log.querySelectorAll('.text a')].map(a => [a.getAttribute('href'), a.rel, a.target])"
    )
    assert [href for href, _, _ in links] == [
        "https://example.com/a?b=1&c=(2",
        "mailto:help@example.com",
        "tel:+982112345678",
    ]
    assert all("noopener" in rel.split() and target == "_blank" for _, rel, target in links)
    assert await visitor.log.locator("img, script, b").count() == 0


async def test_half_an_emoji_holds_up_nothing_that_is_written_after_it(
    house: House, visitors: Visitors
) -> None:
    visitor = await visitors.open(house.desk().page())
    await visitor.open_chat()

    await visitor.composer.evaluate("it => { it.value = 'cut \\ud83d' }")
    await visitor.composer.press("Enter")
    await visitor.say("and on, \\ud83d as letters 😀")

    await visitor.sees("cut \ufffd")
    assert [text for _, text in await visitor.lines()][1] == "and on, \\ud83d as letters 😀"


@pytest.mark.parametrize("lang", ["en", "fa"])
async def test_a_chat_is_ended_by_the_agent_and_rated_once(
    house: House, visitors: Visitors, lang: str
) -> None:
    desk = house.desk()
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page(lang=lang), viewport={"width": 320, "height": 568})
    await visitor.open_chat()
    await visitor.say("Thank you!")
    ticket_id = await answered(desk, ann, "You are welcome.")
    await ann.post(f"/tickets/{ticket_id}/solutions", {"disposition": "solved"})
    await expect(visitor.log.get_by_text(visitor.texts["ended"])).to_be_visible()
    said = ["Thank you!", "You are welcome.", visitor.texts["ended"]]
    assert [text for _, text in await visitor.lines()] == said, "his last words come before the end"
    await visitor.check(f"rating-{lang}-320")
    await visitor.panel.get_by_role("radio").nth(3).check(force=True)
    await visitor.page.set_viewport_size({"width": 320, "height": 256})
    await expect(visitor.composer).to_be_in_viewport(ratio=1)
    await visitor.shoot(f"rating-{lang}-zoomed")
    await visitor.page.emulate_media(forced_colors="active")
    await visitor.page.set_viewport_size({"width": 320, "height": 568})
    await visitor.shoot(f"rating-{lang}-forced-colours")
    await visitor.panel.get_by_label(visitor.texts["comment"]).fill("سریع بود")
    await visitor.button("send").first.click()
    await expect(visitor.panel.get_by_role("status").first).to_have_text(visitor.texts["thanks"])
    await expect(visitor.panel.get_by_role("radio")).to_have_count(0)
    (rating,) = await ann.get(f"/tickets/{ticket_id}/ratings")
    assert (rating["score"], rating["comment"]) == (4, "سریع بود")

    await visitor.say("One more thing.")
    assert (await desk.ticket(ann))["id"] == ticket_id, "the same conversation goes on"


async def test_a_visitor_ends_the_chat_himself(house: House, visitors: Visitors) -> None:
    desk = house.desk()
    visitor = await visitors.open(desk.page())
    await visitor.open_chat()
    await visitor.say("Never mind.")
    await visitor.chat.locator("summary").click()
    await visitor.check("menu")
    await visitor.button("end").click()
    await visitor.check("end-question")
    await visitor.button("end").click()
    await expect(visitor.log.get_by_text(visitor.texts["ended"])).to_be_visible()
    async with house.database.read() as conn:
        state = await conn.fetchval("SELECT state FROM ticket WHERE queue_id = $1", desk.queue_id)
    assert state == "closed"


def picture() -> bytes:
    """A red square of 64 pixels a side, as PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xc0\x20\x20" * 64) * 64)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )
