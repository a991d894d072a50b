"""What messages show is kept, and what follows of it: in triage, later, and when people object."""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest

from contactcenter import merge_undoing, merges
from contactcenter.bell import Bell
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.errors import BadInput, NotFound
from contactcenter.temperament_keeper import TemperamentKeeper
from contactcenter.temperaments import temperament_views, temperaments
from contactcenter.temperaments.temperaments import CorrectionStands, OptedOut
from contactcenter.triage import Triage
from routing.temperament import LABELS, Evidence, Message
from routing.temperament.reading import Reading

ASKED: list[tuple[str, list[str]]] = []


def plain_reader(message: Message, before: Sequence[Message] = ()) -> Reading:
    """Reads labels by their names; an exclamation mark makes one explicit."""
    ASKED.append((message.text, [turn.text for turn in before]))
    if "fails" in message.text:
        raise RuntimeError("no model")
    found = [label for label in LABELS if label in message.text]
    powers = [30.0 if label in found else 1.0 for label in LABELS]
    return Reading(
        probabilities=tuple(power / sum(powers) for power in powers),
        evidence=tuple(
            Evidence(
                interaction_id=message.interaction_id,
                cue=f"says_{label}",
                points_to=label,
                span=(message.text.index(label), message.text.index(label) + len(label)),
                weight=1.0,
            )
            for label in found
        ),
        is_explicit="!" in message.text,
        has_own_words=message.text != "…",
    )


class Centre:
    """A queue, its triage and the keeper."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self.database, self.dispatcher = database, dispatcher
        self.triage = Triage(database, Bell(database), dispatcher, plain_reader)
        self.keeper = TemperamentKeeper(database, dispatcher, plain_reader)
        self.queue_id = 0
        self.numbers = itertools.count(1)

    async def ticket(self, contact_id: int | None = None) -> tuple[int, int]:
        """A waiting ticket of somebody; its id and his."""
        async with self.database.read() as conn:
            self.queue_id = self.queue_id or await factories.queue(conn)
            contact_id = contact_id or await factories.contact(conn)
            ticket = await factories.queued_ticket(
                conn, datetime.now(UTC), queue_id=await factories.queue(conn), contact_id=contact_id
            )
            await conn.execute("UPDATE ticket SET language = 'en' WHERE id = $1", ticket.id)
            await conn.execute(
                "UPDATE interaction SET kind = 'automatic' WHERE ticket_id = $1", ticket.id
            )
        return ticket.id, contact_id

    async def write(self, ticket_id: int, body: str, **ago: float) -> int:
        """A message that is received now and was written some time ago."""
        async with self.database.read() as conn:
            now = await conn.fetchval("SELECT clock_timestamp()")
            made = await factories.interaction(conn, now, ticket_id=ticket_id, body=body)
            await conn.execute(
                "UPDATE interaction SET occurred_at = $2 WHERE id = $1",
                made,
                now - timedelta(**ago),
            )
        return made

    async def look(self) -> None:
        while await self.triage.look():
            pass

    async def hear(self, ticket_id: int, body: str, **ago: float) -> int:
        made = await self.write(ticket_id, body, **ago)
        await self.look()
        return made

    async def told(self, contact_id: int) -> temperament_views.Temperament:
        async with self.database.read() as conn:
            return await temperament_views.current(conn, contact_id)

    async def label(self, ticket_id: int) -> Any:
        return await self.value("SELECT temperament FROM ticket WHERE id = $1", ticket_id)

    async def value(self, sql: str, *args: Any) -> Any:
        async with self.database.read() as conn:
            return await conn.fetchval(sql, *args)

    async def do(
        self, contact_id: int, change: Callable[[Conn, datetime, Contact], Awaitable[None]]
    ) -> None:
        async def locked(conn: Conn, now: datetime) -> None:
            await change(conn, now, (await contacts.lock(conn, contact_id))[contact_id])

        await self.dispatcher.submit(locked)

    async def merge(self, kept_id: int, other_id: int) -> int:
        made = await self.dispatcher.submit(
            lambda conn, now: merges.merge(
                conn, now, kept_id, other_id, actor="user:1", must_read_as=None
            )
        )
        return made.id

    async def undo(self, merge_id: int) -> None:
        await self.dispatcher.submit(
            lambda conn, now: merge_undoing.undo(
                conn, now, merge_id, actor="user:1", must_read_as=None
            )
        )


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[Centre]:
    ASKED.clear()
    async with dispatching(database) as dispatcher:
        yield Centre(database, dispatcher)


async def test_a_message_leaves_numbers_and_places_and_none_of_its_words(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()

    made = await centre.hear(ticket_id, "so haggler! it is")

    async with centre.database.read() as conn:
        row = await conn.fetchrow("SELECT to_jsonb(e) AS kept FROM temperament_evidence e")
    kept = row["kept"]
    assert (kept["interaction_id"], kept["contact_id"], kept["ticket_id"]) == (
        made, contact_id, ticket_id,
    )  # fmt: skip
    assert kept["log_ratios"][4] == pytest.approx(math.log(30 / 35 * 6))
    assert kept["cues"][0]["span"] == [3, 10]
    assert "so haggler" not in str(kept)
    told = await centre.told(contact_id)
    assert (told.label, told.source, told.messages_considered) == ("haggler", "model", 1)
    [sign] = told.evidence
    assert (sign.interaction_id, sign.channel, sign.span) == (made, "sms", (3, 10))
    assert told.distribution["haggler"] == pytest.approx(told.confidence)
    assert sum(told.distribution.values()) == pytest.approx(1)
    assert told.expires_if_silent > told.updated >= told.since == sign.at
    assert await centre.label(ticket_id) == "haggler"
    said = await centre.value(
        "SELECT jsonb_agg(jsonb_build_array(value, source, to_at)) FROM segment"
    )
    assert said == [["haggler", "model", None]]


async def test_only_new_messages_are_read_with_what_was_said_before(centre: Centre) -> None:
    ticket_id, _ = await centre.ticket()
    for body in ("one", "two", "three"):
        await centre.hear(ticket_id, body)

    assert [text for text, _ in ASKED] == ["one", "two", "three"]
    assert ASKED[-1][1][-2:] == ["one", "two"]


async def test_what_has_no_own_words_or_is_of_others_leaves_nothing(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "…")
    made = await centre.write(ticket_id, "haggler!")
    await centre.value(
        "UPDATE interaction SET details = '{\"participant\": 1}' WHERE id = $1", made
    )
    await centre.look()
    made = await centre.write(ticket_id, "haggler!")
    await centre.value("UPDATE interaction SET kind = 'automatic' WHERE id = $1", made)
    await centre.look()

    assert await centre.value("SELECT count(*) FROM temperament_evidence") == 0
    assert (await centre.told(contact_id)).label == "unknown"


async def test_messages_that_come_in_any_order_leave_the_same(centre: Centre) -> None:
    said = [("warm", 60), ("haggler!", 26), ("warm warm", 3), ("hello", 2), ("haggler", 1)]
    outcomes = []
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]):
        ticket_id, contact_id = await centre.ticket()
        for n in order:
            await centre.hear(ticket_id, said[n][0], hours=said[n][1])
        told = await centre.told(contact_id)
        outcomes.append(
            (
                told.label,
                await centre.label(ticket_id),
                [round(p, 4) for p in told.distribution.values()],
                await centre.value(
                    "SELECT array_agg(e.log_ratios::text ORDER BY e.at) FROM temperament_evidence e"
                    " WHERE e.contact_id = $1",
                    contact_id,
                ),
            )
        )

    assert outcomes[0] == outcomes[1] == outcomes[2]
    last = [before for text, before in ASKED if text == "haggler"]
    assert last[1] == []  # it came first,
    assert last[-1] == ["warm", "haggler!", "warm warm", "hello"] or last[2][-1] == "hello"


async def test_a_late_message_has_those_after_it_read_again(centre: Centre) -> None:
    ticket_id, _ = await centre.ticket()
    await centre.hear(ticket_id, "second", hours=1)
    ASKED.clear()

    await centre.hear(ticket_id, "first", hours=2)

    assert [text for text, _ in ASKED] == ["first", "second"]
    assert ASKED[1][1][-1] == "first"


async def test_what_is_routed_without_a_look_is_read_when_there_is_time(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    made = await centre.write(ticket_id, "haggler!")
    await centre.value("UPDATE interaction SET received_at = now() - interval '3 s'")
    await centre.look()
    assert await centre.value("SELECT array_agg(interaction_id) FROM temperament_unread") == [made]

    await centre.keeper.round()

    assert (await centre.told(contact_id)).label == "haggler"
    assert await centre.label(ticket_id) == "haggler"
    assert await centre.value("SELECT count(*) FROM temperament_unread") == 0


async def test_a_message_that_cannot_be_read_sinks_nobody(centre: Centre) -> None:
    ticket_id, _ = await centre.ticket()
    other_id, _ = await centre.ticket()
    await centre.write(ticket_id, "it fails")
    await centre.hear(other_id, "haggler!")
    await centre.keeper.round()

    assert await centre.label(other_id) == "haggler"
    assert await centre.value("SELECT count(*) FROM interaction WHERE triaged_at IS NULL") == 0
    assert await centre.value("SELECT count(*) FROM temperament_unread") == 0


async def test_a_label_fades_without_a_word(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "haggler!")
    assert await centre.value("SELECT changes_at > now() FROM contact_temperament")
    async with centre.database.read() as conn:  # half a year goes by
        for table, column in (
            ("temperament_evidence", "at"),
            ("contact_temperament", "changes_at"),
        ):
            await conn.execute(f"UPDATE {table} SET {column} = {column} - interval '200 days'")

    await centre.keeper.round()

    assert (await centre.told(contact_id)).label == "unknown"
    assert await centre.label(ticket_id) == "unknown"
    assert await centre.value("SELECT changes_at IS NULL FROM contact_temperament")
    assert await centre.value("SELECT value FROM segment WHERE to_at IS NULL") == "unknown"


async def test_a_message_that_is_deleted_is_as_if_it_had_never_been(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "hello", hours=3)
    before = await centre.told(contact_id)
    other_id, _ = await centre.ticket(contact_id)
    made = await centre.hear(other_id, "haggler!", hours=2)
    assert await centre.label(ticket_id) == "haggler"

    async with centre.database.read() as conn:
        await conn.execute("DELETE FROM event WHERE data->>'interaction_id' = $1", str(made))
        await conn.execute("DELETE FROM interaction WHERE id = $1", made)
    await centre.keeper.round()

    after = await centre.told(contact_id)
    assert (after.label, after.messages_considered) == ("unknown", 1)
    assert after.distribution == pytest.approx(before.distribution, rel=1e-3)
    assert await centre.label(ticket_id) == "unknown"


async def test_words_that_are_taken_out_take_the_places_along_and_leave_the_numbers(
    centre: Centre,
) -> None:
    ticket_id, contact_id = await centre.ticket()
    made = await centre.hear(ticket_id, "haggler!")
    before = await centre.told(contact_id)

    await centre.value("UPDATE interaction SET body = '' WHERE id = $1", made)

    after = await centre.told(contact_id)
    assert [sign.span for sign in after.evidence] == [None]
    assert after.label == "haggler"
    assert after.distribution == pytest.approx(before.distribution, rel=1e-3)


# What people say ------------------------------------------------------------------------------------


async def test_a_correction_ends_when_it_was_said_to(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "haggler!")
    now = datetime.now(UTC)

    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.override(
            conn,
            at,
            contact,
            "warm",
            note="this week",
            actor="user:7",
            until=now + timedelta(days=7),
        ),
    )

    told = await centre.told(contact_id)
    assert (told.label, told.source, told.confidence) == ("warm", "agent", 1.0)
    assert told.override is not None
    assert (told.override.by, told.override.until) == ("user:7", now + timedelta(days=7))
    assert (told.computed.label, told.computed.agrees) == ("haggler", False)
    assert await centre.label(ticket_id) == "warm"
    changes_at = await centre.value("SELECT changes_at FROM contact_temperament")
    assert changes_at == now + timedelta(days=7)
    async with centre.database.read() as conn:
        await conn.execute(
            "UPDATE segment SET from_at = now() - interval '9 days', to_at = now() WHERE source = 'agent'"
        )
        await conn.execute("UPDATE contact_temperament SET changes_at = now()")

    await centre.keeper.round()

    assert (await centre.told(contact_id)).label == "haggler"
    assert await centre.label(ticket_id) == "haggler"


async def test_a_correction_that_is_over_before_it_begins_is_refused(centre: Centre) -> None:
    _, contact_id = await centre.ticket()

    with pytest.raises(BadInput, match="future"):
        await centre.do(
            contact_id,
            lambda conn, at, contact: temperaments.override(
                conn, at, contact, "warm", note=None, actor="user:7", until=at
            ),
        )


async def test_not_this_takes_a_label_away_until_explicit_words_come(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "haggler!")

    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.refuse(
            conn, at, contact, "haggler", note="a joke", actor="user:7"
        ),
    )

    assert (await centre.told(contact_id)).label == await centre.label(ticket_id) == "unknown"
    await centre.hear(ticket_id, "haggler")
    assert await centre.label(ticket_id) == "unknown"
    await centre.value("UPDATE temperament_refusal SET at = at - interval '2 days'")
    await centre.value("UPDATE temperament_evidence SET at = at - interval '2 days'")
    await centre.hear(ticket_id, "haggler!")
    assert await centre.label(ticket_id) == "haggler"


async def test_what_a_person_said_is_taken_back_and_not_refused(centre: Centre) -> None:
    _, contact_id = await centre.ticket()
    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.override(
            conn, at, contact, "warm", note=None, actor="user:7"
        ),
    )

    with pytest.raises(CorrectionStands):
        await centre.do(
            contact_id,
            lambda conn, at, contact: temperaments.refuse(
                conn, at, contact, "warm", note=None, actor="user:8"
            ),
        )


async def test_of_who_objects_nothing_is_computed_kept_or_shown(centre: Centre) -> None:
    ticket_id, contact_id = await centre.ticket()
    await centre.hear(ticket_id, "haggler!")
    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.override(
            conn, at, contact, "warm", note=None, actor="user:7"
        ),
    )

    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.opt_out(conn, at, contact, actor="user:7"),
    )
    ASKED.clear()
    await centre.hear(ticket_id, "haggler!")

    assert ASKED == []
    told = await centre.told(contact_id)
    assert (told.label, told.opted_out, told.evidence, told.override) == ("unknown", True, [], None)
    assert await centre.label(ticket_id) == "unknown"
    assert await centre.value("SELECT count(*) FROM temperament_evidence") == 0
    assert await centre.value("SELECT count(*) FROM segment WHERE source <> 'agent'") == 0
    async with centre.database.read() as conn:
        assert await temperaments.history(conn, contact_id) == []
    with pytest.raises(OptedOut):
        await centre.do(
            contact_id,
            lambda conn, at, contact: temperaments.override(
                conn, at, contact, "warm", note=None, actor="user:7"
            ),
        )

    await centre.do(
        contact_id,
        lambda conn, at, contact: temperaments.opt_in(conn, at, contact, actor="user:7"),
    )
    await centre.hear(ticket_id, "serious!")
    assert await centre.label(ticket_id) == "serious"


async def test_nothing_is_taken_back_where_nobody_spoke(centre: Centre) -> None:
    _, contact_id = await centre.ticket()

    with pytest.raises(NotFound):
        await centre.do(
            contact_id,
            lambda conn, at, contact: temperaments.withdraw(conn, at, contact, actor="user:7"),
        )


# Merges ---------------------------------------------------------------------------------------------


async def kept_of(centre: Centre) -> list[Any]:
    async with centre.database.read() as conn:
        return [
            await conn.fetch(sql)
            for sql in (
                "SELECT interaction_id, contact_id, log_ratios FROM temperament_evidence ORDER BY 1",
                "SELECT contact_id, label, since, opted_out_at FROM contact_temperament ORDER BY 1",
                "SELECT id, contact_id, label FROM temperament_refusal ORDER BY 1",
                "SELECT id, temperament FROM ticket ORDER BY 1",
                "SELECT contact_id, value, from_at FROM segment WHERE to_at IS NULL ORDER BY 1, 2",
            )
        ]


async def test_a_merge_adds_evidence_and_undoing_it_parts_it_exactly(centre: Centre) -> None:
    ticket_id, kept_id = await centre.ticket()
    other_ticket, other_id = await centre.ticket()
    await centre.hear(ticket_id, "warm", hours=3)
    await centre.hear(other_ticket, "warm", hours=2)
    await centre.do(
        other_id,
        lambda conn, at, contact: temperaments.refuse(
            conn, at, contact, "serious", note=None, actor="user:7"
        ),
    )
    before = await kept_of(centre)
    assert {label for _, label in before[3]} == {"unknown"}

    merge_id = await centre.merge(kept_id, other_id)

    joined = await centre.told(kept_id)
    assert (joined.label, joined.messages_considered) == ("warm", 2)
    assert await centre.label(ticket_id) == await centre.label(other_ticket) == "warm"
    assert await centre.value(
        "SELECT count(*) FROM temperament_refusal WHERE contact_id = $1", kept_id
    )
    await centre.undo(merge_id)
    after = await kept_of(centre)
    assert after[:4] == before[:4]
    assert {row["value"] for row in after[4]} <= {"unknown"}


async def test_who_objects_objects_as_whoever_he_is_part_of(centre: Centre) -> None:
    ticket_id, kept_id = await centre.ticket()
    _, other_id = await centre.ticket()
    await centre.hear(ticket_id, "haggler!")
    await centre.do(
        other_id, lambda conn, at, contact: temperaments.opt_out(conn, at, contact, actor="user:7")
    )

    merge_id = await centre.merge(kept_id, other_id)

    assert (await centre.told(kept_id)).opted_out
    assert await centre.label(ticket_id) == "unknown"
    await centre.undo(merge_id)
    assert (await centre.told(kept_id)).label == await centre.label(ticket_id) == "haggler"
    assert (await centre.told(other_id)).opted_out


# At once --------------------------------------------------------------------------------------------


async def test_two_looks_at_one_person_at_once_lose_nothing(centre: Centre) -> None:
    first, contact_id = await centre.ticket()
    tickets = [first, *[(await centre.ticket(contact_id))[0] for _ in range(5)]]
    for ticket_id in tickets:
        await centre.write(ticket_id, "warm", minutes=ticket_id)
    looking = [
        Triage(centre.database, Bell(centre.database), centre.dispatcher, plain_reader)
        for _ in range(3)
    ]

    for _ in range(3):
        await asyncio.gather(*(one.look() for one in looking))
    await centre.look()

    told = await centre.told(contact_id)
    assert (told.label, told.messages_considered) == ("warm", 6)
    assert [await centre.label(ticket_id) for ticket_id in tickets] == ["warm"] * 6
    assert await centre.value("SELECT count(*) FROM segment WHERE to_at IS NULL") == 1


class Between:
    """The dispatcher, with something done after triage has looked and before it hands over."""

    def __init__(self, dispatcher: Dispatcher, done: Callable[[], Awaitable[None]]) -> None:
        self._dispatcher, self._done = dispatcher, done

    async def submit(self, change: Any) -> Any:
        await self._done()
        return await self._dispatcher.submit(change)


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_correction_between_look_and_queue_stands(centre: Centre, is_new: bool) -> None:
    ticket_id, contact_id = await centre.ticket()
    if is_new:
        async with centre.database.read() as conn:
            contact_id = await factories.contact(conn)
            ticket_id = await factories.ticket(
                conn,
                datetime.now(UTC),
                intake_queue_id=centre.queue_id,
                contact_id=contact_id,
                body="haggler!",
            )
    else:
        await centre.write(ticket_id, "haggler!")

    async def correct() -> None:
        await centre.do(
            contact_id,
            lambda conn, at, contact: temperaments.override(
                conn, at, contact, "serious", note=None, actor="user:7"
            ),
        )

    between: Any = Between(centre.dispatcher, correct)
    await Triage(centre.database, Bell(centre.database), between, plain_reader).look()

    assert await centre.label(ticket_id) == "serious"


async def test_a_merge_while_triage_looks_waits_and_takes_all_along(centre: Centre) -> None:
    ticket_id, kept_id = await centre.ticket()
    other_ticket, other_id = await centre.ticket()
    await centre.hear(ticket_id, "warm", hours=1)
    await centre.write(other_ticket, "warm")

    async def look() -> None:
        while await centre.triage.look():
            pass

    await asyncio.gather(look(), centre.merge(kept_id, other_id))
    await centre.look()

    told = await centre.told(kept_id)
    assert (told.label, told.messages_considered) == ("warm", 2)
    assert await centre.label(ticket_id) == await centre.label(other_ticket) == "warm"
