"""Who does not want messages from one of our senders: kept, asked before sending, and lifted.

A *sender* is what the channel says refusals hold for: our own address, or what a provider sends
for several of them. An opt-out hangs on the customer's address, so merging contacts and undoing it
leave it where it is. We never answer STOP or HELP ourselves: the provider does.
Source: https://help.twilio.com/articles/223134027
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from channels import Channel, Inbound, StatusUpdate
from contactcenter import answerable, db, events, timers
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound
from contactcenter.outbound.outbox import Job

Source = Literal["customer", "provider", "staff"]

#: The code of a message that was not sent because the customer wants none.
CODE: Final = "opted_out"
#: Why it was not sent, for a person.
NOT_SENT: Final = "The customer does not want messages from this sender; it was not sent."


class OptedOut(Conflict):
    """The customer does not want messages from this sender; it was not sent."""

    code = CODE


class OptOut(Struct, frozen=True, kw_only=True):
    """A row of ``opt_out``; it stands while ``lifted_at`` is None."""

    id: int
    channel: str
    sender: str
    identity_id: int
    source: Source
    from_at: datetime
    lifted_at: datetime | None
    lifted_source: str | None


class _Addressee(Struct, frozen=True, kw_only=True):
    identity_id: int
    entry_point: str
    tried_at: datetime


class _Owner(Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int


_SQL = db.Statements(__name__)
_withdraw = _SQL.take("withdraw", _Owner)
_give = _SQL.take("give", _Owner)
_remember_giving = _SQL.command("remember_giving")
_standing = _SQL.take("standing", OptOut)
_of_contact = _SQL.take("of_contact", OptOut)
_find = _SQL.take("find", OptOut)
_identity_id = _SQL.take("identity_id", int)
_addressee = _SQL.take("addressee", _Addressee)


def sender_of(channels: Mapping[str, Channel], channel: str, entry_point: str) -> str:
    """Whose refusals hold for one of our addresses."""
    return channels[channel].sender(entry_point) if channel in channels else entry_point


async def hear(
    conn: Conn, now: datetime, channels: Mapping[str, Channel], items: Sequence[Inbound]
) -> None:
    """Keep what customers said of messages from us, in the order in which they said it."""
    for item in sorted(items, key=lambda item: item.occurred_at or now):
        said = give if item.consent == "given" else withdraw
        await said(
            conn,
            now,
            await _identity_id.one(conn, item.sender.kind, item.sender.value),
            item.channel,
            sender_of(channels, item.channel, item.entry_point),
            source="customer",
            actor="customer",
            said_at=item.occurred_at,
        )


async def check(
    conn: Conn,
    channels: Mapping[str, Channel],
    *,
    channel: str,
    entry_point: str,
    identity_id: int,
    ticket_id: int | None = None,
) -> None:
    """Raise ``OptedOut`` where the customer wants no messages from this address of ours."""
    against = (channel, sender_of(channels, channel, entry_point))
    for found in await standing(conn, [identity_id]):
        is_meant = (found.channel, found.sender) == against
        if is_meant and await _holds(conn, channels, found, ticket_id):
            raise OptedOut(NOT_SENT, identity_id=identity_id, opt_out_id=found.id)


async def refused(conn: Conn, channels: Mapping[str, Channel], jobs: Sequence[Job]) -> list[Job]:
    """Those of the claimed messages whose customers have said stop since they were written."""
    if not jobs:
        return []
    against = {
        (found.identity_id, found.channel, found.sender): found
        for found in await standing(conn, [job.identity_id for job in jobs])
    }
    stopped = []
    for job in jobs if against else ():
        sender = sender_of(channels, job.channel, job.entry_point)
        found = against.get((job.identity_id, job.channel, sender))
        if found is not None and await _holds(conn, channels, found, job.ticket_id):
            stopped.append(job)
    return stopped


async def _holds(
    conn: Conn, channels: Mapping[str, Channel], found: OptOut, ticket_id: int | None
) -> bool:
    by, who = channels.get(found.channel), found.identity_id
    return not await answerable.asked_since(conn, by, ticket_id, who, found.from_at)


async def note_refusal(
    conn: Conn, now: datetime, channels: Mapping[str, Channel], job: Job
) -> None:
    """The provider refused a message because the customer had said stop there: keep it, too."""
    await withdraw(
        conn,
        now,
        job.identity_id,
        job.channel,
        sender_of(channels, job.channel, job.entry_point),
        source="provider",
        actor="system",
    )


async def note_report(conn: Conn, channels: Mapping[str, Channel], update: StatusUpdate) -> None:
    """Keep what a report on a message tells of its reader's wishes.

    Where it failed because he had said stop, that was when the message was handed over: what he
    took back after that stays lifted. Where he left a list by the message's way out, it is now.
    """
    await _note(conn, channels, update.channel, update.external_id, by_himself=bool(update.consent))


async def note_codes(
    conn: Conn, channels: Mapping[str, Channel], channel: str, external_id: str, codes: list[str]
) -> None:
    """The same by the codes of what was told of a message before we knew whose it is."""
    if any(channels[channel].failure(code) == "consent" for code in codes):
        await _note(conn, channels, channel, external_id, by_himself=False)


async def _note(
    conn: Conn, channels: Mapping[str, Channel], channel: str, external_id: str, *, by_himself: bool
) -> None:
    to = await _addressee.first(conn, external_id)
    if to is None:
        return
    await withdraw(
        conn,
        await timers.clock(conn),
        to.identity_id,
        channel,
        sender_of(channels, channel, to.entry_point),
        source="customer" if by_himself else "provider",
        actor="customer" if by_himself else "system",
        said_at=None if by_himself else to.tried_at,
    )


async def withdraw(
    conn: Conn,
    now: datetime,
    identity_id: int,
    channel: str,
    sender: str,
    *,
    source: Source,
    actor: str,
    said_at: datetime | None = None,
) -> bool:
    """Note that a customer wants no more messages; False where that is known or out of date.

    ``said_at`` is when he said so, if that was not now: what he took back later stays lifted.
    """
    owner = await _withdraw.first(conn, identity_id, channel, sender, source, said_at or now)
    if owner is None:
        return False
    await _record(
        conn,
        now,
        owner,
        identity_id=identity_id,
        channel=channel,
        to="withdrawn",
        source=source,
        actor=actor,
    )
    return True


async def give(
    conn: Conn,
    now: datetime,
    identity_id: int,
    channel: str,
    sender: str,
    *,
    source: Source,
    actor: str,
    said_at: datetime | None = None,
) -> bool:
    """Note that a customer takes messages again; False where nothing stood against it.

    Words of the past (``said_at``) may be heard before older ones: they are remembered, so that an
    older STOP does not count when it comes.
    """
    owner = await _give.first(conn, identity_id, channel, sender, source, said_at or now)
    if owner is None:
        if said_at is not None:
            await _remember_giving.run(conn, identity_id, channel, sender, said_at)
        return False
    await _record(
        conn,
        now,
        owner,
        identity_id=identity_id,
        channel=channel,
        to="given",
        source=source,
        actor=actor,
    )
    return True


async def standing(conn: Conn, identity_ids: Collection[int]) -> list[OptOut]:
    """What stands against writing to these addresses, whatever the sender."""
    return await _standing.all(conn, sorted(set(identity_ids)))


async def standing_at(conn: Conn, identity_id: int, channel: str, sender: str) -> OptOut:
    """The one that certainly stands between this address and this sender."""
    known = await standing(conn, [identity_id])
    return next(one for one in known if (one.channel, one.sender) == (channel, sender))


async def of_contact(conn: Conn, contact_id: int) -> list[OptOut]:
    """Every opt-out of a contact's addresses there ever was, the newest first."""
    return await _of_contact.all(conn, contact_id)


async def find(conn: Conn, contact_id: int, opt_out_id: int) -> OptOut:
    """One of a contact; raises ``NotFound``."""
    found = await _find.first(conn, contact_id, opt_out_id)
    if found is None:
        raise NotFound(f"contact {contact_id} has no opt-out {opt_out_id}")
    return found


async def _record(
    conn: Conn,
    now: datetime,
    owner: _Owner,
    *,
    identity_id: int,
    channel: str,
    to: str,
    source: Source,
    actor: str,
) -> None:
    await events.record(
        conn,
        events.Event(
            kind="consent_changed",
            at=now,
            actor=actor,
            contact_id=owner.contact_id,
            data={
                "opt_out_id": owner.id,
                "identity_id": identity_id,
                "channel": channel,
                "from": "given" if to == "withdrawn" else "withdrawn",
                "to": to,
                "source": source,
            },
        ),
    )
