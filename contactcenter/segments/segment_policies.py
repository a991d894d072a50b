"""What follows for customers of a segment: guidance, a promise, a queue, a credit.

For each effect the first policy counts that has it and whose segment the customer is of; those for
everybody come last. They act through the entry table, the promises and the credits there are.
"""

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Stale
from contactcenter.rules import SlaPolicy
from contactcenter.segments import conditions
from contactcenter.segments.conditions import Known
from contactcenter.segments.segment_kinds_asked import MANNER, SEGMENT


class Policy(Struct, frozen=True, kw_only=True):
    """One line: for whom, and what follows. Without ``kind`` and ``value`` it is for everybody."""

    key: str
    kind: str | None = None
    value: str | None = None
    guidance_en: str | None = None
    guidance_fa: str | None = None
    sla_policy: str | None = None
    queue_id: int | None = None
    credit_s: int | None = None

    @property
    def condition(self) -> dict[str, Any]:
        """For whom it is, as entry rules and promises ask."""
        return {} if self.kind is None else {SEGMENT + self.kind: self.value}


class Policies(Struct, frozen=True, kw_only=True):
    """All of them, in order. ``version`` is another one for others."""

    policies: list[Policy]
    version: int


class _SlaNames(Struct, frozen=True, kw_only=True):
    names: list[str]


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", Policy)
_sla_names = _SQL.take("sla_names", _SlaNames)
_remove_others = _SQL.command("remove_others")
_put = _SQL.command("put")

#: What nobody's manner decides.
_NOT_BY_MANNER: Final = ("sla_policy", "queue_id", "credit_s")


async def read(conn: Conn) -> Policies:
    """All of them, in order."""
    found = await _list_all.all(conn)
    return Policies(policies=found, version=zlib.crc32(msgspec.json.encode(found)))


async def replace(
    conn: Conn,
    now: datetime,
    wanted: Sequence[Policy],
    *,
    version: int,
    channels: Collection[str],
    actor: str,
) -> Policies:
    """Make these, in this order, all there are.

    ``version`` is of those it is based on: raises ``Stale`` where they have changed since, or
    ``BadInput`` naming the place.
    """
    await _lock.run(conn)
    before = await read(conn)
    if before.version != version:
        raise Stale
    there_is = await conditions.known(conn, channels)
    promised = (await _sla_names.one(conn)).names
    for n, policy in enumerate(wanted):
        _check(policy, f"body[{n}]", there_is, promised)
    _check_order(wanted)
    await _remove_others.run(conn, [policy.key for policy in wanted])
    for n, policy in enumerate(wanted, start=1):
        await _put.run(conn, n, *msgspec.structs.astuple(policy))
    after = await read(conn)
    changed = configuration.differences(before, after)
    if changed:
        await configuration.record(conn, now, "segment_policies", None, changed, actor=actor)
    return after


async def with_promises(conn: Conn, table: Sequence[SlaPolicy]) -> list[SlaPolicy]:
    """The promises as they are asked: first what asks for something, then policies, then the rest.

    A policy that names a promise which is no more has none.
    """
    by_name = {promise.name: promise for promise in table}
    promised = [
        msgspec.structs.replace(by_name[policy.sla_policy], condition=policy.condition)
        for policy in await _list_all.all(conn)
        if policy.sla_policy in by_name
    ]
    named = [promise for promise in table if promise.condition]
    return [*named, *promised, *(promise for promise in table if not promise.condition)]


def _check(policy: Policy, place: str, there_is: Known, promised: Collection[str]) -> None:
    if (policy.kind is None) != (policy.value is None):
        missing = "kind" if policy.kind is None else "value"
        raise BadInput(f"{place}.{missing}", "A segment is named by its kind and its value.")
    if policy.kind is not None:
        _check_segment(policy, place, there_is)
    if (policy.guidance_en is None) != (policy.guidance_fa is None):
        missing = "guidance_en" if policy.guidance_en is None else "guidance_fa"
        raise BadInput(f"{place}.{missing}", "Guidance is given in both languages.")
    if policy.queue_id is not None and policy.queue_id not in there_is.queues:
        raise BadInput(f"{place}.queue_id", f"There is no queue {policy.queue_id}.")
    if policy.sla_policy is not None and policy.sla_policy not in promised:
        raise BadInput(f"{place}.sla_policy", f"Nothing is promised as {policy.sla_policy!r}.")
    if not any((policy.guidance_en, policy.sla_policy, policy.queue_id, policy.credit_s)):
        raise BadInput(place, "Nothing follows: give guidance, a promise, a queue or a credit.")


def _check_segment(policy: Policy, place: str, there_is: Known) -> None:
    name = f"{SEGMENT}{policy.kind}"
    try:
        conditions.check(policy.condition, place, there_is)
    except BadInput as error:
        field = error.data["field"].replace(f"{place}.{name}", f"{place}.value")
        raise BadInput(field, error.detail) from error
    if policy.kind == MANNER:
        for effect in _NOT_BY_MANNER:
            if getattr(policy, effect) is not None:
                raise BadInput(f"{place}.{effect}", "Nobody's manner decides how he is served.")


def _check_order(wanted: Sequence[Policy]) -> None:
    for n, policy in enumerate(wanted):
        if policy.key in {other.key for other in wanted[:n]}:
            raise BadInput(f"body[{n}].key", f"{policy.key} is named twice.")
        if policy.kind is None and n < len(wanted) - 1:
            raise BadInput(f"body[{n}]", "This is for everybody: it is the last.")
