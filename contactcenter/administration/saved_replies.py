"""Answers written once and used often, with places for what differs from ticket to ticket."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, NotFound
from routing.temperament import Label

Language = Literal["en", "fa"]

#: What may stand in braces, and what takes its place.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "contact_name": "the name of the contact",
    "agent_name": "the name of who answers",
    "ticket_id": "the number of the ticket",
    "queue_name": "the name of the queue the ticket is in",
}
_PLACE: Final = re.compile(r"(?P<before>[ \t]?)\{(?P<name>[^{}\n]*)\}")
_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class SavedReply(Struct, frozen=True, kw_only=True):
    """A row of ``saved_reply``; without a team it is everybody's.

    One that is meant for people of a ``temperament`` is offered with the check of a draft to them;
    ``objection`` is what it answers, as a customer might say it.
    """

    id: int
    title: str
    language: Language
    body: str
    team_id: int | None
    temperament: Label | None
    objection: str | None
    version: int


class Values(Struct, frozen=True, kw_only=True):
    """What takes the place of the placeholders; None where it is not known."""

    contact_name: str | None
    agent_name: str | None
    ticket_id: int
    queue_name: str | None


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", SavedReply)
_find = _SQL.take("find", SavedReply)
_lock = _SQL.take("lock", SavedReply)
_create = _SQL.take("create", SavedReply)
_change = _SQL.take("change", SavedReply)
_remove = _SQL.command("remove")
_team_exists = _SQL.take("team_exists", bool)
_values = _SQL.take("values", Values)


async def list_all(
    conn: Conn,
    *,
    team_ids: tuple[int, ...] | None,
    language: Language | None,
    temperament: Label | None = None,
) -> list[SavedReply]:
    """By title; those of everybody and of these teams, or with None all there are.

    With a temperament only those that are meant for such people.
    """
    teams = None if team_ids is None else list(team_ids)
    return await _list_all.all(conn, teams, language, temperament)


async def find(conn: Conn, reply_id: int, *, team_ids: tuple[int, ...] | None) -> SavedReply:
    """Read one that is everybody's or of these teams; raises ``NotFound``."""
    reply = await _find.first(conn, reply_id)
    is_theirs = reply is not None and (
        team_ids is None or reply.team_id is None or reply.team_id in team_ids
    )
    return _present(reply if is_theirs else None, reply_id)


async def lock(conn: Conn, reply_id: int) -> SavedReply:
    """Read one and lock it; raises ``NotFound``."""
    return _present(await _lock.first(conn, reply_id), reply_id)


async def create(
    conn: Conn,
    now: datetime,
    *,
    title: str,
    language: Language,
    body: str,
    team_id: int | None,
    temperament: Label | None = None,
    objection: str | None = None,
    actor: str,
) -> SavedReply:
    """Write one; raises ``BadInput`` for an unknown placeholder or team."""
    await _check(conn, body, team_id)
    reply = await _create.one(conn, title, language, body, team_id, temperament, objection)
    await _record(conn, now, reply.id, None, reply, actor=actor)
    return reply


async def change(
    conn: Conn, now: datetime, before: SavedReply, after: SavedReply, *, actor: str
) -> SavedReply:
    """Save an edit of a locked reply; raises as ``create`` does."""
    if before == after:
        return before
    await _check(conn, after.body, after.team_id)
    reply = await _change.one(
        conn,
        after.id,
        after.title,
        after.language,
        after.body,
        after.team_id,
        after.temperament,
        after.objection,
    )
    await _record(conn, now, reply.id, before, reply, actor=actor)
    return reply


async def remove(conn: Conn, now: datetime, reply_id: int, *, actor: str) -> None:
    """Throw one away; what was sent with it stays. Raises ``NotFound``."""
    before = await lock(conn, reply_id)
    await _remove.run(conn, reply_id)
    await _record(conn, now, reply_id, before, None, actor=actor)


async def values(conn: Conn, ticket_id: int, *, agent_id: int) -> Values:
    """What an agent's answer to a ticket is filled with."""
    return await _values.one(conn, ticket_id, agent_id)


def filled(reply: SavedReply, known: Values) -> tuple[str, tuple[str, ...]]:
    """The text with everything in its place, and the names of what is not known.

    Where something is not known, its place and the space before it close up. What is filled in is
    text, even if it looks like a placeholder. Persian answers have Persian digits.
    """
    number = str(known.ticket_id)
    texts = {
        "contact_name": known.contact_name,
        "agent_name": known.agent_name,
        "ticket_id": number.translate(_PERSIAN_DIGITS) if reply.language == "fa" else number,
        "queue_name": known.queue_name,
    }
    missing: list[str] = []

    def put(place: re.Match[str]) -> str:
        text = texts.get(place["name"])
        if text:
            return place["before"] + text
        missing.append(place["name"])
        return ""

    return _PLACE.sub(put, reply.body), tuple(dict.fromkeys(missing))


async def _check(conn: Conn, body: str, team_id: int | None) -> None:
    for place in _PLACE.finditer(body):
        if place["name"] not in PLACEHOLDERS:
            raise BadInput(
                "body.body",
                f"There is no placeholder {{{place['name'][:60]}}}; there are "
                + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                + ".",
                placeholder=place["name"][:60],
            )
    if team_id is not None and not await _team_exists.one(conn, team_id):
        raise BadInput("body.team_id", f"There is no team {team_id}.")


async def _record(
    conn: Conn,
    now: datetime,
    reply_id: int,
    before: SavedReply | None,
    after: SavedReply | None,
    *,
    actor: str,
) -> None:
    changed = configuration.differences(before, after, sized=("title", "body", "objection"))
    await configuration.record(conn, now, "saved_reply", reply_id, changed, actor=actor)


def _present(reply: SavedReply | None, reply_id: int) -> SavedReply:
    if reply is None:
        raise NotFound(f"there is no saved reply {reply_id}")
    return reply
