"""Who belongs to a rule segment, since when and why; how many would; and whom to write to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.administration import segment_rules
from contactcenter.administration.segment_rules import SegmentRule
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound
from contactcenter.segments import segment_counting
from contactcenter.segments.segment_counting import Rule

#: So many contacts are asked what a condition would make of them.
TRIED: Final = 2_000
EXAMPLES: Final = 10
#: More than this is no audience to be written down while somebody waits.
MAX_AUDIENCE: Final = 200_000
#: The kind of address that a channel writes to, where it has another name.
_KINDS: Final[Mapping[str, str]] = {"sms": "phone"}


class Because(Struct, frozen=True, kw_only=True):
    """A part of the condition that decided; ``found`` is null for words that somebody wrote."""

    part: str
    asks: str
    found: float | str | bool | list[str] | None


class Member(Struct, frozen=True, kw_only=True):
    """A contact who belongs, since when, and why he began to."""

    contact_id: int
    name: str | None
    since: datetime
    because: list[Because]


class Example(Struct, frozen=True, kw_only=True):
    """A contact who would belong, and why."""

    contact_id: int
    because: list[Because]


class Tried(Struct, frozen=True, kw_only=True):
    """What a condition would make of everybody.

    Where not all ``contacts`` were looked at, ``would_belong`` follows from a random part of them.
    """

    contacts: int
    looked_at: int
    would_belong: int
    is_exact: bool
    examples: list[Example]


class Audience(Struct, frozen=True, kw_only=True):
    """Whom to write to: written down at ``taken_at``, by the condition as it was then.

    Left out are members who ``opted_out`` on the channel, and those ``unreachable`` by it.
    """

    id: int
    rule_key: str
    rule_version: int
    condition: dict[str, Any]
    name: str
    channel: str
    size: int
    opted_out: int
    unreachable: int
    taken_at: datetime
    actor: str


class Reached(Struct, frozen=True, kw_only=True):
    """Somebody of an audience, and the address to write to."""

    contact_id: int
    identity_id: int


class AudienceTooLarge(Conflict):
    """So many cannot be written down at once: make the segment smaller."""

    code = "audience_too_large"


class _Row(Struct, frozen=True, kw_only=True):
    contact_id: int
    name: str | None
    since: datetime
    because: list[Any]


_SQL = db.Statements(__name__)
_page = _SQL.take("page", _Row)
_everybody = _SQL.take("everybody", int)
_some = _SQL.take("some", int)
_take = _SQL.take("take", Audience)
_keep = _SQL.command("keep")
_audiences = _SQL.take("audiences", Audience)
_find = _SQL.take("find", Audience)
_reached = _SQL.take("reached", Reached)


async def page(conn: Conn, key: str, *, after_id: int, limit: int) -> list[Member]:
    """One page of those who belong, by id; those who come and go meanwhile change no other."""
    return [
        msgspec.convert(msgspec.structs.asdict(row), Member)
        for row in await _page.all(conn, key, after_id, limit)
    ]


async def tried(conn: Conn, now: datetime, condition: dict[str, Any], *, seed: int) -> Tried:
    """What a condition that was checked would make of everybody; nothing is changed.

    ``seed`` decides whom of many it looks at.
    """
    contacts = await _everybody.one(conn)
    share = 100.0 if contacts <= TRIED else 100.0 * TRIED / contacts
    ids = await _some.all(conn, share, seed, 2 * TRIED)
    key = "tried"  # no rule has members by it
    compiled = await segment_counting.compile_one(conn, Rule(key=key, condition=condition))
    belong: list[Example] = []
    count = 0
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        answers = await segment_counting.answer(conn, now, some, compiled)
        found = {i: of[key] for i, of in sorted(answers.items()) if of[key].holds}
        count += len(found)
        for contact_id, one in list(found.items())[: EXAMPLES - len(belong)]:
            because = [Because(part=r.place, asks=r.name, found=r.found) for r in one.because]
            belong.append(Example(contact_id=contact_id, because=because))
    is_exact = len(ids) == contacts
    estimate = count if is_exact or not ids else round(contacts * count / len(ids))
    return Tried(
        contacts=contacts,
        looked_at=len(ids),
        would_belong=estimate,
        is_exact=is_exact,
        examples=belong,
    )


async def take_audience(
    conn: Conn, now: datetime, rule: SegmentRule, *, name: str, channel: str, actor: str
) -> Audience:
    """Write down who belongs now and may be written to; raises ``AudienceTooLarge``."""
    if rule.members > MAX_AUDIENCE:
        raise AudienceTooLarge(f"{rule.members} belong; {MAX_AUDIENCE} are written down at most")
    kind = _KINDS.get(channel, channel)
    made = await _take.one(
        conn,
        rule.key,
        rule.version,
        rule.condition,
        name,
        channel,
        kind,
        now,
        actor,
    )
    await _keep.run(conn, made.id, rule.key, channel, kind)
    told = {"name": name, "rule_key": rule.key, "channel": channel, "size": made.size}
    changed = {field: {"from": None, "to": value} for field, value in told.items()}
    await configuration.record(conn, now, "segment_audience", made.id, changed, actor=actor)
    return made


async def audiences(conn: Conn, key: str) -> list[Audience]:
    """What was written down of a rule segment, the newest first."""
    await segment_rules.find(conn, key)
    return await _audiences.all(conn, key)


async def find_audience(conn: Conn, audience_id: int) -> Audience:
    """Read one; raises ``NotFound``."""
    found = await _find.first(conn, audience_id)
    if found is None:
        raise NotFound(f"there is no audience {audience_id}")
    return found


async def reached(conn: Conn, audience_id: int, *, after_id: int, limit: int) -> list[Reached]:
    """One page of an audience, by contact."""
    return await _reached.all(conn, audience_id, after_id, limit)
