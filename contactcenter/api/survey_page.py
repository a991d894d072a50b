"""The page behind the link of a survey: ``/survey/{token}``, one question and a button.

Whoever has the link was sent it. To look changes nothing, so programs that look at links answer
nothing; only a form that is sent does, once. The page needs no script, and nobody else's host.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from http import HTTPStatus
from importlib import resources
from string import Template
from typing import Final

import asyncpg
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from contactcenter import timers
from contactcenter.api.services import Services
from contactcenter.errors import NoDatabase
from contactcenter.surveys import answering, links
from contactcenter.surveys.answering import BEST, WORST, Asked

POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: A form with one digit is shorter.
_MAX_BYTES: Final = 1_000

log = structlog.get_logger()

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "dir": "ltr",
        "title": "How did we do?",
        "question": "How well did we solve your problem?",
        "worst": "badly",
        "best": "very well",
        "send": "Send",
        "answered": "Thank you. Your answer is with us.",
        "over": "Thank you, but this question is no longer open.",
        "unknown": "We do not know this address. Is it complete?",
        "unchosen": "Choose one of the five, please.",
        "later": "We cannot keep your answer just now. Please try again in a few minutes.",
        "other": "فارسی",
        "other_code": "fa",
        "digits": "12345",
    },
    "fa": {
        "dir": "rtl",
        "title": "کار ما چگونه بود؟",
        "question": "مشکل شما را چه‌قدر خوب حل کردیم؟",
        "worst": "بد",
        "best": "بسیار خوب",
        "send": "فرستادن",
        "answered": "سپاسگزاریم. پاسخ شما به ما رسید.",
        "over": "سپاسگزاریم، ولی زمان این پرسش گذشته است.",
        "unknown": "این نشانی را نمی‌شناسیم. آیا کامل است؟",
        "unchosen": "لطفاً یکی از پنج گزینه را برگزینید.",
        "later": "اکنون نمی‌توانیم پاسخ شما را نگه داریم. لطفاً چند دقیقه دیگر دوباره بکوشید.",
        "other": "English",
        "other_code": "en",
        "digits": "۱۲۳۴۵",
    },
}


def routes(services: Services) -> list[web.RouteDef]:
    """The page, which needs no sign-in, and its style."""

    async def show(request: web.Request) -> web.Response:
        asked = await _asked(services, request)
        if asked is None:
            return _page(request, "unknown", status=HTTPStatus.NOT_FOUND)
        async with services.db.read() as conn:
            outcome = asked.outcome_at(await timers.clock(conn))
        return _shown(request, asked, outcome)

    async def take(request: web.Request) -> web.Response:
        if (request.content_length or 0) > _MAX_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MAX_BYTES, request.content_length or 0)
        asked = await _asked(services, request)
        if asked is None:
            return _page(request, "unknown", status=HTTPStatus.NOT_FOUND)
        score = str((await request.post()).get("score", ""))
        if score not in [str(one) for one in range(WORST, BEST + 1)]:
            return _page(request, "unchosen", asked, status=HTTPStatus.BAD_REQUEST)
        async with services.db.transaction() as conn:
            now = await timers.clock(conn)
            outcome = await answering.answer(conn, now, asked.id, int(score), by="link")
        if outcome == "answered":
            services.bell.ring("events")
        return _shown(request, asked, outcome)

    return [
        web.get("/survey/page.css", _style),
        web.get("/survey/{token}", _or_later(show)),
        web.post("/survey/{token}", _or_later(take)),
    ]


def _or_later(handler: Handler) -> Handler:
    """Answer with a page also where the database does not."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (NoDatabase, asyncpg.PostgresError, TimeoutError) as error:
            log.warning("survey_page_failed", error=type(error).__name__)
            return _page(request, "later", status=HTTPStatus.SERVICE_UNAVAILABLE)

    return answered


async def _asked(services: Services, request: web.Request) -> Asked | None:
    keys = services.secret_keys.derived(links.PURPOSE)
    survey_id = links.survey_of(keys, request.match_info["token"])
    if survey_id is None:
        return None
    async with services.db.read() as conn:
        return await answering.find(conn, survey_id)


def _shown(request: web.Request, asked: Asked, outcome: answering.Outcome | None) -> web.Response:
    """The question while it is open, else what came of it."""
    if outcome is None:
        return _page(request, None, asked)
    return _page(request, "over" if outcome == "over" else "answered", asked, is_open=False)


def _page(
    request: web.Request,
    said: str | None,
    asked: Asked | None = None,
    *,
    is_open: bool = True,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    """One page in the customer's language or the one he asks for; ``said`` is one of its words."""
    wanted = request.query.get("language", "en" if asked is None else asked.language)
    language = wanted if wanted in _WORDS else "en"
    words = _WORDS[language]
    is_form = asked is not None and is_open
    body = _template("survey_page.html").substitute(
        {name: escape(word) for name, word in words.items()},
        language=language,
        said="" if said is None else f'<p class="said" role="status">{escape(words[said])}</p>',
        form=_form(words, language) if is_form else "",
    )
    response = web.Response(text=body, status=status, content_type="text/html", charset="utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response


def _form(words: Mapping[str, str], language: str) -> str:
    choices = "".join(
        f'<label><input type="radio" name="score" value="{score}" required>'
        f"<span>{digit}</span></label>"
        for score, digit in enumerate(words["digits"], start=WORST)
    )
    return _template("survey_form.html").substitute(
        {name: escape(word) for name, word in words.items()}, language=language, choices=choices
    )


async def _style(_: web.Request) -> web.Response:
    return web.Response(
        text=_static("survey.css"),
        content_type="text/css",
        charset="utf-8",
        headers={hdrs.CACHE_CONTROL: "max-age=3600"},
    )


@cache
def _static(name: str) -> str:
    return (resources.files("contactcenter.api") / "static" / name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    return Template(_static(name))
