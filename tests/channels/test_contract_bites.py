"""The contract catches broken channels: each fault put into SMS fails the test meant for it."""

import asyncio
import contextlib
import uuid
from datetime import datetime
from functools import partial

import pytest
from aiohttp import web
from msgspec.structs import replace
from sms_contract import PATH, SmsContract

from channels import (
    Fetched,
    Inbound,
    NotStored,
    OutcomeUnknown,
    StatusUpdate,
    Unavailable,
    Undeliverable,
)
from channels._signature import parse_form
from channels._sms_form import message
from channels._twilio_hook import Payload
from channels.sms import Sms


class Between:
    """An inbox that stands before the real one and does something wrong."""

    def __init__(self, inbox):
        self.inbox = inbox

    async def receive(self, items, *, checkpoint=None):
        return await self.inbox.receive(items)

    async def status(self, update):
        await self.inbox.status(update)


class Swallows(Between):
    async def receive(self, items, *, checkpoint=None):
        try:
            return await self.inbox.receive(items)
        except NotStored:
            return ["stored"]

    async def status(self, update):
        with contextlib.suppress(NotStored):
            await self.inbox.status(update)


class Hurries(Between):
    async def receive(self, items, *, checkpoint=None):
        self.task = asyncio.create_task(self.inbox.receive(items))
        return ["stored"]


class Changes(Between):
    """Applies ``change`` to everything received and reported."""

    def __init__(self, inbox, change):
        super().__init__(inbox)
        self._change = change

    async def receive(self, items, *, checkpoint=None):
        return await self.inbox.receive([self._change(item) for item in items])

    async def status(self, update):
        await self.inbox.status(self._change(update))


def naive_time(item):
    return replace(item, occurred_at=datetime(2026, 4, 1, 12)) if _is(item, Inbound) else item  # noqa: DTZ001


def random_id(item):
    return replace(item, external_id=str(uuid.uuid4()))


def lost_bytes(item):
    return replace(item, raw=replace(item.raw, body=item.raw.body.strip(b"=")[:-1]))


def foreign_status(item):
    return replace(item, status="DELIVRD") if _is(item, StatusUpdate) else item


def _is(item, kind):
    return isinstance(item, kind)


class Behind(Sms):
    """SMS whose inbox goes through ``between``."""

    def __init__(self, env, between, **deadlines):
        super().__init__(env, **deadlines)
        self._between = between

    def routes(self, inbox):
        return super().routes(self._between(inbox))


class Gullible(Sms):
    """Checks no signature."""

    def routes(self, inbox):
        async def take(request):
            body = await request.read()
            form = {name.decode(): value.decode() for name, value in parse_form(body)}
            raw = Payload(channel="sms", form=form, query={}, raw=None)
            await inbox.receive([message(raw, "IR")])
            return web.Response()

        return [web.post(PATH, take)]


class Translates(Sms):
    """Reports one failure as another."""

    def __init__(self, env, meant, told, **deadlines):
        super().__init__(env, **deadlines)
        self._meant, self._told = meant, told

    async def send(self, outbound):
        try:
            return await super().send(outbound)
        except self._meant as failure:
            raise self._told(str(failure), code=failure.code) from failure


class Repeats(Sms):
    """Sends again when the answer was lost."""

    async def send(self, outbound):
        try:
            return await super().send(outbound)
        except OutcomeUnknown:
            return await super().send(outbound)


class Ajar(Sms):
    """Serves a hook outside its own path."""

    def routes(self, inbox):
        return [*super().routes(inbox), web.post("/sms", lambda _: web.Response())]


class Forgetful(Sms):
    """Reads a kept payload without the headers that were kept beside it."""

    def read(self, purpose, raw):
        return super().read(purpose, replace(raw, content_type="", headers={}))


class Forgets(Sms):
    """Never finds what it sent."""

    async def find(self, outbound, since):
        return []


class Resigns(Sms):
    """Takes a list that was not read for an empty one."""

    async def find(self, outbound, since):
        try:
            return await super().find(outbound, since)
        except Unavailable:
            return []


class Pretends(Sms):
    """Brings messages in although storing them failed."""

    async def backfill(self, inbox, since):
        return await super().backfill(Swallows(inbox), since)


class Repeating(Sms):
    """Makes up a new id for what it brings in."""

    async def backfill(self, inbox, since):
        return await super().backfill(Changes(inbox, random_id), since)


class Trusting(Sms):
    """Fetches whatever it is told to, and says that it did."""

    async def fetch(self, media):
        return Fetched(body=b"x", content_type=media.content_type)


FAULTS = {
    "never finds what it sent": (Forgets, "test_message_is_found_again_whatever_was_answered"),
    "takes a list it could not read for an empty one": (
        Resigns,
        "test_search_at_a_provider_that_is_gone_is_unavailable",
    ),
    "brings in what was not stored": (
        Pretends,
        "test_what_is_brought_in_is_told_to_be_new_only_if_it_was_stored",
    ),
    "brings the same in again": (
        Repeating,
        "test_missed_messages_are_brought_in_once_and_in_order",
    ),
    "fetches from anywhere": (Trusting, "test_address_that_is_not_public_is_never_asked"),
    "fetches what is too large": (Trusting, "test_file_over_the_limit_is_never_fetched"),
    "acknowledges although storing failed": (
        partial(Behind, between=Swallows),
        "test_message_is_not_acknowledged_unless_stored",
    ),
    "acknowledges a report although storing failed": (
        partial(Behind, between=Swallows),
        "test_report_is_not_acknowledged_unless_stored",
    ),
    "acknowledges before storing": (
        partial(Behind, between=Hurries),
        "test_message_is_not_acknowledged_before_it_is_stored",
    ),
    "checks no signature": (Gullible, "test_forged_message_is_refused_and_nothing_is_kept"),
    "tells a time without its zone": (
        partial(Behind, between=partial(Changes, change=naive_time)),
        "test_authentic_message_becomes_one_inbound",
    ),
    "makes up a new id for each delivery": (
        partial(Behind, between=partial(Changes, change=random_id)),
        "test_redelivery_keeps_its_external_id_and_is_acknowledged",
    ),
    "changes the bytes it keeps": (
        partial(Behind, between=partial(Changes, change=lost_bytes)),
        "test_what_cannot_be_understood_is_kept_byte_for_byte",
    ),
    "forgets what it kept beside a message": (
        Forgetful,
        "test_what_was_kept_is_understood_again",
    ),
    "forgets what it kept beside a report": (
        Forgetful,
        "test_report_that_was_kept_is_understood_again",
    ),
    "passes on the provider's own status": (
        partial(Behind, between=partial(Changes, change=foreign_status)),
        "test_report_becomes_a_status_update",
    ),
    "serves a hook outside its path": (Ajar, "test_every_hook_lies_under_the_channels_own_path"),
    "tells an outage as a refusal": (
        partial(Translates, meant=Unavailable, told=Undeliverable),
        "test_provider_that_is_gone_is_unavailable",
    ),
    "forgets how long to wait": (
        partial(Translates, meant=Unavailable, told=Unavailable),
        "test_busy_provider_is_unavailable_for_the_time_it_asks",
    ),
    "tells a refusal as an outage": (
        partial(Translates, meant=Undeliverable, told=Unavailable),
        "test_refused_message_is_undeliverable_with_the_providers_code",
    ),
    "tells an unknown outcome as an outage": (
        partial(Translates, meant=OutcomeUnknown, told=Unavailable),
        "test_lost_answer_is_an_unknown_outcome",
    ),
    "sends again when the answer was lost": (Repeats, "test_lost_answer_is_an_unknown_outcome"),
}


class Broken(SmsContract):
    """The contract put to a broken channel."""

    def __init__(self, build):
        self._build = build

    def create(self, env):
        return self._build(env)

    def impatient(self, env):
        return self._build(env, send_deadline_s=0.8, hook_deadline_s=0.3)


async def judge(contract, name, aiohttp_client, http):
    """Run one test of the contract by hand."""
    given = {
        "aiohttp_client": aiohttp_client,
        "http": http,
        "answer": "cut",
        "url": "https://[::1]/a",
    }
    test = getattr(contract, name)
    wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
    await test(**{fixture: given[fixture] for fixture in wanted if fixture != "self"})


@pytest.mark.parametrize("fault", FAULTS)
async def test_contract_catches_a_channel_that(fault, aiohttp_client, http):
    build, name = FAULTS[fault]

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await judge(Broken(build), name, aiohttp_client, http)


@pytest.mark.parametrize("name", sorted({name for _, name in FAULTS.values()}))
async def test_same_test_passes_for_the_sound_channel(name, aiohttp_client, http):
    await judge(Broken(Sms), name, aiohttp_client, http)


@pytest.mark.slow
async def test_contract_catches_a_channel_that_waits_for_the_inbox_for_ever(aiohttp_client, http):
    patient = Broken(lambda env, **_: Sms(env, hook_deadline_s=2.5))

    with pytest.raises(AssertionError):
        await judge(
            patient, "test_inbox_that_does_not_answer_is_not_waited_for", aiohttp_client, http
        )
