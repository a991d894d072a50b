"""TwiML as Twilio reads it: which verbs there are, what they may carry, where they may stand.

Source: https://www.twilio.com/docs/voice/twiml
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from msgspec import Struct

_TYPES: Final = ("text/xml", "application/xml")


class Verb(Struct, frozen=True, kw_only=True):
    """One element of a document."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: Sequence["Verb"] = ()

    def get(self, name: str, default: str = "") -> str:
        """An attribute, or its default."""
        return self.attributes.get(name, default)


class Broken(Exception):
    """A document Twilio cannot run: the call ends there. ``code`` is Twilio's."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


_RECORDING: Final = {
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
}
#: Attributes by verb. Source: the page of each verb below the address above.
_ATTRIBUTES: Final[Mapping[str, Collection[str]]] = {
    "Response": set(),
    "Say": {"voice", "language", "loop"},
    "Play": {"loop", "digits"},
    "Pause": {"length"},
    "Gather": {
        *("action", "method", "timeout", "numDigits", "finishOnKey", "input", "language", "hints"),
        *("speechTimeout", "maxSpeechTime", "profanityFilter", "partialResultCallback", "bargeIn"),
        *("partialResultCallbackMethod", "actionOnEmptyResult", "dtmfDetection", "debug"),
        *("speechModel", "enhanced"),
    },
    "Redirect": {"method"},
    "Enqueue": {"action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"},
    "Leave": set(),
    "Hangup": set(),
    "Reject": {"reason"},
    "Dial": {
        *("action", "method", "timeout", "timeLimit", "hangupOnStar", "callerId", "record", "trim"),
        *("answerOnBridge", "ringTone", "sequential", "recordingTrack", "referUrl", "referMethod"),
        *_RECORDING,
    },
    "Conference": {
        *("muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "participantLabel"),
        *("waitUrl", "waitMethod", "maxParticipants", "record", "region", "trim", "coach"),
        *("statusCallbackEvent", "statusCallback", "statusCallbackMethod", "jitterBufferSize"),
        *("eventCallbackUrl", *_RECORDING),
    },
    "Record": {
        *("action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim"),
        *("transcribe", "transcribeCallback", "recordingTrack", *_RECORDING),
    },
}
_TOP: Final = frozenset(_ATTRIBUTES) - {"Response", "Conference"}
_CHILDREN: Final[Mapping[str, Collection[str]]] = {
    "Response": _TOP,
    "Gather": {"Say", "Play", "Pause"},
    "Dial": {"Conference"},
}
#: What may be heard while somebody waits. Sources: the pages of Enqueue and of Conference.
WAITING: Final = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"})
HOLDING: Final = frozenset({"Say", "Play", "Pause", "Redirect"})
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "numDigits": (1, 1000),
    "length": (1, 3600),
    "maxLength": (1, 14400),
    "loop": (0, 1000),
    "maxParticipants": (2, 250),
}
_NOT_EMPTY: Final = frozenset({"Say", "Redirect", "Enqueue", "Conference"})
_TRUTH: Final = frozenset(
    {"muted", "startConferenceOnEnter", "endConferenceOnExit", "actionOnEmptyResult", "transcribe"}
)


def parse(content_type: str, body: bytes, *, allowed: Collection[str] = _TOP) -> Sequence[Verb]:
    """Read a document; raises ``Broken`` for what Twilio does not run.

    Source: https://www.twilio.com/docs/api/errors (12100, 12200, 12300)
    """
    if content_type.partition(";")[0].strip() not in _TYPES:
        raise Broken(12300, f"the content type is {content_type or 'missing'}")
    try:
        root = ET.fromstring(body)  # noqa: S314 -- what is tested, on this machine
    except ET.ParseError as error:
        raise Broken(12100, f"it is no XML: {error}") from error
    if root.tag != "Response":
        raise Broken(12200, f"the document begins with {root.tag}")
    verbs = tuple(_verb(element, "Response") for element in root)
    for verb in verbs:
        if verb.name not in allowed:
            raise Broken(12200, f"{verb.name} may not be heard here")
    return verbs


def warnings(verbs: Sequence[Verb]) -> Iterator[str]:
    """What Twilio would run and write a warning about."""
    for verb in verbs:
        for name in verb.attributes:
            if name not in _ATTRIBUTES[verb.name]:
                yield f"12200: {verb.name} has no attribute {name}"
        for name, (least, most) in _NUMBERS.items():
            value = verb.attributes.get(name)
            if value is not None and not (value.isdecimal() and least <= int(value) <= most):
                yield f"12200: {name} of {verb.name} is {value}"
        for name in _TRUTH & verb.attributes.keys():
            if verb.get(name) not in ("true", "false"):
                yield f"12200: {name} of {verb.name} is {verb.get(name)}"
        if verb.name in _NOT_EMPTY and not verb.text.strip():
            yield f"12200: {verb.name} is empty"
        # It has voices for some fifty languages; Persian is none of them.
        # Source: https://www.twilio.com/docs/voice/twiml/say/text-speech
        if verb.name == "Say" and verb.get("language").startswith("fa"):
            yield f"13512: no voice speaks {verb.get('language')}"
        yield from warnings(verb.children)


def _verb(element: "ET.Element", inside: str) -> Verb:
    if element.tag not in _ATTRIBUTES:
        raise Broken(12200, f"there is no verb {element.tag}")
    if element.tag not in _CHILDREN.get(inside, ()):
        raise Broken(12200, f"{element.tag} may not stand in {inside}")
    return Verb(
        name=element.tag,
        attributes=dict(element.attrib),
        text=(element.text or "").strip(),
        children=tuple(_verb(child, element.tag) for child in element),
    )
