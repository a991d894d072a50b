"""Temperament: how to treat a contact, why that is thought, and an agent's correction."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contactcenter import contacts, temperaments
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.contacts import Contact
from contactcenter.temperaments import Assertion, Temperament
from routing.temperament import Label


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person who knows the contact says; it stands until it is taken back."""

    label: Label
    note: Annotated[str, Meta(max_length=500)] | None = None


class TemperamentView(Temperament, frozen=True, kw_only=True):
    """What counts now, and all that was said before; ``version`` is the contact's."""

    contact_id: int
    history: list[Assertion]
    version: int


@operation("GET", "/contacts/{contact_id}/temperament", tag="temperament", roles=AGENT, via="read")
async def find_temperament(call: Call, contact_id: int) -> TemperamentView:
    """Read how to treat a contact: label, how sure that is, what it rests on, and guidance."""
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "PUT", "/contacts/{contact_id}/temperament", tag="temperament", roles=AGENT, via="dispatch"
)
async def correct_temperament(call: Call, contact_id: int, body: Correction) -> TemperamentView:
    """Correct a contact's temperament; his open tickets carry it at once.

    The rules go on looking, but what a person said counts. If-Match takes the contact's ETag.
    """
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    call.check_version(contact.version)
    await temperaments.override(
        call.conn, call.now, contact, body.label, note=body.note, actor=call.actor.reference
    )
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "DELETE", "/contacts/{contact_id}/temperament", tag="temperament", roles=AGENT, via="dispatch"
)
async def take_correction_back(call: Call, contact_id: int) -> TemperamentView:
    """Take a correction back: what the rules say counts again."""
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    await temperaments.withdraw(call.conn, call.now, contact, actor=call.actor.reference)
    return await _view(call, await contacts.find(call.conn, contact_id))


async def _view(call: Call, contact: Contact) -> TemperamentView:
    return TemperamentView(
        **msgspec.structs.asdict(await temperaments.current(call.conn, contact.id)),
        contact_id=contact.id,
        history=await temperaments.history(call.conn, contact.id),
        version=contact.version,
    )
