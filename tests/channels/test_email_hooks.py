"""The providers' hooks: what each is believed by, what it is answered, and what is kept of it."""

import asyncio
import base64
import gzip
import os
import signal
import time

import pytest
from contract import Delivery
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mail_posts import (
    CUSTOMER,
    ENTRY_POINT,
    MAILGUN_KEY,
    MAILGUN_PATH,
    POSTMARK_PASSWORD,
    SENDGRID_KEY,
    SENDGRID_PATH,
    OwnEntryPoints,
    mail,
    mailgun,
    mailgun_proof,
    multipart,
    postmark,
    sendgrid,
    sendgrid_signed,
    urlencoded,
)
from mail_room import RecordingMailroom
from msgspec.structs import replace
from structlog.testing import capture_logs

from channels import FORGED, Env, Inbound, NotStored, Unavailable, Unreadable
from channels._email.hooks.bodies import SMALL_BYTES
from channels._email.hooks.door import Deadlines
from channels._mail import reader as mail_reader
from channels.email import Email

SETTINGS = {
    "sendgrid_verification_keys": SENDGRID_KEY,
    "mailgun_signing_secrets": f"the old key,{MAILGUN_KEY}",
    "postmark_passwords": POSTMARK_PASSWORD,
}
RAW = mail("m-1", "سلام، سفارشم نرسیده")
LATIN = b"Subject: caf\xe9\r\nMessage-ID: <l@x.example>\r\n\r\n\xff\xfe\r\r\n\n\t--x\x01"

#: Each provider: an authentic request with a mail, and what a wrong signature is answered with.
PROVIDERS = {
    "sendgrid": (lambda raw, **more: sendgrid_signed(sendgrid(raw, **more)), 503),
    "mailgun": (mailgun, 401),
    "postmark": (lambda raw, **more: postmark(raw.decode(), **more), 401),
}


def forged(name: str, raw: bytes) -> Delivery:
    if name == "sendgrid":
        return sendgrid_signed(sendgrid(raw), key=ec.derive_private_key(7, ec.SECP256R1()))
    if name == "mailgun":
        return mailgun(raw, proof=mailgun_proof(key="wrong"))
    return postmark(raw.decode(), password="postmark:wrong")


def to(name: str, address: str) -> dict[str, object]:
    """The argument that names the recipient, as each provider does."""
    if name == "sendgrid":
        return {"to": [address]}
    return {"recipient": address.encode()} if name == "mailgun" else {"OriginalRecipient": address}


@pytest.fixture
async def hooks(hook_server, http):
    """Builds a server of all hooks."""

    async def build(
        *, own=None, settings=SETTINGS, mailroom=None, deadlines=None, server=hook_server
    ):
        env = Env(
            settings=settings,
            public_url="https://desk.example",
            region="IR",
            http=http,
            own=own or OwnEntryPoints(),
            mailroom=mailroom,
        )
        return await server(Email(env, hook_deadlines=deadlines))

    return build


@pytest.mark.parametrize("name", PROVIDERS)
async def test_mail_of_each_provider_is_stored_byte_for_byte(hooks, name):
    made, _ = PROVIDERS[name]
    served = await hooks()

    response = await served.post(made(RAW, **to(name, ENTRY_POINT)))

    assert response.status == 200
    [item] = served.inbox.received
    assert isinstance(item, Inbound)
    assert item.raw.body == RAW
    assert (item.entry_point, item.sender.value) == (ENTRY_POINT, CUSTOMER)
    assert item.text == "سلام، سفارشم نرسیده"
    assert item.received is not None
    assert item.received.recipient == ENTRY_POINT
    assert item.received.envelope_sender == (None if name == "postmark" else CUSTOMER)
    assert await served.channel.read("message", item.raw) == item


@pytest.mark.parametrize("form", [multipart, urlencoded])
@pytest.mark.parametrize("name", ["mailgun", "sendgrid"])
async def test_bytes_of_no_charset_come_through_a_form_unchanged(hooks, name, form):
    served = await hooks()
    posted = mailgun(LATIN, form=form) if name == "mailgun" else sendgrid(LATIN, form=form)

    response = await served.post(posted if name == "mailgun" else sendgrid_signed(posted))

    assert response.status == 200
    assert [item.raw.body for item in served.inbox.received] == [LATIN]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_wrong_signature_is_answered_so_that_the_provider_tries_again(hooks, name):
    served = await hooks()

    response = await served.post(forged(name, RAW))

    assert response.status == PROVIDERS[name][1]
    assert (await response.json())["code"] == "forged"
    assert served.inbox.received == []


@pytest.mark.parametrize("name", PROVIDERS)
async def test_unknown_recipient_is_not_found(hooks, name):
    made, _ = PROVIDERS[name]
    served = await hooks()

    for address in ("nobody@desk.example", "support@elsewhere.example", "no address", "@", "سلام"):
        response = await served.post(made(RAW, **to(name, address)))

        assert response.status == 404, address
    assert served.inbox.received == []


@pytest.mark.parametrize("name", PROVIDERS)
async def test_forged_request_does_not_tell_which_addresses_there_are(hooks, name):
    served = await hooks()
    known = forged(name, RAW)
    made, status = PROVIDERS[name]
    unknown = made(RAW, **to(name, "nobody@desk.example"))
    wrong = {"sendgrid": {"sendgrid_verification_keys": second_key()}}.get(
        name, {"mailgun_signing_secrets": "x", "postmark_passwords": "x:y"}
    )
    other = await hooks(settings=wrong)

    assert (await served.post(known)).status == (await other.post(unknown)).status == status


def second_key() -> str:
    public = ec.derive_private_key(99, ec.SECP256R1()).public_key()
    return base64.b64encode(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("fault", [NotStored("no database"), None])
async def test_what_is_not_stored_is_unavailable(hooks, name, fault):
    made, _ = PROVIDERS[name]
    served = await hooks(deadlines=Deadlines(storing_s=0.2))
    served.inbox.fault = fault
    if fault is None:
        served.inbox.gate.clear()

    response = await served.post(made(RAW))

    assert response.status == 503
    assert (await response.json())["code"] == "not_stored"
    served.inbox.gate.set()
    served.inbox.fault = None
    assert (await served.post(made(RAW))).status == 200


@pytest.mark.parametrize("name", PROVIDERS)
async def test_hook_of_a_provider_that_is_not_set_up_takes_nothing(hooks, name):
    made, _ = PROVIDERS[name]
    served = await hooks(settings={})

    response = await served.post(made(RAW))

    assert response.status == 503
    assert (await response.json())["code"] == "provider_not_set_up"
    assert served.inbox.received == []


@pytest.mark.parametrize(
    ("posted", "hint"),
    [
        (sendgrid_signed(sendgrid(None, text=b"hello")), "raw, full MIME"),
        (mailgun(None, **{"body-plain": b"hello"}), "/mime"),
        (postmark(None, TextBody="hello"), "Include raw email"),
    ],
)
async def test_parts_without_the_mail_are_kept_with_the_switch_to_turn(hooks, posted, hint):
    served = await hooks()

    response = await served.post(posted)

    assert response.status == 200
    [item] = served.inbox.received
    assert isinstance(item, Unreadable)
    assert item.reason == "missing_mail"
    assert hint in item.detail
    assert item.raw.body == posted.body
    assert await served.channel.read("message", item.raw) == item


@pytest.mark.parametrize(
    ("posted", "reason"),
    [
        (sendgrid_signed(sendgrid(RAW, envelope=None)), "missing_field"),
        (sendgrid_signed(sendgrid(RAW, envelope=b'{"to":[]}')), "missing_field"),
        (sendgrid_signed(sendgrid(RAW, envelope=b'{"to":"x"}')), "missing_field"),
        (sendgrid_signed(sendgrid(RAW, envelope=b"[" * 100_000)), "missing_field"),
        (sendgrid_signed(Delivery(path=SENDGRID_PATH, body=b"hello", headers={})), "not_a_form"),
        (postmark("x", OriginalRecipient=""), "missing_field"),
        (replace(postmark("x"), body=b'{"RawEmail": 7}'), "not_json"),
        (replace(postmark("x"), body=b'{"a":' + b"[" * 100_000), "not_json"),
        (replace(postmark("x"), body=b'{"RawEmail": "\xff"}'), "not_json"),
        (replace(postmark("x"), body=b""), "not_json"),
    ],
)
async def test_authentic_nonsense_is_kept_byte_for_byte(hooks, posted, reason):
    served = await hooks()

    response = await served.post(posted)

    assert response.status == 200
    [item] = served.inbox.received
    assert isinstance(item, Unreadable)
    assert (item.reason, item.raw.body) == (reason, posted.body)
    assert await served.channel.read("message", item.raw) == item


async def test_kept_request_becomes_the_mail_once_its_address_is_one_of_ours(hooks):
    own = OwnEntryPoints()
    served = await hooks(own=own)
    kept = Unreadable(
        channel="email",
        reason="missing_mail",
        detail="x.",
        raw=(await parsed(served, mailgun(None))).raw,
    )
    whole = mailgun(RAW)

    again = await served.channel.read(
        "message", replace(kept.raw, body=whole.body, content_type=whole.headers["Content-Type"])
    )

    assert isinstance(again, Inbound)
    assert again.raw.body == RAW
    assert again.entry_point == ENTRY_POINT


async def parsed(served, posted):
    await served.post(posted)
    return served.inbox.received.pop()


# Whose key --------------------------------------------------------------------------------------


async def test_own_key_replaces_the_one_of_the_settings_and_speaks_for_no_other_address(hooks):
    served = await hooks(own=OwnEntryPoints(sales={"mailgun_signing_secrets": "sales key"}))
    sales = b"sales@desk.example"
    by_sales = mailgun_proof(key="sales key")

    assert (await served.post(mailgun(RAW, proof=by_sales, recipient=sales))).status == 200
    assert (await served.post(mailgun(RAW, recipient=sales))).status == 401
    by_sales = mailgun_proof(key="sales key")
    assert (await served.post(mailgun(RAW, proof=by_sales))).status == 401
    assert [item.entry_point for item in served.inbox.received] == ["sales@desk.example"]


async def test_mail_to_several_of_ours_comes_to_each_its_key_speaks_for(hooks):
    own = OwnEntryPoints(sales={"mailgun_signing_secrets": "sales key"}, bills={})
    served = await hooks(own=own)
    every = b"support@desk.example, Sales@desk.example,bills+7@desk.example,nobody@desk.example"

    response = await served.post(mailgun(RAW, recipient=every))

    assert response.status == 200
    assert [item.entry_point for item in served.inbox.received] == [
        "support@desk.example",
        "bills@desk.example",
    ]
    assert served.inbox.received[1].received.recipient == "bills+7@desk.example"


async def test_entry_point_whose_secrets_are_lost_is_not_told_unknown(hooks):
    own = OwnEntryPoints()
    own.lost = Unavailable("its key is lost")
    served = await hooks(own=own)

    response = await served.post(mailgun(RAW, recipient=b"lost@desk.example"))

    assert response.status == 503
    assert served.inbox.received == []


async def test_every_key_of_the_settings_is_believed(hooks):
    keys = f"{second_key()},{SENDGRID_KEY},not a key"
    served = await hooks(settings={"sendgrid_verification_keys": keys})

    assert (await served.post(sendgrid_signed(sendgrid(RAW)))).status == 200


async def test_key_that_is_no_public_key_makes_nothing_authentic(hooks):
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    der = rsa_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    for key in ("سلام", "AAAA", base64.b64encode(der).decode(), "="):
        served = await hooks(settings={"sendgrid_verification_keys": key})

        assert (await served.post(sendgrid_signed(sendgrid(RAW)))).status == 503
        assert served.inbox.received == []


# What is signed ---------------------------------------------------------------------------------


async def test_sendgrid_signs_the_time_and_every_byte_of_the_body(hooks):
    served = await hooks()
    posted = sendgrid_signed(sendgrid(RAW))
    stamp = "X-Twilio-Email-Event-Webhook-Timestamp"
    signature = "X-Twilio-Email-Event-Webhook-Signature"
    later = str(int(posted.headers[stamp]) + 1)

    for changed in (
        replace(posted, body=posted.body + b"\r\n"),
        replace(posted, body=posted.body.replace(b"m-1", b"m-2")),
        replace(posted, headers={**posted.headers, stamp: later}),
        replace(posted, headers={**posted.headers, stamp: ""}),
        replace(posted, headers={**posted.headers, stamp: "1e9"}),
        replace(posted, headers={**posted.headers, stamp: "٠١٢".encode().decode("latin-1")}),
        replace(posted, headers={**posted.headers, signature: ""}),
        replace(posted, headers={**posted.headers, signature: "AAAA"}),
        replace(posted, headers={**posted.headers, signature: "?"}),
        replace(posted, headers={"Content-Type": posted.headers["Content-Type"]}),
        sendgrid_signed(sendgrid(RAW), at_s=int(time.time()) - 5 * 86_400),
        sendgrid_signed(sendgrid(RAW), at_s=int(time.time()) + 5 * 86_400),
    ):
        assert (await served.post(changed)).status == 503
    assert served.inbox.received == []
    three_days_ago = int(time.time()) - 3 * 86_400
    assert (await served.post(sendgrid_signed(sendgrid(RAW), at_s=three_days_ago))).status == 200


async def test_signature_of_mailgun_holds_as_long_as_mailgun_goes_on_trying(hooks):
    served = await hooks()
    now_s = int(time.time())

    answers = [
        (await served.post(mailgun(RAW, proof=mailgun_proof(at_s=now_s + at)))).status
        for at in (-8 * 3600, -60, 60, -10 * 3600, 10 * 3600)
    ]

    assert answers == [200, 200, 200, 401, 401]


async def test_token_that_was_stored_comes_with_that_mail_only(hooks):
    served = await hooks()
    proof = mailgun_proof()
    other = mail("m-2", "pay into this account")

    assert (await served.post(mailgun(RAW, proof=proof))).status == 200
    assert (await served.post(mailgun(RAW, proof=proof))).status == 200
    assert (await served.post(mailgun(other, proof=proof))).status == 401
    assert (await served.post(mailgun(RAW, proof=proof, recipient=b"x@y.example"))).status == 401
    assert {item.raw.body for item in served.inbox.received} == {RAW}


async def test_token_of_a_mail_that_was_not_stored_may_come_again(hooks):
    served = await hooks()
    proof = mailgun_proof()
    served.inbox.fault = NotStored("no database")
    assert (await served.post(mailgun(RAW, proof=proof))).status == 503
    served.inbox.fault = None

    assert (await served.post(mailgun(RAW, proof=proof))).status == 200


async def test_postmark_is_believed_by_name_and_password_before_its_body_is_read(hooks):
    served = await hooks(settings={"postmark_passwords": "a:b,c:رمز"})
    never_ends = {"Content-Length": "100"}

    for password in (None, "", ":", "a", "a:", "a:B", "b:b", "a:b:c", "c:رمز "):
        posted = postmark(RAW.decode(), password=password)
        status = await served.begin(posted, never_ends)

        assert status == 401, password
    for scheme in ("Basic", "Bearer " + base64.b64encode(b"a:b").decode(), "Basic ?", "Basic é"):
        headers = {"Authorization": scheme.encode().decode("latin-1")}
        assert (await served.post(replace(postmark("x"), headers=headers))).status == 401
    assert served.inbox.received == []
    for password in ("a:b", "c:رمز"):
        assert (await served.post(postmark(RAW.decode(), password=password))).status == 200


async def test_key_that_is_no_name_and_password_lets_nobody_in(hooks):
    served = await hooks(settings={"postmark_passwords": "short,:x,y:,:"})

    for password in ("short", ":x", "y:", ":", ""):
        assert (await served.post(postmark("x", password=password))).status == 401


async def test_challenge_of_a_password_comes_with_its_refusal(hooks):
    served = await hooks()

    response = await served.post(postmark("x", password=None))

    assert response.headers["WWW-Authenticate"].startswith("Basic ")


async def test_mail_forwarded_to_postmark_is_for_whom_it_was_written_to(hooks):
    served = await hooks(own=OwnEntryPoints(sales={}))
    full = [{"Email": "support+12-mac@desk.example"}, {"Email": "else@x.example"}]
    forwarded = postmark(
        RAW.decode(),
        OriginalRecipient="0123@inbound.postmarkapp.com",
        ToFull=full,
        CcFull=[{"Email": "sales@desk.example"}],
    )
    blind = postmark(RAW.decode(), OriginalRecipient="nobody@desk.example", ToFull=full)

    assert (await served.post(forwarded)).status == 200
    assert [item.received.recipient for item in served.inbox.received] == [
        "support+12-mac@desk.example",
        "sales@desk.example",
    ]
    assert (await served.post(blind)).status == 404


async def test_null_reverse_path_is_told_and_nonsense_is_not(hooks):
    served = await hooks()

    for sender in (b"", b"<>", b"<Sara@Customer.example>", b"a b", b"x\0@y.example"):
        assert (await served.post(mailgun(RAW, sender=sender))).status == 200
    assert (await served.post(mailgun(RAW, sender=None))).status == 200

    senders = [item.received.envelope_sender for item in served.inbox.received]
    assert senders == ["", "", CUSTOMER, None, None, None]


# Size and time ----------------------------------------------------------------------------------

LIMITS = {"sendgrid": 40, "mailgun": 48, "postmark": 112}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROVIDERS)
async def test_mail_as_large_as_the_provider_takes_is_stored(hooks, name):
    made, _ = PROVIDERS[name]
    served = await hooks()
    line = b"x" * 76 + b"\r\n"
    raw = mail("m-1", "") + line * (30 * 1024 * 1024 // len(line))

    response = await served.post(made(raw))

    assert response.status == 200
    [item] = served.inbox.received
    assert item.raw.body == raw


@pytest.mark.slow
async def test_large_mail_as_an_urlencoded_form_is_read_in_time(hooks):
    served = await hooks()
    raw = mail("m-1", "") + (base64.b64encode(bytes(range(256))) + b"\r\n") * 60_000
    slowest_s = 0.0

    async def pulse():
        nonlocal slowest_s
        while True:
            began_s = time.monotonic()
            await asyncio.sleep(0.01)
            slowest_s = max(slowest_s, time.monotonic() - began_s)

    beating = asyncio.create_task(pulse())
    response = await served.post(mailgun(raw, form=urlencoded))
    beating.cancel()

    assert response.status == 200
    assert [item.raw.body for item in served.inbox.received] == [raw]
    assert slowest_s < 1.0


@pytest.mark.parametrize("name", PROVIDERS)
async def test_larger_body_is_refused_by_its_length_alone(hooks, name):
    made, _ = PROVIDERS[name]
    served = await hooks()
    posted = made(RAW)

    length = {"Content-Length": str(LIMITS[name] * 1024 * 1024 + 1)}

    assert await served.begin(posted, length) == 413
    assert served.inbox.received == []


async def test_larger_body_that_hides_its_length_is_refused(hooks):
    served = await hooks()

    assert await served.chunked(mailgun(RAW).path, size_bytes=49 * 1024 * 1024) == 413
    assert served.inbox.received == []


async def test_body_that_grows_on_the_way_is_refused_and_counts_as_large(hooks):
    served = await hooks()
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    posted = replace(mailgun(RAW), body=bomb)
    headers = {**posted.headers, "Content-Encoding": "gzip"}

    assert len(bomb) < SMALL_BYTES
    assert (await served.post(replace(posted, headers=headers))).status == 413
    whole = replace(mailgun(RAW), headers={**mailgun(RAW).headers, "Content-Encoding": "gzip"})
    assert (await served.post(replace(whole, body=gzip.compress(whole.body)))).status == 200
    assert [item.raw.body for item in served.inbox.received] == [RAW]


async def test_mangled_body_is_asked_for_again(hooks):
    served = await hooks()

    for encoding in ("gzip", "deflate"):
        headers = {"Content-Encoding": encoding, "Content-Length": "9000"}
        assert await served.begin(mailgun(RAW), headers) == 503


@pytest.mark.slow
async def test_compressed_bodies_wait_for_one_another_as_large_ones_do(hooks):
    served = await hooks(deadlines=Deadlines(body_s=2.0))
    compressed = {"Content-Length": "100", "Content-Encoding": "gzip"}
    begun = replace(mailgun(RAW), body=gzip.compress(RAW))
    holding = [asyncio.create_task(served.begin(begun, compressed)) for _ in range(4)]
    await asyncio.sleep(1.0)

    large = mailgun(mail("m-2", "x" * 2 * SMALL_BYTES))
    began_s = time.monotonic()
    first = await served.post(large)

    assert (first.status, time.monotonic() - began_s > 0.4) == (200, True)
    assert await asyncio.gather(*holding) == [503] * 4


async def test_body_that_does_not_come_is_not_waited_for(hooks):
    served = await hooks(deadlines=Deadlines(body_s=0.2))
    before_s = time.monotonic()

    assert await served.begin(mailgun(RAW), {"Content-Length": "1000000"}) == 503
    assert time.monotonic() - before_s < 2


@pytest.mark.slow
async def test_large_bodies_wait_for_one_another_and_small_ones_for_nobody(hooks):
    served = await hooks(deadlines=Deadlines(body_s=3.0))
    large = {"Content-Length": str(48 * 1024 * 1024)}
    holding = [asyncio.create_task(served.begin(mailgun(RAW), large)) for _ in range(5)]
    await asyncio.sleep(0.2)

    before_s = time.monotonic()
    small = await served.post(mailgun(RAW))

    assert small.status == 200
    assert len(mailgun(RAW).body) < SMALL_BYTES
    assert time.monotonic() - before_s < 2.5
    assert await asyncio.gather(*holding) == [503] * 5
    assert (await served.post(mailgun(mail("m-2", "x" * 2 * SMALL_BYTES)))).status == 200


def test_hook_waits_longer_than_a_mail_may_take_and_less_than_sns_does():
    """Else a mail that takes too long would be posted until the provider gives up."""
    deadlines = Deadlines()

    assert deadlines.understanding_s > mail_reader.DEADLINE_S
    assert deadlines.understanding_s + deadlines.storing_s < 15


async def test_mail_that_takes_too_long_to_read_is_kept_and_not_sent_again(hooks):
    served = await hooks()
    await parsed(served, mailgun(mail("m-0", "the reader runs")))
    for reader in served.channel._readers._all:
        reader._deadline_s = 0.3
        if reader.is_running:
            os.kill(reader._process.pid, signal.SIGSTOP)

    response = await served.post(mailgun(RAW))

    assert response.status == 200
    [item] = served.inbox.received
    assert isinstance(item, Unreadable)
    assert (item.reason, item.raw.body) == ("took_too_long", RAW)


# The alarm --------------------------------------------------------------------------------------


def errors(logs):
    return [entry["event"] for entry in logs if entry["log_level"] == "error"]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_three_forged_requests_in_a_row_are_an_alarm_once(hooks, name):
    served = await hooks()

    with capture_logs() as logs:
        for _ in range(2):
            await served.post(forged(name, RAW))
        assert errors(logs) == []
        for _ in range(3):
            await served.post(forged(name, RAW))

    assert errors(logs) == ["hook_forged_repeatedly"]
    assert [entry["way"] for entry in logs if entry["log_level"] == "error"] == [name]
    assert served.inbox.received == []


async def test_authentic_request_in_between_is_no_alarm_and_allows_the_next(hooks):
    served = await hooks()

    with capture_logs() as logs:
        for _ in range(3):
            for _ in range(2):
                await served.post(forged("mailgun", RAW))
            await served.post(mailgun(RAW))
        assert errors(logs) == []
        for _ in range(3):
            await served.post(forged("mailgun", RAW))

    assert errors(logs) == ["hook_forged_repeatedly"]


async def test_address_shows_that_its_way_in_fails_and_works_again(hooks):
    mailroom = RecordingMailroom()
    served = await hooks(mailroom=mailroom, own=OwnEntryPoints(sales={}))

    for _ in range(4):
        await served.post(forged("mailgun", RAW))
        await served.post(mailgun(RAW, recipient=b"sales@desk.example"))
    await served.post(mailgun(RAW))
    await served.channel.close()

    assert mailroom.told == [
        ("works", "sales@desk.example", "mailgun"),
        ("fails", ENTRY_POINT, "mailgun"),
        ("works", ENTRY_POINT, "mailgun"),
    ]


async def test_mailroom_that_fails_does_not_fail_the_mail(hooks):
    mailroom = RecordingMailroom()
    mailroom.fault = RuntimeError("no database")
    served = await hooks(mailroom=mailroom)

    with capture_logs() as logs:
        assert (await served.post(mailgun(RAW))).status == 200
        await served.channel.close()

    assert "way_in_not_noted" in [entry["event"] for entry in logs]


async def test_forged_request_is_marked_for_whoever_counts(hooks):
    served = await hooks()

    for name in PROVIDERS:
        await served.post(forged(name, RAW))
    await served.post(mailgun(RAW, recipient=b"nobody@desk.example"))
    await served.post(mailgun(RAW))

    assert [response.get(FORGED, False) for response in served.answers] == [True] * 3 + [False] * 2


async def test_nothing_of_a_request_but_its_provider_is_logged(hooks):
    served = await hooks()

    with capture_logs() as logs:
        for name, (made, _) in PROVIDERS.items():
            await served.post(forged(name, RAW))
            await served.post(made(RAW, **to(name, "nobody@desk.example")))
            await served.post(made(RAW))

    told = repr(logs)
    for secret in ("sara", "nobody", MAILGUN_KEY, "Basic", "سلام", "m-1"):
        assert secret not in told, secret


async def test_paths_are_those_providers_can_post_to(hooks):
    served = await hooks()

    assert [path for path in served.paths if "unsubscribe" not in path] == [
        "/hooks/email/sendgrid",
        "/hooks/email/mailgun",
        "/hooks/email/mailgun/mime",
        "/hooks/email/postmark",
        "/hooks/email/ses",
    ]
    assert MAILGUN_PATH.endswith("mime")
