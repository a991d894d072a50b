"""Mails that Amazon SES hands to SNS: signatures, certificates, topics and subscriptions."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mail_posts import (
    CUSTOMER,
    ENTRY_POINT,
    SNS_HOST,
    TOPIC,
    OwnEntryPoints,
    mail,
    ses_notification,
    sns,
    sns_certificate,
)
from mail_room import RecordingMailroom
from msgspec.structs import replace
from structlog.testing import capture_logs
from tls_host import Names, Site, certificate

from channels import Env, Inbound, Unreadable
from channels._email.hooks.hooks import Hooks
from channels._email.hooks.ses import Ses
from channels._email.hooks.sns import Sns, canonical, host_of
from channels._email.receiving import Receiver
from channels._fetch import Fetcher
from channels._mail.readers import MailReaders

HERE = "127.0.0.1"
PEM = "/SimpleNotificationService-abc123.pem"
RAW = mail("m-1", "سلام، سفارشم نرسیده")
SECOND = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def contexts(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def amazon(aiohttp_server, contexts):
    """SNS by TLS, under the name of its region: a certificate, and where topics are confirmed."""
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    server = await aiohttp_server(app, ssl=contexts[0])
    site.port = server.port
    site.host = f"{SNS_HOST}:{server.port}"
    site.names = Names({SNS_HOST: [[HERE]], "notprovider.example": [[HERE]]})
    site.pages[PEM] = web.Response(body=sns_certificate())
    site.pages["/"] = web.Response(body=b"<ConfirmSubscriptionResponse/>")
    return site


class ChannelOfHooks:
    """The hooks alone, with an SNS for which this machine is the internet."""

    def __init__(self, amazon, contexts, env):
        fetcher = Fetcher(
            domain="amazonaws.com",
            own_origin=None,
            most_bytes=64 * 1024,
            deadline_s=2.0,
            most_redirects=0,
            is_allowed=lambda address: address == HERE,
            resolver=lambda: amazon.names,
            ssl=contexts[1],
            port=amazon.port,
        )
        self._readers = MailReaders()
        receiver = Receiver(env, self._readers)
        self.hooks = Hooks(env, receiver, providers=[Ses(Sns(fetcher))])
        self.routes = self.hooks.routes

    async def close(self):
        await self.hooks.close()
        await self._readers.close()


@pytest.fixture
async def served(hook_server, http, amazon, contexts):
    """Builds a server of the hook of SES."""

    async def build(*, topics=TOPIC, own=None, mailroom=None):
        env = Env(
            settings={"ses_topic_arns": topics},
            public_url="https://desk.example",
            region="IR",
            http=http,
            own=own or OwnEntryPoints(),
            mailroom=mailroom,
        )
        return await hook_server(ChannelOfHooks(amazon, contexts, env))

    return build


def fetched(amazon):
    return [request.path for request in amazon.requests]


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("encoding", ["BASE64", "UTF8", "UTF-8"])
async def test_mail_of_a_notification_is_stored_byte_for_byte(served, amazon, version, encoding):
    hook = await served()
    posted = sns(ses_notification(RAW, encoding=encoding), version=version, host=amazon.host)

    response = await hook.post(posted)

    assert response.status == 200
    [item] = hook.inbox.received
    assert isinstance(item, Inbound)
    assert item.raw.body == RAW
    assert (item.entry_point, item.sender.value) == (ENTRY_POINT, CUSTOMER)
    assert item.occurred_at == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert item.received.envelope_sender == CUSTOMER


async def test_certificate_is_fetched_once(served, amazon):
    hook = await served()

    for n in range(3):
        raw = mail(f"m-{n}", "hello")
        assert (await hook.post(sns(ses_notification(raw), host=amazon.host))).status == 200

    assert fetched(amazon) == [PEM]
    assert len(hook.inbox.received) == 3


async def test_message_without_a_subject_is_signed_without_it(served, amazon):
    hook = await served()

    posted = sns(ses_notification(RAW), host=amazon.host, Subject=None)

    assert (await hook.post(posted)).status == 200


def forgeries(host):
    """Messages of which something is not as SNS signed it, by what it is."""
    raw = ses_notification(RAW)
    day = timedelta(days=1, minutes=1)
    other_topic = "arn:aws:sns:eu-central-1:999999999999:mails"
    return {
        "another key": sns(raw, host=host, key=SECOND),
        "another message": sns(raw, host=host, signs={"Message": "x"}),
        "another subject": sns(raw, host=host, signs={"Subject": "x"}),
        "another time": sns(raw, host=host, signs={"Timestamp": "2026-11-22T00:00:00.000Z"}),
        "another id": sns(raw, host=host, signs={"MessageId": "x"}),
        "another type": sns(raw, host=host, signs={"Type": "SubscriptionConfirmation"}),
        "a stranger's topic": sns(raw, host=host, TopicArn=other_topic),
        "our topic on a stranger's": sns(raw, host=host, signs={"TopicArn": other_topic}),
        "no topic": sns(raw, host=host, TopicArn=None),
        "no signature": sns(raw, host=host, Signature=""),
        "a signature that is none": sns(raw, host=host, Signature="سلام"),
        "version 1 as 2": sns(raw, host=host, version="1", SignatureVersion="2"),
        "an unknown version": sns(raw, host=host, SignatureVersion="3"),
        "an unknown type": sns(raw, host=host, type_="Advertisement"),
        "no type": sns(raw, host=host, Type=None),
        "too old": sns(raw, host=host, at=datetime.now(UTC) - day),
        "of tomorrow": sns(raw, host=host, at=datetime.now(UTC) + day),
        "no time": sns(raw, host=host, Timestamp="soon"),
        "a time of no zone": sns(raw, host=host, Timestamp=datetime.now(UTC).isoformat()[:19]),
        "no certificate": sns(raw, host=host, SigningCertURL=None),
        "no JSON": replace(sns(raw, host=host), body=b"hello"),
        "a list": replace(sns(raw, host=host), body=b"[]"),
        "deep JSON": replace(sns(raw, host=host), body=b'{"Type":' + b"[" * 100_000),
        "nothing": replace(sns(raw, host=host), body=b"", headers={}),
    }


@pytest.mark.parametrize("name", forgeries("x"))
async def test_message_that_is_not_as_sns_signed_it_is_refused(served, amazon, name):
    hook = await served()

    response = await hook.post(forgeries(amazon.host)[name])

    assert response.status == 503
    assert (await response.json())["code"] == "forged"
    assert hook.inbox.received == []


@pytest.mark.parametrize(
    "url",
    [
        "https://notprovider.example:{port}" + PEM,
        "https://evil.example/" + SNS_HOST + PEM,
        "https://sns.us-east-1.amazonaws.com:{port}" + PEM,
        "https://sns.eu-central-1.amazonaws.com.evil.example" + PEM,
        "https://evil.sns.eu-central-1.amazonaws.com" + PEM,
        "https://{host}@evil.example" + PEM,
        "https://evil.example@{host}" + PEM,
        "https://{host}\\@evil.example" + PEM,
        "https://{host}/../x.pem",
        "https://{host}/bucket/SimpleNotificationService-abc123.pem",
        "https://{host}" + PEM + "?x=y",
        "https://{host}" + PEM + "#x",
        "https://{host}" + PEM + "\n",
        "http://{host}" + PEM,
        "https://169.254.169.254" + PEM,
        "file:///etc/passwd",
        "",
    ],
)
async def test_certificate_from_anywhere_else_is_not_even_asked_for(served, amazon, url):
    hook = await served()
    named = url.format(host=amazon.host, port=amazon.port)

    response = await hook.post(sns(ses_notification(RAW), host=amazon.host, SigningCertURL=named))

    assert response.status == 503
    assert amazon.requests == []
    assert hook.inbox.received == []


async def test_certificate_at_another_port_is_not_asked_for(served, amazon):
    hook = await served()

    assert (await hook.post(sns(ses_notification(RAW), host=SNS_HOST))).status == 503
    assert amazon.requests == []


def bad_certificates():
    return {
        "of somebody else": sns_certificate(name="sns.evil.example"),
        "of another region": sns_certificate(name="sns.us-east-1.amazonaws.com"),
        "of something else at Amazon": sns_certificate(name="s3.amazonaws.com"),
        "not yet in force": sns_certificate(valid=(1, 2)),
        "no longer in force": sns_certificate(valid=(-2, -1)),
        "of a broken chain": sns_certificate(issuer=("Amazon", SECOND))
        + sns_certificate(name="Amazon"),
        "of another kind of key": sns_certificate(key=ec.generate_private_key(ec.SECP256R1())),
        "that is none": b"hello",
        "that is empty": b"",
        "that is endless": b"-" * 70_000,
    }


@pytest.mark.parametrize("name", bad_certificates())
async def test_certificate_that_is_not_one_of_sns_in_force_is_not_believed(served, amazon, name):
    amazon.pages[PEM] = web.Response(body=bad_certificates()[name])
    hook = await served()

    response = await hook.post(sns(ses_notification(RAW), host=amazon.host))

    assert response.status == 503
    assert hook.inbox.received == []


async def test_certificate_with_its_chain_is_believed(served, amazon):
    amazon.pages[PEM] = web.Response(
        body=sns_certificate(issuer=("Amazon", SECOND)) + sns_certificate(name="Amazon", key=SECOND)
    )
    hook = await served()

    assert (await hook.post(sns(ses_notification(RAW), host=amazon.host))).status == 200


async def test_certificate_that_is_redirected_is_not_followed(served, amazon):
    elsewhere = f"https://notprovider.example:{amazon.port}/other.pem"
    amazon.pages[PEM] = web.Response(status=302, headers={"Location": elsewhere})
    amazon.pages["/other.pem"] = web.Response(body=sns_certificate())
    hook = await served()

    assert (await hook.post(sns(ses_notification(RAW), host=amazon.host))).status == 503
    assert fetched(amazon) == [PEM]


async def test_hook_as_it_is_built_follows_no_redirect(http):
    env = Env(settings={}, public_url="https://desk.example", region="IR", http=http)
    built = Hooks(env, Receiver(env, MailReaders()))

    assert built._providers["ses"]._sns._fetcher._most_redirects == 0


async def test_certificate_that_cannot_be_had_is_no_forgery_and_asked_for_once(served, amazon):
    amazon.pages[PEM] = web.Response(status=500)
    mailroom = RecordingMailroom()
    hook = await served(mailroom=mailroom)

    with capture_logs() as logs:
        for _ in range(4):
            response = await hook.post(sns(ses_notification(RAW), host=amazon.host))
            assert response.status == 503
            assert (await response.json())["code"] == "not_checked"

    assert fetched(amazon) == [PEM]
    assert [entry["log_level"] for entry in logs] == ["warning"] * 4


@pytest.mark.parametrize(
    ("topic", "host", "names"),
    [
        ("arn:aws:sns:us-east-1:123456789012:a", "sns.us-east-1.amazonaws.com", True),
        ("arn:aws-cn:sns:cn-north-1:123456789012:a", "sns.cn-north-1.amazonaws.com.cn", True),
        (
            "arn:aws-us-gov:sns:us-gov-east-1:123456789012:a",
            "sns.us-gov-east-1.amazonaws.com",
            True,
        ),
        ("arn:aws:sns:us-east-1:123456789012:a.fifo", "sns.us-east-1.amazonaws.com", True),
        ("arn:aws:sqs:us-east-1:123456789012:a", None, False),
        ("arn:aws:sns:evil.example/:123456789012:a", None, False),
        ("arn:aws:sns:us-east-1:123456789012:a\n", None, False),
        ("", None, False),
    ],
)
def test_host_follows_from_the_topic(topic, host, names):
    assert host_of(topic) == host
    assert names == (host is not None)


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("arn:aws:sns:af-south-1:123456789012:a", "sns-signing.af-south-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:a", "sns-cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-east-1:123456789012:a", "sns-us-gov-west-1.amazonaws.com"),
    ],
)
async def test_certificate_of_every_kind_of_region_is_believed(amazon, contexts, topic, name):
    amazon.names.answers[host_of(topic)] = [[HERE]]
    amazon.pages[PEM] = web.Response(body=sns_certificate(name=name))
    message = json.loads(sns("x", host=f"{host_of(topic)}:{amazon.port}", TopicArn=topic).body)
    fetcher = Fetcher(
        domain="amazonaws.com",
        own_origin=None,
        is_allowed=lambda address: address == HERE,
        resolver=lambda: amazon.names,
        ssl=False,
        port=amazon.port,
    )

    assert await Sns(fetcher).is_signed(message)


def test_what_is_signed_is_what_amazon_documents():
    """Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html"""
    told = {
        "Type": "Notification",
        "Subject": "My subject",
        "Message": "Test message",
        "MessageId": "4d4dc071-ddbf-465d-bba8-08f81c89da64",
        "Timestamp": "2019-01-31T04:37:04.321Z",
        "TopicArn": "arn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P",
        "SignatureVersion": "1",
        "UnsubscribeURL": "https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe",
    }

    assert canonical(told) == (
        b"Message\nTest message\nMessageId\n4d4dc071-ddbf-465d-bba8-08f81c89da64\n"
        b"Subject\nMy subject\nTimestamp\n2019-01-31T04:37:04.321Z\n"
        b"TopicArn\narn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P\n"
        b"Type\nNotification\n"
    )


# Topics -----------------------------------------------------------------------------------------


async def test_own_topic_speaks_for_its_address_alone(served, amazon):
    other = "arn:aws:sns:eu-central-1:123456789012:sales"
    hook = await served(own=OwnEntryPoints(sales={"ses_topic_arns": other}))
    to_sales = ses_notification(RAW, recipients=["sales@desk.example"])
    to_both = ses_notification(RAW, recipients=["sales@desk.example", ENTRY_POINT, "x@y.example"])

    answers = [
        (await hook.post(sns(message, host=amazon.host, TopicArn=topic))).status
        for message, topic in ((to_sales, TOPIC), (to_sales, other), (to_both, TOPIC))
    ]

    assert answers == [503, 200, 200]
    assert [item.entry_point for item in hook.inbox.received] == ["sales@desk.example", ENTRY_POINT]


async def test_unknown_recipient_is_not_found(served, amazon):
    hook = await served()
    message = ses_notification(RAW, recipients=["nobody@desk.example"])

    assert (await hook.post(sns(message, host=amazon.host))).status == 404
    assert hook.inbox.received == []


async def test_topic_in_the_header_that_is_none_of_ours_is_refused_unread(served, amazon):
    hook = await served()
    posted = sns(ses_notification(RAW), host=amazon.host)
    headers = {**posted.headers, "x-amz-sns-topic-arn": "arn:aws:sns:eu-central-1:1:x"}

    assert await hook.begin(replace(posted, headers=headers), {"Content-Length": "99"}) == 503


async def test_larger_body_is_refused(served, amazon):
    hook = await served()
    posted = sns(ses_notification(RAW), host=amazon.host)

    assert await hook.begin(posted, {"Content-Length": str(2 * 1024 * 1024 + 1)}) == 413


async def test_mail_as_large_as_sns_brings_is_stored(served, amazon):
    hook = await served()
    raw = mail("m-1", '"\\\r\n' * 37_000)

    assert len(raw) > 147_000
    for encoding in ("BASE64", "UTF8"):
        posted = sns(ses_notification(raw, encoding=encoding), host=amazon.host)
        assert (await hook.post(posted)).status == 200
    assert [item.raw.body for item in hook.inbox.received] == [raw, raw]


# What is no mail --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "reason", "hint"),
    [
        (ses_notification(None, action={"type": "S3", "bucketName": "b"}), "missing_mail", "S3"),
        (ses_notification(None), "missing_mail", "SNS action"),
        (
            ses_notification(RAW, encoding="UTF8", action={"type": "SNS", "encoding": "BASE64"}),
            "missing_mail",
            "encoding",
        ),
        (ses_notification(RAW, recipients=[]), "missing_field", "recipients"),
        (json.dumps({"notificationType": "Bounce"}), "not_a_mail", "SES"),
        (json.dumps({"notificationType": "Received", "receipt": 7}), "not_a_mail", "SES"),
        ("hello", "not_a_mail", "SES"),
        ("[" * 100_000, "not_a_mail", "SES"),
    ],
)
async def test_what_brings_no_mail_is_kept_with_its_reason(served, amazon, message, reason, hint):
    hook = await served()
    posted = sns(message, host=amazon.host)

    response = await hook.post(posted)

    assert response.status == 200
    [item] = hook.inbox.received
    assert isinstance(item, Unreadable)
    assert (item.reason, item.raw.body) == (reason, posted.body)
    assert hint in item.detail
    assert await hook.channel.hooks.again(item.raw) == item


async def test_trial_of_ses_is_taken_and_not_kept(served, amazon):
    hook = await served()
    trial = json.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "…"})

    assert (await hook.post(sns(trial, host=amazon.host))).status == 200
    assert hook.inbox.received == []


async def test_subscription_to_our_topic_is_confirmed_at_its_sns(served, amazon):
    hook = await served()

    response = await hook.post(sns(type_="SubscriptionConfirmation", host=amazon.host))

    assert response.status == 200
    assert fetched(amazon) == [PEM, "/"]
    assert amazon.requests[1].query["Token"] == "2336412f37fb"
    assert "Authorization" not in amazon.requests[1].headers
    assert hook.inbox.received == []


@pytest.mark.parametrize(
    "url",
    [
        "https://notprovider.example:{port}/?Action=ConfirmSubscription&TopicArn={topic}",
        "https://169.254.169.254/?Action=ConfirmSubscription&TopicArn={topic}",
        "http://{host}/?Action=ConfirmSubscription&TopicArn={topic}",
        "https://{host}/?Action=Unsubscribe&TopicArn={topic}",
        "https://{host}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:1:x",
        "https://{host}/?Action=ConfirmSubscription&TopicArn={topic}&TopicArn=x",
        "https://{host}/other?Action=ConfirmSubscription&TopicArn={topic}",
        "https://{host}/?Action=ConfirmSubscription&TopicArn={topic}#x",
        "https://x@{host}/?Action=ConfirmSubscription&TopicArn={topic}",
        "",
    ],
)
async def test_subscription_is_confirmed_nowhere_else(served, amazon, url):
    hook = await served()
    named = url.format(host=amazon.host, port=amazon.port, topic=TOPIC)

    response = await hook.post(
        sns(type_="SubscriptionConfirmation", host=amazon.host, SubscribeURL=named)
    )

    assert response.status == 503
    assert fetched(amazon) == [PEM]


async def test_subscription_to_a_strangers_topic_is_not_confirmed(served, amazon):
    hook = await served()
    stranger = "arn:aws:sns:eu-central-1:999999999999:mails"

    response = await hook.post(
        sns(type_="SubscriptionConfirmation", host=amazon.host, TopicArn=stranger)
    )

    assert response.status == 503
    assert amazon.requests == []


async def test_confirmation_that_does_not_go_through_is_tried_again(served, amazon):
    amazon.pages["/"] = web.Response(status=400)
    hook = await served()

    response = await hook.post(sns(type_="SubscriptionConfirmation", host=amazon.host))

    assert response.status == 503


async def test_end_of_a_subscription_is_an_error_in_the_log_and_not_undone(served, amazon):
    hook = await served()

    with capture_logs() as logs:
        response = await hook.post(sns(type_="UnsubscribeConfirmation", host=amazon.host))

    assert response.status == 200
    assert [one["event"] for one in logs if one["log_level"] == "error"] == [
        "sns_subscription_ended"
    ]
    assert fetched(amazon) == [PEM]


async def test_three_forged_messages_in_a_row_are_an_alarm(served, amazon):
    mailroom = RecordingMailroom()
    hook = await served(mailroom=mailroom)

    with capture_logs() as logs:
        for _ in range(3):
            await hook.post(sns(ses_notification(RAW), host=amazon.host, key=SECOND))
        await hook.channel.close()

    assert [one["event"] for one in logs if one["log_level"] == "error"] == [
        "hook_forged_repeatedly"
    ]
    assert mailroom.told == [("fails", ENTRY_POINT, "ses")]
