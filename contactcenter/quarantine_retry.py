"""Tries a quarantined payload again: its channel may understand it by now, or a person lets it in.

Storing and releasing are two transactions. Between them nothing is lost: a second retry finds the
message stored, and only releases.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from channels import Channel, Inbound, Inbox, NotStored, Raw, StatusUpdate, Thread, Unreadable
from contactcenter import quarantine, timers
from contactcenter.db import Database
from contactcenter.errors import Conflict, NoDatabase
from contactcenter.quarantine import Held, RawPayload


class AlreadyReleased(Conflict):
    """It was understood already; ``interaction_id`` names what it became."""

    code = "already_released"


class ChannelGone(Conflict):
    """The channel it came by is not here any more."""

    code = "channel_gone"


class NamesNoTicket(Conflict):
    """It names no ticket that it could be let into."""

    code = "names_no_ticket"


class NotUnderstood(Conflict):
    """It cannot be read, so nobody can let it in; ``reason`` says why."""

    code = "not_understood"


#: Where a person lets a mail in: the ticket it names, or one of its own.
Where = Literal["thread", "new"]


async def retry(
    database: Database,
    inbox: Inbox,
    channels: Mapping[str, Channel],
    quarantine_id: int,
    *,
    actor: str,
) -> Held:
    """Read the bytes again and, where they are understood, take them in as if they came now.

    Whether it was understood tells ``released_at``. Raises ``NotFound``, ``AlreadyReleased``,
    ``ChannelGone`` or ``NoDatabase``.
    """
    _, understood = await read(database, channels, quarantine_id)
    refusal = await _take_in(inbox, understood)
    async with database.transaction() as conn:
        now = await timers.clock(conn)
        if refusal is not None:
            reason, detail = refusal
            await quarantine.tried(conn, quarantine_id, now, reason=reason, detail=detail)
        else:
            message = understood if isinstance(understood, Inbound) else None
            await quarantine.release(conn, quarantine_id, now, message, actor=actor)
        return await quarantine.find(conn, quarantine_id)


async def accept(
    database: Database,
    inbox: Inbox,
    channels: Mapping[str, Channel],
    quarantine_id: int,
    where: Where,
    *,
    actor: str,
) -> Held:
    """Let a mail in whose author nobody knew, into the ticket it names or into one of its own.

    Who was let into a ticket may write there from then on. Raises ``NotFound``,
    ``AlreadyReleased``, ``NamesNoTicket``, ``NotUnderstood``, ``ChannelGone`` or ``NoDatabase``.
    """
    held, understood = await read(database, channels, quarantine_id)
    if where == "thread" and held.ticket_id is None:
        raise NamesNoTicket(f"payload {quarantine_id} names no ticket")
    if not isinstance(understood, Inbound):
        reason = understood.reason if isinstance(understood, Unreadable) else held.reason
        raise NotUnderstood(f"payload {quarantine_id} cannot be read", reason=reason)
    thread = Thread(ticket_id=held.ticket_id if where == "thread" else None, accepted=True)
    refusal = await _take_in(inbox, msgspec.structs.replace(understood, thread=thread))
    if refusal is not None:
        raise NotUnderstood(f"payload {quarantine_id} cannot be stored", reason=held.reason)
    async with database.transaction() as conn:
        now = await timers.clock(conn)
        await quarantine.release(
            conn, quarantine_id, now, understood, actor=actor, accepted_as=where
        )
        return await quarantine.find(conn, quarantine_id)


async def read(
    database: Database, channels: Mapping[str, Channel], quarantine_id: int
) -> tuple[Held, Inbound | StatusUpdate | Unreadable | None]:
    """What waits, and what is understood of it now; changes nothing.

    Raises ``NotFound``, ``AlreadyReleased``, ``ChannelGone`` or ``NoDatabase``.
    """
    async with database.read() as conn:
        held = await quarantine.find(conn, quarantine_id)
        payload = await quarantine.raw(conn, quarantine_id)
    if held.released_at is not None:
        raise AlreadyReleased(
            f"payload {quarantine_id} was released", interaction_id=held.interaction_id
        )
    if held.channel not in channels:
        raise ChannelGone(f"there is no channel {held.channel}")
    return held, await channels[held.channel].read(held.purpose, _as_received(payload))


async def _take_in(
    inbox: Inbox, understood: Inbound | StatusUpdate | Unreadable | None
) -> tuple[str | None, str | None] | None:
    """Hand it to the inbox; returns reason and detail where it has to stay."""
    try:
        match understood:
            case Unreadable(reason=reason, detail=detail):
                return reason, detail
            case Inbound():
                [outcome] = await inbox.receive([understood])
                if outcome == "quarantined":
                    return None, None  # held anew, with today's reason
            case StatusUpdate():
                await inbox.status(understood)
            case None:  # it was nothing to act on
                pass
    except NotStored as error:
        raise NoDatabase from error
    return None


def _as_received(payload: RawPayload) -> Raw:
    return Raw(body=payload.body, content_type=payload.content_type, headers=payload.headers)
