"""After which endings of a problem somebody is asked again by himself, and with what words."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from routing.temperament import Label


class Rule(Struct, frozen=True, kw_only=True):
    """Who ends with this ``disposition`` and is of this ``temperament`` is asked after that."""

    disposition: str
    temperament: Label
    due_after_s: int
    what_en: str
    what_fa: str


class _Rules(Struct, frozen=True, kw_only=True):
    rules: list[dict[str, object]]


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_list_all = _SQL.take("list_all", Rule)
_clear = _SQL.command("clear")
_put = _SQL.command("put")
_dispositions = _SQL.take("dispositions", str)


async def list_all(conn: Conn) -> list[Rule]:
    """Every rule, by disposition and temperament."""
    return await _list_all.all(conn)


async def replace(conn: Conn, now: datetime, rules: Sequence[Rule], *, actor: str) -> list[Rule]:
    """Write them anew as a whole; raises ``BadInput`` and has changed nothing then."""
    await _lock.run(conn)
    before = await list_all(conn)
    known = set(await _dispositions.all(conn))
    seen: set[tuple[str, str]] = set()
    for n, rule in enumerate(rules):
        if rule.disposition not in known:
            raise BadInput(f"body[{n}].disposition", f"There is no {rule.disposition}.")
        if (rule.disposition, rule.temperament) in seen:
            raise BadInput(f"body[{n}].temperament", "There is a rule for both already.")
        seen.add((rule.disposition, rule.temperament))
    await _clear.run(conn)
    names = ("disposition", "temperament", "due_after_s", "what_en", "what_fa")
    await _put.run(conn, *([getattr(rule, name) for rule in rules] for name in names))
    after = await list_all(conn)
    changed = configuration.differences(_told(before), _told(after))
    if changed:
        await configuration.record(conn, now, "follow_up_rules", None, changed, actor=actor)
    return after


def _told(rules: Sequence[Rule]) -> _Rules:
    """As an event tells of them: of texts the length."""
    told = []
    for rule in rules:
        fields: dict[str, object] = structs.asdict(rule)
        told.append({**fields, "what_en": len(rule.what_en), "what_fa": len(rule.what_fa)})
    return _Rules(rules=told)
