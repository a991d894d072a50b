"""What the telephones of agents hear: what rings, the key that takes it, and what comes after.

A voicemail presses no key. Whatever is asked twice is answered alike: by how the offer stands.
"""

from datetime import datetime
from functools import partial
from typing import Final

from channels import Ask, CallHook, HangUp, Join, Script
from contactcenter import db
from contactcenter.call_control import consulting, outbound, supervising
from contactcenter.calls import call_legs, calls, recording_policies, sentences
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.db import Conn
from contactcenter.dispatch import answering
from contactcenter.dispatch.answering import Answer
from contactcenter.switchboard.asked import Asked

#: How long the key is waited for, once it is said what it is about.
KEY_WITHIN_S: Final = 8
#: The step in which the key comes.
_KEY: Final = "key"
#: What is said of what rings, by the purpose of the telephone.
_OFFERS: Final = {
    "callback": "callback_offer",
    "outbound": "outbound_offer",
    "consultation": "consultation_offer",
}

_SQL = db.Statements(__name__)
_language_of = _SQL.take("language_of", str)


async def offer(asked: Asked) -> Script:
    """A telephone that rang is answered: it is asked for the key, and joins, or hangs up."""
    call, leg = asked.call, asked.leg
    if call is None or leg is None:
        return (HangUp(),)
    if asked.hook.query.get("step") == _KEY:
        answer = await asked.dispatcher.submit(
            partial(_press, leg_id=leg.id, key=_pressed(asked.hook))
        )
    else:
        answer = await asked.dispatcher.submit(partial(_pick_up, leg_id=leg.id))
    if answer == "join":
        return await _into_room(asked.conn, asked.now, call, leg)
    language = "en" if leg.user_id is None else await _language_of.one(asked.conn, leg.user_id)
    if answer == "over":
        return await _gone(asked, language)
    house = await asked.menus.house(asked.conn)
    what = _OFFERS.get(leg.purpose, "ticket_offer")
    said = house.said(what, language, number=call.ticket_id, fallback=sentences.OWN_LANGUAGE)
    return (Ask(prompts=said, step=_KEY, name="offer", timeout_s=KEY_WITHIN_S), HangUp())


async def join(asked: Asked) -> Script:
    """A telephone is let into the room: the customer who waited, or who was called into it."""
    call, leg = asked.call, asked.leg
    if call is None or leg is None or call.is_over:
        return (HangUp(),)
    return await _into_room(asked.conn, asked.now, call, leg)


async def agent_done(asked: Asked) -> Script:
    """An agent is out of the room: whose customer never came hears so."""
    leg = asked.leg
    if leg is None or leg.user_id is None or not await answering.came_in_vain(asked.conn, leg.id):
        return (HangUp(),)
    language = await _language_of.one(asked.conn, leg.user_id)
    return await _gone(asked, language)


async def _gone(asked: Asked, language: str) -> Script:
    """Whom he answered for is not there any more."""
    house = await asked.menus.house(asked.conn)
    return (*house.said("offer_gone", language, fallback=sentences.OWN_LANGUAGE), HangUp())


async def _into_room(conn: Conn, now: datetime, call: Call, leg: CallLeg) -> Script:
    said, is_recorded = await recording_policies.at_join(conn, now, call.id, party=leg.party)
    if leg.party == "supervisor":
        muted, coached_id = await supervising.how(conn, leg)
        coached = None if coached_id is None else await call_legs.find(conn, coached_id)
        coaches = None if coached is None else coached.external_id
        return (
            Join(
                call_id=call.id,
                label=leg.label,
                muted=muted,
                coaches=coaches,
                record=is_recorded,
            ),
        )
    is_customer = leg.party == "customer"
    room = Join(call_id=call.id, label=leg.label, ends_room=is_customer, record=is_recorded)
    return (*said, room)


def _pressed(hook: CallHook) -> str | None:
    """The key, where one was pressed."""
    keys = [event.input for event in hook.events if event.kind == "pressed"]
    return keys[-1] if keys else None


async def _pick_up(conn: Conn, now: datetime, *, leg_id: int) -> Answer:
    leg = await call_legs.find(conn, leg_id)
    if leg.purpose == "consultation":
        return "over" if leg.is_over else "ask"
    return await answering.pick_up(conn, now, leg_id)


async def _press(conn: Conn, now: datetime, *, leg_id: int, key: str | None) -> Answer:
    leg = await call_legs.find(conn, leg_id)
    if leg.purpose != "consultation":
        answer = await answering.press(conn, now, leg_id, key)
        if answer == "join" and leg.purpose == "callback" and leg.user_id is not None:
            call = await calls.lock(conn, leg.call_id)
            actor = f"user:{leg.user_id}"
            await outbound.put_on_timeline(conn, now, call, author_id=leg.user_id, actor=actor)
        return answer
    if key != answering.TAKES:
        return "over"
    call = await calls.find(conn, leg.call_id)
    return "join" if await consulting.pressed(conn, now, call, leg) else "over"
