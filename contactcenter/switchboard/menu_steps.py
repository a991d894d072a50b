"""What a caller hears from the first ring until he waits: the menu of the number he called.

Where he is in it travels with each question and comes back with the answer. What he chose is kept
with the call, so that a copy of a hook gets the same answer.
"""

from typing import Final

from msgspec import structs

from channels import Ask, CallEvent, HangUp, Park, Script
from contactcenter import tag_entry
from contactcenter.calls import (
    calls,
    menus,
    opening_words,
    recording_policies,
    sentences,
)
from contactcenter.calls.sentences import Spoken
from contactcenter.switchboard.arriving import begin_waiting
from contactcenter.switchboard.asked import Asked
from contactcenter.switchboard.menu_scene import Scene, scene_of
from routing.calls import menu_walking
from routing.calls.menu_walking import Entry, Place, Walk
from routing.calls.menus import HINDRANCES, Node

#: What is kept of who chose to be called back: the node where he did.
CALLBACK: Final = ":callback"
#: He cannot wait in a queue that is closed, whatever he chooses.
_CLOSED: Final = "closed"
#: A tag is typed with a finishing key, in one go.
_TAG_TIMEOUT_S: Final = 10


async def voice(asked: Asked) -> Script | None:
    """The first that is heard: the menu, or that we are closed."""
    scene = await scene_of(asked)
    if scene is None:
        return await nobody(asked)
    walk = menu_walking.begun(scene.tree, scene.language)
    if not await opening_words.is_open(asked.conn, asked.now, scene.met.calendar_id):
        walk = menu_walking.led_to(scene.tree, _CLOSED, scene.language)
    return await _answer(scene, walk)


async def gather(asked: Asked) -> Script | None:
    """What comes after something was entered in the menu, or nothing was."""
    scene = await scene_of(asked)
    if scene is None:
        return await nobody(asked)
    place = menu_walking.place(asked.hook.query.get("step", ""))
    if place is None:
        return await voice(asked)
    entry = await _entry(scene, place)
    walk = menu_walking.entered(scene.tree, place, entry, scene.language)
    return await _answer(scene, walk, came_from=place.node)


async def nobody(asked: Asked) -> Script:
    """What is right for a telephone of which nobody knows what it is about."""
    house = await asked.menus.house(asked.conn)
    return (*house.said("sorry", sentences.OWN_LANGUAGE), HangUp())


def chosen(asked: Asked) -> CallEvent | None:
    """What was pressed or said, if anything was."""
    told = [event for event in asked.hook.events if event.kind == "chose" and event.input]
    return told[-1] if told else None


async def _entry(scene: Scene, place: Place) -> Entry:
    """What was entered, and at a question for a service tag which one this is."""
    event = chosen(scene.asked)
    if event is None or event.input is None:
        return Entry()
    call, conn = scene.call, scene.asked.conn
    wants_tag = scene.tree.node(place.node).kind == "service_tag"
    if not event.by_speech:
        tag = (
            await tag_entry.typed(
                conn, event.input, address_kind=call.address_kind, address=call.address
            )
            if wants_tag
            else None
        )
        return Entry(digits=event.input, tag=tag)
    tag = (
        await tag_entry.said(
            conn, event.input, address_kind=call.address_kind, address=call.address
        )
        if wants_tag
        else None
    )
    return Entry(said=event.input, confidence=event.confidence, tag=tag)


async def _answer(scene: Scene, walk: Walk, *, came_from: str | None = None) -> Script | None:
    """Keep what was chosen, and say what follows from where the menu led to."""
    scene, walk = await _past_hindrances(scene, walk, came_from)
    scene = await _kept(scene, walk)
    opens = ""
    if _CLOSED in (came_from, scene.hindrance) or (walk.asks and walk.asks.node == _CLOSED):
        opens = await opening_words.opens(scene.asked.conn, scene.asked.now, scene.calendar_id)
    said = scene.said(walk.heard, opens=opens)
    if walk.asks is not None:
        return (_question(scene, walk.asks, said, walk.language),)
    assert walk.ends is not None
    return await _end(scene, walk.ends, said)


async def _past_hindrances(scene: Scene, walk: Walk, came_from: str | None) -> tuple[Scene, Walk]:
    """On to where callers really are: not in a queue they cannot enter, not where all is silent.

    Who chose to wait although it is full, or nobody is there, waits.
    """
    insists = came_from in HINDRANCES
    for _ in range(len(HINDRANCES)):
        if walk.asks is not None:
            node = scene.tree.node(walk.asks.node)
            if not node.is_ours or scene.said(walk.heard):
                break
            walk = _on(scene, walk, node.otherwise or "")
        elif walk.ends is not None and walk.ends.kind == "queue":
            scene, why = await _hindrance(scene, walk.ends, insists=insists)
            if why is None:
                break
            walk = _on(scene, walk, "voicemail" if insists else why)
            insists = True
        else:
            break
    return scene, walk


def _on(scene: Scene, walk: Walk, name: str) -> Walk:
    return menu_walking.led_to(
        scene.tree, name, walk.language, before=walk.heard, chosen=walk.chosen, tag=walk.tag
    )


async def _hindrance(scene: Scene, node: Node, *, insists: bool) -> tuple[Scene, str | None]:
    """Why nobody can wait in a queue, and the scene with that queue in it."""
    if scene.call.interaction_id is not None:
        return scene, None  # he waits already: this is a copy of what let him in
    conn = scene.asked.conn
    room = await menus.room(conn, node.queue_id, entry_point_id=scene.met.entry_point_id)
    scene = structs.replace(scene, room=room)
    why = None
    if not room.is_open:
        why = _CLOSED
    elif room.waiting >= node.at_most and not insists:
        why = "full"
    elif not room.is_staffed and not insists:
        why = "unstaffed"
    return structs.replace(scene, hindrance=why), why


async def _kept(scene: Scene, walk: Walk) -> Scene:
    """Write down what became known of the call; of a copy all is known already."""
    call = scene.call
    choices = list(call.choices)
    if walk.chosen is not None and scene.asked.is_new:
        choices.append(walk.chosen)
    if walk.ends is not None and walk.ends.kind == "callback":
        last = walk.ends.name + CALLBACK
        choices += [] if choices and choices[-1] == last else [last]
    room = scene.room
    after = structs.replace(
        call,
        language=walk.language,
        choices=choices,
        service_tag=walk.tag or call.service_tag,
        queue_id=room.queue_id if room is not None and call.queue_id is None else call.queue_id,
    )
    if after == call:
        return scene
    return structs.replace(scene, call=await calls.save(scene.asked.conn, after))


def _question(scene: Scene, place: Place, said: Spoken, language: str) -> Ask:
    node = scene.tree.node(place.node)
    is_tag = node.kind == "service_tag"
    words = [
        phrase
        for option in node.options.values()
        for spoken, phrases in option.words.items()
        if spoken == language
        for phrase in phrases
    ]
    return Ask(
        prompts=said,
        step=str(place),
        digits=None if is_tag else 1,
        timeout_s=max(node.timeout_s, _TAG_TIMEOUT_S) if is_tag else node.timeout_s,
        speech=node.speech,
        language=language,
        hints=tuple(words),
    )


async def _end(scene: Scene, node: Node, said: Spoken) -> Script | None:
    """Where the menu is over. Who is to be called back is promised that by the late step."""
    asked = structs.replace(scene.asked, call=scene.call)
    queue_id = scene.call.queue_id
    if node.kind == "queue":
        call = await begin_waiting(asked, queue_id=queue_id)
        told = await recording_policies.announcement(
            asked.conn, asked.now, call.id, language=call.language
        )
        return (*said, *told, Park(call_id=call.id))
    if node.kind == "callback":
        await begin_waiting(asked, queue_id=queue_id)
        return None
    if node.kind == "voicemail":
        taking = await recording_policies.taking_message(scene.asked.conn, scene.call.id)
        return (*said, taking)
    return (*said, HangUp())
