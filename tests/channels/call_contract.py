"""What every channel of calls keeps, whoever its provider is.

A test names the channel, says how its provider tells of calls, and inherits everything below.
"""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from aiohttp import web
from contract import PUBLIC_URL, Contract, Delivery
from recording_inbox import RecordingInbox
from recording_switchboard import RecordingSwitchboard

from channels import (
    Address,
    BadAddress,
    Dialling,
    Env,
    Media,
    Member,
    NotStored,
    Outbound,
    Say,
    Unavailable,
    Undeliverable,
    Unreadable,
)

NOBODY = Member(entry_point="+982191012345", conference="CF1", leg="CA1")


class CallContract(Contract):
    """What happens on a call is authenticated, understood, stored and only then answered."""

    #: A body this long is larger than the channel takes.
    over_limit_bytes: int
    #: How long the app may take; for ``impatient`` this much.
    patience_s = 0.2

    def asking(self, call_id: str, **query: str) -> Delivery:
        """An authentic hook of a telephone that waits for what it does next."""
        raise NotImplementedError

    def telling(self, call_id: str, length: int = 0) -> Delivery:
        """An authentic hook that only tells something; ``length`` characters longer."""
        raise NotImplementedError

    def forged(self, call_id: str) -> list[Delivery]:
        """The same as forgers would send it, each in another way."""
        raise NotImplementedError

    def unreadable(self) -> dict[str, Delivery]:
        """Authentic hooks that cannot be understood and are kept, by the reason given."""
        raise NotImplementedError

    def says(self, body: str, text: str) -> bool:
        """Whether an answer lets the telephone hear exactly this text."""
        raise NotImplementedError

    def waits(self, body: str) -> bool:
        """Whether an answer lets the telephone ask again after a moment."""
        raise NotImplementedError

    def takes_message(self, body: str) -> bool:
        """Whether an answer lets the telephone record what is said."""
        raise NotImplementedError

    async def opened(self, aiohttp_client, http, *, impatient=False, settings=None):
        """The channel with its hooks served: a client, what it stores and what it asks."""
        inbox, switchboard = RecordingInbox(), RecordingSwitchboard()
        env = Env(
            settings=self.settings if settings is None else settings,
            public_url=PUBLIC_URL,
            region="IR",
            http=http,
            switchboard=switchboard,
        )
        self.opened_channel = channel = self.impatient(env) if impatient else self.create(env)
        return await self.serve(aiohttp_client, channel, inbox), inbox, switchboard

    async def test_hook_is_told_once_with_all_its_bytes(self, aiohttp_client, http):
        client, inbox, switchboard = await self.opened(aiohttp_client, http)
        delivery = self.telling("c-1")

        response = await self.post(client, delivery)

        assert 200 <= response.status < 300
        [hook] = switchboard.taken
        assert hook.leg == "c-1"
        assert hook.raw.body == delivery.body
        assert not hook.answers
        assert hook.received_at.utcoffset() is not None
        assert all(event.received_at == hook.received_at for event in hook.events)
        assert inbox.received == []

    async def test_telephone_is_told_what_the_app_says(self, aiohttp_client, http):
        client, _, switchboard = await self.opened(aiohttp_client, http)
        switchboard.script = (Say(text="Hello & <welcome>", language="en"),)

        response = await self.post(client, self.asking("c-1"))

        assert response.status == 200
        assert self.says(await response.text(), "Hello & <welcome>")
        assert switchboard.taken[0].answers

    async def test_copy_of_a_hook_has_its_key_and_no_other_hook_has(self, aiohttp_client, http):
        client, _, switchboard = await self.opened(aiohttp_client, http)

        for call_id in ("c-1", "c-1", "c-2"):
            await self.post(client, self.telling(call_id))
            await self.post(client, self.asking(call_id))

        told, asked = switchboard.taken[::2], switchboard.taken[1::2]
        assert told[0].key == told[1].key
        assert asked[0].key == asked[1].key
        assert len({hook.key for hook in switchboard.taken}) == 4

    async def test_hook_is_not_acknowledged_before_it_is_stored(self, aiohttp_client, http):
        client, _, switchboard = await self.opened(aiohttp_client, http)
        switchboard.gate.clear()

        posting = asyncio.create_task(self.post(client, self.telling("c-1")))
        await asyncio.sleep(0.05)

        assert not posting.done()
        switchboard.gate.set()
        assert (await posting).status < 300

    async def test_hook_that_only_tells_is_refused_unless_stored(self, aiohttp_client, http):
        client, _, switchboard = await self.opened(aiohttp_client, http)
        switchboard.fault = NotStored("no database")

        response = await self.post(client, self.telling("c-1"))

        assert response.status == 503
        assert response.content_type == "application/problem+json"

    async def test_app_that_does_not_answer_is_not_waited_for(self, aiohttp_client, http):
        client, _, switchboard = await self.opened(aiohttp_client, http, impatient=True)
        switchboard.gate.clear()

        for delivery, status in ((self.asking("c-1"), 200), (self.telling("c-1"), 503)):
            before = time.monotonic()
            response = await self.post(client, delivery)

            assert response.status == status
            assert time.monotonic() - before < 2

    async def test_telephone_that_cannot_be_answered_waits_and_asks_again(
        self, aiohttp_client, http
    ):
        client, _, switchboard = await self.opened(aiohttp_client, http)
        switchboard.fault = NotStored("no database")

        response = await self.post(client, self.asking("c-1"))

        assert response.status == 200
        assert self.waits(await response.text())

    async def test_forged_hook_is_refused_and_nothing_is_kept(self, aiohttp_client, http):
        client, inbox, switchboard = await self.opened(aiohttp_client, http)
        deliveries = self.forged("c-1")
        assert deliveries

        for delivery in deliveries:
            response = await self.post(client, delivery)

            assert response.status == 403, delivery
            assert response.content_type == "application/problem+json"
        assert switchboard.taken == []
        assert inbox.received == []

    async def test_what_cannot_be_understood_is_kept_byte_for_byte(self, aiohttp_client, http):
        deliveries = self.unreadable()
        assert deliveries, "name at least one hook that cannot be understood"

        for reason, delivery in deliveries.items():
            client, inbox, switchboard = await self.opened(aiohttp_client, http)
            response = await self.post(client, delivery)

            assert 200 <= response.status < 300, reason
            assert switchboard.taken == []
            [item] = inbox.received
            assert isinstance(item, Unreadable), reason
            assert item.channel == self.channel
            assert item.reason == reason.split("/")[0]
            assert item.raw.body == delivery.body
            assert item.detail.endswith(".")
            unset = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))
            assert await unset.read("message", item.raw) == item

    async def test_what_cannot_be_kept_is_not_acknowledged(self, aiohttp_client, http):
        client, inbox, _ = await self.opened(aiohttp_client, http)
        inbox.fault = NotStored("no database")

        for reason, delivery in self.unreadable().items():
            assert (await self.post(client, delivery)).status == 503, reason

    async def test_over_limit_body_is_refused(self, aiohttp_client, http):
        client, inbox, switchboard = await self.opened(aiohttp_client, http)

        response = await self.post(client, self.telling("c-1", self.over_limit_bytes))

        assert response.status == 413
        assert switchboard.taken == inbox.received == []

    async def test_every_hook_lies_under_the_channels_own_path(self, http):
        routes = list(self.create(self.env(http)).routes(RecordingInbox()))

        assert routes
        for route in routes:
            assert isinstance(route, web.RouteDef)
            assert route.path.startswith(f"/hooks/{self.channel}/")

    async def test_other_methods_are_not_allowed(self, aiohttp_client, http):
        client, _, _ = await self.opened(aiohttp_client, http)
        path = self.telling("c-1").path.partition("?")[0]

        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            assert (await client.request(method, path)).status == 405, method

    async def test_channel_without_settings_names_them_and_takes_nothing(
        self, aiohttp_client, http
    ):
        client, inbox, switchboard = await self.opened(aiohttp_client, http, settings={})
        channel = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        response = await self.post(client, self.asking("c-1"))

        assert channel.missing
        assert all(name.startswith("CONTACTCENTER_") for name in channel.missing)
        assert response.status == 503
        assert switchboard.taken == inbox.received == []
        assert self.create(self.env(http)).missing == ()

    async def test_channel_in_a_process_that_knows_no_calls_takes_nothing(
        self, aiohttp_client, http
    ):
        inbox = RecordingInbox()
        client = await self.serve(aiohttp_client, self.create(self.env(http)), inbox)

        response = await self.post(client, self.asking("c-1"))

        assert response.status == 503
        assert inbox.received == []

    async def test_nobody_is_written_to(self, http):
        outbound = Outbound(
            correlation_id="c-1",
            entry_point="+982191012345",
            recipient=Address(kind="phone", value="+989121234567"),
            text="hello",
        )

        with pytest.raises(Undeliverable):
            await self.create(self.env(http)).send(outbound)

    @pytest.mark.parametrize(
        "asking",
        [
            lambda t: t.offer(
                Dialling(call_id=1, leg_id=2, entry_point="+982191012345", address="+989121234567")
            ),
            lambda t: t.connect("+982191012345", "CA1", parked_in=None, call_id=1),
            lambda t: t.hold(NOBODY, on=True),
            lambda t: t.remove(NOBODY),
            lambda t: t.coach(NOBODY, mode="listen", agent_leg=None),
            lambda t: t.record("+982191012345", "CF1", "start"),
            lambda t: t.hang_up("+982191012345", "CA1"),
            lambda t: t.leave_queue("+982191012345", "CA1", step="main.1"),
            lambda t: t.look("+982191012345", "CA1"),
            lambda t: t.erase_recording("+982191012345", "RE1"),
        ],
    )
    async def test_channel_without_settings_asks_nobody(self, http, asking):
        channel = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        with pytest.raises(Unavailable) as failure:
            await asking(channel.telephony)

        assert any(name in str(failure.value) for name in channel.missing)

    async def test_channel_without_settings_fetches_and_brings_in_nothing(self, http):
        channel = self.create(Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http))

        for asking in (
            channel.backfill(RecordingInbox(), datetime.now(UTC)),
            channel.fetch(Media(url="https://files.example/a", content_type="audio/wav")),
        ):
            with pytest.raises(Unavailable):
                await asking

    @pytest.mark.parametrize(
        ("written", "dialled"),
        [
            ("+98 912 123 4567", "+989121234567"),
            ("۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"),
            ("SIP:ann@pbx.example.com", "sip:ann@pbx.example.com"),
            ("client:ann", "client:ann"),
        ],
    )
    def test_what_may_be_dialled_has_one_form(self, http, written, dialled):
        assert self.create(self.env(http)).telephony.number(written) == dialled

    @pytest.mark.parametrize(
        "written",
        [
            *("", "110", "+98", "anonymous", "266696687", "sip:", "sip:ann", "sip:a b@pbx.example"),
            *("sip:ann@pbx.example.com?X-A=b", "client:", "client:a<b", "tel:+989121234567"),
            "client:" + "a" * 121,
        ],
    )
    def test_what_nobody_can_dial_is_refused(self, http, written):
        with pytest.raises(BadAddress):
            self.create(self.env(http)).telephony.number(written)
