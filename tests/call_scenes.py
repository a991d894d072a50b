"""Calls in the middle of it: rows as the provider's hooks would have left them."""

from functools import partial
from typing import Any

import factories

from contactcenter.call_control import consulting, following
from contactcenter.calls import call_legs, calls
from contactcenter.calls.call_legs import CallLeg
from contactcenter.db import Conn
from contactcenter.dispatch import holding

CALLER = "+442071838750"


class Scene:
    """Ann talks with a customer about her ticket."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.dispatcher: Any = None
        self.call_id = self.ticket_id = self.ann = self.queue_id = 0
        self.customer: CallLeg
        self.line: CallLeg  # Ann's telephone

    async def leg(self, leg_id: int, **columns: Any) -> None:
        """Something became of a telephone."""
        if columns.get("state") == "ended":
            columns["ended_at"] = await self.conn.fetchval("SELECT clock_timestamp()")
        names = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 2))
        await self.conn.execute(
            f"UPDATE call_leg SET {names} WHERE id = $1", leg_id, *columns.values()
        )

    async def follow(self) -> None:
        """What the switchboard does after each hook."""
        await self.dispatcher.submit(partial(following.follow, call_id=self.call_id))

    async def press(self, leg_id: int) -> bool:
        """The second agent presses the key, and comes into the room where he may."""
        call = await calls.find(self.conn, self.call_id)
        leg = await call_legs.find(self.conn, leg_id)
        may = await self.dispatcher.submit(partial(consulting.pressed, call=call, leg=leg))
        if may:
            await self.leg(leg_id, state="joined")
        return may

    async def done(self) -> None:
        """The provider has done everything it was asked to."""
        await self.conn.execute(
            "UPDATE call_command SET state = 'done', done_at = created_at WHERE state = 'queued'"
        )

    async def asked(self) -> list[tuple[str, int | None]]:
        """What the provider is to do that it was not asked before: verb and telephone."""
        rows = await self.conn.fetch(
            "SELECT verb, leg_id FROM call_command WHERE state = 'queued' ORDER BY id"
        )
        await self.done()
        return [(row["verb"], row["leg_id"]) for row in rows]

    async def loads(self) -> dict[int, int]:
        return dict(await self.conn.fetch("SELECT id, load FROM agent"))


async def talking(
    conn: Conn, ann: int, *, queue_id: int | None = None, contact_id: int | None = None
) -> Scene:
    """Ann has taken the call of a customer, and both are in the room."""
    now = await conn.fetchval("SELECT clock_timestamp()")
    scene = Scene(conn)
    scene.ann = ann
    scene.queue_id = queue_id or await factories.queue(conn)
    entry_point_id = await factories.entry_point(conn, queue_id=scene.queue_id, channel="phone")
    ticket = await factories.queued_ticket(
        conn,
        now,
        queue_id=scene.queue_id,
        contact_id=contact_id or await factories.contact(conn, name="Sara"),
        channel="phone",
        entry_point_id=entry_point_id,
        weight=1,
    )
    await holding.give_to(conn, now, ticket.id, ann, actor="system", note_id=None)
    call = await calls.create(
        conn,
        entry_point_id=entry_point_id,
        direction="inbound",
        address_kind="phone",
        address=CALLER,
        began_at=now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        queue_id=scene.queue_id,
    )
    await conn.execute(
        "UPDATE call SET state = 'talking', conference = 'CF' || id, answered_at = $2 WHERE id = $1",
        call.id,
        now,
    )
    scene.call_id, scene.ticket_id = call.id, ticket.id
    scene.customer = await call_legs.add(
        conn,
        now,
        call_id=call.id,
        party="customer",
        purpose="customer",
        address=CALLER,
        external_id=f"CA{call.id}1",
        state="joined",
    )
    scene.line = await call_legs.add(
        conn,
        now,
        call_id=call.id,
        party="agent",
        purpose="offer",
        address="client:ann",
        user_id=ann,
        external_id=f"CA{call.id}2",
        state="joined",
    )
    await conn.execute(
        "UPDATE ticket SET live_call_id = $2, needs_phone = true WHERE id = $1", ticket.id, call.id
    )
    await conn.execute(
        "UPDATE call_leg SET offer_id = o.id, accepted_at = $3 FROM offer o"
        " WHERE call_leg.id = $1 AND o.ticket_id = $2 AND o.state = 'accepted'",
        scene.line.id,
        ticket.id,
        now,
    )
    return scene


async def phone_of(conn: Conn, agent_id: int, **columns: Any) -> None:
    """He is at his desk, with a telephone."""
    await conn.execute(
        "UPDATE agent SET phone_address = 'client:' || id, presence = 'available',"
        " presence_since = clock_timestamp(), idle_since = clock_timestamp(), capacity = 3"
        " WHERE id = $1",
        agent_id,
    )
    for name, value in columns.items():
        await conn.execute(f"UPDATE agent SET {name} = $2 WHERE id = $1", agent_id, value)
