"""A browser at a widget, without a page: says frames and reads frames over a real socket."""

import asyncio
import json

from aiohttp import WSMsgType, web
from recording_chatroom import ChatInbox, RecordingChatroom

from channels import Env
from channels._webchat.limits import Limits
from channels.webchat import Webchat

KEY = "shop"
OTHER_KEY = "other"
ORIGIN = "https://shop.example"
PATIENCE_S = 20


class OwnWidgets:
    """What two widgets have of their own."""

    def __init__(self, **options):
        origins = {"webchat_origins": f"{ORIGIN}, https://www.shop.example:8443"}
        self.options = {
            KEY: {**origins, **options},
            OTHER_KEY: {"webchat_origins": "https://o.example"},
        }

    def of(self, channel, address):
        return self.options.get(address, {}) if channel == "webchat" else {}

    def addresses(self, channel):
        return list(self.options) if channel == "webchat" else []


class ServedChat:
    """A web chat behind a server on localhost, its room, and its inbox."""

    def __init__(self, *, limits=None, own=None, clock=None, address=None, **settings):
        self.room = RecordingChatroom()
        self.inbox = ChatInbox(self.room)
        env = Env(
            settings={"webchat_language": "en", **settings},
            public_url="https://desk.example",
            region="IR",
            http=None,
            own=own or OwnWidgets(),
            chatroom=self.room,
            **({"client_address": address} if address else {}),
        )
        timing = {"clock": clock} if clock else {}
        self.channel = Webchat(env, limits=limits or Limits(close_s=0.5), **timing)
        self.client = None

    async def start(self, aiohttp_client):
        app = web.Application()
        app.add_routes(self.channel.routes(self.inbox))
        self.client = await aiohttp_client(app)
        return self

    async def browser(self, origin=ORIGIN, more=None):
        headers = {**({} if origin is None else {"Origin": origin}), **(more or {})}
        socket = await self.client.ws_connect(
            "/hooks/webchat/socket", headers=headers, autoping=True, max_msg_size=0
        )
        return Browser(socket)

    async def visitor(self, *, token=None, after=0, key=KEY, **hello):
        """A browser that has said hello."""
        browser = await self.browser()
        await browser.hello(token=token, after=after, key=key, **hello)
        return browser


class Browser:
    """One socket: frames out, frames in."""

    def __init__(self, socket):
        self.socket = socket
        self.welcome = None
        self.frames = []
        self._numbers = iter(range(1, 1_000_000))

    @property
    def token(self):
        return self.welcome["token"]

    async def hello(self, *, key=KEY, token=None, after=0, **more):
        frame = {"type": "hello", "version": 1, "entry_point": key, **more}
        if token is not None:
            frame |= {"token": token, "after": after}
        await self.say(frame)
        self.welcome = await self.next("welcome")
        return self.welcome

    async def say(self, frame):
        await self.socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def write(self, text, id=None, **more):  # noqa: A002  as in the frame
        """Send a message; returns its id at once."""
        frame_id = id or f"m{next(self._numbers)}"
        await self.say({"type": "message", "id": frame_id, "text": text, **more})
        return frame_id

    async def ask(self, kind, **more):
        """Send a frame with an id, and wait for its answer."""
        frame_id = more.pop("id", None) or f"a{next(self._numbers)}"
        await self.say({"type": kind, "id": frame_id, **more})
        return await self.answer(frame_id)

    async def answer(self, frame_id):
        while True:
            frame = await self.next("ack", "error")
            if frame.get("id") == frame_id:
                return frame

    async def next(self, *kinds):
        """The next frame of one of these kinds; all that come are kept in ``frames``."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, (message, self.socket.close_code)
                frame = json.loads(message.data)
                self.frames.append(frame)
                if not kinds or frame["type"] in kinds:
                    return frame

    async def closed(self):
        """Wait until the server closes; its code."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive()
                if message.type is not WSMsgType.TEXT:
                    return self.socket.close_code
                self.frames.append(json.loads(message.data))

    async def lines(self, count):
        """The next lines, as pairs of number and text."""
        found = [await self.next("line") for _ in range(count)]
        return [(one["sequence"], one["text"]) for one in found]
