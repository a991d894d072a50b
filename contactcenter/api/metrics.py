"""``/metrics`` for Prometheus, and the counting of what comes in at the hooks.

The figures tell how much business there is, so they are not for everybody: with a token set, only
who shows it gets them; else only who asks directly from this machine or a private network. A
request that a proxy handed on is refused then, however near the proxy is.
"""

import functools
import hmac
import ipaddress
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from channels import (
    FORGED,
    Checkpoint,
    Inbound,
    Inbox,
    NotStored,
    Outcome,
    StatusUpdate,
    Unreadable,
)
from contactcenter import metrics
from contactcenter.api.services import Services
from contactcenter.db import Database
from contactcenter.metrics_database import DatabaseGauges

PATH: Final = "/metrics"

_HOOKS: Final = "/hooks/"
#: Looking a counter up by its labels costs more than counting; there are few of them.
_requests = functools.cache(metrics.HOOK_REQUESTS.labels)
_seconds = functools.cache(metrics.HOOK_SECONDS.labels)
_inbound = functools.cache(metrics.INBOUND.labels)
_OUTCOMES: Final = ("accepted", "forged", "refused", "not_stored", "failed")
_HANDED_ON: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def install(app: web.Application, services: Services, database: Database) -> None:
    """Answer at ``/metrics``, past whatever bounds the API's requests, and count the hooks."""
    gauges = DatabaseGauges(database)

    async def answer(request: web.Request) -> web.Response:
        if not _may_read(request, services.settings.metrics_token):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        await gauges.refresh()
        of_database = CollectorRegistry()
        of_database.register(gauges)
        body = generate_latest(metrics.registry()) + generate_latest(of_database)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})

    app.router.add_get(PATH, answer)
    app.middlewares.append(_counted(frozenset(services.channels)))


class CountedInbox:
    """An inbox that counts what it is handed and what became of it; for the channels."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        """Hand on, and count each item by its outcome."""
        try:
            outcomes = await self._inbox.receive(items, checkpoint=checkpoint)
        except NotStored:
            for item in items:
                _inbound(item.channel, "not_stored").inc()
            raise
        for item, outcome in zip(items, outcomes, strict=True):
            _inbound(item.channel, outcome).inc()
        return outcomes

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Hand on; the request itself is counted at the hook."""
        await self._inbox.status(update)


def _may_read(request: web.Request, token: str | None) -> bool:
    if token is not None:
        given = request.headers.get(hdrs.AUTHORIZATION, "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if any(name in request.headers for name in _HANDED_ON):
        return False
    try:
        peer = ipaddress.ip_address((request.remote or "").partition("%")[0])
    except ValueError:
        return False
    return peer.is_loopback or peer.is_private


def _counted(known: frozenset[str]) -> Middleware:
    """Count every request at a hook by channel and by how it was answered.

    Each outcome is there from the start: an increase is seen only of what was 0 before.
    """
    for channel in (*known, "unknown"):
        for outcome in _OUTCOMES:
            _requests(channel, outcome)

    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(_HOOKS):
            return await handler(request)
        named = request.path.removeprefix(_HOOKS).partition("/")[0]
        channel = named if named in known else "unknown"
        began_s = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        is_forged = False
        try:
            response = await handler(request)
            status = response.status
            is_forged = response.get(FORGED, False)
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            _requests(channel, "forged" if is_forged else _outcome(status)).inc()
            # A socket lives as long as somebody looks at a page; that is not slow.
            if status != HTTPStatus.SWITCHING_PROTOCOLS:
                _seconds(channel).observe(time.perf_counter() - began_s)
        return response

    return counted


def _outcome(status: int) -> str:
    match status:
        case HTTPStatus.FORBIDDEN:
            return "forged"
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return "not_stored"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "failed"
        case _ if status >= HTTPStatus.BAD_REQUEST:
            return "refused"
        case _:
            return "accepted"
