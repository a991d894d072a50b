"""Writes what a telephone does next as the provider reads it: TwiML, by the provider's library.

Whatever is spoken, dialled or named is text to it: a name with ``<Dial>`` in it is read out.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, assert_never

import structlog
from twilio.twiml.voice_response import Gather, VoiceResponse

from channels._call_steps import (
    Again,
    Ask,
    HangUp,
    Join,
    LeaveQueue,
    Park,
    Pause,
    Play,
    Say,
    Script,
    Step,
    TakeMessage,
)
from channels._phone.addresses import Addresses
from channels._phone.settings import music
from channels._phone.voices import heard, voice

#: The provider's own queue: only a place to stand. Whose turn it is we decide.
QUEUE: Final = "park"

#: Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent
ROOM_EVENTS: Final = ("start", "end", "join", "leave", "mute", "hold", "modify")

#: Source: https://www.twilio.com/docs/voice/twiml/say (text), https://www.twilio.com/docs/api/errors/11750
MOST_SAID, MOST_BYTES = 4000, 64_000

#: Of what is understood best; source: https://www.twilio.com/docs/voice/twiml/gather#hints
_MOST_HINTS, _LONGEST_HINT = 500, 100

#: Nothing is said for so long before what was recorded is taken for all of it.
_SILENCE_S: Final = 10

#: What XML 1.0 cannot carry, in any way of writing it, and the carriage return, which its readers
#: make a line feed of.
#: Sources: https://www.w3.org/TR/xml/#charsets, https://www.w3.org/TR/xml/#sec-line-ends
_NOT_XML: Final = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

log = structlog.get_logger()


class TooLong(ValueError):
    """More steps than the provider takes in one document."""


def room(call_id: int) -> str:
    """What the room of a call is called at the provider."""
    return f"call-{call_id}"


def document(script: Script, addresses: Addresses, options: Mapping[str, str]) -> str:
    """All steps as one document; ``options`` are the entry point's. Raises ``TooLong``."""
    response = VoiceResponse()
    writer = _Writer(addresses, options)
    for step in script:
        writer.write(response, step)
    return _written(response)


def once_more(url: str, *, after_s: int) -> str:
    """Let a telephone hear nothing for a moment and ask again at ``url``."""
    response = VoiceResponse()
    response.pause(length=after_s)
    response.redirect(_clean(url), method="POST")
    return _written(response)


class _Writer:
    """Writes steps for one telephone."""

    def __init__(self, addresses: Addresses, options: Mapping[str, str]) -> None:
        self._at = addresses
        self._options = options

    def write(self, to: VoiceResponse, step: Step) -> None:
        """Append a step."""
        match step:
            case Say() | Play() | Pause():
                self._heard(to, step)
            case Ask():
                self._ask(to, step)
            case Park():
                self._park(to, step)
            case Join():
                self._join(to, step)
            case TakeMessage():
                self._take_message(to, step)
            case Again():
                url = self._at.of(step.name, step=step.step or None)
                to.redirect(url, method="POST")
            case LeaveQueue():
                to.leave()
            case HangUp():
                to.hangup()
            case _ as never:
                assert_never(never)

    def _heard(self, to: VoiceResponse | Gather, step: Say | Play | Pause) -> None:
        if isinstance(step, Pause):
            to.pause(length=step.seconds)
        elif isinstance(step, Play):
            to.play(_clean(self._at.absolute(step.url)), loop=step.times)
        elif speaking := voice(step.language):
            text = _clean(step.text)[:MOST_SAID]
            to.say(text, voice=speaking.name, language=speaking.language)
        else:  # another voice would make noises of it
            log.error("say_without_voice", language=step.language)

    def _ask(self, to: VoiceResponse, step: Ask) -> None:
        language = heard(step.language) if step.speech else None
        hints = [_clean(hint).replace(",", " ")[:_LONGEST_HINT] for hint in step.hints]
        gather = to.gather(
            input="dtmf speech" if language else "dtmf",
            action=self._at.of(step.name, step=step.step or None),
            method="POST",
            timeout=step.timeout_s,
            num_digits=step.digits,
            finish_on_key=step.finish_key,
            action_on_empty_result=True,
            language=language,
            speech_timeout="auto" if language else None,
            hints=",".join(hints[:_MOST_HINTS]) if language and hints else None,
        )
        for prompt in step.prompts:
            self._heard(gather, prompt)

    def _park(self, to: VoiceResponse, step: Park) -> None:
        to.enqueue(
            QUEUE,
            action=self._at.of("enqueue_action", call=step.call_id),
            method="POST",
            wait_url=self._at.of("wait", call=step.call_id),
            wait_url_method="POST",
        )

    def _join(self, to: VoiceResponse, step: Join) -> None:
        """Enter a room. The first one's report address counts for all: it is the same for all."""
        is_customer = step.label == "customer"
        done = None if is_customer else self._at.of("agent_done", call=step.call_id)
        recorded = room_address(self._at, "recording", step.call_id) if step.record else None
        dial = to.dial(action=done, method="POST" if done else None)
        dial.conference(
            room(step.call_id),
            muted=step.muted,
            beep="false",
            start_conference_on_enter=True,
            end_conference_on_exit=step.ends_room,
            wait_url=self._at.absolute(music(self._options)) if is_customer else "",
            wait_method="GET" if is_customer else None,
            coach=_clean(step.coaches) if step.coaches else None,
            participant_label=_clean(step.label),
            status_callback=room_address(self._at, "conference", step.call_id),
            status_callback_method="POST",
            status_callback_event=" ".join(ROOM_EVENTS),
            record="record-from-start" if recorded else None,
            recording_status_callback=recorded,
            recording_status_callback_method="POST" if recorded else None,
            recording_status_callback_event="in-progress completed absent" if recorded else None,
        )

    def _take_message(self, to: VoiceResponse, step: TakeMessage) -> None:
        """Record; a call that nobody knows yet is told by who called whom."""
        known = {"call": step.call_id, "kind": "voicemail"}
        told = known if step.call_id is not None else {**known, **self._at.parties}
        transcribed = self._at.of("transcription", **told) if step.transcribe else None
        to.record(
            action=self._at.of("voicemail", call=step.call_id),
            method="POST",
            max_length=step.at_most_s,
            finish_on_key=step.finish_key,
            timeout=_SILENCE_S,
            play_beep=True,
            recording_status_callback=self._at.of("recording", **told),
            recording_status_callback_method="POST",
            recording_status_callback_event="completed absent",
            transcribe=True if transcribed else None,
            transcribe_callback=transcribed,
        )


def room_address(
    addresses: Addresses, name: Literal["conference", "recording"], call_id: int
) -> str:
    """Where it is told what happens in a room: the same for each who enters it."""
    return Addresses(public_url=addresses.public_url).of(name, call=call_id)


def _clean(text: str) -> str:
    """Without what XML cannot carry: control characters, halves of characters."""
    return _NOT_XML.sub("", text)


def _written(response: VoiceResponse) -> str:
    text = response.to_xml()
    if len(text.encode()) > MOST_BYTES:
        raise TooLong(f"A document may have {MOST_BYTES} bytes.")
    return str(text)
