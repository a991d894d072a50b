"""The composition root: everything is built here, from the settings and an open database.

``serving`` gives an application whose workers run as long as it lasts; tests build the same.
A process does everything, or only the ``web`` part (hooks, API, feed), or only the ``work`` that
nobody waits for at a socket. Parts talk through the database alone; each has a dispatcher.
"""

import asyncio
import os
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, Literal

import aiohttp
import structlog
from aiohttp import web

import channels
from contactcenter import api, metrics, routines, timers
from contactcenter.access.passwords import Passwords
from contactcenter.api import feed as api_feed
from contactcenter.api import health, middleware
from contactcenter.api import metrics as api_metrics
from contactcenter.api.client_address import client_address
from contactcenter.api.health import READINESS
from contactcenter.api.request_database import RequestDatabase
from contactcenter.api.services import SERVICES, Services
from contactcenter.api.shedding import Shedding
from contactcenter.bell import Bell
from contactcenter.calls.calls import CHANNEL
from contactcenter.chatroom.chatroom import Chatroom
from contactcenter.db import Database
from contactcenter.dispatch import presence, routing_lock
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.feed import Feed
from contactcenter.intake import Intake
from contactcenter.mails.mailroom import Mailroom
from contactcenter.media_fetcher import MediaFetcher
from contactcenter.metrics_sampler import MetricsSampler
from contactcenter.own_settings import OwnSettingsReader
from contactcenter.presence_keeper import PresenceKeeper
from contactcenter.readiness import Readiness
from contactcenter.reconciler import Reconciler
from contactcenter.secret_keys import SecretKeys
from contactcenter.sender import Sender
from contactcenter.settings import Settings
from contactcenter.survey_inbox import SurveyInbox
from contactcenter.sweeper import Sweeper
from contactcenter.switchboard.lost_calls import LostCalls
from contactcenter.switchboard.operator import Operator
from contactcenter.switchboard.recording_keeper import RecordingKeeper
from contactcenter.switchboard.switchboard import Switchboard
from contactcenter.tasks import Worker, running
from contactcenter.temperament_keeper import TemperamentKeeper
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import Triage

#: A provider is not waited for longer than this, whatever is asked of it.
HTTP_TIMEOUT_S: Final = 30

_SENDER: Final = web.AppKey("sender", Sender)
_FINISHING: Final = web.AppKey("finishing", asyncio.Task[None])

log = structlog.get_logger()


#: One part of the work; None stands for all of it.
Part = Literal["web", "work"]


@asynccontextmanager
async def serving(
    settings: Settings,
    database: Database,
    *,
    only: Part | None = None,
    shared: bool = False,
    clock: routing_lock.Clock = timers.clock_and_next_due,
) -> AsyncIterator[web.Application]:
    """Build the application and run its workers; ``only`` one part of it.

    ``shared``: others of ours listen at the same ports. Routing and calls go by ``clock``.
    """
    async with AsyncExitStack() as stack:
        secret_keys = SecretKeys(settings)
        reader = OwnSettingsReader(database, secret_keys)
        await reader.look()
        holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        bell = Bell(database)
        dispatcher = Dispatcher(database, bell, clock=clock)
        chatroom = Chatroom(database, bell, dispatcher, secret_keys)
        switchboard = Switchboard(database, bell, dispatcher, clock=clock)
        built = await _channels(
            stack,
            settings,
            reader=reader,
            mailroom=Mailroom(database, holder=holder),
            chatroom=chatroom,
            switchboard=switchboard,
            secret_keys=secret_keys,
            shared=shared,
        )
        chatroom.know(built)
        intake = Intake(
            database,
            bell,
            reopen_window_s=settings.reopen_window_h * 3600,
            channels=built,
        )
        switchboard.know(intake.enter, built[CHANNEL].account)
        passwords = Passwords()
        stack.callback(passwords.close)
        services = Services(
            db=RequestDatabase(database, pool_size=settings.database_pool_size),
            settings=settings,
            dispatcher=dispatcher,
            inbox=SurveyInbox(intake, database, bell),
            channels=built,
            bell=bell,
            on_disabled=presence.retire,
            passwords=passwords,
            shedding=Shedding(pool_size=settings.database_pool_size),
            secret_keys=secret_keys,
        )
        app = web.Application(client_max_size=settings.max_body_bytes)
        app[SERVICES] = services
        app[READINESS] = readiness = Readiness()
        middleware.install(app, services)
        api_metrics.install(app, services, database)
        app.add_routes(health.routes(database))
        stack.push_async_callback(intake.close)
        stack.push_async_callback(dispatcher.close)
        workers: list[Worker] = [bell.run, dispatcher.run, intake.run, reader.run, switchboard.run]
        listeners: list[Worker] = []
        if only != "work":
            workers += _web(app, services, database, chatroom, listeners)
        workers.append(MetricsSampler(database, app.get(api_feed.FEED)).run)
        if only != "web":
            workers += _work(
                app, services, database, dispatcher, intake, holder=holder, clock=clock
            )
        await stack.enter_async_context(running(workers, readiness))
        # These end first, while what they have begun can still be stored.
        await stack.enter_async_context(running(listeners, readiness))
        stack.push_async_callback(_finished, app)
        metrics.PROCESS_STARTS.inc()
        yield app


async def _channels(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    reader: OwnSettingsReader,
    mailroom: Mailroom,
    chatroom: Chatroom,
    switchboard: Switchboard,
    secret_keys: SecretKeys,
    shared: bool,
) -> Mapping[str, channels.Channel]:
    timeout = aiohttp.ClientTimeout(total=HTTP_TIMEOUT_S)
    http = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
    built = channels.load(
        channels.Env(
            settings=settings.channels,
            public_url=settings.public_url,
            region=settings.region,
            http=http,
            own=reader,
            mailroom=mailroom,
            chatroom=chatroom,
            switchboard=switchboard,
            reply_keys=lambda: secret_keys.derived("reply-address"),
            client_address=lambda request: client_address(request, settings.trusted_proxies),
            shares_ports=shared,
        )
    )
    for channel in built.values():
        stack.push_async_callback(channel.close)
    return built


def _web(
    app: web.Application,
    services: Services,
    database: Database,
    chatroom: Chatroom,
    listeners: list[Worker],
) -> list[Worker]:
    """What people and providers talk with, and the workers that belong to it."""
    feed = Feed(database, services.bell)
    keeper = PresenceKeeper(database, services.dispatcher, present=feed.present)
    app.add_routes(api.api_routes(services))
    api_feed.install(app, feed)
    counted = api_metrics.CountedInbox(services.inbox)
    for channel in services.channels.values():
        app.add_routes(channel.routes(counted))
        listeners += channel.listeners(counted)
        app.on_shutdown.append(_hanging_up(channel))
    return [feed.run, keeper.run, partial(chatroom.run, feed)]


def _hanging_up(channel: channels.Channel) -> Callable[[web.Application], Awaitable[None]]:
    async def hang_up(_: web.Application) -> None:
        await channel.hang_up()

    return hang_up


def _work(
    app: web.Application,
    services: Services,
    database: Database,
    dispatcher: Dispatcher,
    intake: Intake,
    *,
    holder: str,
    clock: routing_lock.Clock,
) -> list[Worker]:
    """What is done beside the requests: here what somebody waits for, the rest in ``routines``."""
    bell, settings = services.bell, services.settings
    chance = random.Random(secrets.randbits(64))  # noqa: S311  spreads retries
    sender = Sender(
        database,
        bell,
        services.channels,
        public_url=settings.public_url,
        chance=chance,
        valid_s=settings.reply_valid_h * 3600,
    )
    app[_SENDER] = sender
    counted = api_metrics.CountedInbox(services.inbox)
    readers = [task for one in services.channels.values() for task in one.readers(counted)]
    return [
        TemperamentKeeper(database, dispatcher, trained_reader()).run,
        Operator(
            database, bell, dispatcher, services.channels, guard=services.dial_guard, clock=clock
        ).run,
        Triage(database, bell, dispatcher, trained_reader(), lambda: intake.is_busy).run,
        sender.run,
        Reconciler(database, bell, services.channels, holder=holder).run,
        LostCalls(database, bell, dispatcher, services.channels, holder=holder, clock=clock).run,
        MediaFetcher(database, bell, services.channels, chance=chance).run,
        RecordingKeeper(database, bell, services.channels, intake.enter, chance=chance).run,
        Sweeper(database, services.inbox, services.channels, holder=holder).run,
        *routines.workers(
            services,
            database,
            dispatcher,
            holder=holder,
            chance=chance,
            is_busy=lambda: intake.is_storing,
        ),
        *readers,
    ]


async def drain(app: web.Application) -> None:
    """Claim nothing new, and say that we are about to go while we still listen to who asks."""
    app[READINESS].is_draining = True
    app[_FINISHING] = asyncio.create_task(_finish(app))
    await asyncio.sleep(app[SERVICES].settings.drain_notice_s)


async def _finish(app: web.Application) -> None:
    if _SENDER in app:
        await app[_SENDER].finish()


async def _finished(app: web.Application) -> None:
    """Wait until what was being sent is sent, whether or not ``drain`` has begun with it."""
    await (app[_FINISHING] if _FINISHING in app else _finish(app))
