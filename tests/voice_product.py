"""A small product for the fake Twilio to call: answers each hook with a document of its script."""

import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import encode_basic_auth, web
from twilio.request_validator import RequestValidator

from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_voice_time import VirtualTime

START = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
DESK, SARA, ANN, BOB = "+982191012345", "+989121234567", "+982191000001", "+982191000002"
TOKEN = "fake-auth-token"


class Product:
    """``script`` maps the last part of a path to its documents, or sounds; the last one stays.

    ``posts`` are (name, form) in the order they came; each signature is checked.
    """

    def __init__(self):
        self.script = {}
        self.posts = []
        self.methods = []
        self.url = ""
        self._validator = RequestValidator(TOKEN)

    async def answer(self, request):
        form = dict(parse_qsl(await request.text(), keep_blank_values=True))
        assert self._validator.validate(
            f"{self.url}{request.path_qs}", form, request.headers["X-Twilio-Signature"]
        )
        name = request.match_info["name"]
        self.posts.append((name, form))
        self.methods.append((name, request.method))
        documents = self.script.get(name, [""])
        document = documents.pop(0) if len(documents) > 1 else documents[0]
        if isinstance(document, int):
            return web.Response(status=document)
        if isinstance(document, bytes):
            return web.Response(body=document, content_type="audio/x-wav")
        return web.Response(text=f"<Response>{document}</Response>", content_type="text/xml")

    def says(self, name, *documents):
        self.script[name] = list(documents)

    def named(self, name):
        return [form for found, form in self.posts if found == name]


class World:
    """The fake, the product and the REST API as the product would use it."""

    def __init__(self, fake, product, http):
        self.fake, self.product, self.voice = fake, product, fake.voice
        self._http = http

    async def rest(self, method, path, *, status=None, auth=True, **params):
        url = f"{self.fake.url}/2010-04-01/Accounts/{self.fake.account_sid}/{path}"
        data = [
            (name, one)
            for name, value in params.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        headers = {"Authorization": encode_basic_auth(self.fake.account_sid, TOKEN)}
        async with self._http.request(
            method, url, data=data or None, headers=headers if auth else {}
        ) as answer:
            if status is not None:
                assert answer.status == status, await answer.text()
            if "json" in answer.content_type:
                return await answer.json()
            return await answer.read()

    async def dial(self, to, document="offer", **params):
        return await self.rest(
            "POST",
            "Calls.json",
            status=201,
            To=to,
            From=DESK,
            Url=f"{self.product.url}/{document}",
            StatusCallback=f"{self.product.url}/status",
            StatusCallbackEvent=["initiated", "ringing", "answered", "completed"],
            **params,
        )

    async def passes(self, seconds):
        await self.voice.time.advance(seconds)


@asynccontextmanager
async def world():
    product = Product()
    app = web.Application()
    app.add_routes([web.route("*", "/{name}", product.answer)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    product.url = "http://{}:{}".format(*runner.addresses[0][:2])
    time = VirtualTime(START)
    async with (
        aiohttp.ClientSession() as http,
        FakeTwilio(chance=random.Random(5), clock=time.now, voice_time=time) as fake,
    ):
        fake.voice.point(product.url)
        yield World(fake, product, http)
    await runner.cleanup()
