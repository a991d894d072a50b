"""Accounts of single entry points: who may sign for them, and who pays for what they send."""

import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import encode_basic_auth, web
from contract import PUBLIC_URL
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from sms_contract import PATH, STATUS_PATH, SmsContract
from twilio_requests import ACCOUNT, TOKEN, message, report, signed

from channels import AccountRefused, Env, Unavailable
from channels._twilio_account import Accounts
from channels._twilio_keys import RECEIVER, Verifiers
from channels.sms import Sms
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio import FakeTwilio

SMS = SmsContract()
SHARED, OWN = "+982191012345", "+982191012399"
OWN_SID, OWN_TOKEN = "AC" + "9" * 32, "a-token-of-its-own"
ITS_OWN = {"twilio_account_sid": OWN_SID, "twilio_auth_tokens": f"{OWN_TOKEN},older"}


class OwnSecrets:
    """Secrets of entry points, which may change at any time."""

    def __init__(self, given):
        self.given = given
        self.asked = []

    def of(self, channel, address):
        assert channel == "sms"
        self.asked.append(address)
        return self.given.get(address, {})

    def addresses(self, channel):
        assert channel == "sms"
        return list(self.given)


@pytest.fixture
def secrets():
    return OwnSecrets({OWN: dict(ITS_OWN)})


@pytest.fixture
async def desk(aiohttp_client, http, secrets):
    inbox = RecordingInbox()
    channel = SMS.create(replace(SMS.env(http), own=secrets))
    client = await SMS.serve(aiohttp_client, channel, inbox)

    async def take(path, params, token):
        return (await SMS.post(client, signed(path, params, token=token))).status

    take.inbox = inbox
    return take


@pytest.mark.parametrize(
    ("to", "token", "status"),
    [
        (SHARED, TOKEN, 200),
        (SHARED, OWN_TOKEN, 403),
        (OWN, OWN_TOKEN, 200),
        (OWN, "older", 200),
        (OWN, TOKEN, 403),
        ("+98 21 9101 2399", OWN_TOKEN, 200),
        ("+98 21 9101 2399", TOKEN, 403),
        ("00982191012399", TOKEN, 403),
        ("\u200e+982191012399", TOKEN, 403),
        ("nobody", TOKEN, 200),  # quarantined
        ("nobody", OWN_TOKEN, 403),
        ("", OWN_TOKEN, 403),
        (f"{OWN}{' ' * 100}", OWN_TOKEN, 403),
        (None, OWN_TOKEN, 403),
        (None, TOKEN, 200),
    ],
)
async def test_message_is_signed_by_the_account_of_the_number_it_was_sent_to(
    desk, to, token, status
):
    assert await desk(PATH, message("SM1", "hello", To=to), token) == status
    assert len(desk.inbox.received) == (status == 200)


@pytest.mark.parametrize(
    ("sender", "token", "status"),
    [
        (SHARED, TOKEN, 200),
        (SHARED, OWN_TOKEN, 403),
        (OWN, OWN_TOKEN, 200),
        (OWN, TOKEN, 403),
        (None, OWN_TOKEN, 403),
    ],
)
async def test_report_is_signed_by_the_account_of_the_number_that_sent(desk, sender, token, status):
    params = report("SM1", "delivered", From=sender)

    assert await desk(STATUS_PATH, params, token) == status
    assert len(desk.inbox.updates) == (status == 200)


@pytest.mark.parametrize(("first", "second"), [(OWN, SHARED), (SHARED, OWN)])
async def test_of_two_receivers_the_first_counts_for_key_and_message_alike(desk, first, second):
    params = [*message("SM1", "hello", To=first), ("To", second)]

    for token, owner in ((TOKEN, SHARED), (OWN_TOKEN, OWN)):
        assert await desk(PATH, params, token) == (200 if owner == first else 403)
    assert [item.entry_point for item in desk.inbox.received] == [first]


async def test_fallback_address_is_signed_by_the_account_of_the_number_too(
    aiohttp_client, http, secrets
):
    fallback = "https://desk-2.example/second"
    env = replace(SMS.env(http, twilio_fallback_url=fallback), own=secrets)
    client = await SMS.serve(aiohttp_client, SMS.create(env), RecordingInbox())

    statuses = []
    for to, token in ((OWN, OWN_TOKEN), (OWN, TOKEN), (SHARED, TOKEN), (SHARED, OWN_TOKEN)):
        hello = signed(PATH, message("SM1", "hello", To=to), token=token, public_url=fallback)
        statuses.append((await SMS.post(client, hello)).status)

    assert statuses == [200, 403, 200, 403]


async def test_keys_may_change_while_it_runs(desk, secrets):
    hello = message("SM1", "hello", To=OWN)
    secrets.given[OWN] = {**ITS_OWN, "twilio_auth_tokens": "brand-new"}

    assert await desk(PATH, hello, OWN_TOKEN) == 403
    assert await desk(PATH, hello, "brand-new") == 200

    secrets.given.clear()
    assert await desk(PATH, hello, "brand-new") == 403
    assert await desk(PATH, hello, TOKEN) == 200


@pytest.mark.parametrize("lacking", list(ITS_OWN))
async def test_half_an_account_borrows_nothing(desk, secrets, http, lacking):
    secrets.given[OWN].pop(lacking)
    hello = message("SM1", "hello", To=OWN)
    channel = SMS.create(replace(SMS.env(http), own=secrets))

    assert await desk(PATH, hello, TOKEN) == 403
    with pytest.raises(Unavailable, match=lacking):
        await channel.send(replace(SMS.outbound("c-1"), entry_point=OWN))


async def test_nobody_is_asked_for_secrets_where_there_can_be_none(http):
    channel = SMS.create(SMS.env(http))
    verifiers = Verifiers(
        Accounts(SMS.env(http), "sms"), public_url=PUBLIC_URL, fallback_url=None, region="IR"
    )
    choice = verifiers.by(RECEIVER)

    assert choice([]) is choice([(b"To", OWN.encode())])
    assert channel.missing == ()


async def test_verifier_of_an_account_is_made_once(http, secrets):
    accounts = Accounts(replace(SMS.env(http), own=secrets), "sms")
    verifiers = Verifiers(accounts, public_url=PUBLIC_URL, fallback_url=None, region="IR")
    choice = verifiers.by(RECEIVER)

    assert choice([(b"To", OWN.encode())]) is choice([(b"To", b"+98 21 9101 2399")])
    assert choice([(b"To", b"\xff")]) is choice([(b"From", OWN.encode())])


async def test_keys_that_were_replaced_are_not_remembered_for_ever(http, secrets):
    accounts = Accounts(replace(SMS.env(http), own=secrets), "sms")
    verifiers = Verifiers(accounts, public_url=PUBLIC_URL, fallback_url=None, region="IR")
    choice = verifiers.by(RECEIVER)
    for number in range(1001):
        secrets.given[OWN] = {**ITS_OWN, "twilio_auth_tokens": f"key {number}"}
        choice([(b"To", OWN.encode())])

    assert len(verifiers._own) <= 1000


@asynccontextmanager
async def two_accounts(http, secrets):
    """Two fakes behind one address, told apart by account, and a channel that uses both."""

    def fake(sid, token):
        return FakeTwilio(
            chance=random.Random(3),
            clock=lambda: datetime.now(UTC),
            account_sid=sid,
            auth_token=token,
            behaviour=Behaviour(dropped=1.0, swallowed=1.0),
        )

    async with fake(ACCOUNT, TOKEN) as general, fake(OWN_SID, OWN_TOKEN) as own:

        async def pass_on(request):
            target = own if OWN_SID in request.path else general
            async with http.request(
                request.method,
                target.url + request.path_qs,
                data=await request.read(),
                headers=request.headers,
            ) as answer:
                headers = {"Content-Type": answer.headers["Content-Type"]}
                return web.Response(status=answer.status, body=await answer.read(), headers=headers)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        env = replace(
            SMS.env(http, twilio_api_base=base, twilio_messaging_service_sid="MG1"),
            own=secrets,
        )
        try:
            yield general, own, Sms(env)
        finally:
            await runner.cleanup()


async def test_each_entry_point_sends_and_searches_with_its_account(http, secrets):
    since = datetime.now(UTC)
    shared = SMS.outbound("c-1")
    its_own = replace(shared, correlation_id="c-2", entry_point=OWN)
    async with two_accounts(http, secrets) as (general, own, channel):
        await channel.send(shared)
        await channel.send(its_own)
        found = [await channel.find(one, since) for one in (shared, its_own)]

    [sent], [sent_by_own] = general.messages.values(), own.messages.values()
    assert (sent.from_, sent.messaging_service_sid) == (SHARED, "MG1")
    assert (sent_by_own.from_, sent_by_own.messaging_service_sid) == (OWN, None)
    assert [[one.external_id for one in some] for some in found] == [[sent.sid], [sent_by_own.sid]]


async def test_sender_is_the_service_of_the_entry_points_account(http, secrets):
    env = replace(SMS.env(http, twilio_messaging_service_sid="MG1"), own=secrets)
    channel = SMS.create(env)

    assert (channel.sender(SHARED), channel.sender(OWN)) == ("MG1", OWN)
    secrets.given[OWN]["twilio_messaging_service_sid"] = "MG2"
    assert channel.sender(OWN) == "MG2"


async def test_every_account_is_looked_through_and_files_are_fetched_with_its_key(http, secrets):
    since = datetime.now(UTC)
    inbox = RecordingInbox()
    secrets.given["+982191012398"] = dict(ITS_OWN)  # the same account twice
    async with two_accounts(http, secrets) as (general, own, channel):
        for fake, to in ((general, SHARED), (own, OWN)):
            await fake.customer_writes("+989121234567", to, to, media=[("image/png", to.encode())])

        assert await channel.backfill(inbox, since) == 2
        fetched = [await channel.fetch(item.media[0]) for item in inbox.received]

    assert [item.entry_point for item in inbox.received] == [SHARED, OWN]
    assert [one.body for one in fetched] == [SHARED.encode(), OWN.encode()]


@pytest.mark.parametrize("lacking", list(ITS_OWN))
async def test_half_an_account_does_not_keep_the_others_from_being_looked_through(
    http, secrets, lacking
):
    since = datetime.now(UTC)
    inbox = RecordingInbox()
    half = {key: value for key, value in ITS_OWN.items() if key != lacking}
    secrets.given = {"+982191012398": half, OWN: dict(ITS_OWN)}
    async with two_accounts(http, secrets) as (_, own, channel):
        await own.customer_writes("+989121234567", OWN, "hello")

        assert await channel.backfill(inbox, since) == 1


@pytest.mark.parametrize("refused", ["general", "own"])
async def test_account_that_is_refused_does_not_keep_the_others_from_being_looked_through(
    http, secrets, refused
):
    since = datetime.now(UTC)
    inbox = RecordingInbox()
    async with two_accounts(http, secrets) as (general, own, channel):
        for fake, to in ((general, SHARED), (own, OWN)):
            await fake.customer_writes("+989121234567", to, to)
        (general if refused == "general" else own).auth_token = "replaced"

        with pytest.raises(AccountRefused):
            await channel.backfill(inbox, since)

    assert [item.entry_point for item in inbox.received] == [
        OWN if refused == "general" else SHARED
    ]


async def test_client_is_made_anew_when_the_key_changes(http, secrets):
    async with two_accounts(http, secrets) as (_, own, channel):
        its_own = replace(SMS.outbound("c-1"), entry_point=OWN)
        await channel.send(its_own)
        own.auth_token = "brand-new"
        with pytest.raises(Unavailable):
            await channel.send(its_own)
        secrets.given[OWN]["twilio_auth_tokens"] = "brand-new"

        await channel.send(its_own)

    assert len(own.messages) == 2


async def test_channel_needs_the_settings_all_the_same(http, secrets):
    env = Env(settings={}, public_url=PUBLIC_URL, region="IR", http=http, own=secrets)

    assert SMS.create(env).missing


async def test_key_of_the_settings_is_not_shown_to_a_foreign_account(http):
    env = replace(SMS.env(http), own=OwnSecrets({OWN: dict(ITS_OWN)}))
    accounts = Accounts(env, "sms")
    base = "https://api.twilio.com/2010-04-01/Accounts"

    assert accounts.named_in(f"{base}/{OWN_SID}/Messages/MM1/Media/ME1").sid == OWN_SID
    assert accounts.named_in(f"{base}/{ACCOUNT}/Messages/MM1/Media/ME1").sid == ACCOUNT
    assert accounts.named_in("https://elsewhere.example/").sid == ACCOUNT
    assert encode_basic_auth(OWN_SID, OWN_TOKEN) != encode_basic_auth(ACCOUNT, TOKEN)
