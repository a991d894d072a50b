"""Files that came with messages: fetched once, whole or not at all, and never believed."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import factories
import pytest
from sending import kinds

from channels import Fetched, Media, Unavailable, Undeliverable, sniffed
from contactcenter import metrics
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.media_fetcher import MOST_ATTEMPTS, MediaFetcher

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 600_000
URL = "https://provider.test/1"


class Store:
    """A provider that keeps files."""

    missing: tuple[str, ...] = ()

    def __init__(self, answer: Callable[[Media], Awaitable[Fetched]]) -> None:
        self._answer = answer
        self.asked: list[str] = []

    async def fetch(self, media: Media) -> Fetched:
        self.asked.append(media.url)
        return await self._answer(media)


async def give(_media: Media) -> Fetched:
    return Fetched(body=PNG, content_type="text/html", name="photo.png")


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    queue_id = await factories.queue(conn)
    now = await conn.fetchval("SELECT clock_timestamp()")
    ticket_id = await factories.ticket(conn, now, intake_queue_id=queue_id)
    await conn.execute(
        "INSERT INTO attachment (interaction_id, content_type, source_url)"
        " SELECT id, 'image/svg+xml', $2 FROM interaction WHERE ticket_id = $1",
        ticket_id,
        URL,
    )
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


def fetcher(database: Database, store: Store) -> MediaFetcher:
    return MediaFetcher(database, Bell(database), {"sms": store}, chance=random.Random(1))  # type: ignore[dict-item]


async def row(database: Database) -> asyncpg.Record:
    async with database.read() as conn:
        return await conn.fetchrow(
            "SELECT sha256 IS NOT NULL AS stored, size_bytes, content_type, name, fetch_error,"
            " fetch_attempts, next_fetch_at > clock_timestamp() AS later FROM attachment"
        )


async def test_a_file_is_stored_as_what_its_bytes_show(database: Database) -> None:
    store = Store(give)

    began_at_s = time.time()
    assert await fetcher(database, store).fetch_due() == 1
    assert metrics.SWEPT_AT.labels("media_fetcher")._value.get() >= began_at_s
    assert await fetcher(database, store).fetch_due() == 0

    found = await row(database)
    assert (found["stored"], found["size_bytes"], found["content_type"], found["name"]) == (
        True,
        len(PNG),
        "image/png",
        "photo.png",
    )
    assert store.asked == [URL]
    assert (await kinds(database))[-1] == "attachment_stored"
    async with database.read() as conn:
        told = await conn.fetchval("SELECT data FROM event ORDER BY id DESC LIMIT 1")
    assert told["size_bytes"] == len(PNG)


async def test_two_processes_never_fetch_the_same_file(database: Database) -> None:
    store = Store(give)

    await asyncio.gather(*(fetcher(database, store).fetch_due() for _ in range(4)))

    assert store.asked == [URL]


async def test_what_is_refused_for_good_fails_with_the_reason(database: Database) -> None:
    async def gone(_media: Media) -> Fetched:
        raise Undeliverable("it is gone")

    await fetcher(database, Store(gone)).fetch_due()

    found = await row(database)
    assert (found["stored"], found["fetch_error"]) == (False, "it is gone")
    assert (await kinds(database))[-1] == "attachment_failed"


async def test_what_cannot_be_had_now_is_tried_again_later_and_given_up_in_the_end(
    database: Database,
) -> None:
    async def down(_media: Media) -> Fetched:
        raise Unavailable("down")

    store = Store(down)
    for attempt in range(MOST_ATTEMPTS):
        assert (await row(database))["fetch_error"] is None, attempt
        await fetcher(database, store).fetch_due()
        found = await row(database)
        assert found["later"]
        async with database.read() as conn:
            await conn.execute("UPDATE attachment SET next_fetch_at = clock_timestamp()")

    assert len(store.asked) == MOST_ATTEMPTS
    assert "down" in (await row(database))["fetch_error"]
    assert await fetcher(database, store).fetch_due() == 0


async def test_only_a_few_files_are_held_in_memory_at_a_time(database: Database) -> None:
    async with database.read() as conn:
        await conn.execute(
            "INSERT INTO attachment (interaction_id, content_type, source_url)"
            " SELECT interaction_id, content_type, source_url FROM attachment, generate_series(1, 4)"
        )
    store = Store(give)

    assert [await fetcher(database, store).fetch_due() for _ in range(3)] == [3, 2, 0]


async def test_a_slower_fetch_of_the_same_file_changes_nothing(database: Database) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(_media: Media) -> Fetched:
        asked.set()
        await release.wait()
        return Fetched(body=b"%PDF-1.7", content_type="application/pdf")

    async with asyncio.timeout(20):
        slower = asyncio.create_task(fetcher(database, Store(slow)).fetch_due())
        await asked.wait()
        async with database.read() as conn:  # its claim is over
            await conn.execute("UPDATE attachment SET next_fetch_at = clock_timestamp()")
        await fetcher(database, Store(give)).fetch_due()
        release.set()
        await slower

    assert (await row(database))["content_type"] == "image/png"
    assert (await kinds(database)).count("attachment_stored") == 1


async def test_a_channel_that_fails_or_is_not_set_up_loses_no_file(database: Database) -> None:
    async def fail(_media: Media) -> Fetched:
        raise RuntimeError("a bug in the channel")

    broken, unready = Store(fail), Store(give)
    unready.missing = ("CONTACTCENTER_TWILIO_ACCOUNT_SID",)
    for store in (broken, unready):
        await fetcher(database, store).fetch_due()
        found = await row(database)
        assert (found["stored"], found["fetch_error"], found["later"]) == (False, None, True)
        async with database.read() as conn:
            await conn.execute("UPDATE attachment SET next_fetch_at = clock_timestamp()")

    assert (broken.asked, unready.asked) == ([URL], [])


async def test_a_fetch_that_hangs_is_ended_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.media_fetcher._FETCH_DEADLINE_S", 0.1)

    async def hang(_media: Media) -> Fetched:
        await asyncio.sleep(60)
        raise AssertionError

    async with asyncio.timeout(20):
        await fetcher(database, Store(hang)).fetch_due()

    found = await row(database)
    assert (found["stored"], found["fetch_error"], found["later"]) == (False, None, True)


async def test_looks_are_spread_ever_wider_over_half_a_day(database: Database) -> None:
    async def down(_media: Media) -> Fetched:
        raise Unavailable("down")

    chance = random.Random(5)
    fetching = MediaFetcher(database, Bell(database), {"sms": Store(down)}, chance=chance)  # type: ignore[dict-item]
    shares, waits_s = [], []
    for attempt in range(MOST_ATTEMPTS - 1):
        await fetching.fetch_due()
        async with database.read() as conn:
            wait_s = await conn.fetchval(
                "SELECT extract(epoch FROM next_fetch_at - clock_timestamp())::float8 FROM attachment"
            )
            await conn.execute("UPDATE attachment SET next_fetch_at = clock_timestamp()")
        waits_s.append(wait_s)
        shares.append(wait_s / min(10.0 * 2**attempt, 3600.0))

    assert all(0.3 < share <= 1 for share in shares)  # 0.5, and the moments that pass meanwhile
    assert max(shares) > min(shares) + 0.2
    assert 10 * 3600 < sum(waits_s) < 15 * 3600


async def test_a_full_disk_leaves_no_half_file_and_it_is_tried_again(database: Database) -> None:
    async with database.read() as conn:
        await conn.execute(
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$;
               CREATE TRIGGER full_disk BEFORE INSERT ON blob FOR EACH ROW EXECUTE FUNCTION full_disk()"""
        )
    store = Store(give)

    await fetcher(database, store).fetch_due()

    found = await row(database)
    assert (found["stored"], found["fetch_error"], found["later"]) == (False, None, True)
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM blob_chunk") == 0
        await conn.execute("DROP TRIGGER full_disk ON blob")
        await conn.execute("UPDATE attachment SET next_fetch_at = clock_timestamp()")
    await fetcher(database, store).fetch_due()
    assert (await row(database))["stored"]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\xff\xd8\xff\xe0abc", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (b"BEGIN:VCARD\r\nFN:Sara", "text/vcard; charset=utf-8"),
        ("سلام".encode(), "text/plain; charset=utf-8"),
        (b"<svg onload=alert(1)>", "text/plain; charset=utf-8"),
        (b"<!doctype html><script>", "text/plain; charset=utf-8"),
        (b"\0\x01\x02", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_type_is_told_from_the_bytes_and_never_one_a_browser_runs(
    content: bytes, content_type: str
) -> None:
    assert sniffed(content) == content_type
