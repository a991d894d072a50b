"""The widget by itself, before a server that does whatever the test wants."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chat_peer import Peer, browser_with, shopper
from journeys.centre import eventually
from playwright.async_api import Browser, BrowserContext, expect

PATIENCE_S = 20.0


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest_asyncio.fixture(loop_scope="session")
async def context(peer: Peer, chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser_with(peer, chromium)
    yield context
    await context.close()


async def test_a_refused_message_can_be_sent_again_and_holds_up_no_other(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.open()
    peer.refused["message"] = "too_long"
    await visitor.write("First")
    await expect(visitor.chat.locator(".failed")).to_contain_text("too long")
    del peer.refused["message"]
    await visitor.write("Second")
    await expect(visitor.said).to_have_text(["Second"])
    await visitor.chat.get_by_role("button", name="Try again").click()
    await expect(visitor.said).to_have_text(["Second", "First"])
    assert peer.texts("token-1") == ["Second", "First"]
    assert len({frame["id"] for frame in peer.of_type("message")}) == 2


@pytest.mark.parametrize("code", ["rate_limited", "not_stored"])
async def test_what_is_refused_for_now_is_sent_again_by_itself(
    peer: Peer, context: BrowserContext, code: str
) -> None:
    visitor = await shopper(context)
    await visitor.page.clock.install()
    await visitor.page.reload()
    await visitor.open()
    peer.refused["message"] = code
    await visitor.write("Hello")

    async def is_refused() -> bool:
        return bool(peer.of_type("message"))

    await eventually(is_refused, within_s=PATIENCE_S, what="a message that is refused")
    del peer.refused["message"]
    await visitor.page.clock.run_for(6_000)
    await expect(visitor.said).to_have_text(["Hello"])
    await expect(visitor.chat.locator(".failed")).to_have_count(0)


async def test_two_tabs_that_begin_at_once_are_one_visitor(
    peer: Peer, context: BrowserContext
) -> None:
    # Neither hears of the other in time.
    deaf = "addEventListener('storage', event => event.stopImmediatePropagation(), true)"
    await context.add_init_script(deaf)
    tabs = [await shopper(context), await shopper(context)]
    for tab in tabs:
        await tab.open()
    for tab in tabs:
        await tab.write("Hello")
    for tab in tabs:
        await expect(tab.said).to_have_text(["Hello", "Hello"])
    assert sorted(map(len, peer.lines.values())) == [2]


async def test_who_signs_out_leaves_nothing_in_any_tab(peer: Peer, context: BrowserContext) -> None:
    here, there = await shopper(context), await shopper(context)
    await here.open()
    await here.write("My secret")
    await expect(here.said).to_have_text(["My secret"])
    await there.open()
    await expect(there.said).to_have_text(["My secret"])
    await here.composer.fill("More of it")
    chooser = here.chat.locator("input[type=file]")
    await chooser.set_input_files({"name": "list.txt", "mimeType": "text/plain", "buffer": b"more"})
    await expect(here.chat.locator(".draft")).to_have_attribute("aria-busy", "false")
    await here.page.evaluate("contactcenter.forget()")
    for tab in (here, there):
        await expect(tab.said).to_have_count(0)
    await expect(here.composer).to_have_value("")
    await expect(here.chat.locator(".draft")).to_have_count(0)
    assert await here.kept() == {}
    await here.write("Somebody else")
    await expect(here.said).to_have_text(["Somebody else"])
    assert [len(lines) for lines in peer.lines.values()] == [1, 1]


async def test_another_users_token_begins_a_conversation_of_his_own(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.open()
    await visitor.write("My secret")
    await expect(visitor.said).to_have_text(["My secret"])
    peer.refused["identify"] = "other_visitor"
    problem = await visitor.page.evaluate("contactcenter.identify('signed')")
    assert problem == "other_visitor"
    await expect(visitor.said).to_have_count(0)
    await visitor.composer.wait_for()
    hello = peer.of_type("hello")[-1]
    assert (hello["identity"], hello.get("token"), hello["after"]) == ("signed", None, 0)


async def test_an_identity_that_is_told_while_the_chat_connects_gets_there(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.launcher.wait_for()
    peer.is_silent = True
    await visitor.launcher.click()

    async def has_greeted() -> bool:
        return bool(peer.of_type("hello"))

    await eventually(has_greeted, within_s=PATIENCE_S, what="a hello")
    await visitor.page.evaluate("contactcenter.identify('signed')")
    peer.is_silent = False
    await peer.cut(1001)

    async def is_told() -> bool:
        return any(frame.get("identity") == "signed" for frame in peer.frames)

    await eventually(is_told, within_s=PATIENCE_S, what="the identity")


@pytest.mark.parametrize(("path", "said"), [("", "as a guest"), ("fa", "به‌عنوان مهمان")])
async def test_an_expired_identity_is_said(
    peer: Peer, context: BrowserContext, path: str, said: str
) -> None:
    peer.welcome["identity_problem"] = "expired"
    visitor = await shopper(context, path)
    await visitor.open()
    await expect(visitor.news).to_contain_text(said)


async def test_a_missing_line_is_asked_for(peer: Peer, context: BrowserContext) -> None:
    visitor = await shopper(context)
    await visitor.open()
    await visitor.write("One")
    await expect(visitor.said).to_have_text(["One"])
    peer.lines["token-1"].append(peer.lines["token-1"][0] | {"sequence": 2, "text": "Lost"})
    peer.say("token-1", "Three")
    await expect(visitor.said).to_have_text(["One", "Lost", "Three"])
    assert peer.of_type("hello")[-1]["after"] == 1


async def test_a_server_that_says_nothing_is_left_for_another(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.page.clock.install()
    await visitor.page.reload()
    await visitor.open()
    peer.is_silent = True
    await visitor.page.clock.run_for(31_000)
    assert peer.of_type("ping")
    peer.is_silent = False
    await visitor.page.clock.run_for(11_000)
    await expect(visitor.chat).to_have_attribute("data-connection", "open")
    assert len(peer.of_type("hello")) >= 2


async def test_a_browser_that_is_sent_away_for_good_does_not_come_back(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.page.clock.install()
    await visitor.page.reload()
    await visitor.open()
    await peer.cut(4403)
    await expect(visitor.chat.get_by_role("alert")).to_have_text("The chat is not available here.")
    await visitor.page.clock.run_for(120_000)
    await expect(visitor.chat).to_have_attribute("data-connection", "refused")
    assert len(peer.of_type("hello")) == 1


async def test_a_browser_that_keeps_nothing_can_chat(peer: Peer, context: BrowserContext) -> None:
    blocked = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    await context.add_init_script(blocked)
    visitor = await shopper(context)
    await visitor.open()
    await visitor.write("Hello")
    await expect(visitor.said).to_have_text(["Hello"])


@pytest.mark.parametrize(
    ("colour", "written"), [("#ffd400", "rgb(0, 0, 0)"), ("#123a7a", "rgb(255, 255, 255)")]
)
async def test_what_is_written_on_the_colour_can_be_read(
    peer: Peer, context: BrowserContext, colour: str, written: str
) -> None:
    peer.settings["colour"] = colour
    visitor = await shopper(context)
    await expect(visitor.launcher).to_have_css("color", written)


async def test_who_waits_when_it_closes_is_asked_where_to_answer(
    peer: Peer, context: BrowserContext
) -> None:
    visitor = await shopper(context)
    await visitor.open()
    await visitor.write("Hello")
    peer.tell({"type": "standing"} | peer.standing | {"state": "waiting", "is_open": False})
    address = visitor.chat.get_by_label("Email or mobile number")
    await address.fill("mina@example.com")
    await address.press("Enter")
    await expect(address).to_have_count(0)
    (told,) = peer.of_type("details")
    assert told["email"] == "mina@example.com"
    assert peer.texts("token-1") == ["Hello"]
    (kept,) = (await visitor.kept()).values()
    assert "mina@example.com" not in kept
