"""The telephone channel between the fake provider and a switchboard of written answers."""

import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from recording_inbox import RecordingInbox

from channels import (
    NOTHING_OWN,
    CallHook,
    Env,
    HookName,
    NotStored,
    OwnSettings,
    Script,
)
from channels.phone import Phone
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_voice_time import VirtualTime

START = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
DESK, SARA, ANN, BOB = "+982191012345", "+989121234567", "+982191000001", "+982191000002"

_NOBODY = "http://127.0.0.1:9"

Says = Script | Callable[[CallHook], Script]


class Answers:
    """A switchboard that says what is written down for each hook; ``taken`` are all it was told."""

    def __init__(self) -> None:
        self.says: dict[HookName, Says] = {}
        self.taken: list[CallHook] = []
        self.is_down = False

    async def take(self, hook: CallHook) -> Script:
        if self.is_down:
            raise NotStored("no database")
        self.taken.append(hook)
        said = self.says.get(hook.name, ())
        return said(hook) if callable(said) else said

    def told(self, name: HookName) -> list[CallHook]:
        """All hooks of one kind, each once, in the order they came."""
        found = {hook.key: hook for hook in self.taken if hook.name == name}
        return list(found.values())

    def happened(self, *kinds: str) -> list[tuple[str, str | None]]:
        """What happened of these kinds, with the label of whom it happened to."""
        events = [event for hook in self.taken for event in hook.events]
        return [(event.kind, event.label) for event in events if event.kind in kinds]


class Line:
    """The channel, its provider and what it is answered with."""

    def __init__(
        self, fake: FakeTwilio, phone: Phone, answers: Answers, inbox: RecordingInbox, url: str
    ) -> None:
        self.fake, self.voice, self.phone, self.url = fake, fake.voice, phone, url
        self.answers, self.inbox = answers, inbox
        assert phone.telephony is not None
        self.telephony = phone.telephony

    async def passes(self, seconds: float) -> None:
        """Let time go by."""
        await self.voice.time.advance(seconds)


@asynccontextmanager
async def line(
    own: OwnSettings = NOTHING_OWN, *, is_second: bool = False, **settings: str
) -> AsyncIterator[Line]:
    """Everything open; a provider that saw something wrong fails the test.

    ``is_second``: nobody answers at the first address, and this is the second.
    """
    time = VirtualTime(START)
    answers, inbox = Answers(), RecordingInbox()
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with (
        aiohttp.ClientSession() as http,
        FakeTwilio(chance=random.Random(5), clock=time.now, voice_time=time) as fake,
    ):
        first = _NOBODY if is_second else url
        if is_second:
            settings["twilio_fallback_url"] = url
        env = Env(
            settings={
                "twilio_account_sid": fake.account_sid,
                "twilio_auth_tokens": "fake-auth-token",
                "twilio_api_base": fake.url,
                **settings,
            },
            public_url=first,
            region="IR",
            http=http,
            switchboard=answers,
            own=own,
        )
        phone = Phone(env, ask_deadline_s=2.0)
        app = web.Application()
        app.add_routes([*phone.routes(inbox), web.route("*", "/media/sounds/waiting.wav", _music)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        fake.voice.point(f"{first}/hooks/phone")
        fake.voice.calls.fallback_url = f"{url}/hooks/phone/fallback"
        try:
            yield Line(fake, phone, answers, inbox, url)
            assert fake.voice.problems == []
        finally:
            await runner.cleanup()


async def _music(_: web.Request) -> web.Response:
    return web.Response(body=b"RIFF", content_type="audio/wav")
