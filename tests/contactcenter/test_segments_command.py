"""The command that compares rule segments with a recomputation."""

import asyncpg
import factories
import pytest

from contactcenter.cli.segments import check_all, recompute_all
from contactcenter.db import Database
from contactcenter.segment_keeper import SegmentKeeper


@pytest.fixture
async def database(dsn: str):
    database = await Database(dsn).open()
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    for n in range(3):
        await factories.contact(conn, name=f"P{n}")
    await factories.segment_rule(conn, "everybody", {})
    await conn.close()
    yield database
    await database.close()


async def test_what_is_written_is_compared_with_a_recomputation(database, capsys):
    assert not await check_all(database)
    out = capsys.readouterr().out
    assert out.count("everybody: belongs and is not written down") == 3

    await recompute_all(database)
    keepers = [SegmentKeeper(database), SegmentKeeper(database)]
    for keeper in keepers:
        await keeper.settle()
    capsys.readouterr()
    assert await check_all(database)
    assert capsys.readouterr().out == "3 contacts compared, 0 memberships differ\n"

    async with database.transaction() as conn:
        await conn.execute(
            "UPDATE segment SET to_at = from_at WHERE contact_id = (SELECT min(id) FROM contact)"
        )
    assert not await check_all(database)
    assert "1 memberships differ" in capsys.readouterr().out
