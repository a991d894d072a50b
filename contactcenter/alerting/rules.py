"""What administrators want to be told of: a measure of the board, a threshold, and whom to tell."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Literal

import asyncpg
from msgspec import Struct, structs

from channels import BadAddress, Channel
from contactcenter import configuration, db
from contactcenter.alerting import webhooks
from contactcenter.alerting.judging import Direction
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, NotFound

Measure = Literal[
    "waiting",
    "longest_wait_s",
    "agents",
    "available",
    "abandoned_today",
    "service_level_today",
    "at_risk",
]
Language = Literal["en", "fa"]

#: So many people are told by mail at most.
MOST_EMAILS: Final = 10
#: Of these events tell the length alone: everybody hears of them, and who has the address of a
#: webhook can often post there.
_SIZED: Final = ("emails", "webhook_url")


class Targets(Struct, frozen=True, kw_only=True):
    """Whom rules can tell: by which channel mails go out, and hosts of our own network."""

    mail: Channel | None
    inside: Collection[str]


class Settings(Struct, frozen=True, kw_only=True):
    """What a rule says; ``queue_id`` None is all queues together."""

    name: str
    measure: Measure
    queue_id: int | None
    direction: Direction
    threshold: float
    clears_at: float
    for_s: int
    emails: Sequence[str]
    webhook_url: str | None
    language: Language
    is_on: bool


class Rule(Settings, frozen=True, kw_only=True):
    """A row of ``alert_rule``."""

    id: int
    beyond_since: datetime | None
    created_at: datetime
    version: int


_SQL = db.Statements(__name__)
_seen = _SQL.take("seen", Rule)
_find = _SQL.take("find", Rule)
_lock = _SQL.take("lock", Rule)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_remove = _SQL.command("remove")
_queue_exists = _SQL.take("queue_exists", bool)


async def seen(conn: Conn, viewer_id: int, rule_id: int | None = None) -> list[Rule]:
    """The rules that this person sees, by name, or one of them.

    Administrators see all; who leads teams those of their queues and of all queues together, of
    webhooks the host alone.
    """
    return await _seen.all(conn, viewer_id, rule_id)


async def find(conn: Conn, rule_id: int) -> Rule:
    """Read one; raises ``NotFound``."""
    rule = await _find.first(conn, rule_id)
    if rule is None:
        raise NotFound(f"there is no alert rule {rule_id}")
    return rule


async def lock(conn: Conn, rule_id: int) -> Rule:
    """The same, locked until the end of the transaction."""
    rule = await _lock.first(conn, rule_id)
    if rule is None:
        raise NotFound(f"there is no alert rule {rule_id}")
    return rule


async def create(
    conn: Conn, now: datetime, said: Settings, *, targets: Targets, actor: str
) -> Rule:
    """Write a rule; raises ``BadInput`` and ``NameTaken``."""
    said = await _checked(conn, said, targets)
    try:
        rule_id = await _create.one(conn, *_columns(said), now)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is an alert rule {said.name!r} already") from error
    changed = configuration.differences(None, said, sized=_SIZED)
    await configuration.record(conn, now, "alert_rule", rule_id, changed, actor=actor)
    return await find(conn, rule_id)


async def change(
    conn: Conn,
    now: datetime,
    before: Rule,
    said: Settings,
    *,
    targets: Targets,
    actor: str,
) -> Rule:
    """Replace what a locked rule says; raises as ``create`` does."""
    said = await _checked(conn, said, targets)
    try:
        await _change.run(conn, before.id, *_columns(said))
    except asyncpg.UniqueViolationError as error:
        raise NameTaken(f"there is an alert rule {said.name!r} already") from error
    changed = configuration.differences(settings_of(before), said, sized=_SIZED)
    if changed:
        await configuration.record(conn, now, "alert_rule", before.id, changed, actor=actor)
    return await find(conn, before.id)


async def remove(conn: Conn, now: datetime, rule: Rule, *, actor: str) -> None:
    """Throw a locked rule away; what it raised stays."""
    await _remove.run(conn, rule.id)
    changed = configuration.differences(settings_of(rule), None, sized=_SIZED)
    await configuration.record(conn, now, "alert_rule", rule.id, changed, actor=actor)


def settings_of(rule: Rule) -> Settings:
    """What it says, without what became of it."""
    return Settings(**{name: getattr(rule, name) for name in Settings.__struct_fields__})


async def _checked(conn: Conn, said: Settings, targets: Targets) -> Settings:
    if not (math.isfinite(said.threshold) and math.isfinite(said.clears_at)):
        raise BadInput("body.threshold", "it is a number")
    is_quiet = (
        said.clears_at <= said.threshold
        if said.direction == "above"
        else said.clears_at >= said.threshold
    )
    if not is_quiet:
        side = "at most" if said.direction == "above" else "at least"
        raise BadInput("body.clears_at", f"it is {side} the threshold: else it would flap")
    if said.queue_id is not None and not await _queue_exists.one(conn, said.queue_id):
        raise BadInput("body.queue_id", f"there is no queue {said.queue_id}")
    if said.webhook_url is not None:
        webhooks.check_address(said.webhook_url, targets.inside, place="body.webhook_url")
    emails = [_email(targets.mail, n, one) for n, one in enumerate(said.emails)]
    return structs.replace(said, emails=list(dict.fromkeys(emails)))


def _email(mail: Channel | None, n: int, written: str) -> str:
    place = f"body.emails[{n}]"
    if mail is None or mail.missing:
        raise BadInput(place, "mails cannot be sent: the channel email is not set up")
    try:
        return mail.address(written).value
    except BadAddress as error:
        raise BadInput(place, str(error)) from error


def _columns(said: Settings) -> list[object]:
    return [getattr(said, name) for name in Settings.__struct_fields__]
