"""A stateful fake of Twilio's voice: calls, queues, conferences, recordings, and their hooks.

It plays the product's TwiML to people who are written down (``twilio_voice_people``), in a time
that a test moves (``twilio_voice_time``). ``FakeTwilio`` serves it beside the messages.
"""

from collections.abc import Sequence

import msgspec
from aiohttp import web
from msgspec import Struct

from contactcenter.fakes.twilio_voice_calls import Calls
from contactcenter.fakes.twilio_voice_hooks import HookPoster
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import PATIENT, Caller, Message, Phone, Reply
from contactcenter.fakes.twilio_voice_recordings import Recorder
from contactcenter.fakes.twilio_voice_rest import CallsApi, Gate
from contactcenter.fakes.twilio_voice_rest_recordings import RecordingsApi
from contactcenter.fakes.twilio_voice_rest_rooms import RoomsApi
from contactcenter.fakes.twilio_voice_rooms import Room, Rooms
from contactcenter.fakes.twilio_voice_state import Network
from contactcenter.fakes.twilio_voice_time import Time


class FakeVoice:
    """The voice of one Twilio account.

    ``problems`` is what the product did that Twilio would not run, or would warn of: a test that
    ends without looking at it has not looked. ``hooks.postings`` are all hooks there were.
    """

    def __init__(
        self,
        time: Time,
        *,
        account_sid: str,
        token: str,
        numbers: frozenset[str] = frozenset(),
        seed: int = 0,
    ) -> None:
        self.time = time
        self.hooks = HookPoster(time, token=token, seed=seed)
        self.network = Network(
            time=time,
            poster=self.hooks,
            account_sid=account_sid,
            auth_token=token,
            numbers=numbers,
        )
        self._recorder = Recorder(self.network)
        self.rooms = Rooms(self.network, self._recorder)
        self.calls = Calls(self.network, self.rooms, self._recorder)
        self.gate = Gate(self.network)

    @property
    def problems(self) -> list[str]:
        """What the product did wrong, in words."""
        return self.network.problems

    def routes(self) -> Sequence[web.RouteDef]:
        """The REST API."""
        network, calls, recorder = self.network, self.calls, self._recorder
        return [
            *RecordingsApi(network, recorder).routes(self.gate),
            *CallsApi(network, calls).routes(self.gate),
            *RoomsApi(network, self.rooms, calls, recorder).routes(self.gate),
            web.post("/fake/customer_calls", self._ring_for_customer),
        ]

    async def start(self, url: str) -> None:
        """Begin; ``url`` is where the REST API can be reached."""
        self.network.url = url
        await self.hooks.start()

    async def stop(self) -> None:
        """Stop at once; hooks under way are lost."""
        await self.time.stop()
        await self.hooks.stop()

    def point(self, base: str) -> None:
        """Let the account's numbers call the hooks below this address of the product."""
        self.calls.voice_url = f"{base}/voice"
        self.calls.fallback_url = f"{base}/fallback"
        self.calls.status_url = f"{base}/status"

    def rings(self, from_: str, to: str, caller: Caller = PATIENT) -> Leg:
        """Let somebody call one of the product's numbers."""
        return self.calls.arrive(from_, to, caller)

    def phone(self, address: str, *behaviours: Phone) -> None:
        """Say how a telephone behaves, call after call; the last one stays."""
        self.network.phones[address] = list(behaviours)

    def room(self, name: str) -> Room | None:
        """The conference of this name that goes on."""
        return self.rooms.live(name)

    async def _ring_for_customer(self, request: web.Request) -> web.Response:
        """Let a program of its own make customers call: JSON with ``from``, ``to``, ``press``.

        He presses the keys one by one, and leaves a message where he is asked for one. What Twilio
        found of his number is ``verstat``, see ``Caller``.
        """
        asked = msgspec.json.decode(await request.read(), type=_Wanted)
        replies = tuple(Reply(press=key) for key in asked.press)
        message = Message(seconds=asked.message_s, words=asked.says)
        caller = Caller(replies=replies, message=message, verstat=asked.verstat)
        leg = self.rings(asked.from_, asked.to, caller)
        return web.json_response({"sid": leg.sid})


class _Wanted(Struct, frozen=True, kw_only=True):
    from_: str = msgspec.field(name="from")
    to: str
    press: str = ""
    says: str = ""
    message_s: int = 4
    verstat: str = ""
