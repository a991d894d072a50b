"""What is counted at the hooks."""

import aiohttp
from aiohttp import web

from contactcenter import metrics
from contactcenter.api.metrics import _counted


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close()
    return socket


async def _settings(_: web.Request) -> web.Response:
    return web.Response()


async def test_how_long_a_visitor_stays_is_not_how_long_a_hook_took(aiohttp_client) -> None:
    app = web.Application(middlewares=[_counted(frozenset({"webchat"}))])
    app.router.add_get("/hooks/webchat/socket", _socket)
    app.router.add_get("/hooks/webchat/settings", _settings)
    client = await aiohttp_client(app)

    def counted(name: str) -> float:
        collected = [*metrics.HOOK_SECONDS.collect(), *metrics.HOOK_REQUESTS.collect()]
        return sum(
            sample.value
            for family in collected
            for sample in family.samples
            if sample.name == name and sample.labels["channel"] == "webchat"
        )

    took, asked = "contactcenter_hook_duration_seconds_count", "contactcenter_hook_requests_total"
    before = counted(took), counted(asked)
    async with client.ws_connect("/hooks/webchat/socket") as socket:
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    async with client.get("/hooks/webchat/settings") as answer:
        assert answer.status == 200
    assert (counted(took) - before[0], counted(asked) - before[1]) == (1, 2)


async def test_the_first_burst_of_forged_hooks_is_an_increase() -> None:
    """Prometheus sees none in a series that begins with the burst."""
    _counted(frozenset({"a_channel"}))

    values = {
        sample.labels["outcome"]: sample.value
        for family in metrics.HOOK_REQUESTS.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and sample.labels["channel"] == "a_channel"
    }
    assert values == dict.fromkeys(["accepted", "forged", "refused", "not_stored", "failed"], 0)
