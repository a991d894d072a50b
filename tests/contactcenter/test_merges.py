"""Merging contacts and undoing it, also while their messages arrive."""

import asyncio
import contextlib
import itertools
from datetime import timedelta

import asyncpg
import factories
import pytest

from channels import Address, Inbound, Raw
from contactcenter import desk, merge_undoing, merge_values, merges
from contactcenter.bell import Bell
from contactcenter.contacts import contacts
from contactcenter.db import Database
from contactcenter.dispatch import moving
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import BadInput, Forbidden, NotFound
from contactcenter.intake import Intake
from contactcenter.segments import segments
from contactcenter.temperaments import temperament_views
from contactcenter.tickets import ticket_credits, tickets

ANNA, ANNAS_WORK = "+989121111111", "+989122222222"
OURS, OURS_TOO = "+982100000001", "+982100000002"

numbers = itertools.count(1)


def message(sender, *, to=OURS):
    n = next(numbers)
    return Inbound(
        channel="sms",
        entry_point=to,
        sender=Address(kind="phone", value=sender),
        text=f"message {n}",
        raw=Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        external_id=f"SM{n}",
    )


class World:
    """Two numbers of ours with a queue each, and whatever the test makes of it."""

    def __init__(self, database, conn, intake, dispatcher):
        self.database = database
        self.conn = conn
        self.intake = intake
        self.dispatcher = dispatcher

    async def write(self, *senders, to=OURS):
        return await self.intake.receive([message(sender, to=to) for sender in senders])

    async def owner(self, sender):
        return await self.conn.fetchval("SELECT contact_id FROM identity WHERE value = $1", sender)

    async def merge(self, kept_id, other_id, *, must_read_as=None):
        return await self.dispatcher.submit(
            lambda conn, now: merges.merge(
                conn, now, kept_id, other_id, actor="user:1", must_read_as=must_read_as
            )
        )

    async def undo(self, merge_id):
        return await self.dispatcher.submit(
            lambda conn, now: merge_undoing.undo(
                conn, now, merge_id, actor="user:1", must_read_as=None
            )
        )

    async def rows(self, sql, *args):
        return [dict(row) for row in await self.conn.fetch(sql, *args)]

    async def belongings(self):
        """Everything that a merge may touch, but for versions and times of editing."""
        return {
            "contact": await self.rows(
                "SELECT id, name, language, note, attributes, merged_into_id FROM contact"
                " ORDER BY id"
            ),
            "identity": await self.rows("SELECT id, contact_id, value FROM identity ORDER BY id"),
            "ticket": await self.rows(
                "SELECT id, contact_id, intake_queue_id, state, temperament FROM ticket ORDER BY id"
            ),
            "interaction": await self.rows(
                "SELECT id, contact_id, ticket_id, identity_id FROM interaction ORDER BY id"
            ),
            "segment": await self.rows(
                "SELECT id, contact_id, kind, value, source, from_at, to_at FROM segment ORDER BY id"
            ),
            "credit": await self.rows(
                "SELECT ticket_id, reason, credit_s FROM credit ORDER BY ticket_id, reason"
            ),
        }

    async def enqueue(self, ticket):
        """Let a ticket enter its queue, with what it is granted."""
        await self.dispatcher.submit(
            lambda conn, now: _enqueue(conn, now, ticket["id"], ticket["queue_id"])
        )

    async def effective(self, contact_id):
        """What the waiting tickets of a contact are granted."""
        ticket_id = await self.conn.fetchval(
            "SELECT min(id) FROM ticket WHERE contact_id = $1", contact_id
        )
        return await ticket_credits.of_ticket(self.conn, ticket_id)

    async def stranded(self, contact_id):
        """What still belongs to a contact, by table."""
        return {
            name: await self.conn.fetchval(
                f"SELECT count(*) FROM {name} WHERE contact_id = $1", contact_id
            )
            for name in ("identity", "ticket", "interaction", "segment")
        }

    async def say(self, contact_id, label, source):
        now = await self.conn.fetchval("SELECT clock_timestamp()")
        await segments.assert_temperament(
            self.conn,
            now,
            contact_id,
            label,
            source=source,
            confidence=0.8,
            evidence=[],
            actor="system",
        )
        await segments.mark_open_tickets(self.conn, now, contact_id, label, actor="system")

    async def solve(self, ticket_id):
        await self.conn.execute(
            "UPDATE ticket SET state = 'solved', solved_at = now(),"
            " queue_id = (SELECT min(id) FROM queue), tier = 1 WHERE id = $1",
            ticket_id,
        )


async def _enqueue(conn, now, ticket_id, queue_id):
    ticket = await tickets.lock(conn, ticket_id)
    await moving.enqueue(conn, now, ticket, queue_id, rule_id=None)


@contextlib.asynccontextmanager
async def running(work):
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def world(dsn):
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    for address in (OURS, OURS_TOO):
        await factories.entry_point(conn, queue_id=await factories.queue(conn), address=address)
    database = await Database(dsn).open()
    bell = Bell(database)
    intake = Intake(database, bell, reopen_window_s=3600)
    dispatcher = Dispatcher(database, bell)
    async with running(intake.run), running(dispatcher.run):
        yield World(database, conn, intake, dispatcher)
    await intake.close()
    await dispatcher.close()
    await database.close()
    await conn.close()


@pytest.fixture
async def two(world):
    """Two contacts with a ticket each in both queues and something said of each."""
    await world.write(ANNA, ANNAS_WORK, ANNA, ANNAS_WORK)
    await world.write(ANNA, ANNAS_WORK, to=OURS_TOO)
    kept, other = await world.owner(ANNA), await world.owner(ANNAS_WORK)
    await world.say(kept, "serious", "cues")
    await world.say(other, "haggler", "cues")
    await world.say(other, "warm", "agent")
    await world.conn.execute(
        """UPDATE contact SET name = 'Anna', note = 'private', attributes = '{"a": 1, "b": 2}'
           WHERE id = $1""",
        other,
    )
    await world.conn.execute(
        """UPDATE contact SET note = 'mine', attributes = '{"a": 0}' WHERE id = $1""", kept
    )
    return kept, other


# What moves -----------------------------------------------------------------------------------


async def test_everything_of_the_other_contact_moves(world, two):
    kept, other = two

    merge = await world.merge(kept, other)

    assert set((await world.stranded(other)).values()) == {0}
    counts = (merge.identities, merge.interactions, merge.tickets, merge.segments)
    assert counts == (1, 3, 2, 2)
    with pytest.raises(contacts.ContactMerged) as gone:
        await contacts.find(world.conn, other)
    assert gone.value.data == {"contact_id": kept}
    contact = await contacts.find(world.conn, kept)
    assert (contact.name, contact.note, contact.attributes) == ("Anna", "mine", {"a": 0, "b": 2})


async def test_a_merge_is_told_with_every_ticket_it_moved(world, two):
    kept, other = two

    merge = await world.merge(kept, other)

    [event] = await world.rows("SELECT data FROM event WHERE kind = 'contact_merged'")
    assert event["data"] == {"merge_id": merge.id, "merged_id": other, "accepted_unverified": []}
    told = await world.rows(
        """SELECT e.ticket_id, max(e.version) AS told, t.version, t.contact_id
           FROM event e JOIN ticket t ON t.id = e.ticket_id
           WHERE e.kind = 'ticket_changed' GROUP BY e.ticket_id, t.version, t.contact_id"""
    )
    assert len(told) == 4
    for row in told:
        assert row["told"] == row["version"]
        assert row["contact_id"] == kept


async def test_what_a_person_said_of_either_counts_of_both(world, two):
    kept, other = two

    await world.merge(kept, other)

    assert (await temperament_views.current(world.conn, kept)).label == "warm"
    labels = await world.rows("SELECT DISTINCT temperament FROM ticket")
    assert labels == [{"temperament": "warm"}]


async def test_the_older_of_two_open_tickets_takes_the_next_message(world, two):
    kept, other = two
    older = await world.conn.fetchval("SELECT min(id) FROM ticket")

    await world.merge(kept, other)
    await world.write(ANNAS_WORK)

    last = await world.conn.fetchrow("SELECT * FROM interaction ORDER BY id DESC LIMIT 1")
    assert (last["contact_id"], last["ticket_id"]) == (kept, older)
    assert await world.conn.fetchval("SELECT count(*) FROM ticket") == 4


async def test_a_merged_contact_may_be_merged_further(world, two):
    kept, other = two
    await world.write("+989123333333")
    third = await world.owner("+989123333333")

    await world.merge(kept, other)
    await world.merge(third, kept)

    assert await world.owner(ANNAS_WORK) == third
    with pytest.raises(contacts.ContactMerged) as gone:
        await contacts.find(world.conn, other)
    assert gone.value.data == {"contact_id": third}


# Undoing ------------------------------------------------------------------------------------


async def test_undoing_restores_everything_as_it_was(world, two):
    before = await world.belongings()

    merge = await world.merge(*two)
    undone = await world.undo(merge.id)

    assert await world.belongings() == before
    assert undone.undone_at is not None
    [event] = await world.rows("SELECT data FROM event WHERE kind = 'contact_unmerged'")
    assert event["data"] == {"merge_id": merge.id, "merged_id": two[1]}


async def test_it_can_be_merged_and_undone_again_and_either_way(world, two):
    kept, other = two
    before = await world.belongings()

    for left, right in ((kept, other), (other, kept), (kept, other)):
        merge = await world.merge(left, right)
        await world.undo(merge.id)

    assert await world.belongings() == before


async def test_segments_of_every_kind_and_their_credits_are_as_they_were(world, two):
    kept, other = two
    now = await world.conn.fetchval("SELECT clock_timestamp()")
    later, gone = now + timedelta(hours=1), now - timedelta(hours=1)
    for contact_id, kind, value, begins, ends in (
        (kept, "customer_category", "home", gone, None),
        (other, "customer_category", "government", gone, None),
        (kept, "contract", "gold", gone, later),
        (other, "contract", "gold", gone, None),
        (other, "contract", "basic", gone, later),
        (other, "contract", "silver", later, None),
        (other, "value_class", "A", gone, later),
        (kept, "value_class", "C", gone, None),
        (other, "language", "fa", gone, now),  # over already
    ):
        await factories.segment(world.conn, begins, contact_id, kind, value, until=ends)
    await world.conn.execute(
        "INSERT INTO credit_rule VALUES ('customer_category', 'home', 5), ('contract', 'gold', 7),"
        " ('customer_category', 'government', 11), ('contract', 'basic', 13), ('value_class', 'A', 17)"
    )
    for ticket in await world.rows(
        "SELECT id, intake_queue_id AS queue_id FROM ticket ORDER BY id"
    ):
        await world.enqueue(ticket)
    before = await world.belongings()
    worth = await world.rows("SELECT contact_id, credit_s FROM ticket ORDER BY id")

    merge = await world.merge(kept, other)

    joined = {c.reason for c in await world.effective(kept)}
    assert joined == {
        "customer_category:home", "contract:gold", "contract:basic",
    }  # fmt: skip
    assert {row["credit_s"] for row in await world.rows("SELECT credit_s FROM ticket")} == {25}
    assert {row["credit_s"] for row in worth if row["contact_id"] == kept} == {12}
    assert {row["credit_s"] for row in worth if row["contact_id"] == other} == {48}

    await world.undo(merge.id)

    after = await world.belongings()
    assert after["segment"] == before["segment"]
    assert after["credit"] == before["credit"]
    assert await world.rows("SELECT contact_id, credit_s FROM ticket ORDER BY id") == worth


async def test_what_came_since_goes_by_its_address(world, two):
    kept, other = two
    merge = await world.merge(kept, other)
    for ticket in await world.rows("SELECT id FROM ticket"):
        await world.solve(ticket["id"])
    await world.conn.execute("UPDATE ticket SET state = 'closed', closed_at = now()")
    await world.write(ANNAS_WORK)
    await world.write(ANNA, to=OURS_TOO)
    theirs, ours = [
        row["id"] for row in await world.rows("SELECT id FROM ticket ORDER BY id DESC LIMIT 2")
    ][::-1]
    author = await factories.user(world.conn)
    now = await world.conn.fetchval("SELECT clock_timestamp()")
    for ticket_id in (theirs, ours):
        ticket = await tickets.lock(world.conn, ticket_id)
        await desk.note(world.conn, now, ticket, "a note", author_id=author, actor="user:1")

    await world.undo(merge.id)

    rows = await world.rows(
        """SELECT t.id, t.contact_id, array_agg(i.contact_id) AS timeline
           FROM ticket t JOIN interaction i ON i.ticket_id = t.id
           WHERE t.id = ANY($1) GROUP BY t.id, t.contact_id ORDER BY t.id""",
        [theirs, ours],
    )
    assert rows == [
        {"id": theirs, "contact_id": other, "timeline": [other, other]},
        {"id": ours, "contact_id": kept, "timeline": [kept, kept]},
    ]


async def test_an_entry_queue_that_is_taken_meanwhile_is_not_taken_back(world, two):
    kept, other = two
    freed = await world.conn.fetchval("SELECT min(id) FROM ticket WHERE contact_id = $1", other)
    merge = await world.merge(kept, other)
    for ticket in await world.rows(
        "SELECT id FROM ticket WHERE contact_id = $1 AND intake_queue_id IS NOT NULL", kept
    ):
        await world.solve(ticket["id"])
    await world.conn.execute(
        "UPDATE ticket SET state = 'closed', closed_at = now() WHERE state = 'solved'"
    )
    await world.write(ANNAS_WORK)

    await world.undo(merge.id)

    standing = await world.rows(
        "SELECT id, intake_queue_id FROM ticket WHERE contact_id = $1 AND state = 'new'", other
    )
    assert {"id": freed, "intake_queue_id": None} in standing
    keys = [row["intake_queue_id"] for row in standing if row["intake_queue_id"] is not None]
    assert len(keys) == len(set(keys)) == 2


async def test_what_somebody_wrote_since_is_not_undone(world, two):
    kept, other = two
    merge = await world.merge(kept, other)
    await world.conn.execute("UPDATE contact SET name = 'Anna Berg' WHERE id = $1", kept)
    third = await factories.contact(world.conn)
    await world.conn.execute(
        "UPDATE identity SET contact_id = $1 WHERE value = $2", third, ANNAS_WORK
    )

    await world.undo(merge.id)

    assert (await contacts.find(world.conn, kept)).name == "Anna Berg"
    assert await world.owner(ANNAS_WORK) == third
    assert (await world.stranded(other))["interaction"] == 3


async def chats_of(world):
    return [
        (row["ticket_id"], row["has_ended"])
        for row in await world.rows(
            "SELECT ticket_id, ended_at IS NOT NULL AS has_ended FROM chat_visitor ORDER BY id"
        )
    ]


@pytest.mark.parametrize("is_over", [False, True])
async def test_who_chats_goes_on_in_a_ticket_of_his_own(world, is_over):
    conn = world.conn
    now = await conn.fetchval("SELECT clock_timestamp()")
    kept, other, newcomer = [await factories.contact(conn) for _ in range(3)]
    queue_ids = [await factories.queue(conn) for _ in range(2)]
    tickets_of, browsers = {}, {}
    for contact_id, queue_id in zip((kept, other), queue_ids, strict=True):
        ticket = await factories.queued_ticket(
            conn, now, queue_id=queue_id, contact_id=contact_id, channel="webchat"
        )
        tickets_of[contact_id] = ticket.id
    for contact_id in (kept, other, newcomer):
        browser = await factories.chat_browser(conn, now, contact_id, queue_id=queue_ids[0])
        browsers[contact_id] = browser
        if contact_id in tickets_of:
            told = {"ticket_id": tickets_of[contact_id]}
            await factories.chat_message(conn, now, browser, **told)
    merges_made = [await world.merge(kept, one) for one in (other, newcomer)]
    for browser in browsers.values():  # one person, so he writes about one problem
        await factories.chat_message(conn, now, browser, ticket_id=tickets_of[kept])
    if is_over:
        await conn.execute(
            "UPDATE ticket SET state = 'solved', solved_at = now() WHERE id = $1", tickets_of[other]
        )

    for merge in reversed(merges_made):
        await world.undo(merge.id)

    assert await chats_of(world) == [
        (tickets_of[kept], False),
        (tickets_of[other], is_over),
        (None, False),
    ]


# What is refused ----------------------------------------------------------------------------


async def test_what_cannot_be_merged_is_refused(world, two):
    kept, other = two
    third = await factories.contact(world.conn)

    with pytest.raises(BadInput):
        await world.merge(kept, kept)
    with pytest.raises(BadInput) as unknown:
        await world.merge(kept, 999)
    assert unknown.value.data["field"] == "body.contact_id"
    with pytest.raises(NotFound):
        await world.merge(999, kept)
    await world.merge(kept, other)
    with pytest.raises(merge_values.Unmergeable) as merged:
        await world.merge(third, other)
    assert merged.value.data == {"contact_id": kept}
    with pytest.raises(contacts.ContactMerged):
        await world.merge(other, third)


async def test_what_cannot_be_undone_is_refused(world, two):
    kept, other = two
    third = await factories.contact(world.conn)
    first = await world.merge(kept, other)
    second = await world.merge(third, kept)

    with pytest.raises(merge_undoing.UndoLaterFirst):
        await world.undo(first.id)
    await world.undo(second.id)
    await world.undo(first.id)
    with pytest.raises(merge_undoing.AlreadyUndone):
        await world.undo(first.id)
    with pytest.raises(NotFound):
        await world.undo(999)


async def test_nobody_reads_more_by_merging(world, two):
    kept, other = two
    agent = await factories.user(world.conn)
    team_ids = await world.rows("SELECT team_id FROM queue ORDER BY id DESC LIMIT 2")
    await factories.join_teams(world.conn, agent, team_ids[0]["team_id"])

    with pytest.raises(Forbidden):
        await world.merge(kept, other, must_read_as=agent)

    await factories.join_teams(world.conn, agent, team_ids[1]["team_id"])
    assert (await world.merge(kept, other, must_read_as=agent)).kept_id == kept


@pytest.mark.slow
async def test_a_merge_does_not_wait_long_for_whoever_holds_the_timeline(world, two):
    kept, other = two
    loop = asyncio.get_running_loop()
    async with world.conn.transaction():
        await world.conn.execute("LOCK TABLE interaction IN ROW EXCLUSIVE MODE")
        started = loop.time()
        with pytest.raises(asyncpg.LockNotAvailableError):
            await world.merge(kept, other)
        assert 1.5 < loop.time() - started < 4

    timeout = await world.dispatcher.submit(
        lambda conn, _now: conn.fetchval("SELECT current_setting('lock_timeout')")
    )
    assert timeout == "0"
    assert (await world.merge(kept, other)).tickets == 2
    assert (
        await world.dispatcher.submit(
            lambda conn, _now: conn.fetchval("SELECT current_setting('lock_timeout')")
        )
        == "0"
    )


# While messages arrive ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [30, pytest.param(100, marks=pytest.mark.full)])
async def test_nothing_is_left_behind_by_messages_that_arrive_during_merges(world, two, rounds):
    kept, other = two
    author = await factories.user(world.conn)
    sent, is_over = 0, asyncio.Event()

    async def customers():
        nonlocal sent
        while not is_over.is_set():
            outcomes = await world.write(ANNA, ANNAS_WORK, ANNAS_WORK)
            sent += sum(outcome == "stored" for outcome in outcomes)
            await asyncio.sleep(0.02)  # what piles up is moved in every round

    async def colleague():
        """Writes notes as the desk does: the ticket's row first, then the timeline."""
        ticket_ids = [row["id"] for row in await world.rows("SELECT id FROM ticket")]
        for ticket_id in itertools.cycle(ticket_ids):
            if is_over.is_set():
                return
            await asyncio.sleep(0.01)
            async with world.database.transaction() as conn:
                ticket = await tickets.lock(conn, ticket_id)
                now = await conn.fetchval("SELECT clock_timestamp()")
                await desk.note(conn, now, ticket, "a note", author_id=author, actor="user:1")

    async with asyncio.TaskGroup() as group:
        for work in (customers, customers, colleague):
            group.create_task(work())
        for _ in range(rounds):
            merge = await world.merge(kept, other)
            assert set((await world.stranded(other)).values()) == {0}
            await world.undo(merge.id)
        is_over.set()

    assert sent > rounds
    total = await world.conn.fetchval(
        "SELECT count(*) FROM interaction WHERE direction = 'inbound'"
    )
    assert total == 6 + sent
    astray = await world.rows(
        """SELECT i.id FROM interaction i JOIN identity d ON d.id = i.identity_id
           WHERE d.contact_id <> i.contact_id
           UNION ALL
           SELECT i.id FROM interaction i JOIN ticket t ON t.id = i.ticket_id
           WHERE i.identity_id IS NULL AND t.contact_id <> i.contact_id"""
    )
    assert astray == []
    assert await world.owner(ANNA) == kept
    assert await world.owner(ANNAS_WORK) == other
