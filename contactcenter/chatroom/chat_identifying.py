"""Lets a visitor of a web chat be who his host site signed: the one way in which people merge.

What follows from the host's word is planned by ``chat_users`` from what is known, and done under
the routing lock, where it is planned again. Where nothing follows, which is so at nearly every page
a customer opens, nothing is locked. The lock of the visitor's row is held alone: whoever writes his
lines waits for other locks with it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from msgspec import Struct
from msgspec.structs import replace

from channels import Address, Attested, Channel, ChatRefused
from contactcenter import db, events, merges
from contactcenter.chats import chat_users
from contactcenter.chats.chat_users import Known, Plan
from contactcenter.contacts import contacts, identities
from contactcenter.contacts.contacts import Contact
from contactcenter.contacts.identities import IdentityTaken, Written
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import BadInput, NoDatabase
from contactcenter.segments import segment_checks

#: Whoever writes for the first time in this very moment, or holds a ticket, is faster now and then.
_TRIES: Final = 4

log = structlog.get_logger()


class Visitor(Struct, frozen=True, kw_only=True):
    """A visitor of whom something is stored; ``told_name`` is what he called himself."""

    id: int
    entry_point_id: int
    address: str
    user_id: str | None
    ticket_id: int | None
    told_name: str | None


class Claim(Struct, frozen=True, kw_only=True):
    """Who is whom by a host's word; the addresses are in their one writing."""

    visitor: Visitor
    user: Address
    name: str | None
    addresses: tuple[Address, ...]

    @property
    def browser(self) -> Address:
        """By what the visitor is known."""
        return Address(kind=chat_users.BROWSER, value=self.visitor.address)

    @property
    def actor(self) -> str:
        """How events name who vouches for it: the host site, by its entry point."""
        return f"entry_point:{self.visitor.entry_point_id}"


class _Parted(Struct, frozen=True, kw_only=True):
    one_id: int
    other_id: int


_SQL = db.Statements(__name__)
_visitor = _SQL.take("visitor", Visitor)
_claim = _SQL.take("claim", int)
_known = _SQL.take("known", Known)
_parted = _SQL.take("parted", _Parted)
_ours = _SQL.take("ours", str)
_take = _SQL.take("take", int)


async def identify(
    database: Database,
    dispatcher: Dispatcher,
    channels: Mapping[str, Channel],
    address: str,
    attested: Attested,
) -> None:
    """Let the visitor with this address be who the host says, and one person with whom that is.

    Raises ``ChatRefused`` where nothing is stored of him or his conversation is another user's, and
    ``NoDatabase``.
    """
    async with database.read() as conn:
        visitor = await _visitor.first(conn, address)
        if visitor is None:
            raise ChatRefused("unknown_visitor", "There is no such visitor.")
        claim = await _understood(conn, channels, visitor, attested)
        plan = await _plan(conn, claim)
    if visitor.user_id == attested.user_id and plan.is_done:
        return
    async with database.transaction() as conn:
        if await _claim.first(conn, visitor.id, attested.user_id) is None:
            raise ChatRefused("other_visitor", "This is somebody else's conversation.")
    for _ in range(_TRIES):
        try:
            await dispatcher.submit(lambda conn, now: _become(conn, now, claim))
        except (IdentityTaken, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as e:
            log.info(
                "visitor_identification_repeated", visitor_id=visitor.id, error=type(e).__name__
            )
        else:
            return
    raise NoDatabase


async def _understood(
    conn: Conn, channels: Mapping[str, Channel], visitor: Visitor, attested: Attested
) -> Claim:
    """The host's word with addresses as we write them; what is none, or ours, attests nothing."""
    found = []
    for kind, written in (("email", attested.email), ("phone", attested.phone)):
        if written is None:
            continue
        try:
            address = identities.normalised(
                channels, Written(kind=kind, value=written), field="identity"
            )
        except BadInput:
            log.info("visitor_address_not_understood", visitor_id=visitor.id, kind=kind)
            continue
        if address.kind == kind:
            found.append(address)
    ours = await _ours.all(conn, [address.value for address in found]) if found else []
    user = chat_users.user_value(visitor.entry_point_id, attested.user_id)
    return Claim(
        visitor=visitor,
        user=Address(kind=chat_users.USER, value=user),
        name=attested.name,
        addresses=tuple(address for address in found if address.value not in ours),
    )


async def _plan(conn: Conn, claim: Claim) -> Plan:
    wanted = [claim.user, claim.browser, *claim.addresses]
    known = await _known.all(
        conn,
        [address.kind for address in wanted],
        [address.value for address in wanted],
        chat_users.entry_point_prefix(claim.visitor.entry_point_id),
    )
    contact_ids = {one.contact_id for one in known}
    pairs = await _parted.all(conn, sorted(contact_ids)) if len(contact_ids) > 1 else []
    parted = frozenset(frozenset((pair.one_id, pair.other_id)) for pair in pairs)
    return chat_users.planned(claim.user, claim.browser, claim.addresses, known, parted)


async def _become(conn: Conn, now: datetime, claim: Claim) -> None:
    """Do what is planned, under the routing lock."""
    plan = await _plan(conn, claim)
    contact_id = plan.contact_id
    if contact_id is None:
        wanted = Contact(id=0, name=claim.name, created_at=now, updated_at=now)
        contact_id = (await contacts.create(conn, now, wanted, actor=claim.actor)).id
    givers = [one.contact_id for one in plan.take]
    await contacts.lock(conn, contact_id, *plan.merge, *givers)
    attested = [await _add(conn, now, contact_id, address, claim) for address in plan.add]
    attested += [await _taken(conn, now, contact_id, one, claim) for one in plan.take]
    for other_id in plan.merge:
        await merges.merge(
            conn,
            now,
            contact_id,
            other_id,
            actor=claim.actor,
            must_read_as=None,
            accept_unverified=True,  # that it is he, his host answers for
        )
    await _name(conn, now, contact_id, claim)
    fact = events.Event(
        kind="visitor_identified",
        at=now,
        actor=claim.actor,
        ticket_id=claim.visitor.ticket_id,
        contact_id=contact_id,
        data={
            "visitor_id": claim.visitor.id,
            "identities": attested,
            "merged": list(plan.merge),
            "left": list(plan.leave),
        },
    )
    await events.record(conn, fact)


async def _add(conn: Conn, now: datetime, contact_id: int, address: Address, claim: Claim) -> int:
    identity = await identities.add(conn, now, contact_id, address)
    await contacts.touch(conn, now, contact_id)
    await identities.record_change(conn, now, contact_id, identity.id, "added", actor=claim.actor)
    return identity.id


async def _taken(conn: Conn, now: datetime, contact_id: int, one: Known, claim: Claim) -> int:
    """Let an address go from who only told it to whose it is; raises ``IdentityTaken``."""
    if await _take.first(conn, one.id, one.contact_id, contact_id) is None:
        raise IdentityTaken("it has moved in this moment", contact_id=one.contact_id)
    await segment_checks.ask(conn, now, [one.contact_id, contact_id])
    await contacts.touch_all(conn, now, [one.contact_id, contact_id])
    for whose, change in ((one.contact_id, "removed"), (contact_id, "added")):
        await identities.record_change(conn, now, whose, one.id, change, actor=claim.actor)
    return one.id


async def _name(conn: Conn, now: datetime, contact_id: int, claim: Claim) -> None:
    """Call somebody as his host does who has no name, or the one a visitor gave himself."""
    if claim.name is None:
        return
    contact = await contacts.find(conn, contact_id)
    if contact.name is None or contact.name == claim.visitor.told_name:
        named = replace(contact, name=claim.name)
        await contacts.change(conn, now, contact, named, actor=claim.actor)
