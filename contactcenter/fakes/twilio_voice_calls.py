"""Begins and ends calls on the fake network: somebody rings, somebody is rung.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from contactcenter.fakes.twilio_voice_leg import HungUp, Leg, Moved
from contactcenter.fakes.twilio_voice_people import Caller, Phone
from contactcenter.fakes.twilio_voice_player import Player
from contactcenter.fakes.twilio_voice_recordings import Recorder
from contactcenter.fakes.twilio_voice_rooms import Rooms
from contactcenter.fakes.twilio_voice_state import Network


class Wanted(Struct, frozen=True, kw_only=True):
    """A telephone the product wants called.

    ``room`` is the name of a conference it goes straight into, with that noun's attributes.
    """

    to: str
    from_: str
    url: str = ""
    document: bytes = b""
    fallback_url: str = ""
    status_url: str = ""
    status_events: Sequence[str] = ("completed",)
    timeout_s: int = 60
    room: str = ""
    attributes: Mapping[str, str] = {}


class Calls:
    """All calls of a network."""

    def __init__(self, network: Network, rooms: Rooms, recorder: Recorder) -> None:
        self._network = network
        self._rooms = rooms
        self._recorder = recorder
        self.voice_url = ""
        self.fallback_url = ""
        self.status_url = ""

    def arrive(self, from_: str, to: str, caller: Caller) -> Leg:
        """Somebody rings one of the product's numbers."""
        leg = self._network.leg(direction="inbound", from_=from_, to=to, person=caller)
        leg.status = "ringing"
        leg.fallback_url, leg.status_url = self.fallback_url, self.status_url
        leg.status_events = ("completed",)
        self._network.time.spawn(self._inbound(leg))
        self._hang_up_later(leg)
        return leg

    def place(self, wanted: Wanted) -> Leg:
        """Ring a telephone for the product."""
        person = self._network.phone(wanted.to)
        leg = self._network.leg(
            direction="outbound-api", from_=wanted.from_, to=wanted.to, person=person
        )
        leg.fallback_url, leg.status_url = wanted.fallback_url, wanted.status_url
        leg.status_events = wanted.status_events
        self._network.time.spawn(self._outbound(leg, person, wanted))
        return leg

    async def _inbound(self, leg: Leg) -> None:
        player = Player(self._network, self._rooms, self._recorder, leg)
        player.on_answered = lambda: self._picked_up(leg)
        try:
            await player.run(self.voice_url)
        except HungUp as ending:
            if not ending.by_person:
                self._picked_up(leg)  # it is said that the application failed
            self._over(leg, ending)

    async def _outbound(self, leg: Leg, phone: Phone, wanted: Wanted) -> None:
        try:
            await self._ring(leg, phone, wanted.timeout_s)
            self._network.progress(leg, "in-progress")
            leg.answered_at = self._network.now()
            self._hang_up_later(leg)
            player = Player(self._network, self._rooms, self._recorder, leg)
            if wanted.room:
                await player.enter(wanted.room, wanted.attributes)
            else:
                await player.run(wanted.url, wanted.document)
        except HungUp as ending:
            self._over(leg, ending)

    async def _ring(self, leg: Leg, phone: Phone, timeout_s: int) -> None:
        network = self._network
        network.progress(leg, "initiated")
        if phone.fails:
            raise HungUp("failed")
        network.progress(leg, "ringing")
        if phone.busy:
            raise HungUp("busy")
        rings_s = phone.answers_after_s
        is_answered = rings_s is not None and rings_s < timeout_s
        seconds = rings_s if is_answered else timeout_s
        await network.time.wait(leg.interrupt, seconds=seconds)
        if leg.interrupt.done():
            self._stopped_ringing(leg)
        if not is_answered:
            raise HungUp("no-answer")

    def _stopped_ringing(self, leg: Leg) -> None:
        try:
            leg.interrupt.result()
        except HungUp as ending:
            raise HungUp("canceled") from ending
        except Moved as moved:
            raise HungUp("failed") from moved

    def _picked_up(self, leg: Leg) -> None:
        leg.status = "in-progress"
        leg.answered_at = leg.answered_at or self._network.now()

    def _over(self, leg: Leg, ending: HungUp) -> None:
        """Whatever it was in, it is out of it."""
        network = self._network
        leg.ended_at = network.now()
        status = ending.status
        for recording in self._recorder.running(leg=leg):
            self._recorder.end(recording)
        network.progress(leg, status)

    def _hang_up_later(self, leg: Leg) -> None:
        seconds = leg.person.hangs_up_after_s
        if seconds is not None:
            self._network.time.spawn(self._hang_up_after(leg, seconds))

    async def _hang_up_after(self, leg: Leg, seconds: float) -> None:
        await self._network.time.wait(seconds=seconds)
        leg.hang_up()
