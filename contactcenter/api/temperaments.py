"""Temperament: how to treat a contact, why that is thought, and what people say of it."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import draft_checks, periods
from contactcenter.api.inputs import Instant
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.periods import PeriodQuery
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact
from contactcenter.draft_checks import Warned
from contactcenter.temperaments import temperament_report, temperament_views, temperaments
from contactcenter.temperaments.temperament_report import LabelWeek
from contactcenter.temperaments.temperament_views import Temperament
from contactcenter.temperaments.temperaments import Assertion
from routing.temperament import Label

Note = Annotated[
    str,
    Meta(
        max_length=500,
        description="It is about a person, who may ask to read it: write nothing you would not say"
        " to him. / دربارهٔ یک شخص است و شاید خودش بخواهد بخواند: چیزی ننویسید که به خودش نمی‌گویید.",
    ),
]


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person who knows the contact says; it stands until it is taken back, or ``until``."""

    label: Label
    note: Note | None = None
    until: Instant | None = None


class NotThis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label that does not fit, without another in its place."""

    label: Label
    note: Note | None = None


class TemperamentView(Temperament, frozen=True, kw_only=True):
    """What counts now, and all that was said before; ``version`` is the contact's.

    ``note_warnings`` are places in the note that may hurt: the person may ask to read it.
    """

    contact_id: int
    note_warnings: tuple[Warned, ...]
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

    The model goes on beneath (``computed``), but what a person said counts. If-Match takes the
    contact's ETag. 409 is ``temperament_opted_out`` for a contact who objects.
    """
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    call.check_version(contact.version)
    await temperaments.override(
        call.conn,
        call.now,
        contact,
        body.label,
        note=body.note,
        until=body.until,
        actor=call.actor.reference,
    )
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "DELETE", "/contacts/{contact_id}/temperament", tag="temperament", roles=AGENT, via="dispatch"
)
async def take_correction_back(call: Call, contact_id: int) -> TemperamentView:
    """Take a correction back: what the model says counts again."""
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    await temperaments.withdraw(call.conn, call.now, contact, actor=call.actor.reference)
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "POST",
    "/contacts/{contact_id}/temperament/refusals",
    tag="temperament",
    roles=AGENT,
    via="dispatch",
    status=200,
)
async def refuse_temperament(call: Call, contact_id: int, body: NotThis) -> TemperamentView:
    """Say "not this" without choosing another: the label stays out for 90 days.

    Explicit words of the contact that come later bring it back sooner. 409 is
    ``temperament_correction_stands`` where a person said so, or ``temperament_opted_out``.
    """
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    await temperaments.refuse(
        call.conn, call.now, contact, body.label, note=body.note, actor=call.actor.reference
    )
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "PUT",
    "/contacts/{contact_id}/temperament/opt-out",
    tag="temperament",
    roles=AGENT,
    via="dispatch",
    versioned=False,
)
async def opt_out_of_temperament(call: Call, contact_id: int) -> TemperamentView:
    """The contact objects: nothing is computed, kept or shown of his temperament any more.

    What was kept is deleted. It may be said twice.
    """
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    await temperaments.opt_out(call.conn, call.now, contact, actor=call.actor.reference)
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation(
    "DELETE",
    "/contacts/{contact_id}/temperament/opt-out",
    tag="temperament",
    roles=SUPERVISOR,
    via="dispatch",
)
async def opt_in_to_temperament(call: Call, contact_id: int) -> TemperamentView:
    """The contact objects no longer: what he writes from now on counts."""
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    await temperaments.opt_in(call.conn, call.now, contact, actor=call.actor.reference)
    return await _view(call, await contacts.find(call.conn, contact_id))


@operation("GET", "/reports/temperaments", tag="reports", roles=SUPERVISOR, via="read")
async def report_temperaments(call: Call, query: PeriodQuery) -> list[LabelWeek]:
    """Report, by week and label, how many contacts had it and what people said instead.

    A correction is counted for the label that the model had given at that instant. Nobody is named.
    """
    now = await call.clock()
    period = periods.period_of(now, query.from_at, query.to_at)
    return await temperament_report.weekly(call.conn, period.from_at, period.to_at)


async def _view(call: Call, contact: Contact) -> TemperamentView:
    found = await temperament_views.current(call.conn, contact.id)
    return TemperamentView(
        **{name: getattr(found, name) for name in found.__struct_fields__},
        contact_id=contact.id,
        note_warnings=draft_checks.of_note((found.override and found.override.note) or ""),
        history=await temperaments.history(call.conn, contact.id),
        version=contact.version,
    )
