"""Makes rows of told lines: whose they are, what is known already, what is not kept.

Nothing is written here, so that a file can be read to its end before anything of it counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels import Address
from contactcenter import db
from contactcenter.behaviour import behaviour_kinds
from contactcenter.behaviour.behaviour_lines import Line, Who, check
from contactcenter.db import Conn

#: What is wrong with an address that nobody has.
NOBODY: Final = "No contact has this address."


class Row(Struct, frozen=True, kw_only=True):
    """A line that is kept, with the contacts it is about.

    ``contact_id`` is None while ``address`` belongs to nobody yet; so is ``referred_id``.
    """

    line: Line
    contact_id: int | None
    identity_id: int | None
    address: Address | None
    referred_id: int | None
    referred: Address | None

    @property
    def details(self) -> str:
        """What only kinds of the house's own say, as JSON."""
        return msgspec.json.encode(self.line.details).decode()


class Read(Struct, frozen=True, kw_only=True):
    """What became of lines: those that are new, and how many were known or are not kept."""

    rows: list[Row]
    known: int
    not_kept: int


class _Known(Struct, frozen=True, kw_only=True):
    line: int
    kind: str
    occurred_at: datetime
    amount_minor: int | None
    cost_minor: int | None
    currency: str | None
    product: str | None
    topic: str | None
    details: dict[str, Any]


class _Owner(Struct, frozen=True, kw_only=True):
    kind: str
    value: str
    identity_id: int
    contact_id: int


_SQL = db.Statements(__name__)
_known = _SQL.take("known", _Known)
_there = _SQL.take("there", int)
_owners = _SQL.take("owners", _Owner)


async def read(conn: Conn, now: datetime, lines: Sequence[Line], *, accept_unknown: bool) -> Read:
    """Read lines, all or none; raises ``BadInput`` naming the place of the first that is wrong.

    An address that nobody has is wrong, too, unless ``accept_unknown``. The addresses' rows are
    locked until the commit: nobody changes whose they are meanwhile.
    """
    kinds = await behaviour_kinds.by_word(conn)
    kept = [line for line in lines if check(line, kinds, now).keeps(line.occurred_at, now)]
    once = _once(kept)
    new = await _new(conn, once)
    rows = await _whose(conn, new, accept_unknown=accept_unknown)
    return Read(rows=rows, known=len(kept) - len(rows), not_kept=len(lines) - len(kept))


async def owners(conn: Conn, addresses: Collection[Address]) -> Mapping[Address, tuple[int, int]]:
    """The ids of addresses and of the contacts that have them; those of nobody are left out."""
    kinds, values = [a.kind for a in addresses], [a.value for a in addresses]
    return {
        Address(kind=o.kind, value=o.value): (o.identity_id, o.contact_id)
        for o in await _owners.all(conn, kinds, values)
    }


def differs(line: Line) -> str:
    """What is said where the same name stands for something else already."""
    return f"{line.source} has told something else as {line.external_id} already."


def _once(lines: Iterable[Line]) -> list[Line]:
    """Without those that say again what another says."""
    first: dict[tuple[str, str], Line] = {}
    for line in lines:
        said = first.setdefault(line.key, line)
        if said is not line and said.content != line.content:
            raise line.wrong("external_id", differs(line))
    return list(first.values())


async def _new(conn: Conn, lines: Sequence[Line]) -> list[Line]:
    keys = [line.source for line in lines], [line.external_id for line in lines]
    known = {row.line - 1 for row in await _known.all(conn, *keys) if _is(lines, row)}
    return [line for n, line in enumerate(lines) if n not in known]


def _is(lines: Sequence[Line], row: _Known) -> bool:
    line = lines[row.line - 1]
    told = (
        row.kind,
        row.occurred_at,
        row.amount_minor,
        row.cost_minor,
        row.currency,
        row.product,
        row.topic,
        row.details,
    )
    if told != line.content:
        raise line.wrong("external_id", differs(line))
    return True


async def _whose(conn: Conn, lines: Sequence[Line], *, accept_unknown: bool) -> list[Row]:
    named = [(line, who) for line in lines for who in (line.who, line.referred) if who]
    has = await owners(conn, {who.address for _, who in named if who.address})
    ids = {who.contact_id for _, who in named if who.contact_id}
    there = set(await _there.all(conn, sorted(ids)))
    for line, who in named:
        if who.contact_id is not None and who.contact_id not in there:
            raise line.wrong(who.field, f"There is no contact {who.contact_id}.")
        if who.address is not None and who.address not in has and not accept_unknown:
            raise line.wrong(who.field, NOBODY)
    return [_row(line, has) for line in lines]


def _row(line: Line, has: Mapping[Address, tuple[int, int]]) -> Row:
    identity_id, contact_id = _of(line.who, has)
    _, referred_id = _of(line.referred, has) if line.referred else (None, None)
    if line.referred is not None:
        is_himself = contact_id is not None and contact_id == referred_id
        if is_himself or line.who == msgspec.structs.replace(line.referred, field=line.who.field):
            raise line.wrong(line.referred.field, "Nobody brings himself.")
    return Row(
        line=line,
        contact_id=contact_id,
        identity_id=identity_id,
        address=line.who.address,
        referred_id=referred_id,
        referred=line.referred.address if line.referred else None,
    )


def _of(who: Who, has: Mapping[Address, tuple[int, int]]) -> tuple[int | None, int | None]:
    if who.address is None:
        return None, who.contact_id
    return has.get(who.address, (None, None))
