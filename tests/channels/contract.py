"""What every channel keeps, whoever its provider is.

A channel's test names the channel, says how its provider would write to us and answer us, and
inherits everything below. A test that a channel cannot pass is a fault of the channel.
"""

import asyncio
import io
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from yarl import URL

import channels
from channels import (
    STATUS_RANK,
    Address,
    Channel,
    Env,
    Inbound,
    Media,
    NotStored,
    Outbound,
    OutcomeUnknown,
    StatusUpdate,
    Unavailable,
    Undeliverable,
    Unreadable,
)

PUBLIC_URL = "https://desk.example"
PERSIAN = "سلام، سفارشم ۳ روز است که نرسیده 😡"


class Delivery(Struct, frozen=True, kw_only=True):
    """One request as a provider makes it."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"


class Contract:
    """What both halves need to know of a channel."""

    channel: str
    settings: Mapping[str, str]
    #: The channel's own address in every delivery below, and who writes, both canonical.
    entry_point: str
    sender: Address

    def create(self, env: Env) -> Channel:
        """Build the channel as the app does."""
        return channels.load(env)[self.channel]

    def impatient(self, env: Env) -> Channel:
        """Build the same channel with deadlines well under a second."""
        raise NotImplementedError

    def status_report(self, message_id: str, status: str, *, correlation_id: str) -> Delivery:
        """The provider's authentic report that a message of ours has come to ``status``."""
        raise NotImplementedError

    def env(self, http, **settings):
        return Env(
            settings={**self.settings, **settings}, public_url=PUBLIC_URL, region="IR", http=http
        )

    async def serve(self, aiohttp_client, channel, inbox):
        """Serve a channel's hooks and return a client to call them."""
        app = web.Application()
        app.add_routes(channel.routes(inbox))
        return await aiohttp_client(app)

    async def post(self, client, delivery):
        """Call a hook and return what it answered."""
        response = await client.request(
            delivery.method,
            URL(delivery.path, encoded=True),
            data=io.BytesIO(delivery.body),
            headers=delivery.headers,
        )
        await response.read()
        return response


class InboundContract(Contract):
    """A customer's message is authenticated, understood, stored, and only then acknowledged."""

    #: A text this long makes a delivery larger than the channel takes.
    over_limit_bytes: int
    #: How a forged delivery is answered: a provider that is sent away for good by 403 gets another.
    forged_status = 403

    def delivery(self, message_id: str, text: str) -> Delivery:
        """An authentic message from ``sender`` to ``entry_point``."""
        raise NotImplementedError

    def forged(self, message_id: str, text: str) -> list[Delivery]:
        """The same message as forgers would send it, each in another way."""
        raise NotImplementedError

    def unreadable(self) -> dict[str, Delivery]:
        """Authentic deliveries that cannot be understood and are kept, by the reason given."""
        return {}

    def check_refusal(self, response) -> None:
        """Whether the answer says in its protocol's own way what was wrong."""
        raise NotImplementedError

    def kept(self, delivery: Delivery) -> bytes:
        """What is kept of a delivery that is understood: all of it, or the message inside of it."""
        return delivery.body

    async def test_authentic_message_becomes_one_inbound(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
        delivery = self.delivery("m-1", PERSIAN)

        response = await self.post(client, delivery)

        assert 200 <= response.status < 300
        [item] = inbox.received
        assert isinstance(item, Inbound)
        assert item.channel == self.channel
        assert item.entry_point == self.entry_point
        assert item.sender == self.sender
        assert item.text == PERSIAN
        assert item.raw.body == self.kept(delivery)
        assert item.occurred_at is None or item.occurred_at.utcoffset() is not None
        assert all(isinstance(v, str) for v in item.details.values())

    async def test_message_is_not_acknowledged_before_it_is_stored(self, aiohttp_client, http):
        inbox = RecordingInbox()
        inbox.gate.clear()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        posting = asyncio.create_task(self.post(client, self.delivery("m-1", "hello")))
        await asyncio.sleep(0.1)

        assert not posting.done()
        inbox.gate.set()
        assert (await posting).status < 300
        assert len(inbox.received) == 1

    async def test_message_is_not_acknowledged_unless_stored(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        for fault in (NotStored("no database"), RuntimeError("a fault of ours")):
            inbox.fault = fault
            response = await self.post(client, self.delivery("m-1", "hello"))

            assert response.status >= 500, fault

    async def test_inbox_that_does_not_answer_is_not_waited_for(self, aiohttp_client, http):
        inbox = RecordingInbox()
        inbox.gate.clear()
        client = await self.serve(aiohttp_client, self.impatient(self.env(http)), inbox)
        before = time.monotonic()

        response = await self.post(client, self.delivery("m-1", "hello"))

        assert response.status >= 500
        assert time.monotonic() - before < 2

    async def test_redelivery_keeps_its_external_id_and_is_acknowledged(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        first = await self.post(client, self.delivery("m-1", "hello"))
        again = await self.post(client, self.delivery("m-1", "hello"))
        other = await self.post(client, self.delivery("m-2", "hello"))

        assert {first.status, again.status, other.status} == {200}
        one, same, another = (item.external_id for item in inbox.received)
        assert one == same
        assert one != another or one is None

    async def test_forged_message_is_refused_and_nothing_is_kept(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        for delivery in self.forged("m-1", "hello"):
            response = await self.post(client, delivery)

            assert response.status == self.forged_status, delivery
            self.check_refusal(response)
        assert inbox.received == []

    async def test_what_was_kept_is_understood_again(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
        unset = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        for delivery in (self.delivery("m-1", PERSIAN), *self.unreadable().values()):
            await self.post(client, delivery)

        again = [await unset.read("message", item.raw) for item in inbox.received]
        assert again == inbox.received

    async def test_over_limit_body_is_refused(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        response = await self.post(client, self.delivery("m-1", "x" * self.over_limit_bytes))

        assert response.status == 413
        self.check_refusal(response)
        assert inbox.received == []

    async def test_every_hook_lies_under_the_channels_own_path(self, http):
        channel = self.create(self.env(http))

        routes = list(channel.routes(RecordingInbox()))

        assert routes
        for route in routes:
            assert isinstance(route, web.RouteDef)
            assert route.path.startswith(f"/hooks/{self.channel}/")

    async def test_channel_without_settings_names_them_and_takes_nothing(
        self, aiohttp_client, http
    ):
        env = Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http)
        inbox = RecordingInbox()
        channel = self.create(env)
        client = await self.serve(aiohttp_client, channel, inbox)

        response = await self.post(client, self.delivery("m-1", "hello"))

        assert channel.missing
        assert all(name.startswith("CONTACTCENTER_") for name in channel.missing)
        assert response.status >= 400
        assert inbox.received == []
        assert self.create(self.env(http)).missing == ()


class HookContract(InboundContract):
    """A provider posts: it cannot help what it sends us, so what makes no sense is kept."""

    def check_refusal(self, response) -> None:
        assert response.content_type == "application/problem+json"

    async def test_what_cannot_be_understood_is_kept_byte_for_byte(self, aiohttp_client, http):
        deliveries = self.unreadable()
        assert deliveries, "name at least one delivery that cannot be understood"

        for reason, delivery in deliveries.items():
            inbox = RecordingInbox()
            client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
            response = await self.post(client, delivery)

            assert 200 <= response.status < 300, reason
            [item] = inbox.received
            assert isinstance(item, Unreadable), reason
            assert item.channel == self.channel
            assert item.reason == reason.split("/")[0]
            assert item.raw.body == delivery.body
            assert item.detail.endswith(".")

    async def test_other_methods_are_not_allowed(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
        path = self.delivery("m-1", "hello").path

        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            response = await client.request(method, path)

            assert response.status == 405, method


class SocketContract(InboundContract):
    """A customer's own device speaks with us: it is told what makes no sense, and nothing is kept."""

    def senseless(self) -> dict[str, bytes]:
        """Frames that cannot be understood, by the code that must be given."""
        raise NotImplementedError

    async def connected(self, client):
        """A socket on which a message would be taken."""
        raise NotImplementedError

    async def told(self, socket, frame: bytes) -> str:
        """Send a frame; gives the code of the error that answers it, or of the close."""
        raise NotImplementedError

    #: The code with which a socket is closed that goes on making no sense.
    senseless_close: str

    async def test_what_makes_no_sense_is_told_and_nothing_is_kept(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
        assert self.senseless()

        for code, frame in self.senseless().items():
            socket = await self.connected(client)
            assert await self.told(socket, frame) == code.split("/")[0]
        assert inbox.received == []

    async def test_who_goes_on_making_no_sense_is_sent_away(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)
        socket = await self.connected(client)
        [frame, *_] = self.senseless().values()

        codes = []
        while self.senseless_close not in codes:
            codes.append(await self.told(socket, frame))
            assert len(codes) < 20

        assert len(codes) > 1, "once is no reason"
        assert inbox.received == []

    async def test_nothing_but_a_socket_is_opened_there(self, aiohttp_client, http):
        client = await self.serve(aiohttp_client, self.create(self.env(http)), RecordingInbox())
        path = self.delivery("m-1", "hello").path

        for method, status in {"GET": 426, "POST": 405, "PUT": 405, "DELETE": 405}.items():
            response = await client.request(method, path)

            assert response.status == status, method


class OutboundContract(Contract):
    """A message to a customer is handed over once, and every failure is told for what it is."""

    #: A correlation id of letters that are hard to hand on.
    odd_correlation_id = "7:a b&c=d/é#%"
    #: Whether a provider that is busy says for how long.
    busy_says_how_long = True

    #: How a provider may answer; each is asked of ``provider`` below.
    ANSWERS = ("accepted", "refused", "busy", "broken", "cut", "silent", "gone")

    def provider(self, answer: str) -> AbstractAsyncContextManager[Mapping[str, str]]:
        """Run a provider that answers so; gives the settings that lead to it.

        accepted: it takes the message. refused: it never will. busy: not now. broken: an error
        that does not say whether it took it. cut: it took it and the connection is cut. silent:
        it took it and does not answer. gone: nobody listens.
        """
        raise NotImplementedError

    def accepted(self) -> list[str]:
        """The correlation ids of all messages the last provider has taken, in order."""
        raise NotImplementedError

    def outbound(self, correlation_id: str) -> Outbound:
        """A message from ``entry_point`` to ``sender`` that nothing is wrong with."""
        raise NotImplementedError

    async def sending(self, http, answer, correlation_id="c-1"):
        """Send one message to such a provider; returns a receipt or the failure."""
        async with self.provider(answer) as settings:
            build = self.impatient if answer == "silent" else self.create
            channel = build(self.env(http, **settings))
            try:
                return await _outcome(channel.send(self.outbound(correlation_id)))
            finally:
                await channel.close()

    async def test_accepted_message_gives_a_receipt(self, http):
        receipt = await self.sending(http, "accepted")

        assert isinstance(receipt, channels.Receipt)
        assert receipt.external_id
        assert receipt.status in STATUS_RANK
        assert len(self.accepted()) == 1

    async def test_two_messages_have_two_external_ids(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            one, two = await asyncio.gather(
                channel.send(self.outbound("c-1")), channel.send(self.outbound("c-2"))
            )
            await channel.close()

        assert one.external_id != two.external_id

    async def test_correlation_id_reaches_the_provider_unchanged(self, http):
        await self.sending(http, "accepted", self.odd_correlation_id)

        assert self.accepted() == [self.odd_correlation_id]

    async def test_provider_that_is_gone_is_unavailable(self, http):
        failure = await self.sending(http, "gone")

        assert isinstance(failure, Unavailable)

    async def test_busy_provider_is_unavailable_for_the_time_it_asks(self, http):
        failure = await self.sending(http, "busy")

        assert isinstance(failure, Unavailable)
        assert (failure.retry_after_s is not None) == self.busy_says_how_long
        assert failure.retry_after_s is None or failure.retry_after_s > 0
        assert self.accepted() == []

    async def test_refused_message_is_undeliverable_with_the_providers_code(self, http):
        failure = await self.sending(http, "refused")

        assert isinstance(failure, Undeliverable)
        assert failure.code
        assert str(failure)
        assert self.accepted() == []

    @pytest.mark.parametrize("answer", ["broken", "cut", "silent"])
    async def test_lost_answer_is_an_unknown_outcome(self, http, answer):
        before = time.monotonic()

        failure = await self.sending(http, answer)

        assert isinstance(failure, OutcomeUnknown)
        assert time.monotonic() - before < 2
        assert len(self.accepted()) == 1

    async def test_channel_without_settings_sends_nothing(self, http):
        channel = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        with pytest.raises(Unavailable) as failure:
            await channel.send(self.outbound("c-1"))

        assert any(name in str(failure.value) for name in channel.missing)

    async def test_sender_is_the_entry_point_or_what_sends_for_it(self, http):
        channel = self.create(self.env(http))

        assert channel.sender(self.entry_point) == self.entry_point
        assert isinstance(
            self.create(Env(settings={}, public_url="", region="IR", http=http)).sender("x"), str
        )

    async def test_account_of_an_entry_point_is_told_and_tells_no_secret(self, http):
        async with self.provider("accepted") as settings:
            env = self.env(http, **settings)
            account = self.create(env).account(self.entry_point)

        assert account
        secrets = [setting.key for setting in channels.settings_of(self.channel) if setting.secret]
        assert account not in {env.settings.get(key) for key in secrets}

    async def test_message_has_a_time_and_a_size_it_is_worth(self, http):
        channel = self.create(self.env(http))

        assert channel.valid_s is None or channel.valid_s > 0
        assert channel.patience_s is None or channel.patience_s > 0
        assert channel.max_files_bytes > 0


class RepeatsContract(OutboundContract):
    """The provider cannot be asked what it took: the same message twice is one to its reader."""

    def readers_see(self) -> list[tuple[str, str]]:
        """Of each message the last provider heard: by what it is told apart, and what it says."""
        raise NotImplementedError

    async def test_what_is_sent_again_is_the_same_message(self, http):
        async with self.provider("cut") as settings:
            channel = self.create(self.env(http, **settings))
            one = await _outcome(channel.send(self.outbound("c-1")))
            two = await _outcome(channel.send(self.outbound("c-1")))
            await channel.close()

            assert channel.repeats_safely
            assert isinstance(one, OutcomeUnknown)
            assert isinstance(two, OutcomeUnknown)
            first, second = self.readers_see()
        assert first == second

    async def test_another_message_is_another_to_its_reader(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            await channel.send(self.outbound("c-1"))
            await channel.send(self.outbound("c-2"))
            await channel.close()

            (one, _), (two, _) = self.readers_see()
        assert one != two

    async def test_nothing_is_claimed_of_what_the_provider_took(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            await channel.send(self.outbound("c-1"))

            with pytest.raises(Unavailable):
                await channel.find(self.outbound("c-1"), _now())
            assert await channel.backfill(RecordingInbox(), _now()) == 0
            await channel.close()


class RemembersContract(OutboundContract):
    """The provider can be asked what it took, tells what becomes of it, and keeps files for us."""

    #: A file this long is larger than the channel takes.
    over_limit_file_bytes: int

    async def missed(self, text: str, *files: tuple[str, bytes]) -> str:
        """Let ``sender`` write to ``entry_point`` at the last provider while it cannot reach us.

        ``files`` are pairs of content type and content. Returns the message's external id.
        """
        raise NotImplementedError

    async def test_nothing_is_sent_again_blindly(self, http):
        assert not self.create(self.env(http)).repeats_safely

    @pytest.mark.parametrize("answer", ["accepted", "broken", "cut"])
    async def test_message_is_found_again_whatever_was_answered(self, http, answer):
        since = _now()
        async with self.provider(answer) as settings:
            channel = self.create(self.env(http, **settings))
            outbound = self.outbound("c-1")
            receipt = await _outcome(channel.send(outbound))

            equal = await channel.find(outbound, since)
            assert len(equal) == 1
            found = equal[0]
            other = replace(outbound, text="another text")

            assert found.status in STATUS_RANK
            assert found.created_at.utcoffset() == timedelta(0)
            assert abs(found.created_at - since) < timedelta(seconds=60)
            if isinstance(receipt, channels.Receipt):
                assert found.external_id == receipt.external_id
            assert await channel.find(other, since) == []
            assert await channel.find(outbound, since + timedelta(hours=1)) == []

    async def test_equal_messages_are_found_oldest_first(self, http):
        since = _now()
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            sent = [await channel.send(self.outbound(f"c-{n}")) for n in range(2)]

            found = await channel.find(self.outbound("c-3"), since)

        assert {one.external_id for one in found} == {one.external_id for one in sent}
        assert [one.created_at for one in found] == sorted(one.created_at for one in found)

    async def test_search_at_a_provider_that_is_gone_is_unavailable(self, http):
        async with self.provider("gone") as settings:
            channel = self.create(self.env(http, **settings))

            with pytest.raises(Unavailable):
                await channel.find(self.outbound("c-1"), _now())
            with pytest.raises(Unavailable):
                await channel.backfill(RecordingInbox(), _now())

    async def test_missed_messages_are_brought_in_once_and_in_order(self, http):
        since = _now()
        inbox = RecordingInbox()
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            sids = [await self.missed(text) for text in (PERSIAN, "second", "third")]

            assert await channel.backfill(inbox, since) == 3
            assert [item.external_id for item in inbox.received] == sids
            assert await channel.backfill(inbox, since) == 0
            assert await channel.backfill(inbox, since + timedelta(hours=1)) == 0

        first = inbox.received[0]
        assert isinstance(first, Inbound)
        assert (first.entry_point, first.sender) == (self.entry_point, self.sender)
        assert first.text == PERSIAN
        assert first.occurred_at is None or first.occurred_at.utcoffset() == timedelta(0)
        assert await channel.read("message", first.raw) == first

    async def test_what_is_brought_in_is_told_to_be_new_only_if_it_was_stored(self, http):
        inbox = RecordingInbox()
        inbox.fault = NotStored("no database")
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            await self.missed("hello")

            with pytest.raises(NotStored):
                await channel.backfill(inbox, _now())

    async def brought_in(self, channel, *files):
        """A message with files, as the channel brings it in."""
        inbox = RecordingInbox()
        await self.missed("look", *files)
        await channel.backfill(inbox, _now() - timedelta(seconds=5))
        return inbox.received[-1]

    async def test_files_are_fetched_byte_for_byte(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            files = (("image/png", bytes(range(256)) * 100), ("application/pdf", b""))

            item = await self.brought_in(channel, *files)
            fetched = [await channel.fetch(media) for media in item.media]

        assert [(one.content_type, one.body) for one in fetched] == list(files)

    async def test_file_over_the_limit_is_never_fetched(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            item = await self.brought_in(channel, ("image/png", b"x" * self.over_limit_file_bytes))

            with pytest.raises(Undeliverable):
                await channel.fetch(item.media[0])

    async def test_file_that_is_gone_is_never_fetched(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            item = await self.brought_in(channel, ("image/png", b"x"))
            url = item.media[0].url[:-3] + "zzz"

            with pytest.raises(Undeliverable):
                await channel.fetch(replace(item.media[0], url=url))

    async def test_file_of_a_provider_that_is_gone_is_fetched_later(self, http):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))
            item = await self.brought_in(channel, ("image/png", b"x"))

        with pytest.raises(Unavailable):
            await channel.fetch(item.media[0])

    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/a",
            "https://localhost/a",
            "http://169.254.169.254/latest/meta-data",
            "https://[::1]/a",
            "file:///etc/passwd",
            "ftp://files.example/a",
            "a",
            "",
        ],
    )
    async def test_address_that_is_not_public_is_never_asked(self, http, url):
        async with self.provider("accepted") as settings:
            channel = self.create(self.env(http, **settings))

            with pytest.raises(Undeliverable):
                await channel.fetch(Media(url=url, content_type="image/png"))

    async def test_channel_without_settings_finds_and_brings_in_nothing(self, http):
        channel = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        for asking in (
            channel.find(self.outbound("c-1"), _now()),
            channel.backfill(RecordingInbox(), _now()),
            channel.fetch(Media(url="https://files.example/a", content_type="image/png")),
        ):
            with pytest.raises(Unavailable) as failure:
                await asking
            assert any(name in str(failure.value) for name in channel.missing)

    async def test_report_becomes_a_status_update(self, aiohttp_client, http):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        response = await self.post(
            client, self.status_report("m-1", "delivered", correlation_id="c-1")
        )

        assert response.status < 300
        [update] = inbox.updates
        assert isinstance(update, StatusUpdate)
        assert update.channel == self.channel
        assert update.external_id == "m-1"
        assert update.correlation_id in {"c-1", None}
        assert update.status == "delivered"

    async def test_report_that_was_kept_is_understood_again(self, aiohttp_client, http):
        inbox = RecordingInbox()
        channel = self.create(self.env(http))
        client = await self.serve(aiohttp_client, channel, inbox)

        await self.post(client, self.status_report("m-1", "delivered", correlation_id="c-1"))

        [update] = inbox.updates
        assert await channel.read("status", update.raw) == update

    async def test_report_is_not_acknowledged_unless_stored(self, aiohttp_client, http):
        inbox = RecordingInbox()
        inbox.fault = NotStored("no database")
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        response = await self.post(
            client, self.status_report("m-1", "delivered", correlation_id="c-1")
        )

        assert response.status >= 500


def _now() -> datetime:
    return datetime.now(UTC)


async def _outcome(sending):
    try:
        return await sending
    except channels.SendFailure as failure:
        return failure
