"""Whatever is posted to a hook, the answer is one the provider can live with."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_posts import (
    MAILGUN_KEY,
    POSTMARK_PASSWORD,
    SENDGRID_KEY,
    TOPIC,
    OwnEntryPoints,
    mail,
    mailgun,
    mailgun_proof,
    postmark,
    sendgrid,
    sendgrid_signed,
    ses_notification,
    sns,
)
from mail_room import Served
from msgspec.structs import replace

from channels import Env
from channels.email import Email

SETTINGS = {
    "sendgrid_verification_keys": SENDGRID_KEY,
    "mailgun_signing_secrets": MAILGUN_KEY,
    "postmark_passwords": POSTMARK_PASSWORD,
    "ses_topic_arns": TOPIC,
}
RAW = mail("m-1", "hello")
#: After these the provider tries again, or does not have to; 404 is for strangers' addresses and
#: 413 for what is larger than it ever sends.
FORGED = {"sendgrid": 503, "mailgun": 401, "postmark": 401, "ses": 503}

nonsense = st.one_of(
    st.binary(max_size=400),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "RawEmail",
                        "OriginalRecipient",
                        "ToFull",
                        "Email",
                        "Type",
                        "Message",
                        "TopicArn",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)
header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60).map(str.strip)
headers = st.dictionaries(
    st.sampled_from(
        [
            "Content-Type",
            "Authorization",
            "X-Twilio-Email-Event-Webhook-Signature",
            "X-Twilio-Email-Event-Webhook-Timestamp",
            "x-amz-sns-topic-arn",
            "X-Forwarded-Host",
        ]
    ),
    st.one_of(
        header,
        st.sampled_from(["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]),
        st.just(TOPIC),
    ),
    max_size=4,
)


@pytest.fixture
async def served(aiohttp_client, http):
    env = Env(
        settings=SETTINGS,
        public_url="https://desk.example",
        region="IR",
        http=http,
        own=OwnEntryPoints(),
    )
    channel = Email(env)
    yield await Served(channel).start(aiohttp_client)
    await channel.close()


def collected(*strategies, most):
    """Examples of a property, made beforehand: hypothesis does not wait for a loop."""
    found = []

    @settings(
        max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.tuples(*strategies))
    def note(example):
        found.append(example)

    note()
    return found


@pytest.mark.parametrize("name", FORGED)
async def test_strangers_request_is_refused_so_that_a_provider_would_come_again(served, name):
    for body, given_headers in collected(nonsense, headers, most=150):
        posted = replace(
            mailgun(RAW), path=f"/hooks/email/{name}", body=body, headers=given_headers
        )

        response = await served.post(posted)

        assert response.status == FORGED[name], (body, given_headers)
    assert served.inbox.received == []


def signed(name, body, content_type):
    """The same body with all that is needed to be believed."""
    if name == "postmark":
        return replace(postmark("x"), body=body)
    posted = replace(sendgrid(RAW), body=body, headers={"Content-Type": content_type})
    return sendgrid_signed(posted)


@pytest.mark.parametrize("name", ["postmark", "sendgrid"])
async def test_authentic_request_is_stored_whatever_it_holds(served, name):
    kinds = st.one_of(header, st.sampled_from(["multipart/form-data; boundary=x", "text/plain"]))
    for body, content_type in collected(nonsense, kinds, most=150):
        response = await served.post(signed(name, body, content_type))

        assert response.status in {200, 404}, (body, content_type)
    assert served.inbox.received
    for item in served.inbox.received:
        assert await served.channel.read("message", item.raw) == item


async def test_authentic_form_of_mailgun_is_stored_whatever_it_holds(served):
    texts = st.none() | st.binary(max_size=60)
    for recipient, sender, raw in collected(texts, texts, texts, most=100):
        fields = {"recipient": recipient, "sender": sender}

        response = await served.post(mailgun(raw, proof=mailgun_proof(), **fields))

        assert response.status in {200, 404}, (fields, raw)


async def test_any_mail_is_stored_or_kept_in_the_quarantine(served):
    for (raw,) in collected(st.binary(max_size=300), most=60):
        response = await served.post(mailgun(raw))

        assert response.status == 200, raw
        assert served.inbox.received.pop().raw.body == raw


async def test_forged_message_of_sns_is_refused_whatever_it_holds(served):
    fields = ["Message", "Subject", "Timestamp", "SignatureVersion", "Signature", "Type"]
    changes = st.dictionaries(st.sampled_from(fields), st.text(max_size=20), max_size=3)
    for change, body in collected(changes, nonsense, most=60):
        posted = sns(ses_notification(RAW), **{"SigningCertURL": "https://x/"} | change)

        assert (await served.post(posted)).status == 503, change
        assert (await served.post(replace(posted, body=body))).status == 503, body
