"""Segment policies: what follows for customers of a segment, and in which order."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.api.inputs import Id
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.segment_kinds import Kind
from contactcenter.segments import segment_policies
from contactcenter.segments.segment_policies import Policies, Policy

_Word = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
_Guidance = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]


class NewPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows for customers of whom ``kind`` is ``value``; without them, for everybody.

    ``sla_policy`` names a promise, ``queue_id`` is where their problems enter, ``credit_s`` counts
    as waited. Of a temperament only guidance follows.
    """

    key: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
    kind: Kind | None = None
    value: _Word | None = None
    guidance_en: _Guidance | None = None
    guidance_fa: _Guidance | None = None
    sla_policy: _Word | None = None
    queue_id: Id | None = None
    credit_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None


@operation("GET", "/segment_policies", tag="segments", roles=AGENT, via="read")
async def list_segment_policies(call: Call) -> Policies:
    """Read all policies, in the order in which they count."""
    return await segment_policies.read(call.conn)


@operation("PUT", "/segment_policies", tag="segments", roles=ADMIN, via="transaction")
async def replace_segment_policies(
    call: Call, body: Annotated[list[NewPolicy], Meta(max_length=500)]
) -> Policies:
    """Make these, in this order, all there are; they hold for what comes from now on.

    For each effect the first one counts that has it and fits; one for everybody is the last.
    """
    wanted = [
        Policy(
            key=one.key,
            kind=one.kind,
            value=one.value,
            guidance_en=one.guidance_en,
            guidance_fa=one.guidance_fa,
            sla_policy=one.sla_policy,
            queue_id=one.queue_id,
            credit_s=one.credit_s,
        )
        for one in body
    ]
    return await segment_policies.replace(
        call.conn,
        await call.clock(),
        wanted,
        version=call.version,
        channels=call.services.channels,
        actor=call.actor.reference,
    )
