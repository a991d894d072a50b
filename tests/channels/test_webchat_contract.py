"""The contract of channels put to the web chat: a message is a frame over a real socket."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, WSServerHandshakeError
from chat_browser import KEY, ORIGIN, PATIENCE_S, OwnWidgets
from contract import Delivery, RepeatsContract, SocketContract
from msgspec import Struct
from msgspec.structs import replace
from recording_chatroom import RecordingChatroom

from channels import Address, Outbound, Unavailable, Undeliverable
from channels._webchat.limits import Limits
from channels.webchat import Webchat

PATH = "/hooks/webchat/socket"
#: What an answer or a close would be as the status of a request.
STATUSES = {
    "not_stored": 503, "try_later": 503, "internal_error": 500, "origin_refused": 403,
    "unknown_entry_point": 404, "too_large": 413, "bad_frame": 400, "unknown_type": 400,
}  # fmt: skip


class Answered(Struct):
    """What came back: the word for it, and its number among HTTP's."""

    status: int
    code: str


class _Webchat:
    channel = "webchat"
    settings = OwnWidgets().options[KEY]
    entry_point = KEY
    sender = Address(kind="chat", value="v-sara")
    room = None

    def env(self, http, **settings):
        env = super().env(http, **settings)
        self.room = self.room or RecordingChatroom()
        return replace(env, own=OwnWidgets(), chatroom=self.room)

    def impatient(self, env):
        return Webchat(env, limits=Limits(room_s=0.5, store_s=0.3, close_s=0.3))


class TestWebchatIn(_Webchat, SocketContract):
    over_limit_bytes = 70_000
    senseless_close = "bad_frames"

    def delivery(self, message_id, text):
        frame = {"type": "message", "id": message_id, "text": text}
        return Delivery(
            path=PATH,
            body=json.dumps(frame, ensure_ascii=False).encode(),
            headers={"Origin": ORIGIN, "Authorization": "T-sara"},
        )

    def forged(self, message_id, text):
        """Pages that nobody put onto the entry point's list."""
        origins = [
            "null", "https://evil.example", "http://shop.example", "https://shop.example:8443",
            "https://shop.example.evil.example", "https://evil.shop.example", "", "https://shop.example/",
            "https://shop.example, https://evil.example", "*",
        ]  # fmt: skip
        one = self.delivery(message_id, text)
        foreign = [replace(one, headers={**one.headers, "Origin": at}) for at in origins]
        nowhere = {name: value for name, value in one.headers.items() if name != "Origin"}
        return [*foreign, replace(one, headers=nowhere)]

    def senseless(self):
        return {
            "bad_frame/no_json": b"hello",
            "bad_frame/no_object": b'["message"]',
            "bad_frame/no_type": b'{"id":"m-1","text":"hello"}',
            "bad_frame/no_id": b'{"type":"message","text":"hello"}',
            "bad_frame/field": b'{"type":"message","id":"m-1","text":7}',
            "bad_frame/binary": None,
            "unknown_type/type": b'{"type":"shout","id":"m-1","text":"hello"}',
            "already_greeted/twice": json.dumps(self.hello("T-sara")).encode(),
        }

    def check_refusal(self, response):
        assert response.code in {"origin_refused", "too_large"}

    def hello(self, token):
        return {"type": "hello", "version": 1, "entry_point": KEY, "token": token}

    async def connected(self, client):
        socket = await client.ws_connect(PATH, headers={"Origin": ORIGIN})
        await socket.send_json(self.hello("T-sara"))
        assert (await socket.receive_json())["type"] == "welcome"
        return socket

    async def told(self, socket, frame):
        await (socket.send_bytes(b"{}") if frame is None else socket.send_str(frame.decode()))
        return (await self._answer(socket)).code

    async def post(self, client, delivery):
        """Open a socket as a page does, and say one thing."""
        origin = {k: v for k, v in delivery.headers.items() if k == "Origin"}
        try:
            socket = await client.ws_connect(PATH, headers=origin)
        except WSServerHandshakeError as error:
            return Answered(error.status, "no_socket")
        await socket.send_json(self.hello(delivery.headers["Authorization"]))
        try:
            answer = await self._answer(socket, "welcome")
            if answer.code == "welcome":
                await socket.send_str(delivery.body.decode())
                answer = await self._answer(socket, "ack", "error")
        finally:
            await socket.close()
        return answer

    async def _answer(self, socket, *kinds):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await socket.receive()
                if message.type is WSMsgType.CLOSE:
                    code = message.extra
                    return Answered(STATUSES.get(code, 500), code)
                assert message.type is WSMsgType.TEXT, message
                frame = json.loads(message.data)
                if frame["type"] == "error":
                    return Answered(STATUSES.get(frame["code"], 400), frame["code"])
                if frame["type"] in kinds:
                    return Answered(200, frame["type"])


class AnsweringRoom(RecordingChatroom):
    """A room that takes messages in one of the ways there are."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.lines["v-sara"] = []

    async def deliver(self, outbound):
        if self.answer == "refused":
            raise Undeliverable("There is no such visitor.", code="unknown_visitor")
        if self.answer in {"busy", "gone"}:
            raise Unavailable("The database cannot be reached.")
        receipt = await super().deliver(outbound)
        if self.answer == "silent":
            await asyncio.Event().wait()
        if self.answer == "broken":
            raise TimeoutError
        if self.answer == "cut":
            raise ConnectionResetError
        return receipt


class TestWebchatOut(_Webchat, RepeatsContract):
    busy_says_how_long = False

    @asynccontextmanager
    async def provider(self, answer):
        self.room = AnsweringRoom(answer)
        yield {}

    def accepted(self):
        return [one.correlation_id for one in self.room.delivered]

    def outbound(self, correlation_id):
        return Outbound(
            correlation_id=correlation_id, entry_point=KEY, recipient=self.sender, text="سلام"
        )

    def readers_see(self):
        return [(one.correlation_id, one.text) for one in self.room.delivered]
