"""Visitors of the host site: a browser each, what they see of the widget, and what they do there."""

from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

#: Two cores are shared with everything else that is tested: states are waited for, patiently.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

#: Whoever comes back does so by chance within a longer and longer time: here soon, always.
_LITTLE_CHANCE = "Math.random = () => 0.05;"
#: What a browser says by itself of a server that is not there, or is asked for what there is not.
UNREACHABLE = ("WebSocket connection to", "Failed to load resource")


class Visitors:
    """Whoever comes in the course of a test."""

    def __init__(self, chromium: Browser, screenshots: Path) -> None:
        self._chromium = chromium
        self._screenshots = screenshots
        self._all: list[Visitor] = []
        self._contexts: list[BrowserContext] = []

    async def open(self, page: str, **context: Any) -> "Visitor":
        """Somebody in a new browser opens that page."""
        opened = await self._chromium.new_context(**({"reduced_motion": "reduce"} | context))
        opened.set_default_timeout(PATIENCE_MS)
        await opened.add_init_script(_LITTLE_CHANCE)
        self._contexts.append(opened)
        return await self._tab(opened, page)

    async def another_tab(self, of: "Visitor", page: str) -> "Visitor":
        """The same person opens a page in one more tab."""
        return await self._tab(of.page.context, page)

    async def leave(self) -> None:
        """Close everything; what any of them saw go wrong fails the test."""
        for context in self._contexts:
            await context.close()
        problems = [one for visitor in self._all for one in visitor.problems]
        assert not problems, f"a browser complained: {problems}"

    async def _tab(self, context: BrowserContext, page: str) -> "Visitor":
        visitor = Visitor(await context.new_page(), self._screenshots)
        self._all.append(visitor)
        await visitor.page.goto(page)
        return visitor


class Visitor:
    """Somebody in front of a page with our widget."""

    def __init__(self, page: Page, screenshots: Path) -> None:
        self.page = page
        self.chat = page.locator("contactcenter-chat")
        self.panel = self.chat.get_by_role("dialog")
        self.log = self.chat.get_by_role("log")
        self.composer = self.chat.locator(".composer textarea")
        #: The widget's own sentences, in its language.
        self.texts: dict[str, Any] = {}
        #: Whatever the page asked for, and what the browser complained of.
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.forgives: tuple[str, ...] = ()
        self._screenshots = screenshots
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self._hear("error", str(error)))

    async def open_chat(self) -> None:
        """Press the launcher, and wait until somebody answers behind it."""
        await self.chat.locator(".launcher").click()
        await self.until_connected()

    async def until_connected(self) -> None:
        await expect(self.chat).to_have_attribute("data-connection", "open")
        self.texts = await self.chat.evaluate("it => JSON.parse(JSON.stringify(it.texts))")

    async def write(self, text: str) -> None:
        """Write a message and send it; it need not arrive."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def say(self, text: str) -> None:
        """Write a message, and wait until it is stored and came back as a line."""
        await self.write(text)
        await self.sees(text)

    def line(self, text: str) -> Locator:
        """The lines with that text which the server numbered."""
        return self.log.locator("[data-sequence]").filter(
            has=self.page.get_by_text(text, exact=True)
        )

    async def sees(self, text: str) -> None:
        await expect(self.line(text)).to_have_count(1)

    async def lines(self) -> list[tuple[int, str]]:
        """Everything that is shown of the conversation: numbers and texts, from the top."""
        found: list[tuple[int, str]] = await self.log.evaluate(
            """log => [...log.querySelectorAll('[data-sequence]')].map(line =>
                 [Number(line.dataset.sequence), (line.querySelector('.text') ?? line).innerText])"""
        )
        return [(sequence, text) for sequence, text in found]

    def button(self, name: str) -> Locator:
        """A button by what a screen reader calls it; ``name`` is the key of the sentence."""
        return self.chat.get_by_role("button", name=self.texts[name], exact=True)

    async def choose(self, name: str) -> None:
        """Choose from the menu."""
        await self.chat.locator("summary").click()
        await self.button(name).click()

    async def check(self, state: str) -> None:
        """Look at the widget as it is now: a picture is kept, and axe has nothing serious to say."""
        await self.shoot(state)
        found = await Axe().run(self.page, context="contactcenter-chat")
        serious = [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"]])
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], f"{state}: {serious}"
        overflow = await self.chat.evaluate(
            """it => [...it.shadowRoot.querySelectorAll('*')].filter(one => {
                 const box = one.getBoundingClientRect();
                 return box.width && box.height && getComputedStyle(one).position !== 'absolute'
                   && (box.left < -1 || box.right > innerWidth + 1);
               }).map(one => one.outerHTML.slice(0, 120))"""
        )
        assert overflow == [], f"{state}: this is beyond the sides of the window: {overflow}"

    async def shoot(self, state: str) -> None:
        """Keep a picture of the whole window."""
        await self.page.screenshot(path=self._screenshots / f"{state}.png")

    async def kept(self) -> dict[str, Any]:
        """Everything the browser keeps of this site and of ours."""
        stores = await self.page.evaluate(
            """async () => ({
                 local: {...localStorage}, session: {...sessionStorage},
                 databases: (await indexedDB.databases()).map(one => one.name),
                 caches: await caches.keys(),
               })"""
        )
        return {**stores, "cookies": await self.page.context.cookies()}

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(word in text for word in self.forgives):
            self.problems.append(text)
