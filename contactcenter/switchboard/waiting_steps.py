"""What a caller hears while he waits, and when he stops waiting.

The provider asks again and again. Which turn it is, and which place was told last, is written into
the address it asks next; nothing of it is kept.
"""

import math
import re
from typing import Final

from msgspec import structs

from channels import Again, Ask, LeaveQueue, Play, Script
from contactcenter.calls import calls, hold_music, recording_policies, sentences, standing_in_line
from contactcenter.calls.calls import Call
from contactcenter.calls.sentences import Spoken
from contactcenter.calls.standing_in_line import Standing
from contactcenter.switchboard import menu_steps
from contactcenter.switchboard.asked import Asked
from contactcenter.switchboard.menu_scene import Scene, scene_of
from routing.calls.menus import Waiting

#: What is kept of who would not wait any longer.
CALLBACK: Final = "waiting:callback"
VOICEMAIL: Final = "waiting:voicemail"
_KEYS: Final = {"1": "callback", "2": "voicemail"}
_TURN: Final = re.compile(r"(?:loop|offer)\.(?P<turn>[0-9]{1,5})\.(?P<told>[0-9]{1,5})")
_MINUTE_S: Final = 60
_OFFER_TIMEOUT_S: Final = 4


async def wait(asked: Asked) -> Script:
    """A turn of waiting: where he stands, now and then what else he may do, and music."""
    scene = await scene_of(asked)
    if scene is None:
        return (Play(url=hold_music.PATH),)
    wanted = _wanted(scene)
    if wanted is not None:
        await _remember(scene, wanted)
        return (LeaveQueue(),)
    turn, told = _turn(asked)
    return await _turn_of(scene, turn, told)


async def unparked(asked: Asked) -> Script | None:
    """What comes after waiting: nothing for who was connected or hung up; others are seen to."""
    if asked.call is None:
        return await menu_steps.nobody(asked)
    how = [event.status for event in asked.hook.events if event.kind == "unparked"]
    return () if not how or how[-1] in ("connected", "hung_up") else None


async def fallback(asked: Asked) -> Script:
    """What is heard where something went wrong at our side: an apology, and a message is taken."""
    house = await asked.menus.house(asked.conn)
    call = asked.call
    language = sentences.OWN_LANGUAGE if call is None or call.language is None else call.language
    said = (*house.said("sorry", language), *house.said("voicemail", language))
    call_id = None if call is None else call.id
    return (*said, await recording_policies.taking_message(asked.conn, call_id))


async def _turn_of(scene: Scene, turn: int, told: int) -> Script:
    asked, waiting = scene.asked, scene.tree.waiting
    music = Play(url=waiting.music or hold_music.PATH)
    offer = _offer(scene) if turn % waiting.offer_every == waiting.offer_every - 1 else ()
    if offer:
        ask = Ask(
            prompts=offer,
            step=f"offer.{turn + 1}.{told}",
            timeout_s=_OFFER_TIMEOUT_S,
            language=scene.language,
            name="wait",
        )
        return (ask,)
    standing = Standing()
    if waiting.position or waiting.expected_wait:
        standing = await standing_in_line.standing(asked.conn, asked.now, scene.call)
    said, told = _standing_said(scene, waiting, standing, told)
    return (*said, music, Again(name="wait", step=f"loop.{turn + 1}.{told}"))


def _standing_said(
    scene: Scene, waiting: Waiting, standing: Standing, told: int
) -> tuple[Spoken, int]:
    """His place where it is another one than he was told; with it how long it may take."""
    place = standing.position
    if place is None or place == told:
        return (), told
    said: Spoken = ()
    if waiting.position:
        name = "position_next" if place == 1 else "position"
        said = scene.house.said(name, scene.language, number=None if place == 1 else place)
    if waiting.expected_wait and standing.expected_wait_s is not None:
        minutes = math.ceil(standing.expected_wait_s / _MINUTE_S)
        name = "wait_minute" if minutes <= 1 else "wait_minutes"
        number = None if minutes <= 1 else minutes
        said += scene.house.said(name, scene.language, number=number)
    return said, place


def _offers(scene: Scene) -> frozenset[str]:
    """What else he may do; nobody can call back a number that is withheld."""
    can_call_back = scene.call.address_kind == "phone"
    offers = scene.tree.waiting.offers
    return frozenset(one for one in offers if one != "callback" or can_call_back)


def _offer(scene: Scene) -> Spoken:
    offers = _offers(scene)
    if not offers:
        return ()
    name = "offer_both" if len(offers) > 1 else f"offer_{min(offers)}"
    return scene.house.said(name, scene.language)


def _wanted(scene: Scene) -> str | None:
    """What he chose instead of waiting; any other key is as good as none."""
    event = menu_steps.chosen(scene.asked)
    pressed = None if event is None or event.by_speech else _KEYS.get(event.input or "")
    if pressed is None or pressed not in _offers(scene):
        return None
    return CALLBACK if pressed == "callback" else VOICEMAIL


async def _remember(scene: Scene, wanted: str) -> Call:
    call = scene.call
    if call.choices[-1:] == [wanted]:
        return call
    return await calls.save(
        scene.asked.conn, structs.replace(call, choices=[*call.choices, wanted])
    )


def _turn(asked: Asked) -> tuple[int, int]:
    """Which turn it is, from 0, and the place that was told last; 0 where none was."""
    match = _TURN.fullmatch(asked.hook.query.get("step", ""))
    return (int(match["turn"]), int(match["told"])) if match else (0, 0)
