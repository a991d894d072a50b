"""Segments: what contacts are to us, from when to when, and by whose word."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from channels import Address
from contactcenter.api.inputs import Id, Instant
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.segment_kinds import Kind
from contactcenter.contacts import contacts, identities
from contactcenter.contacts.contacts import Contact
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import Wanted
from contactcenter.segments import segment_views
from contactcenter.segments.segment_views import SegmentView

_Word = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
_Note = Annotated[str, Meta(max_length=500)]
_Confidence = Annotated[float, Meta(ge=0, le=1)]


class NewSegment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a contact is: a value of a kind (``GET /segment_kinds``), from and until when.

    Without ``from`` it counts from now on, without ``until`` until something else is said. A
    ``from`` in the past is kept as such, but decides nothing that was decided before.
    """

    kind: Kind
    value: _Word
    confidence: _Confidence = 1.0
    note: _Note | None = None
    from_at: Instant | None = field(default=None, name="from")
    until: Instant | None = None


class ImportedSegment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another system says of a contact, named by its id or by an address of his."""

    kind: Kind
    value: _Word
    contact_id: Id | None = None
    identity: "IdentityName | None" = None
    confidence: _Confidence = 1.0
    note: _Note | None = None
    from_at: Instant | None = field(default=None, name="from")
    until: Instant | None = None


class IdentityName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address as another system writes it, with its ``kind`` (phone, email, …)."""

    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,30}\Z")]
    value: Annotated[str, Meta(min_length=1, max_length=320, pattern=r"\S")]


class ContactSegments(Struct, frozen=True, kw_only=True):
    """What counts ``at`` an instant, and all that was ever said; ``version`` is the contact's."""

    contact_id: int
    at: datetime
    effective: list[SegmentView]
    history: list[SegmentView]
    version: int


class SegmentQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``at``, what was known to count at that instant."""

    at: Instant | None = None


class Imported(Struct, frozen=True, kw_only=True):
    """How many lines said something new, and how many were known already."""

    new: int
    known: int


@operation("GET", "/contacts/{contact_id}/segments", tag="segments", roles=AGENT, via="read")
async def list_segments(call: Call, contact_id: int, query: SegmentQuery) -> ContactSegments:
    """Read what a contact is: category, contracts, value and whatever else is asserted of him.

    Of several sources a person's word counts before another system's, and that before what is
    computed. His temperament is read by itself.
    """
    return await _view(call, await contacts.find(call.conn, contact_id), query.at)


@operation(
    "POST",
    "/contacts/{contact_id}/segments",
    tag="segments",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def set_segment(call: Call, contact_id: int, body: NewSegment) -> ContactSegments:
    """Say what a contact is; it takes the place of what people said of that kind before.

    Of a kind with several values (contracts) each stands by itself. His unsolved tickets get what
    it is worth at once and stay where they are. Who may say it depends on the kind, else 403.
    """
    contact = (await contacts.lock(call.conn, contact_id))[contact_id]
    wanted = Wanted(
        place="body",
        contact_id=contact.id,
        kind=body.kind,
        value=body.value,
        confidence=body.confidence,
        note=body.note,
        from_at=body.from_at,
        to_at=body.until,
    )
    await segment_setting.say(call.conn, call.now, [wanted], source="agent", by=call.actor)
    return await _view(call, await contacts.find(call.conn, contact_id), None)


@operation(
    "DELETE",
    "/contacts/{contact_id}/segments/{segment_id}",
    tag="segments",
    roles=AGENT,
    via="dispatch",
)
async def take_segment_back(call: Call, contact_id: int, segment_id: int) -> ContactSegments:
    """Let what was said of a contact count no more; the history keeps it.

    What another system said only supervisors take back. What is over already is refused with 409
    ``segment_is_over``.
    """
    await contacts.lock(call.conn, contact_id)
    await segment_setting.take_back(call.conn, call.now, contact_id, segment_id, by=call.actor)
    return await _view(call, await contacts.find(call.conn, contact_id), None)


@operation("POST", "/segments", tag="segments", roles=ADMIN, via="dispatch", status=201)
async def import_segments(
    call: Call, body: Annotated[list[ImportedSegment], Meta(min_length=1, max_length=200)]
) -> Imported:
    """Bring what another system says of contacts: all lines, or none if one is refused.

    What it said before of the same kind ends where this begins; a line that is known already
    changes nothing, so a file may be brought twice.
    """
    addresses = {
        f"body[{n}].identity": _address(call, f"body[{n}]", line)
        for n, line in enumerate(body)
        if line.identity is not None
    }
    owners = await segment_setting.contacts_of(call.conn, addresses)
    wanted = [_wanted(f"body[{n}]", line, owners) for n, line in enumerate(body)]
    new = await segment_setting.say(call.conn, call.now, wanted, source="import", by=call.actor)
    return Imported(new=new, known=len(wanted) - new)


def _address(call: Call, place: str, line: ImportedSegment) -> Address:
    assert line.identity is not None
    written = Written(kind=line.identity.kind, value=line.identity.value)
    return identities.normalised(call.services.channels, written, field=f"{place}.identity")


def _wanted(place: str, line: ImportedSegment, owners: Mapping[str, int]) -> Wanted:
    if (line.contact_id is None) == (line.identity is None):
        raise BadInput(f"{place}.contact_id", "Name the contact by its id or by an address of his.")
    return Wanted(
        place=place,
        contact_id=line.contact_id or owners[f"{place}.identity"],
        kind=line.kind,
        value=line.value,
        confidence=line.confidence,
        note=line.note,
        from_at=line.from_at,
        to_at=line.until,
    )


async def _view(call: Call, contact: Contact, at: datetime | None) -> ContactSegments:
    at = at or await call.clock()
    return ContactSegments(
        contact_id=contact.id,
        at=at,
        effective=await segment_views.effective(call.conn, contact.id, at),
        history=await segment_views.said(call.conn, contact.id),
        version=contact.version,
    )
