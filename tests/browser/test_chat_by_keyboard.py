"""The widget without a mouse and without eyes."""

from chat_house import House
from playwright.async_api import expect
from visitors import Visitors


async def test_a_keyboard_is_enough(house: House, visitors: Visitors) -> None:
    desk = house.desk()
    ann = await desk.agent("Ann")
    visitor = await visitors.open(desk.page())
    launcher = visitor.chat.get_by_role("button")
    await expect(launcher).to_be_visible()
    press = visitor.page.keyboard.press
    await press("Tab")  # the link of the page
    await press("Tab")
    await expect(launcher).to_be_focused()
    await press("Enter")
    await visitor.until_connected()
    await expect(visitor.composer).to_be_focused()

    await visitor.page.keyboard.type("The pages are empty")
    await press("Shift+Enter")
    await visitor.page.keyboard.type("since noon.")
    await press("Enter")
    await visitor.sees("The pages are empty\nsince noon.")
    await expect(visitor.composer).to_have_value("")
    ticket = await desk.ticket(ann)
    await ann.post(f"/tickets/{ticket['id']}/replies", {"text": "Is there ink in it?."})
    await visitor.sees("Is there ink in it?.")

    await press("Escape")
    await expect(visitor.panel).to_have_count(0)
    await expect(launcher).to_be_focused()
    await press("Space")
    await expect(visitor.composer).to_be_focused()
    reached = set()
    for _ in range(12):
        await press("Shift+Tab")
        reached.add(await visitor.chat.evaluate("it => it.shadowRoot.activeElement?.ariaLabel"))
    wanted = {visitor.texts[name] for name in ("emoji", "attach", "close", "menu")}
    assert wanted <= reached
