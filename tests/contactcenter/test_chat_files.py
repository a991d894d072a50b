"""Files of web chats: what is kept, whose it is, how long, and what it is called."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import ChatFile, ChatRefused
from contactcenter import blobs
from contactcenter.chats import chat_files
from contactcenter.chats.chat_files import Sent, safe_name
from contactcenter.db import Database
from contactcenter.upkeep import Upkeep

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"." * 40


async def visitor(conn):
    queue_id = await factories.queue(conn)
    entry_point_id = await factories.entry_point(conn, queue_id=queue_id, channel="webchat")
    ticket_id = await factories.ticket(
        conn, NOW, intake_queue_id=queue_id, entry_point_id=entry_point_id, channel="webchat"
    )
    visitor_id = await factories.chat_visitor(conn, NOW, ticket_id=ticket_id)
    address = await conn.fetchval("SELECT address FROM chat_visitor WHERE id = $1", visitor_id)
    interaction_id = await factories.interaction(conn, NOW, ticket_id=ticket_id)
    return visitor_id, address, interaction_id


async def test_a_file_waits_under_a_secret_until_it_is_sent(world: asyncpg.Connection) -> None:
    visitor_id, address, interaction_id = await visitor(world)

    file = await chat_files.upload(world, NOW, visitor_id, "فاکتور.png", PNG)
    waiting = await chat_files.of_interactions(world, [interaction_id])
    await chat_files.bind(
        world, [Sent(interaction_id=interaction_id, address=address, tokens=[file.token])]
    )

    assert file == ChatFile(
        token=file.token, name="فاکتور.png", content_type="image/png", size_bytes=48
    )
    assert len(file.token) == 43
    assert waiting == {}
    assert await chat_files.of_interactions(world, [interaction_id]) == {interaction_id: (file,)}
    found = await chat_files.find(world, file.token)
    assert found is not None
    assert found.shown() == file
    assert await blobs.content(world, found.sha256) == PNG


async def test_files_of_a_message_stand_in_its_order(world: asyncpg.Connection) -> None:
    visitor_id, address, interaction_id = await visitor(world)
    files = [await chat_files.upload(world, NOW, visitor_id, f"{n}.png", PNG) for n in range(3)]
    tokens = [file.token for file in reversed(files)]

    await chat_files.bind(
        world, [Sent(interaction_id=interaction_id, address=address, tokens=tokens)]
    )

    (sent,) = (await chat_files.of_interactions(world, [interaction_id])).values()
    assert [file.name for file in sent] == ["2.png", "1.png", "0.png"]


async def test_a_page_that_calls_itself_an_image_is_text(world: asyncpg.Connection) -> None:
    visitor_id, _, _ = await visitor(world)
    page = b"<!doctype html><script>alert(1)</script>"

    file = await chat_files.upload(world, NOW, visitor_id, "holiday.png", page)

    assert file.content_type == "text/plain"


async def test_nobody_sends_anothers_file_and_nobody_sends_one_twice(
    world: asyncpg.Connection,
) -> None:
    his_id, his, his_message = await visitor(world)
    _, anothers, anothers_message = await visitor(world)
    file = await chat_files.upload(world, NOW, his_id, "a.png", PNG)
    second = await factories.interaction(
        world,
        NOW,
        ticket_id=await world.fetchval(
            "SELECT ticket_id FROM interaction WHERE id = $1", his_message
        ),
    )

    for interaction_id, address in (
        (anothers_message, anothers),
        (his_message, his),
        (second, his),
    ):
        await chat_files.bind(
            world,
            [
                Sent(
                    interaction_id=interaction_id,
                    address=address,
                    tokens=[file.token, "", "x" * 43],
                )
            ],
        )

    found = await chat_files.of_interactions(world, [anothers_message, his_message, second])
    assert found == {his_message: (file,)}


async def test_of_two_messages_of_a_batch_the_first_has_the_file(world: asyncpg.Connection) -> None:
    visitor_id, address, first = await visitor(world)
    _, _, second = await visitor(world)
    file = await chat_files.upload(world, NOW, visitor_id, "a.png", PNG)

    await chat_files.bind(
        world,
        [Sent(interaction_id=i, address=address, tokens=[file.token]) for i in (second, first)],
    )

    assert await chat_files.of_interactions(world, [first, second]) == {first: (file,)}


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file_empty"), (b"." * (chat_files.MAX_BYTES + 1), "too_large")]
)
async def test_a_file_has_a_size(world: asyncpg.Connection, content, code) -> None:
    visitor_id, _, _ = await visitor(world)

    with pytest.raises(ChatRefused) as refused:
        await chat_files.upload(world, NOW, visitor_id, "a", content)

    assert refused.value.code == code
    assert await world.fetchval("SELECT count(*) FROM blob") == 0


async def test_ten_files_wait_at_most_and_what_is_sent_waits_no_more(
    world: asyncpg.Connection,
) -> None:
    visitor_id, address, interaction_id = await visitor(world)
    files = [await chat_files.upload(world, NOW, visitor_id, "a", b"a") for _ in range(10)]

    with pytest.raises(ChatRefused) as refused:
        await chat_files.upload(world, NOW, visitor_id, "a", b"a")
    await chat_files.bind(
        world, [Sent(interaction_id=interaction_id, address=address, tokens=[files[0].token])]
    )
    await chat_files.upload(world, NOW, visitor_id, "a", b"a")

    assert refused.value.code == "too_many_files"


async def test_what_is_uploaded_in_a_day_has_an_end(
    world: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_files, "MAX_DAILY_BYTES", 10)
    visitor_id, _, _ = await visitor(world)
    await chat_files.upload(world, NOW, visitor_id, "a", b"12345")

    with pytest.raises(ChatRefused):
        await chat_files.upload(world, NOW, visitor_id, "a", b"123456")
    await chat_files.upload(world, NOW + timedelta(days=1, seconds=1), visitor_id, "a", b"123456")


async def test_files_that_come_at_once_are_counted_one_after_the_other(database: Database) -> None:
    async with database.transaction() as conn:
        visitor_id, _, _ = await visitor(conn)

    async def upload():
        async with database.transaction() as conn:
            await chat_files.upload(conn, NOW, visitor_id, "a", b"a")

    done = await asyncio.gather(*(upload() for _ in range(16)), return_exceptions=True)

    assert sum(isinstance(one, ChatRefused) for one in done) == 6
    assert sum(one is None for one in done) == 10
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM attachment") == 10
        assert await conn.fetchval("SELECT count(*) FROM blob") == 10


async def test_a_token_of_another_channel_opens_nothing_here(world: asyncpg.Connection) -> None:
    visitor_id, _, interaction_id = await visitor(world)
    token = "t" * 43
    user_id = await factories.agent(world, NOW)
    await world.execute(
        "INSERT INTO attachment (interaction_id, content_type, size_bytes, sha256, token, uploaded_by_id)"
        " VALUES ($1, 'image/png', 48, $2, $3, $4)",
        interaction_id,
        await blobs.store(world, PNG),
        token,
        user_id,
    )

    before = await chat_files.find(world, token)
    await world.execute(
        "INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, at)"
        " VALUES ($1, 2, 'message', $2, $3)",
        visitor_id,
        interaction_id,
        NOW,
    )
    after = await chat_files.find(world, token)

    assert before is None
    assert after is not None
    assert after.shown().name == "file.png"
    for bad in ("", "x", "t" * 42, "t" * 44, "t" * 42 + "'", "\x00" * 43):
        assert await chat_files.find(world, bad) is None


async def test_what_nobody_sends_goes_with_its_bytes_and_nothing_else_does(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        visitor_id, address, interaction_id = await visitor(conn)
        now = await conn.fetchval("SELECT now()")
        old = now - chat_files.LIFETIME - timedelta(minutes=1)
        sent = await chat_files.upload(conn, old, visitor_id, "sent", PNG)
        await chat_files.bind(
            conn, [Sent(interaction_id=interaction_id, address=address, tokens=[sent.token])]
        )
        forgotten = await chat_files.upload(conn, old, visitor_id, "forgotten", PNG)
        fresh = await chat_files.upload(conn, now, visitor_id, "fresh", PNG)
        same_of_others = await blobs.store(conn, PNG)
        await conn.execute("DROP TABLE event_ever, delivery_ever")  # real ones are made

    await Upkeep(database, holder="test").round()

    async with database.read() as conn:
        assert await chat_files.find(conn, forgotten.token) is None
        for token in (sent.token, fresh.token):
            found = await chat_files.find(conn, token)
            assert found is not None
            assert await blobs.content(conn, found.sha256) == PNG
        assert await blobs.content(conn, same_of_others) == PNG
        assert await conn.fetchval("SELECT count(*) FROM blob") == 3
        assert await conn.fetchval("SELECT count(DISTINCT sha256) FROM blob_chunk") == 3


async def test_a_file_that_is_sent_while_old_ones_are_deleted_stays(database: Database) -> None:
    async with database.transaction() as conn:
        visitor_id, address, interaction_id = await visitor(conn)
        file = await chat_files.upload(conn, NOW, visitor_id, "a", PNG)
    later = NOW + timedelta(days=2)

    async with database.transaction() as sending:
        await chat_files.bind(
            sending, [Sent(interaction_id=interaction_id, address=address, tokens=[file.token])]
        )

        async def prune():
            async with database.transaction() as conn:
                return await chat_files.prune(conn, later)

        pruning = asyncio.create_task(prune())
        async with database.read() as observer:
            while not await observer.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database())"
            ):
                await asyncio.sleep(0.01)

    assert await pruning == 0
    async with database.read() as conn:
        assert await chat_files.find(conn, file.token) is not None
        assert await conn.fetchval("SELECT count(*) FROM blob_chunk") == 1


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Sara\\عکس.jpg", "عکس.jpg"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\r\nX-Header: b.txt", "aX-Header: b.txt"),
        ("a\x00b\ud800.txt", "a\ufffdb\ufffd.txt"),
        ("  .htaccess ", "htaccess"),
        ("n" * 300 + ".pdf", "n" * 116 + ".pdf"),
        ("n" * 300, "n" * 120),
        ("", ""),
    ],
)
def test_a_name_has_no_folders_and_nothing_hidden(name, safe):
    assert safe_name(name) == safe


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_any_name_becomes_a_short_line(name):
    safe = safe_name(name)

    assert len(safe) <= chat_files.LONGEST_NAME
    assert not any(mark in safe for mark in "/\\\n\r\x00\u202e")
    safe.encode()
