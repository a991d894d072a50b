"""Plays TwiML on a telephone: verb after verb, until it hangs up, is moved or waits.

Source: https://www.twilio.com/docs/voice/twiml
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urljoin

from contactcenter.fakes import twilio_voice_asking as asking
from contactcenter.fakes import twilio_voice_twiml as twiml
from contactcenter.fakes.twilio_voice_leg import HungUp, Leg, Moved
from contactcenter.fakes.twilio_voice_recordings import Recorder
from contactcenter.fakes.twilio_voice_rooms import Rooms
from contactcenter.fakes.twilio_voice_state import (
    Member,
    Network,
    Recording,
    seconds_between,
)
from contactcenter.fakes.twilio_voice_twiml import Broken, Verb

#: A document that is heard in less is heard for so long, else it would be asked for without end.
_LEAST_LOOP_S: Final = 1.0
_TRANSCRIBING_S: Final = 5.0
_LONGEST_TRANSCRIBED_S: Final = 120

_Params = Sequence[tuple[str, str]]


class _Left(Exception):
    """Whoever waits leaves the queue."""


class _Document:
    """A document and where it came from."""

    def __init__(self, url: str, verbs: Sequence[Verb]) -> None:
        self.url = url
        self.verbs = verbs


class Player:
    """Plays documents on one telephone."""

    def __init__(self, network: Network, rooms: Rooms, recorder: Recorder, leg: Leg) -> None:
        self._network = network
        self._rooms = rooms
        self._recorder = recorder
        self._leg = leg
        self._allowed: Collection[str] | None = None  # None: all verbs
        self.on_answered: Callable[[], None] = lambda: None
        self._verbs: Mapping[str, Callable[[Verb, str], Awaitable[_Document | None]]] = {
            "Say": self._hear,
            "Play": self._hear,
            "Pause": self._hear,
            "Gather": self._gather,
            "Redirect": self._redirect,
            "Enqueue": self._enqueue,
            "Leave": self._leave,
            "Dial": self._dial,
            "Record": self._record,
            "Hangup": self._hang_up,
            "Reject": self._hang_up,
        }

    async def run(self, url: str, document: bytes = b"") -> None:
        """Play from this address on until the call is over; raises ``HungUp``."""
        moved = Moved(url, document)
        while True:
            try:
                await self._play(await self._first(moved))
                raise HungUp
            except Moved as elsewhere:
                self._leg.renew()
                moved = elsewhere
            except Broken as broken:
                self._network.problems.append(f"{self._leg.to}: {broken}")
                raise HungUp from broken

    async def enter(self, room: str, attributes: Mapping[str, str]) -> None:
        """Be put into a room at once, and go on as the product says; raises ``HungUp``."""
        noun = Verb(name="Conference", attributes=attributes, text=room)
        try:
            await self._dial(Verb(name="Dial", attributes={}, children=(noun,)), "")
            raise HungUp
        except Moved as moved:
            self._leg.renew()
            await self.run(moved.url, moved.document)

    async def _first(self, moved: Moved) -> _Document:
        if moved.document:
            return _Document("", twiml.parse("text/xml", moved.document))
        document = await self._ask(moved.url, [])
        self.on_answered()
        return document

    async def _play(self, document: _Document) -> None:
        while True:
            for verb in document.verbs:
                following = await self._verbs[verb.name](verb, document.url)
                if following is not None:
                    document = following
                    break
            else:
                return

    async def _ask(self, url: str, params: _Params) -> _Document:
        """Ask the product what comes next."""
        leg, network = self._leg, self._network
        leg.posted += 1
        name = f"{leg.number}/{leg.posted}"
        form = [*leg.form(), *params]
        posting = await network.poster.document(url, form, fallback_url=leg.fallback_url, name=name)
        if leg.interrupt.done():
            leg.interrupt.result()
        if not posting.succeeded:
            last = posting.attempts[-1]
            raise Broken(11200, f"{url}: {last.status or last.error} {posting.body[:200]!r}")
        allowed = {} if self._allowed is None else {"allowed": self._allowed}
        try:
            verbs = twiml.parse(posting.content_type, posting.body, **allowed)
        except Broken as broken:
            if not leg.fallback_url or posting.url == leg.fallback_url:
                raise
            network.problems.append(f"{url}: {broken}")
            return await self._ask(leg.fallback_url, [*params, ("ErrorCode", str(broken.code))])
        network.problems.extend(f"{url}: {warning}" for warning in twiml.warnings(verbs))
        return _Document(posting.url.partition("#")[0], verbs)

    async def _hear(self, verb: Verb, base: str) -> None:
        await asking.play(self._network, self._leg, verb, base=base)

    async def _gather(self, verb: Verb, base: str) -> _Document | None:
        entered = await asking.ask(self._network, self._leg, verb, base=base)
        if entered.params is None:
            return None
        return await self._ask(urljoin(base, verb.get("action")), entered.params)

    async def _redirect(self, verb: Verb, base: str) -> _Document:
        return await self._ask(urljoin(base, verb.text), [])

    async def _leave(self, verb: Verb, base: str) -> None:  # noqa: ARG002 -- as all verbs
        if self._allowed is None:
            raise Broken(12200, "Leave outside a queue")
        raise _Left

    async def _hang_up(self, verb: Verb, base: str) -> None:  # noqa: ARG002 -- as all verbs
        raise HungUp

    async def _enqueue(self, verb: Verb, base: str) -> _Document | None:
        network, leg = self._network, self._leg
        queue, since = network.queue(verb.text), network.now()
        action = urljoin(base, verb.get("action")) if verb.get("action") else ""

        def outcome(result: str) -> _Params:
            waited = str(seconds_between(since, network.now()))
            return [("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", waited)]

        if len(queue.members) >= queue.most:
            return await self._ask(action, outcome("queue-full")) if action else None
        member = Member(leg, since)
        queue.members.append(member)
        result = "leave"
        try:
            await self._wait(queue.sid, member, urljoin(base, verb.get("waitUrl")))
        except _Left:
            pass
        except Broken as broken:
            network.problems.append(f"while waiting: {broken}")
            result = "error"
        except Moved:
            self._tell(action, outcome("redirected"))
            raise
        except HungUp as ending:
            leg.status = ending.status
            self._tell(action, outcome("hangup"))
            raise
        finally:
            queue.members.remove(member)
            queue.waits_s.append(seconds_between(since, network.now()))
            self._allowed = None
        return await self._ask(action, outcome(result)) if action else None

    async def _wait(self, queue_sid: str, member: Member, url: str) -> None:
        """Play what is heard while waiting, again and again."""
        network, queue = self._network, self._network.queues[queue_sid]
        self._allowed = twiml.WAITING
        while True:
            begun = network.now()
            waited = str(seconds_between(member.since, begun))
            params = [
                ("QueuePosition", str(queue.members.index(member) + 1)),
                ("QueueSid", queue.sid),
                ("QueueTime", waited),
                ("AvgQueueTime", str(queue.average_s)),
                ("CurrentQueueSize", str(len(queue.members))),
                ("MaxQueueSize", str(queue.most)),
            ]
            await self._play(await self._ask(url, params))
            lasted_s = (network.now() - begun).total_seconds()
            if lasted_s < _LEAST_LOOP_S:
                await asking.interrupted(network, self._leg, seconds=_LEAST_LOOP_S - lasted_s)

    async def _dial(self, verb: Verb, base: str) -> _Document | None:
        if not verb.children:
            raise Broken(13214, "this network only dials conferences")
        noun, leg = verb.children[0], self._leg
        absolute = {
            name: urljoin(base, value) if name in _ADDRESSES and value else value
            for name, value in noun.attributes.items()
        }
        participant = self._rooms.enter(noun.text, leg, absolute)
        if absolute.get("waitUrl") and len(self._rooms.others(leg)) == 0:
            method = noun.get("waitMethod", "POST")
            self._network.time.spawn(asking.music(self._network, leg, absolute["waitUrl"], method))
        reason = "participant_hung_up"
        try:
            await asking.interrupted(self._network, leg, participant.left)
        except Moved:
            reason = "participant_updated_via_api"
            raise
        finally:
            self._rooms.leave(leg, reason)
        action = verb.get("action")
        answered = [("DialCallStatus", "answered")]
        return await self._ask(urljoin(base, action), answered) if action else None

    async def _record(self, verb: Verb, base: str) -> _Document | None:
        network, leg, message = self._network, self._leg, self._leg.message
        status_url = verb.get("recordingStatusCallback")
        recording = self._recorder.begin(
            leg,
            source="RecordVerb",
            status_url=urljoin(base, status_url) if status_url else "",
            status_events=verb.get("recordingStatusCallbackEvent", "completed").split(),
        )
        if message is None:  # nothing is said, so nothing is kept
            try:
                await asking.interrupted(network, leg, seconds=float(verb.get("timeout", "5")))
            finally:
                self._recorder.end(recording, is_empty=True)
            return None
        action = urljoin(base, verb.get("action"))
        ends_by_key = bool(message.key) and message.key in verb.get("finishOnKey", "1234567890*#")
        seconds = min(message.seconds, int(verb.get("maxLength", "3600")))
        try:
            await asking.interrupted(network, leg, seconds=seconds)
            if not ends_by_key and seconds == message.seconds:
                raise HungUp(by_person=True)
        except HungUp as ending:
            leg.status = ending.status
            self._tell(action, self._recorded(recording, "hangup"))
            raise
        finally:
            self._recorder.end(recording)
            self._transcribe(verb, base, recording)
        return await self._ask(
            action, self._recorded(recording, message.key if ends_by_key else "")
        )

    def _recorded(self, recording: Recording, digits: str) -> _Params:
        self._recorder.end(recording)
        return [
            ("RecordingUrl", self._recorder.url(recording)),
            ("RecordingSid", recording.sid),
            ("RecordingDuration", str(int(recording.kept_s))),
            ("Digits", digits),
        ]

    def _transcribe(self, verb: Verb, base: str, recording: Recording) -> None:
        url, message = verb.get("transcribeCallback"), self._leg.message
        if verb.get("transcribe") == "true" and url and message is not None:
            work = self._transcribed(urljoin(base, url), recording, message.words)
            self._network.time.spawn(work)

    async def _transcribed(self, url: str, recording: Recording, words: str) -> None:
        """American English only, and nothing long."""
        await self._network.time.wait(seconds=_TRANSCRIBING_S)
        is_readable = words.isascii() and 2 <= recording.kept_s <= _LONGEST_TRANSCRIBED_S  # noqa: PLR2004
        params = [
            *self._leg.form(),
            ("TranscriptionSid", "TR" + recording.sid[2:]),
            ("TranscriptionText", words if is_readable else ""),
            ("TranscriptionStatus", "completed" if is_readable else "failed"),
            ("TranscriptionUrl", self._recorder.url(recording) + "/Transcriptions"),
            ("RecordingSid", recording.sid),
            ("RecordingUrl", self._recorder.url(recording)),
        ]
        self._network.report(self._leg, url, params)

    def _tell(self, action: str, params: _Params) -> None:
        """The action is called although nobody hears its answer any more."""
        if action:
            self._network.report(self._leg, action, [*self._leg.form(), *params])


_ADDRESSES: Final = frozenset({"statusCallback", "waitUrl", "recordingStatusCallback"})
