"""What callers hear who do not wait: a callback is promised, or a message is taken.

Both change who may have the ticket, so they are said after the hook is stored, by way of the
dispatcher. Asked twice, nothing is promised twice.
"""

from datetime import datetime
from functools import partial

from msgspec import structs

from channels import HangUp, Script
from contactcenter import db
from contactcenter.calls import calls, recording_policies
from contactcenter.db import Conn
from contactcenter.dispatch import calling, calling_back
from contactcenter.switchboard import menu_steps, waiting_steps
from contactcenter.switchboard.asked import Asked
from contactcenter.switchboard.menu_scene import Scene, scene_of
from routing.calls.menu_walking import Heard
from routing.calls.menus import Prompt

_SQL = db.Statements(__name__)
_promised_in = _SQL.take("promised_in", int)


async def from_menu(asked: Asked) -> Script:
    """Somebody chose in the menu to be called back, or was led there."""
    scene = await _scene_now(asked)
    if scene is None:
        return await menu_steps.nobody(asked)
    chosen = scene.call.choices[-1] if scene.call.choices else ""
    node = scene.tree.node(chosen.removesuffix(menu_steps.CALLBACK))
    return await _called_back(scene, node.prompt or Prompt())


async def from_line(asked: Asked) -> Script:
    """Somebody left the line to be called back or to leave a message, or could not be held."""
    scene = await _scene_now(asked)
    if scene is None:
        return await menu_steps.nobody(asked)
    last = scene.call.choices[-1:]
    if last == [waiting_steps.CALLBACK]:
        return await _called_back(scene, Prompt(name="callback"))
    await asked.dispatcher.submit(partial(_leave_line, call_id=scene.call.id))
    left = last == [waiting_steps.VOICEMAIL]
    sorry = () if left else scene.house.said("sorry", scene.language)
    return (*sorry, *(await _message(scene)))


async def _scene_now(asked: Asked) -> Scene | None:
    """The scene with what the step at once has kept of it."""
    if asked.call is None:
        return None
    call = await calls.find(asked.conn, asked.call.id)
    return await scene_of(structs.replace(asked, call=call))


async def _called_back(scene: Scene, goodbye: Prompt) -> Script:
    submit = scene.asked.dispatcher.submit
    if await submit(partial(_promise, call_id=scene.call.id)) is None:
        refused = scene.house.said("callback_refused", scene.language)
        await submit(partial(_leave_line, call_id=scene.call.id))
        return (*refused, *(await _message(scene)))
    return (*scene.said([Heard(prompt=goodbye, language=scene.language)]), HangUp())


async def _message(scene: Scene) -> Script:
    said = scene.house.said("voicemail", scene.language)
    return (*said, await recording_policies.taking_message(scene.asked.conn, scene.call.id))


async def _promise(conn: Conn, now: datetime, *, call_id: int) -> int | None:
    """Once a call: the copy of a hook may come when an agent is being called about it."""
    promised = await _promised_in.first(conn, call_id)
    return promised if promised is not None else await calling_back.promise(conn, now, call_id)


async def _leave_line(conn: Conn, now: datetime, *, call_id: int) -> None:
    await calling.leave_line(conn, now, call_id)
