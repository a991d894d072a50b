"""Takes feedback in: noted by an agent in a ticket, or brought by other systems, each once."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db, events, vital_alerts
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.feedback import feedback
from contactcenter.feedback.feedback import Polarity


class Said(Struct, frozen=True, kw_only=True):
    """What somebody said; ``place`` is what an error's place begins with.

    ``source`` and ``external_id`` name what another system tells, for good.
    """

    place: str
    topic: str
    polarity: Polarity
    source: str
    given_at: datetime
    attribute: str | None = None
    score: int | None = None
    words: str | None = None
    contact_id: int | None = None
    ticket_id: int | None = None
    interaction_id: int | None = None
    external_id: str | None = None
    owner_id: int | None = None


class Taken(Struct, frozen=True, kw_only=True):
    """How many of those that were brought are new, and how many were here already."""

    new: int
    known: int


class _Key(Struct, frozen=True, kw_only=True):
    source: str
    external_id: str


class _Put(Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int | None
    ticket_id: int | None
    source: str
    polarity: str


_SQL = db.Statements(__name__)
_known = _SQL.take("known", _Key)
_put = _SQL.take("put", _Put)
_belongs = _SQL.take("belongs", bool)
_contacts_there = _SQL.take("contacts_there", int)
_tickets_there = _SQL.take("tickets_there", int)


async def note(conn: Conn, now: datetime, said: Said, *, actor: str) -> int:
    """Note what somebody said in a ticket; its id. Raises ``BadInput``."""
    if said.interaction_id is not None and said.ticket_id is not None:
        there = await _belongs.one(conn, said.ticket_id, said.interaction_id)
        if not there:
            problem = f"The ticket has no interaction {said.interaction_id}."
            raise BadInput(f"{said.place}interaction_id", problem)
    if said.owner_id is not None:
        await feedback.check_owner(conn, f"{said.place}owner_id", said.owner_id)
    (made,) = await _keep(conn, now, [said], actor=actor)
    return made


async def bring(conn: Conn, now: datetime, brought: Sequence[Said], *, actor: str) -> Taken:
    """Keep what another system tells, each once, all or none; raises ``BadInput``."""
    await _check_there(conn, brought)
    keys = [s.source for s in brought], [s.external_id for s in brought]
    known = {(k.source, k.external_id) for k in await _known.all(conn, *keys)}
    new: dict[tuple[str, str | None], Said] = {}
    for said in brought:
        if (said.source, said.external_id) not in known:
            new.setdefault((said.source, said.external_id), said)
    made = await _keep(conn, now, list(new.values()), actor=actor)
    return Taken(new=len(made), known=len(brought) - len(made))


async def _check_there(conn: Conn, brought: Sequence[Said]) -> None:
    people = {s.contact_id for s in brought if s.contact_id is not None}
    tickets = {s.ticket_id for s in brought if s.ticket_id is not None}
    there = set(await _contacts_there.all(conn, sorted(people)))
    open_ = set(await _tickets_there.all(conn, sorted(tickets)))
    for said in brought:
        if said.contact_id is not None and said.contact_id not in there:
            raise BadInput(f"{said.place}contact_id", f"There is no contact {said.contact_id}.")
        if said.ticket_id is not None and said.ticket_id not in open_:
            raise BadInput(f"{said.place}ticket_id", f"There is no ticket {said.ticket_id}.")


async def _keep(conn: Conn, now: datetime, said: Sequence[Said], *, actor: str) -> list[int]:
    made = await _put.all(conn, now, actor, *_columns(said)) if said else []
    ticket_ids = sorted({m.ticket_id for m in made if m.ticket_id is not None})
    teams = await feedback.teams_of(conn, ticket_ids)
    facts = [
        events.Event(
            kind="feedback_taken",
            at=now,
            actor=actor,
            contact_id=one.contact_id,
            ticket_id=one.ticket_id,
            team_ids=teams.get(one.ticket_id or 0, ()),
            data={"feedback_id": one.id, "polarity": one.polarity, "source": one.source},
        )
        for one in made
    ]
    await events.record(conn, *facts)
    await vital_alerts.of_feedback(conn, now, [one.id for one in made])
    return [one.id for one in made]


def _columns(said: Sequence[Said]) -> list[list[object]]:
    names = (
        *("topic", "attribute", "polarity", "score", "words", "contact_id", "ticket_id"),
        *("interaction_id", "source", "external_id", "given_at", "owner_id"),
    )
    return [[getattr(one, name) for one in said] for name in names]
