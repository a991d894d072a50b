"""The page of a mail in a real browser: nothing of a stranger runs there, and nothing is loaded."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from hostile_letters import RUN, WAIT
from mail_writing import PNG, Letterbox, html_mail
from selectolax.lexbor import LexborHTMLParser

from channels import Letter
from channels._mail import letter_markup
from contactcenter.mails import mail_page
from contactcenter.mails.mail_views import WholeMail

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
]

#: What does not run even where nothing keeps it from it, in some version of the browser.
_MAY_NOT_BITE = 12


class Site:
    """Pages by path, each with its headers, in frames of one page; what they call is counted."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, Mapping[str, str]]] = {}
        self.hits: Counter[str] = Counter()
        self.origin = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._frames),
            web.get("/page/{name}", self._page),
            web.route("*", "/hit/{name}", self._hit),
        ]

    def hit(self, name: str) -> str:
        """Where a letter of this name calls."""
        return f"{self.origin}/hit/{name}"

    async def _frames(self, _request: web.Request) -> web.Response:
        frames = "".join(f'<iframe src="/page/{name}"></iframe>' for name in self.pages)
        return web.Response(text=f"<!doctype html>{frames}", content_type="text/html")

    async def _page(self, request: web.Request) -> web.Response:
        body, headers = self.pages[request.match_info["name"]]
        return web.Response(body=body, headers=headers)

    async def _hit(self, request: web.Request) -> web.Response:
        self.hits[request.match_info["name"]] += 1
        return web.Response(body=PNG, content_type="image/png")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.add_routes(site.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    port = runner.addresses[0][1]
    site.origin = f"http://127.0.0.1:{port}"
    yield site
    await runner.cleanup()


@pytest.fixture
async def letterbox(all_channels, inbox, table) -> Letterbox:
    opened = Letterbox(all_channels, inbox, table)
    await opened.open()
    return opened


async def browse(site: Site, folder: Path) -> None:
    """Open all pages, and wait until the browser has done with them."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={folder}",
        "--virtual-time-budget=8000",
        "--dump-dom",
        f"{site.origin}/",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(100):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert out.count(b"<iframe") == len(site.pages), "the browser has opened them"


def check_elements(page: bytes, *, with_remote_images: bool) -> None:
    """As a browser reads the page, there is nothing in the letter that could do something."""
    letter = LexborHTMLParser(page).css_first("main")
    assert letter is not None
    for element in letter.traverse():
        assert element.tag in letter_markup.TAGS | {"main"}, element.html
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element.html
            assert name not in {"formaction", "ping", "srcset", "background", "target"}
            if name == "href":
                assert (value or "").startswith(("https://", "http://")), element.html
            if name == "src":
                is_ours = (value or "").startswith("data:image/png;base64,")
                is_elsewhere = (value or "").startswith(("https://", "http://"))
                assert is_ours or (with_remote_images and is_elsewhere), element.html


def aimed(site: Site, letters: Sequence[str]) -> dict[str, str]:
    return {str(n): letter.replace("HIT", site.hit(str(n))) for n, letter in enumerate(letters)}


async def test_the_letters_bite_where_nothing_keeps_them_from_it(site, tmp_path):
    """Without this the tests below would prove nothing."""
    plain = {"Content-Type": "text/html; charset=utf-8"}
    for name, letter in aimed(site, RUN).items():
        site.pages[name] = f"<!doctype html><body>{letter}".encode(), plain

    await browse(site, tmp_path)

    assert len(site.hits) >= len(RUN) - _MAY_NOT_BITE, sorted(
        RUN[int(name)] for name in site.pages if name not in site.hits
    )


async def test_nothing_of_a_mail_runs_or_is_loaded(site, tmp_path, admin, letterbox):
    for name, letter in aimed(site, RUN + WAIT).items():
        mail_id = await letterbox.take(
            html_mail(f"<p>{name}</p>{letter}", sender=f"s{name}@x.test")
        )
        for query in ("", "?remote_images=true"):
            answer = await admin.send("GET", f"/interactions/{mail_id}/page{query}")
            page = await answer.read()
            assert f"<p>{name}</p>".encode() in page
            check_elements(page, with_remote_images=bool(query))
            if not query:
                site.pages[name] = page, dict(answer.headers)

    await browse(site, tmp_path)

    assert site.hits == Counter()


async def test_the_policy_alone_keeps_what_was_not_made_safe_from_running(site, tmp_path):
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": mail_page.policy(["'self'"], with_remote_images=False),
    }
    for name, letter in aimed(site, RUN).items():
        unsafe = Letter(html=letter, images_left_out=0, has_colours=False)
        page = mail_page.page(_mail(), unsafe, (), language="fa", with_remote_images=False)
        site.pages[name] = page.encode(), headers

    await browse(site, tmp_path)

    assert site.hits == Counter()


async def test_inline_images_are_seen_and_those_from_elsewhere_when_asked(
    site, tmp_path, admin, letterbox
):
    html = f'<img src="cid:dot@x"><img src="{site.hit("image")}">'
    mail_id = await letterbox.take(html_mail(html))
    for name, query in (("without", ""), ("with", "?remote_images=true")):
        answer = await admin.send("GET", f"/interactions/{mail_id}/page{query}")
        site.pages[name] = await answer.read(), dict(answer.headers)
        if name == "without":
            await browse(site, tmp_path / name)
            assert site.hits == Counter()

    await browse(site, tmp_path / "both")

    assert site.hits == Counter({"image": 1})


def _mail() -> WholeMail:
    return WholeMail(
        interaction_id=1,
        direction="inbound",
        subject="x",
        class_="person",
        from_=None,
        to=(),
        cc=(),
        verified=False,
        authentication=None,
        bounce=None,
        automatic=False,
        bulk=False,
        has_html=True,
        has_more=False,
        occurred_at=datetime(2026, 3, 21, tzinfo=UTC),
        message_id=None,
        in_reply_to=(),
        references=(),
        reply_to=(),
        sent_at=None,
        text="",
        new_text="",
        html=None,
        has_original=True,
    )
