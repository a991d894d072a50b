"""Supervisors in calls: listening, whispering to the agent, or heard by all."""

from msgspec import Struct

from contactcenter.api.calls import locked
from contactcenter.api.operation import SUPERVISOR, Call, operation
from contactcenter.call_control import supervising
from contactcenter.calls import call_views
from contactcenter.calls.call_supervisions import Mode, Supervision
from contactcenter.calls.call_views import SupervisionView


class NewSupervision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How: ``listen`` hears, ``whisper`` is heard by the agent, ``barge`` by the customer too."""

    mode: Mode


@operation(
    "POST",
    "/calls/{call_id}/supervision",
    tag="calls",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def begin_supervision(call: Call, call_id: int, body: NewSupervision) -> Supervision:
    """Have your telephone ring and hear the call once you answer; the customer notices nothing.

    It is written down, and the agent is told unless ``tell_agents_of_supervision`` says no.
    """
    talk = await locked(call, call_id)
    told = call.services.settings.tell_agents_of_supervision == "yes"
    return await supervising.enter(
        call.conn,
        call.now,
        talk,
        call.actor.user_id,
        body.mode,
        is_told=told or body.mode == "barge",
        actor=call.actor.reference,
    )


@operation(
    "PATCH",
    "/calls/{call_id}/supervision",
    tag="calls",
    roles=SUPERVISOR,
    via="dispatch",
    versioned=False,
)
async def change_supervision(call: Call, call_id: int, body: NewSupervision) -> Supervision:
    """Be heard by nobody, by the agent alone, or by all.

    409 ``not_in_the_call`` until your telephone is in the room.
    """
    talk = await locked(call, call_id)
    return await supervising.change(
        call.conn, call.now, talk, call.actor.user_id, body.mode, actor=call.actor.reference
    )


@operation("DELETE", "/calls/{call_id}/supervision", tag="calls", roles=SUPERVISOR, via="dispatch")
async def end_supervision(call: Call, call_id: int) -> None:
    """Leave the call; to hang up does the same."""
    talk = await locked(call, call_id)
    await supervising.leave(
        call.conn, call.now, talk, call.actor.user_id, actor=call.actor.reference
    )


@operation("GET", "/calls/{call_id}/supervision", tag="calls", roles=SUPERVISOR, via="read")
async def list_supervision(call: Call, call_id: int) -> list[SupervisionView]:
    """List who listened to a call, whispered or was heard, from when to when."""
    await call_views.check_may_read(call.conn, call.actor.user_id, call_id)
    return await call_views.supervisions_of(call.conn, call_id)
