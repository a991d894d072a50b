"""What is refused first when more is asked than can be done, and what never is."""

import asyncio
from contextlib import ExitStack

import pytest
from callers import Caller

from contactcenter.api import shedding
from contactcenter.api.request_database import RequestDatabase
from contactcenter.db import Database
from contactcenter.errors import NoDatabase


async def test_reports_are_shed_before_lists_before_reads_before_changes(services, admin, subtests):
    for share, refused in (
        (shedding.REPORTS - 1, set()),
        (shedding.REPORTS, {"report"}),
        (shedding.LISTS, {"report", "list"}),
        (shedding.READS, {"report", "list", "read"}),
        (shedding.CHANGES, {"report", "list", "read", "change"}),
    ):
        calls = {
            "report": ("GET", "/reports/performance", None, 200),
            "list": ("GET", "/tickets", None, 200),
            "read": ("GET", "/saved_replies", None, 200),
            "change": ("POST", "/teams", {"name": f"Another at {share}"}, 201),
        }
        with subtests.test(share=share), ExitStack() as under_way:
            for _ in range(share * 10):
                under_way.enter_context(services.shedding.entered(shedding.CHANGES + 1))
            for name, (method, path, body, status) in calls.items():
                told = (503, "overloaded") if name in refused else (status, None)
                assert await _answered(admin, method, path, body) == told, name

    assert await admin("GET", "/reports/performance", status=200)  # it is over


async def test_requests_leave_a_connection_to_hooks_and_workers(dsn):
    whole = await Database(dsn, pool_size=2).open()
    requests = RequestDatabase(whole, pool_size=2)
    async with requests.read():
        waiting = asyncio.create_task(_read_from(requests))
        await asyncio.sleep(0)
        async with whole.read() as conn:
            assert await conn.fetchval("SELECT 1") == 1
        assert not waiting.done()
    assert await waiting == 1
    await whole.close()


async def test_a_request_that_gets_no_connection_is_told_so(dsn, monkeypatch):
    monkeypatch.setattr("contactcenter.api.request_database.ACQUIRE_TIMEOUT_S", 0.05)
    whole = await Database(dsn, pool_size=2).open()
    requests = RequestDatabase(whole, pool_size=2)
    async with requests.read():
        with pytest.raises(NoDatabase):
            await _read_from(requests)
    assert await _read_from(requests) == 1
    await whole.close()


async def _read_from(database: Database) -> int:
    async with database.read() as conn:
        return await conn.fetchval("SELECT 1")


async def _answered(caller: Caller, method: str, path: str, body: object) -> tuple[int, str | None]:
    """The status, and the code of a problem.

    That a busy machine did not reach its database in time is no answer to what is asked here.
    """
    code = "no_database"
    for _ in range(5):
        response = await caller.send(method, path, body)
        answer = await response.json()
        code = answer.get("code") if isinstance(answer, dict) else None
        if code != "no_database":
            break
    return response.status, code
