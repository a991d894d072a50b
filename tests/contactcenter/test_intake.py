"""Answered means stored, once, whatever arrives at once."""

import asyncio
from collections.abc import AsyncIterator

import factories
import msgspec
import pytest

from channels import Address, Inbound, Media, NotStored, Raw, StatusUpdate, Unreadable
from contactcenter import intake as intake_module
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.inbound.inbound_columns import inbound_key
from contactcenter.intake import Intake


def message(n: int, *, sender: str = "+989121111111", text: str = "Hello", **fields) -> Inbound:
    defaults = {
        "channel": "sms",
        "entry_point": "+982100000000",
        "sender": Address(kind="phone", value=sender),
        "text": text,
        "raw": Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        "external_id": f"SM{n}",
    }
    return Inbound(**(defaults | fields))


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Intake]:
    intake = Intake(database, Bell(database), reopen_window_s=3600)
    task = asyncio.create_task(intake.run())
    yield intake
    task.cancel()
    await intake.close()


async def count(database: Database, table: str, where: str = "true") -> int:
    async with database.read() as conn:
        return await conn.fetchval(f"SELECT count(*) FROM {table} WHERE {where}")


async def test_who_gives_way_sees_a_message_that_is_stored_while_none_waits(
    inbox: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    store = intake_module.inbound_storing.store

    async def watched(*args, **more):
        seen.append((inbox.is_storing, inbox.is_busy))
        return await store(*args, **more)

    monkeypatch.setattr(intake_module.inbound_storing, "store", watched)

    await inbox.receive([message(1)])
    await asyncio.sleep(0)

    assert seen == [(True, False)]
    assert not inbox.is_storing


async def test_the_bell_for_files_rings_only_where_a_message_has_one(database: Database) -> None:
    bell = Bell(database)
    files = bell.waiter("media")
    files.clear()
    intake = Intake(database, bell, reopen_window_s=3600)
    task = asyncio.create_task(intake.run())
    photo = Media(url="https://provider.test/m/1", content_type="image/jpeg")

    await intake.receive([message(1, text="no file")])
    rang_without = files.is_set()
    await intake.receive([message(2, text="a file", media=(photo,))])

    assert (rang_without, files.is_set()) == (False, True)
    task.cancel()
    await intake.close()


async def test_a_first_message_makes_contact_ticket_interaction_and_events(
    database: Database, inbox: Intake
) -> None:
    photo = Media(url="https://provider.test/m/1", content_type="image/jpeg")

    outcomes = await inbox.receive([message(1, text="سلام", media=(photo,))])

    assert list(outcomes) == ["stored"]
    async with database.read() as conn:
        row = await conn.fetchrow(
            """SELECT i.body, i.direction, i.triaged_at, t.state, d.value, a.source_url, r.body AS raw
               FROM interaction i JOIN ticket t ON t.id = i.ticket_id
               JOIN identity d ON d.id = i.identity_id JOIN attachment a ON a.interaction_id = i.id
               JOIN delivery r ON r.id = i.delivery_id"""
        )
        kinds = [r["kind"] for r in await conn.fetch("SELECT kind FROM event ORDER BY id")]
    assert tuple(row) == (
        "سلام",
        "inbound",
        None,
        "new",
        "+989121111111",
        "https://provider.test/m/1",
        b"n=1",
    )
    assert kinds == [
        "entry_point_discovered",
        "contact_created",
        "ticket_opened",
        "interaction_received",
    ]


async def test_fifty_equal_deliveries_at_once_are_one_interaction(
    database: Database, inbox: Intake
) -> None:
    answers = await asyncio.gather(*(inbox.receive([message(1)]) for _ in range(50)))

    assert sorted(a[0] for a in answers) == ["duplicate"] * 49 + ["stored"]
    assert await count(database, "interaction") == 1


async def test_equal_deliveries_to_two_processes_are_one_interaction(database: Database) -> None:
    others = [Intake(database, Bell(database), reopen_window_s=3600) for _ in range(4)]
    tasks = [asyncio.create_task(other.run()) for other in others]
    for n in range(25):
        answers = await asyncio.gather(*(other.receive([message(n)]) for other in others))
        assert sorted(a[0] for a in answers) == ["duplicate"] * 3 + ["stored"]
    for task, other in zip(tasks, others, strict=True):
        task.cancel()
        await other.close()

    assert await count(database, "interaction") == 25
    assert await count(database, "contact") == 1
    assert await count(database, "ticket") == 1


async def test_two_first_messages_of_a_new_contact_are_one_contact_and_one_ticket(
    database: Database,
) -> None:
    pair = [Intake(database, Bell(database), reopen_window_s=3600) for _ in range(2)]
    tasks = [asyncio.create_task(one.run()) for one in pair]
    for n in range(100):
        sender = f"+98912{n:07}"
        await asyncio.gather(
            *(one.receive([message(n * 2 + k, sender=sender)]) for k, one in enumerate(pair))
        )
    for task, one in zip(tasks, pair, strict=True):
        task.cancel()
        await one.close()

    assert await count(database, "interaction") == 200
    assert await count(database, "contact") == 100
    assert await count(database, "ticket") == 100
    assert (
        await count(
            database,
            "contact",
            "NOT EXISTS (SELECT FROM identity i WHERE i.contact_id = contact.id)",
        )
        == 0
    )


async def test_a_redelivery_is_acknowledged_and_changes_nothing(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([message(1)])

    assert list(await inbox.receive([message(1)])) == ["duplicate"]
    assert await count(database, "event", "kind <> 'entry_point_discovered'") == 3


async def test_a_message_joins_the_unsolved_ticket_wherever_it_went(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([message(1)])
    async with database.read() as conn:  # escalated meanwhile
        await conn.execute("UPDATE ticket SET state = 'waiting', queue_id = 2, tier = 2")

    await inbox.receive([message(2)])

    assert await count(database, "ticket") == 1


async def test_a_message_after_the_reopen_window_opens_a_ticket_that_follows(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([message(1)])
    solved = (
        "UPDATE ticket SET state = 'solved', queue_id = 1, tier = 1, solved_at = clock_timestamp()"
    )
    async with database.read() as conn:
        await conn.execute(solved)
    await inbox.receive([message(2)])
    within = await count(database, "ticket")
    async with database.read() as conn:
        await conn.execute("UPDATE ticket SET solved_at = solved_at - interval '2 hours'")
    await inbox.receive([message(3)])

    assert within == 1
    assert await count(database, "ticket", "follows_id IS NOT NULL") == 1


async def test_callers_who_hide_their_number_stay_apart(database: Database, inbox: Intake) -> None:
    for n in range(3):
        hidden = message(n)
        withheld = Address(kind="withheld", value=f"SM{n}")
        await inbox.receive([msgspec.structs.replace(hidden, sender=withheld)])

    assert await count(database, "contact") == 3


async def test_an_address_nobody_set_up_is_found_and_loses_nothing(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([message(1, entry_point="+15550009999")])

    assert await count(database, "entry_point", "discovered AND address = '+15550009999'") == 1
    assert await count(database, "interaction") == 1


async def test_one_message_the_database_refuses_sinks_no_neighbour(
    database: Database, inbox: Intake
) -> None:
    bad = message(2, sender="+989122222222", text="bad \x00 text")

    answers = await asyncio.gather(
        *(inbox.receive([m]) for m in (message(1), bad, message(3))), return_exceptions=True
    )

    assert [a[0] for a in answers] == ["stored", "quarantined", "stored"]
    assert await count(database, "quarantine", "reason = 'not_storable' AND body = 'n=2'") == 1


async def test_an_unreadable_payload_is_kept_byte_for_byte_once(
    database: Database, inbox: Intake
) -> None:
    item = Unreadable(
        channel="sms",
        reason="invalid_utf8",
        detail="Body is not UTF-8",
        raw=Raw(body=b"Body=%FF\x00", content_type="application/x-www-form-urlencoded"),
    )

    for _ in range(2):
        assert list(await inbox.receive([item])) == ["quarantined"]

    assert await count(database, "quarantine", r"body = '\x426f64793d25464600'") == 1
    assert await count(database, "quarantine", "times_received = 2") == 1


async def test_a_large_payload_is_kept_whole_in_chunks(database: Database, inbox: Intake) -> None:
    body = bytes(range(256)) * 3000

    await inbox.receive([message(1, raw=Raw(body=body, content_type="text/plain"))])

    async with database.read() as conn:
        kept = await conn.fetchval(
            "SELECT string_agg(c.bytes, ''::bytea ORDER BY c.position) FROM delivery d"
            " JOIN blob_chunk c ON c.sha256 = d.body_sha256"
        )
    assert kept == body


async def test_without_a_database_nothing_is_acknowledged(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "DEADLINE_S", 0.3)
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    intake = Intake(nowhere, Bell(nowhere), reopen_window_s=1)
    task = asyncio.create_task(intake.run())

    with pytest.raises(NotStored):
        await intake.receive([message(1)])
    task.cancel()


def test_the_key_is_the_providers_id_or_else_the_payload() -> None:
    assert inbound_key(message(1)) == inbound_key(message(1, text="other"))
    assert inbound_key(message(1)) != inbound_key(message(2))
    nameless = message(1, external_id=None)
    assert inbound_key(nameless) == inbound_key(message(1, external_id=None, text="other"))
    assert inbound_key(nameless) != inbound_key(message(2, external_id=None))
    assert len(inbound_key(nameless)) == 16


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["sent", "queued", "undelivered", "sent"], "undelivered"),
        (["delivered", "failed"], "delivered"),
        (["read", "delivered"], "read"),
    ],
)
async def test_the_state_of_a_message_only_rises(
    database: Database, inbox: Intake, told: list[str], state: str
) -> None:
    async with database.read() as conn:
        author = await factories.user(conn)
        contact_id = await factories.contact(conn)
        await conn.execute(
            """INSERT INTO interaction (contact_id, channel, direction, kind, author_id, body, state,
                                        external_id, occurred_at, received_at)
               VALUES ($1, 'sms', 'outbound', 'message', $2, 'x', 'queued', 'SM9', now(), now())""",
            contact_id,
            author,
        )
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")
    for status in told:
        await inbox.status(StatusUpdate(channel="sms", external_id="SM9", status=status, raw=raw))

    async with database.read() as conn:
        assert (
            await conn.fetchval("SELECT state FROM interaction WHERE external_id = 'SM9'") == state
        )
    assert await count(database, "status_update") == len(told)
