"""The supervisors' page in a real browser: signing in, each view in both languages, and axe."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import factories
import pytest
from axe_playwright_python.async_playwright import Axe
from chat_house import House
from journeys.centre import PASSWORD
from playwright.async_api import Page, Route, WebSocketRoute, expect
from visitors import UNREACHABLE, Visitor, Visitors

#: The views of an administrator.
_VIEWS = [
    "live",
    "team",
    "mine",
    "fair",
    "funnel",
    "quadrant",
    "heat_map",
    "created_solved",
    "backlog_ageing",
    "tier_flow",
    "escalations",
    "control_chart",
    "promises",
    "sla_burn_down",
    "forecast",
    "what_if",
    "satisfaction",
    "corrections",
]

_FORMS = ("CSV", "XLSX", "SVG", "PNG")
#: Those that are drawn even where nothing happened.
_DRAWN = ("created_solved", "backlog_ageing", "control_chart", "sla_burn_down", "forecast")


@pytest.mark.parametrize(
    ("language", "look"),
    [
        ("en", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}),
        ("fa", {"viewport": {"width": 360, "height": 900}, "color_scheme": "dark"}),
    ],
)
async def test_each_view_is_seen_whole_in_both_languages(
    house: House, visitors: Visitors, screenshots: Path, language: str, look: dict[str, Any]
):
    supervisor = await _signed_in(house, visitors, f"#/?language={language}", **look)
    page = supervisor.page
    assert await page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    links = page.get_by_role("navigation").get_by_role("link")
    assert await links.count() == len(_VIEWS)

    for view in _VIEWS:
        await page.goto(f"{house.url}/supervisor#/{view}?language={language}&zone=Asia/Tehran")
        await expect(page.locator("main section h2")).not_to_be_empty()
        await expect(page.locator("main .loading")).to_have_count(0)
        await expect(page.locator("main .problem")).to_have_count(0)
        if view in _DRAWN:  # there are days even in a house to which nothing happened
            await expect(page.locator("main .chart svg")).to_be_visible()
        if view == "heat_map":  # weeks begin as in the browser's country, in Persian as in Iran
            first = {"en": "Sunday", "fa": "شنبه"}[language]
            await expect(page.locator(".heat tbody th").first).to_have_text(first)
        await page.screenshot(path=screenshots / f"supervisor-{view}-{language}.png")
        assert await _serious(page) == [], view
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{view} is wider than the window"
    ours = (house.url, house.url.replace("http", "ws", 1), "data:")
    assert all(url.startswith(ours) for url in supervisor.requests)


async def test_what_is_chosen_is_in_the_address_and_a_refusal_is_shown(
    house: House, visitors: Visitors
):
    supervisor = await _signed_in(house, visitors, "#/team?language=en&zone=UTC")
    page = supervisor.page

    await page.get_by_label("Period").select_option("last_month")
    await expect(page).to_have_url(
        f"{house.url}/supervisor#/team?language=en&zone=UTC&period=last_month"
    )
    may_answer = asyncio.Event()

    async def late(route: Route) -> None:
        """An answer that arrives while somebody is writing."""
        await may_answer.wait()
        await route.continue_()

    await page.route("**/reports/performance*", late)
    await page.reload()
    await expect(page.get_by_label("Period")).to_have_value("last_month")
    supervisor.forgives = UNREACHABLE
    await page.get_by_label("Time zone").fill("Asia/Teheran")
    may_answer.set()
    await expect(page.locator("main .loading")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.locator("main").get_by_role("alert")).to_contain_text("Asia/Tehran")


async def test_a_chart_goes_with_the_colours_and_is_told_in_words(house: House, visitors: Visitors):
    supervisor = await _signed_in(house, visitors, "#/created_solved?language=en&zone=UTC")
    page = supervisor.page
    papers = []
    for colours in ("Light", "Dark"):
        await page.get_by_label("Colours").select_option(colours)
        drawn = page.locator(f"main .chart[data-theme={colours.lower()}]")
        await expect(drawn.locator("svg")).to_be_visible()
        papers.append(await drawn.locator("svg").inner_html())
        label = await drawn.get_attribute("aria-label")
        assert label.startswith("Created and solved")

    assert papers[0] != papers[1]
    assert "theme=dark" in await page.get_by_role("link", name="as PNG").get_attribute("href")

    async def without_pictures(route: Route) -> None:
        """As a server answers that has nothing to draw with."""
        answer = await route.fetch()
        await route.fulfill(json=await answer.json() | {"draws_pictures": False})

    await page.route("**/api/v1/reports?*", without_pictures)
    await page.reload()
    await expect(page.get_by_role("link", name="as CSV")).to_be_visible()
    await expect(page.get_by_role("link", name="as PNG")).to_have_count(0)


async def test_the_live_board_is_sent_what_changes(
    house: House, visitors: Visitors, screenshots: Path
):
    supervisor = await _signed_in(house, visitors, "#/live?language=en&zone=UTC")
    page = supervisor.page
    await expect(page.get_by_text("Changes come by themselves.")).to_be_visible()
    asked = _boards_asked_for(supervisor)

    async with house.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        queue_id = await factories.queue(conn, name="Suddenly")
        await factories.queued_ticket(conn, now - timedelta(minutes=7), queue_id=queue_id)
        await conn.execute(
            "INSERT INTO alert (name, measure, queue_id, direction, threshold, value, raised_at)"
            " VALUES ('Too long', 'longest_wait_s', $1, 'above', 60, 420, $2)",
            queue_id,
            now,
        )
        await conn.execute("SELECT pg_notify('contactcenter', 'events')")

    row = page.get_by_role("row", name="Suddenly")
    await expect(row.get_by_role("cell").nth(3)).to_have_text("0")
    await expect(row.get_by_role("cell").nth(4)).to_have_text("1")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    chart = page.get_by_label("Suddenly 1")
    await expect(chart.locator("svg")).to_be_visible()
    async with house.database.transaction() as conn:
        await factories.queued_ticket(conn, now - timedelta(minutes=70), queue_id=queue_id)
        await conn.execute("SELECT pg_notify('contactcenter', 'events')")
    # Bars of the chart that is there grow: it is not asked for again.
    await expect(page.get_by_label("Suddenly 2").locator("svg")).to_be_visible()
    assert len([url for url in supervisor.requests if "format=vega" in url]) == 1
    assert _boards_asked_for(supervisor) == asked
    await page.reload()
    await expect(page.get_by_role("status").filter(has_text="Too long")).to_contain_text("7:00")
    await expect(page.locator("main .chart svg")).to_be_visible()
    await page.screenshot(path=screenshots / "supervisor-live-busy.png", full_page=True)
    assert await _serious(page) == []


async def test_a_live_board_that_is_not_sent_is_asked_for_while_somebody_looks(
    house: House, visitors: Visitors, screenshots: Path
):
    supervisor = await _signed_in(house, visitors, "#/team?language=fa", color_scheme="dark")
    page = supervisor.page
    await page.set_viewport_size({"width": 360, "height": 900})
    await page.clock.install()
    async with house.database.transaction() as conn:
        at = await conn.fetchval("SELECT clock_timestamp()") - timedelta(minutes=20)
        queue_id = await factories.queue(conn, name="پشتیبانی فروش")
        await factories.queued_ticket(conn, at, queue_id=queue_id)
    sockets: list[WebSocketRoute] = []

    async def is_refused(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        await socket.close()

    await page.route_web_socket("**/api/v1/feed", is_refused)
    await page.goto(f"{house.url}/supervisor#/live?language=fa&zone=Asia/Tehran")
    await expect(page.get_by_text("هر چند ثانیه پرسیده می‌شود.")).to_be_visible()
    async with page.expect_request(lambda one: _is_of_board(one.url)):
        await page.clock.fast_forward(5_100)
    await expect(page.locator("main .chart[data-theme=dark] svg")).to_be_visible()
    await expect(page.locator("main .loading")).to_have_count(0)
    await page.screenshot(path=screenshots / "supervisor-live-busy-fa.png", full_page=True)

    await page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    asked, opened = _boards_asked_for(supervisor), len(sockets)
    await page.clock.fast_forward(60_000)
    await page.wait_for_load_state("networkidle")
    assert (_boards_asked_for(supervisor), len(sockets)) == (asked, opened)


def _boards_asked_for(supervisor: Visitor) -> int:
    return sum(_is_of_board(url) for url in supervisor.requests)


def _is_of_board(url: str) -> bool:
    """Whether it asks for the board itself; its chart and its files are other questions."""
    return "/reports/live?zone" in url and "format" not in url


async def test_the_page_is_left_by_the_keyboard_alone(house: House, visitors: Visitors):
    supervisor = await _signed_in(house, visitors, "#/team?language=en&zone=UTC")
    page = supervisor.page

    await page.get_by_role("link", name="Skip to the content").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.get_by_role("button", name="Sign out").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_what_if_is_answered_as_it_is_written_and_restored_by_its_link(
    house: House, visitors: Visitors, screenshots: Path
):
    supervisor = await _signed_in(house, visitors, "#/what_if?language=en")
    page = supervisor.page
    await expect(page).to_have_url(re.compile("zone="))  # who is given the link sees the same
    found = page.locator("main .found")
    await expect(page.locator("main .empty")).to_contain_text("Too little is known")

    for label, text in (("Calls", "۲۵۰"), ("Handle time", "210"), ("Patience", "300")):
        await page.get_by_role("textbox", name=label).focus()
        await page.keyboard.insert_text(text)
    await page.keyboard.press("Tab")
    await expect(found).to_contain_text("32 agents, 46 on the roster")
    await expect(found).to_contain_text("34 agents, 49 on the roster")
    await page.get_by_role("textbox", name="Agents").focus()
    await page.keyboard.press("ArrowUp")
    await expect(found).to_contain_text("With 33 agents: 86.3%")
    await page.reload()
    await expect(found).to_contain_text("With 33 agents: 86.3%")
    await expect(page.get_by_role("textbox", name="Calls")).to_have_value("250")
    await expect(page.locator("tr.marked th")).to_have_text("33")

    await expect(page.locator("main .chart svg")).to_be_visible()
    links = [
        await page.get_by_role("link", name=f"as {one}").get_attribute("href") for one in _FORMS
    ]
    for form, link in zip(_FORMS, links, strict=True):
        assert f"agents=33&format={form.lower()}" in link
    assert "theme=light" in links[-1]
    assert await _serious(page) == []
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.locator("form.choices")).to_be_hidden()
    await expect(page.locator("main .chart svg")).to_be_visible()
    heading = page.locator("thead th").first  # on light paper, whatever the screen is
    assert await heading.evaluate("it => getComputedStyle(it).color") == "rgb(51, 51, 51)"
    await page.screenshot(path=screenshots / "supervisor-what_if-print.png", full_page=True)


async def _serious(page: Page) -> list[Any]:
    """What axe finds serious, and where."""
    found = await Axe().run(page)
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def _signed_in(house: House, visitors: Visitors, shown: str, **context: Any) -> Visitor:
    async with house.database.read() as conn:
        email = await conn.fetchval("SELECT email FROM user_account WHERE id = $1", house.admin.id)
    visitor = await visitors.open("about:blank", **context)
    # Nobody is signed in at first, which the browser calls a failure.
    visitor.forgives = UNREACHABLE
    await visitor.page.goto(f"{house.url}/supervisor{shown}")
    await visitor.page.locator("input[name=email]").fill(email)
    await visitor.page.locator("input[name=password]").fill(PASSWORD)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("navigation")).to_be_visible()
    visitor.forgives = ()
    return visitor
