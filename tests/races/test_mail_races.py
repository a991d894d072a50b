"""Mails that arrive at one instant with one another, with a merge, with a problem's end."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import msgspec
import pytest
from mail_desk import Desk, receiving, taking
from mails import ENTRY_POINT, mail, our_mail
from structlog.testing import capture_logs

from channels import Checkpoint, Inbound, NotStored
from contactcenter import merges
from contactcenter.contacts import contacts
from contactcenter.db import Conn, Database
from contactcenter.intake import Intake
from contactcenter.mail_intake import intake as mail_intake
from contactcenter.mails.mailroom import Mailroom


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with receiving(database) as made:
        yield made


@pytest.fixture
async def processes(desk: Desk) -> AsyncIterator[list[Intake]]:
    """Four intakes, each with a connection of its own, as four processes have them."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(taking(desk.database)) for _ in range(4)]


async def test_one_mail_by_four_ways_at_one_instant_is_one_interaction(
    desk: Desk, processes: list[Intake]
) -> None:
    for n in range(25):
        one = mail(n, sender=f"p{n}@customer.test")
        answers = await asyncio.gather(*(intake.receive([one]) for intake in processes))
        assert sorted(a[0] for a in answers) == ["duplicate"] * 3 + ["stored"]

    assert await desk.rows("SELECT count(*), count(DISTINCT ticket_id) FROM interaction") == [
        (25, 25)
    ]
    assert await desk.value("SELECT count(*) FROM contact") == 25
    assert await desk.value("SELECT count(*) FROM delivery") == 25


async def test_first_mails_of_one_person_at_one_instant_are_one_person(
    desk: Desk, processes: list[Intake]
) -> None:
    with capture_logs() as told:
        for n in range(25):
            pair = [mail(f"{n}-{k}", sender=f"p{n}@customer.test", text=f"{k}") for k in range(4)]
            outcomes = await asyncio.gather(
                *(intake.receive([one]) for intake, one in zip(processes, pair, strict=True))
            )
            assert [o[0] for o in outcomes] == ["stored"] * 4
    assert [one for one in told if one["event"] == "mail_batch_failed"] == []

    assert await desk.value("SELECT count(*) FROM contact") == 25
    assert await desk.value("SELECT count(*) FROM interaction") == 100
    assert await desk.value("SELECT count(*) FROM ticket") == 75  # three an hour are enough


async def test_a_stranger_by_two_ways_at_one_instant_is_held_once(
    desk: Desk, processes: list[Intake]
) -> None:
    [ticket_id] = await desk.takes(mail("x"))
    for n in range(10):
        one = mail(n, sender=f"eve{n}@elsewhere.test", ticket_id=ticket_id)
        outcomes = await asyncio.gather(*(intake.receive([one]) for intake in processes))
        assert [o[0] for o in outcomes] == ["quarantined"] * 4

    assert await desk.rows("SELECT count(*), sum(times_received)::int FROM quarantine") == [
        (10, 40)
    ]


async def meanwhile(
    desk: Desk, change: Callable[[Conn], Awaitable[object]], item: Inbound, *, hold_s: float = 0.2
) -> int:
    """Store a mail while a change is made and not yet committed; returns its ticket."""
    async with desk.database.transaction() as conn:
        await change(conn)
        storing = asyncio.create_task(desk.takes(item))
        await asyncio.sleep(hold_s)
        assert not storing.done(), "it did not wait for the change"
    return (await storing)[0]


async def test_an_answer_to_a_problem_that_is_closed_in_this_moment_opens_one_that_follows(
    desk: Desk,
) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.put(ticket_id, "solved")

    async def close(conn: Conn) -> None:
        await conn.execute(
            "UPDATE ticket SET state = 'closed', closed_at = clock_timestamp() WHERE id = $1",
            ticket_id,
        )

    other = await meanwhile(desk, close, mail(2, answers=("m1@customer.test",)))

    assert await desk.value("SELECT follows_id FROM ticket WHERE id = $1", other) == ticket_id


@pytest.mark.parametrize("hold_s", [0.2, 0.9])
async def test_an_answer_of_somebody_who_is_merged_in_this_moment_is_on_the_timeline_that_is_left(
    desk: Desk, hold_s: float
) -> None:
    """Also where the merge takes longer than a lock is waited for: then once more."""
    [ticket_id], [other_id] = (
        await desk.takes(mail(1)),
        await desk.takes(mail(2, sender="sara@home.test")),
    )
    kept, other = [
        await desk.value("SELECT contact_id FROM ticket WHERE id = $1", i)
        for i in (other_id, ticket_id)
    ]

    async def merge(conn: Conn) -> None:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await merges.merge(
            conn, now, kept, other, actor="user:1", must_read_as=None, accept_unverified=True
        )

    answer = mail(3, answers=("m1@customer.test",))
    where = await meanwhile(desk, merge, answer, hold_s=hold_s)

    assert where == ticket_id
    assert (
        await desk.value(
            "SELECT contact_id FROM interaction WHERE external_id = $1", answer.external_id
        )
        == kept
    )
    assert await desk.rows("SELECT DISTINCT contact_id FROM interaction") == [(kept,)]


async def test_a_new_mail_of_somebody_whose_address_changes_hands_is_the_new_owners(
    desk: Desk,
) -> None:
    await desk.takes(mail(1))
    former = await desk.value("SELECT contact_id FROM ticket")

    async def hand_over(conn: Conn) -> None:
        await contacts.lock(conn, former)
        new = await conn.fetchval("INSERT INTO contact (name) VALUES ('New') RETURNING id")
        await conn.execute("UPDATE identity SET contact_id = $1", new)

    where = await meanwhile(desk, hand_over, mail(2, subject="Else"))

    assert await desk.value("SELECT contact_id FROM ticket WHERE id = $1", where) != former


async def test_mails_and_merges_in_a_storm_lose_nothing_and_leave_nobody_behind(
    desk: Desk, processes: list[Intake]
) -> None:
    """People with two addresses each write on while their contacts become one."""
    chance = random.Random(7)
    people = 8
    for n in range(people):
        for k in range(2):
            [ticket_id] = await desk.takes(mail(f"first{n}-{k}", sender=f"p{n}-{k}@customer.test"))
            async with desk.database.transaction() as conn:
                await our_mail(
                    conn, ticket_id, f"ours{n}-{k}@example.com", to=f"p{n}-{k}@customer.test"
                )
    mails = [
        mail(
            f"again{n}-{k}-{i}",
            sender=f"p{n}-{k}@customer.test",
            text=str(i),
            answers=(f"ours{n}-{k}@example.com",),
        )
        for n in range(people)
        for k in range(2)
        for i in range(6)
    ]
    chance.shuffle(mails)

    async def store(one: Inbound) -> None:
        while True:  # as whoever hands mails in does
            try:
                await chance.choice(processes).receive([one])
            except NotStored:
                continue
            return

    async def merge(n: int) -> None:
        await asyncio.sleep(chance.random() * 0.3)
        while True:
            try:
                async with desk.database.transaction() as conn:
                    kept, other = [
                        await conn.fetchval(
                            "SELECT contact_id FROM identity WHERE value = $1",
                            f"p{n}-{k}@customer.test",
                        )
                        for k in range(2)
                    ]
                    now = await conn.fetchval("SELECT clock_timestamp()")
                    await merges.merge(
                        conn,
                        now,
                        kept,
                        other,
                        actor="user:1",
                        must_read_as=None,
                        accept_unverified=True,
                    )
            except asyncpg.PostgresError:
                continue
            return

    await asyncio.gather(*map(store, mails), *map(merge, range(people)))

    assert await desk.value("SELECT count(*) FROM contact WHERE merged_into_id IS NULL") == people
    for table in ("ticket", "interaction"):
        assert (
            await desk.value(
                f"SELECT count(*) FROM {table} x JOIN contact c ON c.id = x.contact_id"
                " WHERE c.merged_into_id IS NOT NULL"
            )
            == 0
        )
    wrong = """SELECT i.external_id FROM interaction i JOIN ticket t ON t.id = i.ticket_id
        WHERE i.contact_id <> t.contact_id"""
    assert await desk.rows(wrong) == []
    assert await desk.value("SELECT count(*) FROM ticket") == 2 * people
    assert (
        await desk.value("SELECT count(*) FROM interaction WHERE direction = 'inbound'")
        == len(mails) + 2 * people
    )


async def test_a_mail_that_the_database_refuses_is_set_aside_and_its_mailbox_goes_on(
    desk: Desk, processes: list[Intake]
) -> None:
    mailroom = Mailroom(desk.database, holder="me")
    lease = await mailroom.take(ENTRY_POINT, "INBOX", lease_s=60)
    assert lease is not None
    reached = Checkpoint(
        entry_point=ENTRY_POINT, mailbox="INBOX", uid_validity=1, last_uid=3, lease=lease
    )
    async with desk.database.transaction() as conn:
        await conn.execute("ALTER TABLE mail ADD CONSTRAINT no CHECK (subject <> 'refused')")
    items = [mail(1), mail(2, subject="refused"), mail(3)]

    neighbour = asyncio.create_task(desk.receive(mail(4, sender="bob@customer.test")))
    outcomes = await desk.intake.receive(items, checkpoint=reached)

    assert list(outcomes) == ["stored", "quarantined", "stored"]
    assert list(await neighbour) == ["stored"]
    assert await mailroom.reached(ENTRY_POINT, "INBOX") == (1, 3)
    assert await desk.held() == [("not_storable", None)]
    assert await desk.value("SELECT count(*) FROM interaction") == 3


async def test_what_cannot_be_stored_in_time_is_told_so_and_stored_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [ticket_id] = await desk.takes(mail(1))
    again = mail(2, answers=("m1@customer.test",))

    async with desk.database.transaction() as conn:
        await conn.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", ticket_id)
        with monkeypatch.context() as patch:
            patch.setattr(mail_intake, "DEADLINE_S", 0.3)
            with pytest.raises(NotStored):
                await desk.receive(again)
    outcomes = [(await desk.receive(again))[0] for _ in range(2)]

    assert outcomes[-1] == "duplicate"
    assert await desk.value("SELECT count(*) FROM interaction") == 2


async def test_a_mail_with_a_value_that_cannot_be_sent_is_set_aside(desk: Desk) -> None:
    """Nothing of the database's: the driver refuses it, and would again."""
    odd = mail(1)
    bad = msgspec.structs.replace(odd, details={"class": "\ud800"})

    neighbour = asyncio.create_task(desk.receive(mail(2, sender="bob@customer.test")))
    assert list(await desk.receive(bad)) == ["quarantined"]

    assert list(await neighbour) == ["stored"]
    assert await desk.held() == [("not_storable", None)]
