"""Rule segments: who belongs by what is known of him, who does, and whom to write to."""

import secrets
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.administration import segment_rules
from contactcenter.administration.segment_rules import SegmentRule, Wanted
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.errors import BadInput
from contactcenter.segmentation import segment_members
from contactcenter.segmentation.segment_members import Audience, Member, Reached, Tried
from contactcenter.segments import segment_facts

_MEMBERS = Cursor("segment members", tuple[int])
_REACHED = Cursor("segment audience", tuple[int])

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Condition = Annotated[
    dict[str, Any],
    Meta(
        description='`{"all": […]}`, `{"any": […]}`, `{"not": …}`, or attributes with what is'
        " wanted of each; see GET /segment_attributes. What is not known meets nothing, and also"
        " not its negation.",
        examples=[{"all": [{"age": {"at_least": 18}}, {"not": {"customer_category": "home"}}]}],
    ),
]


class SegmentRuleQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that have no members any more."""

    archived: bool = False


class NewSegmentRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who meets ``condition`` belongs; whatever goes by segments asks for ``segment.group``."""

    key: Key
    name_en: Line
    name_fa: Line
    condition: Condition


class SegmentRuleChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. With ``archived`` false one comes back."""

    name_en: Line | UnsetType = UNSET
    name_fa: Line | UnsetType = UNSET
    condition: Condition | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class TriedCondition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition to be tried; with ``key``, as that rule's."""

    condition: Condition
    key: Key = "tried"


class SegmentAttribute(Struct, frozen=True, kw_only=True):
    """What a condition may ask for; ``choices`` is null where any word fits."""

    name: str
    type: str
    choices: list[str] | None


class NewAudience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to write to over ``channel``, for what."""

    name: Line
    channel: Annotated[str, Meta(max_length=30)]


@operation("GET", "/segment_attributes", tag="segments", roles=SUPERVISOR, via="read")
async def list_segment_attributes(call: Call) -> list[SegmentAttribute]:
    """List what the condition of a rule segment may ask for, with the type of each."""
    there_is = await segment_facts.schema(call.conn)
    return [
        SegmentAttribute(
            name=a.name, type=a.type, choices=None if a.choices is None else sorted(a.choices)
        )
        for _, a in sorted(there_is.attributes.items())
    ]


@operation("GET", "/segment_rules", tag="segments", roles=SUPERVISOR, via="read")
async def list_segment_rules(call: Call, query: SegmentRuleQuery) -> list[SegmentRule]:
    """List rule segments with how many belong."""
    return await segment_rules.list_all(call.conn, archived=query.archived)


@operation("GET", "/segment_rules/{segment_rule}", tag="segments", roles=SUPERVISOR, via="read")
async def find_segment_rule(call: Call, segment_rule: str) -> SegmentRule:
    """Read one."""
    return await segment_rules.find(call.conn, segment_rule)


@operation("POST", "/segment_rules", tag="segments", roles=ADMIN, via="transaction", status=201)
async def create_segment_rule(call: Call, body: NewSegmentRule) -> SegmentRule:
    """Add a rule segment. Who belongs is computed at once, and kept so.

    A condition that could never be asked is refused: ``field`` names the place, such as
    ``body.condition.all[1].age``.
    """
    await segment_rules.lock(call.conn)
    wanted = Wanted(
        key=body.key,
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        condition=body.condition,
    )
    return await segment_rules.create(
        call.conn, await call.clock(), wanted, actor=call.actor.reference
    )


@operation("PATCH", "/segment_rules/{segment_rule}", tag="segments", roles=ADMIN, via="transaction")
async def change_segment_rule(
    call: Call, segment_rule: str, body: SegmentRuleChange
) -> SegmentRule:
    """Rename a rule segment, define it anew, or archive it: then nobody belongs.

    One that something goes by is not archived, 409 ``segment_rule_in_use``.
    """
    await segment_rules.lock(call.conn)
    before = await segment_rules.find(call.conn, segment_rule)
    call.check_version(before.version)
    now = await call.clock()
    archived_at = before.archived_at
    if isinstance(body.archived, bool):
        archived_at = (before.archived_at or now) if body.archived else None
    wanted = Wanted(
        key=before.key,
        name_en=before.name_en if body.name_en is UNSET else body.name_en.strip(),
        name_fa=before.name_fa if body.name_fa is UNSET else body.name_fa.strip(),
        condition=before.condition if body.condition is UNSET else body.condition,
        archived_at=archived_at,
    )
    return await segment_rules.change(call.conn, now, before, wanted, actor=call.actor.reference)


@operation(
    "POST",
    "/segment_rules/dry_runs",
    tag="segments",
    roles=SUPERVISOR,
    via="read",
    status=200,
    idempotent=False,
)
async def try_segment_rule(call: Call, body: TriedCondition) -> Tried:
    """Tell how many would belong by a condition, with ten examples; nothing is changed.

    Of more than 2,000 contacts a random part is looked at.
    """
    others = {
        rule.key: rule.condition
        for rule in await segment_rules.list_all(call.conn, archived=False)
        if rule.key != body.key
    }
    await segment_rules.check(call.conn, body.key, body.condition, others)
    seed = secrets.randbelow(2**31)
    return await segment_members.tried(call.conn, await call.clock(), body.condition, seed=seed)


@operation(
    "GET", "/segment_rules/{segment_rule}/contacts", tag="segments", roles=SUPERVISOR, via="read"
)
async def list_segment_members(call: Call, segment_rule: str, query: PageQuery) -> Page[Member]:
    """List who belongs, by id, with since when and why."""
    await segment_rules.find(call.conn, segment_rule)
    last = _MEMBERS.read(query.cursor)
    found = await segment_members.page(
        call.conn, segment_rule, after_id=last[0] if last else 0, limit=query.limit + 1
    )
    return _MEMBERS.page(found, query.limit, lambda member: (member.contact_id,))


@operation(
    "POST",
    "/segment_rules/{segment_rule}/audiences",
    tag="segments",
    roles=SUPERVISOR,
    via="transaction",
    status=201,
)
async def take_audience(call: Call, segment_rule: str, body: NewAudience) -> Audience:
    """Write down who belongs now and may be written to over a channel.

    What changes later changes nothing of it. Who opted out there is left out, and so is who has no
    address there.
    """
    if body.channel not in call.services.channels:
        raise BadInput("body.channel", f"There is no channel {body.channel!r}.")
    rule = await segment_rules.find(call.conn, segment_rule)
    return await segment_members.take_audience(
        call.conn,
        await call.clock(),
        rule,
        name=body.name.strip(),
        channel=body.channel,
        actor=call.actor.reference,
    )


@operation(
    "GET", "/segment_rules/{segment_rule}/audiences", tag="segments", roles=SUPERVISOR, via="read"
)
async def list_audiences(call: Call, segment_rule: str) -> list[Audience]:
    """List what was written down of a rule segment, the newest first."""
    return await segment_members.audiences(call.conn, segment_rule)


@operation("GET", "/segment_audiences/{audience_id}", tag="segments", roles=SUPERVISOR, via="read")
async def find_audience(call: Call, audience_id: int) -> Audience:
    """Read what an audience was taken from, and how many are in it."""
    return await segment_members.find_audience(call.conn, audience_id)


@operation(
    "GET",
    "/segment_audiences/{audience_id}/contacts",
    tag="segments",
    roles=SUPERVISOR,
    via="read",
)
async def list_audience(call: Call, audience_id: int, query: PageQuery) -> Page[Reached]:
    """List an audience, by contact, with the address to write to.

    Who has opted out since it was taken is left out.
    """
    await segment_members.find_audience(call.conn, audience_id)
    last = _REACHED.read(query.cursor)
    found = await segment_members.reached(
        call.conn, audience_id, after_id=last[0] if last else 0, limit=query.limit + 1
    )
    return _REACHED.page(found, query.limit, lambda one: (one.contact_id,))
