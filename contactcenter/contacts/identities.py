"""Addresses of contacts: brought to one form, added, and taken away when they change hands."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import Address, BadAddress, Channel
from contactcenter import db, events
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact, Identity
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.segments import segment_checks

#: The channels that know how an address of this kind is written, in the order they are asked.
_READERS: Final[Mapping[str, tuple[str, ...]]] = {"phone": ("sms", "phone"), "email": ("email",)}
#: Kinds that nobody adds by hand, and why. A host's user would become whoever was named so first.
_NOT_WRITTEN: Final[Mapping[str, str]] = {
    "withheld": "A withheld number is no address.",
    "site_user": "Only a host site says who its users are.",
}


class IdentityTaken(Conflict):
    """This address belongs to a contact already; ``contact_id`` names it."""

    code = "identity_taken"


class Written(Struct, frozen=True, kw_only=True):
    """An address as a person wrote it: of a kind, or of a channel."""

    value: str
    kind: str | None = None
    channel: str | None = None


_SQL = db.Statements(__name__)
_add = _SQL.take("add", Identity)
_owner = _SQL.take("owner", int)
_find = _SQL.take("find", Identity)
_take_up = _SQL.take("take_up", Identity)
_forget_stranger = _SQL.command("forget_stranger")
_give = _SQL.command("give")
_is_his = _SQL.take("is_his", bool)


def normalised(channels: Mapping[str, Channel], written: Written, *, field: str) -> Address:
    """The canonical form of an address; raises ``BadInput`` naming the place below ``field``."""
    if (written.kind is None) == (written.channel is None):
        raise BadInput(f"{field}.kind", "Name either the kind of the address or its channel.")
    if written.channel is not None and written.channel not in channels:
        raise BadInput(f"{field}.channel", f"There is no channel {written.channel}.")
    if written.kind is not None and written.kind in _NOT_WRITTEN:
        raise BadInput(f"{field}.kind", _NOT_WRITTEN[written.kind])
    reader = written.channel or next(
        (name for name in _READERS.get(written.kind or "", ()) if name in channels), None
    )
    if reader is not None:
        try:
            return channels[reader].address(written.value)
        except BadAddress as error:
            raise BadInput(f"{field}.value", str(error)) from error
    if written.kind == "phone":
        raise BadInput(f"{field}.kind", "No channel here reads telephone numbers.")
    assert written.kind is not None, "there is a kind where there is no channel"
    value = unicodedata.normalize("NFC", " ".join(written.value.split()))
    if written.kind == "email":
        value = value.lower()
        if not all(value.rpartition("@")[::2]) or " " in value:
            raise BadInput(f"{field}.value", "This is not an e-mail address.")
    if not value:
        raise BadInput(f"{field}.value", "The address is empty.")
    return Address(kind=written.kind, value=value)


async def add(conn: Conn, now: datetime, contact_id: int, address: Address) -> Identity:
    """Let a contact be known by an address; raises ``IdentityTaken``."""
    await segment_checks.ask(conn, now, [contact_id])
    identity = await _add.first(conn, contact_id, address.kind, address.value, now)
    if identity is not None:
        return identity
    # Statements of their own, so that they see whoever was faster.
    owner_id = await _owner.first(conn, address.kind, address.value)
    taken = await _take_up.first(conn, contact_id, address.kind, address.value, owner_id)
    if taken is None:
        raise IdentityTaken(
            f"this {address.kind} belongs to contact {owner_id} already", contact_id=owner_id
        )
    await _forget_stranger.run(conn, owner_id)
    return taken


async def remove(
    conn: Conn, now: datetime, contact_id: int, identity_id: int, *, actor: str
) -> None:
    """Stop knowing a locked contact by an address; raises ``NotFound`` where it is not his.

    It goes to a contact of its own without a name, whose attribute ``formerly_of`` says where it
    came from: the timeline keeps what was said, and whoever writes from it next is somebody else.
    Until then ``add`` can take it up again.
    """
    identity = await _find.first(conn, identity_id)
    if identity is None or identity.contact_id != contact_id:
        raise NotFound(f"contact {contact_id} has no identity {identity_id}")
    wanted = Contact(id=0, attributes={"formerly_of": contact_id}, created_at=now, updated_at=now)
    stranger = await contacts.create(conn, now, wanted, actor=actor)
    await _give.run(conn, identity_id, stranger.id)
    await segment_checks.ask(conn, now, [contact_id])


async def record_change(
    conn: Conn, now: datetime, contact_id: int, identity_id: int, change: str, *, actor: str
) -> None:
    """Record that an address was ``added`` or ``removed``, by its id alone."""
    was, now_is = (None, identity_id) if change == "added" else (identity_id, None)
    was_and_is = {"from": was, "to": now_is}
    await events.record(
        conn,
        contacts.fact(
            "contact_changed",
            now,
            actor,
            contact_id,
            fields=["identities"],
            identity_id=identity_id,
            change=change,
            changed={"identities": was_and_is},
        ),
    )


async def check_owner(conn: Conn, contact_id: int, identity_id: int) -> int:
    """The id of an address of this contact; raises ``BadInput`` where it is not his."""
    if not await _is_his.one(conn, contact_id, identity_id):
        raise BadInput("body.identity_id", f"the contact has no address {identity_id}")
    return identity_id
