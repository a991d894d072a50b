"""When the database is gone nothing is acknowledged; when it is back, everything goes on."""

import time

import aiohttp
import centre as centre_module
import pytest
from centre import SARA, eventually

from contactcenter.postgres import EmbeddedPostgres, throwaway_data_dir

pytestmark = pytest.mark.slow


async def test_a_lost_database_is_503_in_time_and_back_is_back() -> None:
    with throwaway_data_dir() as folder:
        postgres = EmbeddedPostgres(folder, durable=False)
        again = EmbeddedPostgres(folder, durable=False)
        dsn = await postgres.start()
        try:
            async with centre_module.opened(dsn) as centre:
                agent = await centre.person("Ann", tiers=(1,))
                assert await centre.customer_writes(SARA, "before") == 200

                await postgres.stop()
                began = time.monotonic()
                hook = await centre.customer_writes(SARA, "during")
                hook_took_s = time.monotonic() - began
                async with aiohttp.ClientSession() as http:
                    began = time.monotonic()
                    async with http.get(f"{centre.url}/readyz") as answer:
                        ready = answer.status
                    problem = await agent.get("/tickets", status=503)
                    api_took_s = time.monotonic() - began

                assert (hook, ready, problem["code"]) == (503, 503, "no_database")
                assert max(hook_took_s, api_took_s) < 5
                assert await again.start() == dsn

                async def accepted() -> bool:
                    return await centre.customer_writes(SARA, "after") == 200

                await eventually(accepted, within_s=10, what="intake")

                async def worked_on() -> bool:
                    tickets = (await agent.get("/tickets?mine=true"))["items"]
                    if not tickets:
                        return False
                    timeline = await agent.get(f"/tickets/{tickets[0]['id']}/timeline")
                    return timeline["items"][0]["body"] == "after"

                await eventually(worked_on, within_s=10, what="the message on the timeline")
        finally:
            await postgres.stop()
            await again.stop()
