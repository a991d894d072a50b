"""Whose word counts for a mail's origin, and which reply belongs to which ticket."""

import pytest

from channels._mail import authentication
from channels._mail.reply_address import reply_address, ticket_of
from channels._mail.values import Authentication

OURS = frozenset({"mx.ours.example"})
KEY, FORMER_KEY = b"k" * 32, b"f" * 32


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (
            "mx.ours.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example;\n dmarc=pass (p=reject) header.from=A.example",
            Authentication(spf="pass", dkim="pass", dmarc="pass", domain="a.example"),
        ),
        ("mx.evil.example; dmarc=pass header.from=bank.example", Authentication()),
        ("mx.ours.example.evil.example; dmarc=pass", Authentication()),
        ("(mx.ours.example;) mx.evil.example; dmarc=pass", Authentication()),
        ("MX.ours.example 1; dkim=fail; dkim=pass", Authentication(dkim="pass")),
        ("mx.ours.example; none", Authentication()),
        ("mx.ours.example; dmarc=wonderful", Authentication()),
        ("mx.ours.example; (dmarc=pass) dmarc=fail", Authentication(dmarc="fail")),
    ],
)
def test_only_our_own_servers_word_counts(fields, found):
    assert authentication.read([fields], OURS) == found


def test_two_fields_that_disagree_prove_nothing():
    fields = ["mx.ours.example; dmarc=fail", "mx.ours.example; dmarc=pass"]

    assert not authentication.read(fields, OURS).is_verified


def test_a_reply_address_names_its_ticket():
    made = reply_address("support@ours.example", 4711, KEY)

    assert made.startswith("support+4711-")
    assert ticket_of(made, "support@ours.example", [KEY]) == 4711
    assert ticket_of(made.upper(), "support@ours.example", [KEY]) == 4711
    assert ticket_of(made, "support@ours.example", [FORMER_KEY, KEY]) == 4711


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("4711", "4712"),
        lambda address: address.replace("support+", "sales+"),
        lambda address: address.replace("ours.example", "evil.example"),
        lambda address: address.replace("@", "a@"),
        lambda _: "support@ours.example",
        lambda _: "support+4711-aaaaaaaaaaaaaaaa@ours.example",
        lambda _: "",
    ],
)
def test_an_address_nobody_was_given_names_no_ticket(change):
    made = change(reply_address("support@ours.example", 4711, KEY))

    assert ticket_of(made, "support@ours.example", [KEY]) is None


def test_another_entry_points_address_or_key_names_no_ticket():
    made = reply_address("support@ours.example", 4711, KEY)

    assert ticket_of(made, "sales@ours.example", [KEY]) is None
    assert ticket_of(made, "support@ours.example", [FORMER_KEY]) is None
