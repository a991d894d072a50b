"""What is heard on a telephone of the fake Twilio, and what is entered when somebody is asked.

Sources: https://www.twilio.com/docs/voice/twiml/say, .../play, .../pause, .../gather
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from contactcenter.fakes import twilio_voice_twiml as twiml
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import Reply
from contactcenter.fakes.twilio_voice_state import Network
from contactcenter.fakes.twilio_voice_twiml import Verb

_LOOPS_FOR_EVER: Final = 1000
_HERE: Final = frozenset({"127.0.0.1", "localhost"})
#: After somebody's last word, where the document says ``auto``.
_SPEECH_TIMEOUT_S: Final = 1.0
_CONFIDENCE: Final = "0.9"


class Entered(Struct, frozen=True, kw_only=True):
    """What came of a question: parameters for its action, or None where nothing is posted."""

    params: Sequence[tuple[str, str]] | None


async def interrupted(
    network: Network, leg: Leg, *things: "asyncio.Future[None]", seconds: float | None = None
) -> None:
    """Wait for one of these, for so long at most; raises what ends the call or moves it on."""
    await network.time.wait(leg.interrupt, *things, seconds=seconds)
    if leg.interrupt.done():
        leg.interrupt.result()


async def play(network: Network, leg: Leg, verb: Verb, *, base: str) -> None:
    """Let a telephone hear a text, a sound or silence."""
    leg.heard.append(verb.text)
    await interrupted(network, leg, seconds=await _lasts_s(network, verb, base))


async def music(network: Network, leg: Leg, url: str, method: str) -> None:
    """Fetch what somebody hears alone in a room, and complain where that is not possible there.

    ``method`` is POST where the product said nothing; a sound is better fetched with GET.
    Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-wait-url
    """
    if urlsplit(url).hostname not in _HERE:
        return
    if method.upper() == "GET":
        await network.poster.sound(url)
        return
    leg.posted += 1
    name = f"{leg.number}/{leg.posted}"
    posting = await network.poster.document(url, leg.form(), fallback_url="", name=name)
    if posting.content_type.startswith("audio/") and posting.succeeded:
        return
    try:
        for verb in twiml.parse(posting.content_type, posting.body, allowed=twiml.HOLDING):
            await _lasts_s(network, verb, url)
    except twiml.Broken as broken:
        network.problems.append(f"{url}: {broken}")


async def ask(network: Network, leg: Leg, verb: Verb, *, base: str) -> Entered:
    """Play the prompts and wait for what the person enters; he may interrupt them."""
    prompts_s = sum([await _lasts_s(network, child, base) for child in verb.children])
    words = " ".join(child.text for child in verb.children)
    leg.heard.append(words)
    reply = leg.memory.reply(words)
    timeout_s = float(verb.get("timeout", "5"))
    ways = verb.get("input", "dtmf").split()
    if reply is not None and _is_understood(reply, ways) and reply.after_s < prompts_s + timeout_s:
        await interrupted(network, leg, seconds=reply.after_s)
        return Entered(params=await _entered(network, leg, verb, reply, timeout_s))
    await interrupted(network, leg, seconds=prompts_s + timeout_s)
    empty = verb.get("actionOnEmptyResult") == "true"
    return Entered(params=[("Digits", "")] if empty else None)


async def _entered(
    network: Network, leg: Leg, verb: Verb, reply: Reply, timeout_s: float
) -> list[tuple[str, str]]:
    if reply.say:
        pause = verb.get("speechTimeout", "auto")
        seconds = _SPEECH_TIMEOUT_S if pause == "auto" else float(pause)
        await interrupted(network, leg, seconds=seconds)
        return [("SpeechResult", reply.say), ("Confidence", _CONFIDENCE)]
    finish = verb.get("finishOnKey", "#")
    keys, ended, _ = reply.press.partition(finish) if finish else (reply.press, "", "")
    most = int(verb.get("numDigits", "0"))
    if most and len(keys) >= most:
        keys = keys[:most]
    elif not ended:  # it is waited whether there is another key
        await interrupted(network, leg, seconds=timeout_s)
    params = [("Digits", keys)]
    return [*params, ("FinishedOnKey", finish)] if ended else params


def _is_understood(reply: Reply, ways: Sequence[str]) -> bool:
    return ("speech" if reply.say else "dtmf") in ways


async def _lasts_s(network: Network, verb: Verb, base: str) -> float:
    """How long it is heard; a sound on this machine is fetched, as Twilio would."""
    if verb.name == "Pause":
        return float(verb.get("length", "1"))
    once_s = network.speaking_s if verb.name == "Say" else network.playing_s
    url = urljoin(base, verb.text)
    if verb.name == "Play" and verb.text and urlsplit(url).hostname in _HERE:
        once_s = await network.poster.sound(url) or once_s
    return once_s * (int(verb.get("loop", "1")) or _LOOPS_FOR_EVER)
