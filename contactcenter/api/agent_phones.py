"""Where agents' telephones are: said by themselves, or by those who lead them."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.administration import agent_phones, entry_points, staffing
from contactcenter.administration.agent_phones import AgentPhone
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.calls.calls import CHANNEL
from contactcenter.calls.telephones import dialled


class NewPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A telephone number, ``sip:user@host`` or ``client:name``; null takes it away."""

    address: (
        Annotated[
            str,
            Meta(min_length=1, max_length=200, pattern=r"\S", examples=["+442071838750"]),
        ]
        | None
    )


@operation("GET", "/presence/phone", tag="agents", roles=AGENT, via="read")
async def read_phone(call: Call) -> AgentPhone:
    """Read where one's own telephone is: there calls ring, and a key takes them."""
    return await agent_phones.find(call.conn, call.actor.user_id)


@operation("PUT", "/presence/phone", tag="agents", roles=AGENT, via="dispatch", versioned=False)
async def change_phone(call: Call, body: NewPhone) -> AgentPhone:
    """Say where one's own telephone is; whoever says none is asked about no calls."""
    return await _put(call, call.actor.user_id, body)


@operation("GET", "/agents/{agent_id}/phone", tag="staffing", roles=SUPERVISOR, via="read")
async def read_phone_of(call: Call, agent_id: int) -> AgentPhone:
    """Read where an agent's telephone is."""
    await staffing.find(call.conn, agent_id)
    return await agent_phones.find(call.conn, agent_id)


@operation(
    "PUT",
    "/agents/{agent_id}/phone",
    tag="staffing",
    roles=SUPERVISOR,
    via="dispatch",
    versioned=False,
)
async def change_phone_of(call: Call, agent_id: int, body: NewPhone) -> AgentPhone:
    """Say where an agent's telephone is; without one he is asked about no calls."""
    return await _put(call, agent_id, body)


async def _permitted(call: Call, text: str) -> str:
    """Where an agent's telephone may be: where at least one number of ours may call."""
    address = dialled(call.services.channels, "body.address", text)
    found = await entry_points.list_all(call.conn)
    ours = [one.address for one in found if one.channel == CHANNEL]
    call.services.dial_guard.check_telephone(address, entry_points=ours)
    return address


async def _put(call: Call, agent_id: int, body: NewPhone) -> AgentPhone:
    address = None
    if body.address is not None:
        address = await _permitted(call, body.address)
    await staffing.lock(call.conn, agent_id)
    return await agent_phones.put(
        call.conn, call.now, agent_id, address, actor=call.actor.reference
    )
