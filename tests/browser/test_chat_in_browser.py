"""A conversation in a real browser, and everything that may come between: nothing is lost."""

import asyncio

from chat_house import PATIENCE_S, House
from journeys.centre import eventually
from playwright.async_api import WebSocketRoute, expect
from visitors import UNREACHABLE, Visitors

PRINTER = "سلام، چاپگر من از صبح روشن نمی‌شود."
ANSWER = "سلام! الان بررسی می‌کنم؛ چراغش روشن است؟"
MEANWHILE = "نه، چراغش هم خاموش است."
THEN = "ممنون. یک تعمیرکار می‌فرستیم."


async def test_a_persian_chat_survives_the_death_of_the_server(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk()
    mina = await desk.agent("Mina")
    visitor = await visitors.open(desk.page(lang="fa"))
    visitor.forgives = UNREACHABLE
    await visitor.open_chat()
    await visitor.say(PRINTER)
    ticket = await desk.ticket(mina)
    assert ticket["language"] == "fa"
    await mina.post(f"/tickets/{ticket['id']}/replies", {"text": ANSWER})
    await visitor.sees(ANSWER)
    await visitor.check("conversation-fa")

    await house.kill()
    await expect(visitor.chat).not_to_have_attribute("data-connection", "open")
    await visitor.write(MEANWHILE)
    await expect(visitor.log.locator("[data-state=sending]")).to_have_count(1)
    await expect(visitor.panel.get_by_text(visitor.texts["offline"])).to_be_visible()
    await visitor.check("server-gone-fa")
    await house.start()

    await visitor.until_connected()
    await visitor.sees(MEANWHILE)
    await mina.post(f"/tickets/{ticket['id']}/replies", {"text": THEN})
    await visitor.sees(THEN)
    said = [(1, PRINTER), (2, ANSWER), (3, MEANWHILE), (4, THEN)]
    assert await visitor.lines() == said == await desk.stored()
    await expect(visitor.log.locator("[data-state]")).to_have_count(0)

    await visitor.page.set_viewport_size({"width": 320, "height": 568})
    await visitor.check("conversation-fa-320")
    await visitor.page.emulate_media(color_scheme="dark")
    await visitor.check("conversation-fa-320-dark")
    await visitor.page.reload()
    await visitor.until_connected()


async def test_a_message_whose_answers_were_lost_is_there_once_after_a_reload(
    house: House, visitors: Visitors
) -> None:
    desk = house.desk()
    visitor = await visitors.open("about:blank")
    lost: list[str] = []
    is_losing = True

    def between(socket: WebSocketRoute) -> None:
        ours = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if is_losing and '"welcome"' not in str(frame):
                lost.append(str(frame))
            else:
                socket.send(frame)

        ours.on_message(pass_on)

    await visitor.page.route_web_socket("**/socket", between)
    await visitor.page.goto(desk.page())
    await visitor.open_chat()
    await visitor.write("My printer is broken.")

    async def are_lost() -> bool:
        return all(any(f'"{kind}"' in frame for frame in lost) for kind in ("ack", "line"))

    await eventually(are_lost, within_s=PATIENCE_S, what="an answer that is lost")
    await expect(visitor.log.locator("[data-state=sending]")).to_have_count(1)
    is_losing = False
    await visitor.page.reload()

    await visitor.sees("My printer is broken.")
    await expect(visitor.log.locator("[data-state]")).to_have_count(0)
    assert await visitor.lines() == await desk.stored() == [(1, "My printer is broken.")]


def late(socket: WebSocketRoute) -> None:
    """What the browser sends goes on its way later than another tab of his says hello."""
    ours = socket.connect_to_server()
    socket.on_message(lambda frame: asyncio.get_running_loop().call_later(0.3, ours.send, frame))


async def test_two_tabs_are_one_conversation(house: House, visitors: Visitors) -> None:
    desk = house.desk()
    ann = await desk.agent("Ann")
    one = await visitors.open("about:blank")
    await one.page.route_web_socket("**/socket", late)
    await one.page.goto(desk.page())
    other = await visitors.another_tab(one, desk.page())
    other.forgives = UNREACHABLE
    await one.open_chat()
    await other.open_chat()

    await one.say("It began yesterday.")
    await other.sees("It began yesterday.")
    await other.say("And today it is worse.")
    await one.sees("And today it is worse.")
    ticket = await desk.ticket(ann)
    await ann.post(f"/tickets/{ticket['id']}/replies", {"text": "Is it plugged in?"})
    await one.sees("Is it plugged in?")
    await other.sees("Is it plugged in?")

    assert await one.lines() == await other.lines() == await desk.stored()
    assert len((await ann.get("/tickets?mine=true"))["items"]) == 1
