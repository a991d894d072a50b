"""The composition root: everything is built here, from the settings and an open database.

``serving`` gives an application whose workers run as long as the context lasts. Nothing else in
the package constructs a worker, and the tests build the very same thing.
"""

import asyncio
import os
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import aiohttp
import structlog
from aiohttp import web

import channels
from contactcenter import api, logs
from contactcenter.access.passwords import Passwords
from contactcenter.api import feed as api_feed
from contactcenter.api.services import Services
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch import presence
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.feed import Feed
from contactcenter.intake import Intake
from contactcenter.presence_keeper import PresenceKeeper
from contactcenter.sender import Sender
from contactcenter.settings import Settings
from contactcenter.triage import Triage
from contactcenter.upkeep import Upkeep
from routing.temperament import assess

#: A provider is not waited for longer than this, whatever is asked of it.
HTTP_TIMEOUT_S: Final = 30
#: A worker that fails is started again after this pause.
_RESTART_S: Final = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def serving(settings: Settings, database: Database) -> AsyncIterator[web.Application]:
    """Build the application and run its workers."""
    async with AsyncExitStack() as stack:
        timeout = aiohttp.ClientTimeout(total=HTTP_TIMEOUT_S)
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        env = channels.Env(
            settings=settings.channels,
            public_url=settings.public_url,
            region=settings.region,
            http=http,
        )
        built = channels.load(env)
        bell = Bell(database)
        dispatcher = Dispatcher(database, bell)
        intake = Intake(database, bell, reopen_window_s=settings.reopen_window_h * 3600)
        triage = Triage(database, bell, dispatcher, assess)
        sender = Sender(
            database,
            bell,
            built,
            public_url=settings.public_url,
            chance=random.Random(secrets.randbits(64)),  # noqa: S311  spreads retries
        )
        feed = Feed(database, bell)
        keeper = PresenceKeeper(database, dispatcher, present=feed.present)
        upkeep = Upkeep(database, holder=f"{os.getpid()}-{secrets.token_hex(4)}")
        passwords = Passwords()
        stack.callback(passwords.close)
        services = Services(
            db=database,
            settings=settings,
            dispatcher=dispatcher,
            inbox=intake,
            channels=built,
            bell=bell,
            on_disabled=presence.retire,
            passwords=passwords,
        )
        app = web.Application(client_max_size=settings.max_body_bytes)
        api.install(app, services)
        api_feed.install(app, feed)
        for channel in built.values():
            app.add_routes(channel.routes(intake))
        stack.push_async_callback(intake.close)
        stack.push_async_callback(dispatcher.close)
        workers: Sequence[Callable[[], Awaitable[None]]] = (
            bell.run,
            dispatcher.run,
            intake.run,
            triage.run,
            sender.run,
            feed.run,
            keeper.run,
            upkeep.run,
        )
        await stack.enter_async_context(_running(workers))
        stack.push_async_callback(sender.finish)
        yield app


@asynccontextmanager
async def _running(workers: Sequence[Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_kept_alive(worker)) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_alive(worker: Callable[[], Awaitable[None]]) -> None:
    """A worker that fails in a way nobody foresaw is reported and started again."""
    while True:
        try:
            await worker()
        except Exception as error:
            name = getattr(worker, "__qualname__", "worker")
            log.exception("worker_failed", worker=name, exc_info=logs.unquoted(error))
        await asyncio.sleep(_RESTART_S)
