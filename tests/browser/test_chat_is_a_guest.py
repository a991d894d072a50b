"""The widget on somebody else's page: it keeps nothing too early, asks nobody else, and stays small."""

from urllib.parse import urlsplit

import pytest
from chat_house import House
from host_site import LOUD
from playwright.async_api import Request, expect
from visitors import UNREACHABLE, Visitors

NOTHING = {"local": {}, "session": {}, "databases": [], "caches": [], "cookies": []}
MOST_BYTES = 15 * 1024
NO_CHAT = "contactcenter: no chat on this page"


async def test_nothing_is_kept_before_the_first_message_and_nobody_else_is_asked(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk("asking")
    visitor = await visitors.open(desk.page())
    await expect(visitor.chat.locator(".launcher")).to_be_visible()
    assert not any(url.startswith("ws") for url in visitor.requests), "a page view is no socket"
    await visitor.open_chat()
    await visitor.panel.get_by_label(visitor.texts["name"]).fill("Sara")
    await visitor.panel.get_by_label(visitor.texts["message"]).fill("I have not decided yet.")
    await visitor.page.keyboard.press("Escape")
    await visitor.chat.locator(".launcher").click()
    message = visitor.panel.get_by_label(visitor.texts["message"])
    await expect(message).to_have_value("I have not decided yet.")
    assert await visitor.kept() == NOTHING
    await visitor.page.reload()
    await expect(visitor.chat.locator(".launcher")).to_be_visible()
    assert await visitor.kept() == NOTHING
    assert await desk.stored() == []

    await visitor.open_chat()
    await visitor.panel.get_by_label(visitor.texts["name"]).fill("Sara")
    await visitor.panel.get_by_label(visitor.texts["message"]).fill("Now I have.")
    await visitor.button("start").click()
    await visitor.sees("Now I have.")
    kept = await visitor.kept()
    assert kept.pop("local").keys() == {f"contactcenter:{desk.key}"}
    assert kept == {name: value for name, value in NOTHING.items() if name != "local"}
    asked = {urlsplit(url).netloc for url in visitor.requests}
    assert asked == {urlsplit(house.url).netloc, urlsplit(house.site.origin).netloc}


async def test_a_page_that_is_not_on_the_list_gets_no_chat(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk("elsewhere")
    visitor = await visitors.open("about:blank")
    visitor.forgives = (*UNREACHABLE, "blocked by CORS policy", NO_CHAT)
    async with visitor.page.expect_console_message(lambda said: NO_CHAT in said.text) as said:
        await visitor.page.goto(desk.page())
    assert house.site.origin in (await said.value).text, "whoever keeps the page is told why"
    await expect(visitor.page.get_by_role("heading", name="Printers and ink")).to_be_visible()
    await expect(visitor.chat).to_have_count(0)
    code = await visitor.page.evaluate(
        """([url, key]) => new Promise(resolve => {
             const socket = new WebSocket(url);
             socket.onopen = () => socket.send(JSON.stringify(
               {type: 'hello', version: 1, entry_point: key}));
             socket.onclose = event => resolve(event.code);
           })""",
        [house.url.replace("http", "ws") + "/hooks/webchat/socket", desk.key],
    )
    assert code == 4403


@pytest.mark.parametrize("lang", ["en", "fa"])
async def test_what_a_visitor_loads_is_small(house: House, visitors: Visitors, lang: str) -> None:
    desk = house.desk()
    visitor = await visitors.open("about:blank")
    loaded: list[Request] = []

    def finished(request: Request) -> None:
        loaded.append(request)

    visitor.page.on("requestfinished", finished)
    await visitor.page.goto(desk.page(lang=lang))
    await visitor.open_chat()
    ours = [request for request in loaded if request.url.startswith(house.url)]
    sizes = {request.url: (await request.sizes())["responseBodySize"] for request in ours}
    assert any(url.endswith("/widget.js") for url in sizes)
    assert 0 < sum(sizes.values()) <= MOST_BYTES, sizes


async def test_the_style_of_a_page_stays_outside(house: House, visitors: Visitors) -> None:
    desk = house.desk()
    looks = []
    for style in ("", LOUD):
        visitor = await visitors.open(desk.page(style=style))
        await visitor.open_chat()
        await visitor.shoot(f"host-style-{'loud' if style else 'none'}")
        looks.append(
            await visitor.chat.evaluate(
                """it => [...it.shadowRoot.querySelectorAll('*')].map(one => {
                     const style = getComputedStyle(one), box = one.getBoundingClientRect();
                     return [one.tagName, style.color, style.fontSize, style.direction,
                             style.display, style.textAlign, box.width, box.height];
                   })"""
            )
        )
    assert looks[0] == looks[1] != []
