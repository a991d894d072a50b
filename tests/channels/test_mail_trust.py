"""Whose word counts for a mail's origin, and which reply belongs to which ticket."""

import pytest

from channels import domain_of
from channels._email.addresses import canonical
from channels._mail import authentication
from channels._mail.reply_address import reply_address, ticket_of
from channels._mail.values import Authentication
from channels._mail.written_fields import bare_address

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
        (
            '"mx.ours.example"; dmarc=pass header.from="b.example"',
            Authentication(dmarc="pass", domain="b.example"),
        ),
        (
            "mx.ours.example; dmarc=pass header.from=Straße.example",
            Authentication(dmarc="pass", domain="xn--strae-oqa.example"),
        ),
    ],
)
def test_only_our_own_servers_word_counts(fields, found):
    assert authentication.read([fields], OURS) == found


INJECTED = "; dmarc=pass header.from=bank.example"


@pytest.mark.parametrize(
    "rest",
    [
        f'spf=pass smtp.mailfrom="a{INJECTED} "@evil.example',
        f'spf=pass smtp.mailfrom="a\\"{INJECTED} "@evil.example',
        f"spf=pass (helo=(a) {INJECTED}) smtp.mailfrom=evil.example",
        f'spf=pass (envelope-from="a\\){INJECTED} ("@evil.example) smtp.mailfrom=evil.example',
        f"spf=pass (cut off {INJECTED}",
        f'spf=pass smtp.mailfrom="cut off {INJECTED}',
        f"spf=pass {'(' * 5_000}{INJECTED}",
    ],
)
def test_what_a_stranger_calls_himself_is_no_word_of_our_server(rest):
    found = authentication.read([f"mx.ours.example; {rest}"], OURS)

    assert found == Authentication(spf="pass")


@pytest.mark.parametrize(
    "properties",
    [
        'smtp.mailfrom="header.from=bank.example" header.from=evil.example',
        "smtp.mailfrom=header.from=bank.example@evil.example header.from=evil.example",
        "(header.from=bank.example) header.from=evil.example",
    ],
)
def test_dmarc_vouches_for_the_domain_that_our_server_names(properties):
    found = authentication.read([f"mx.ours.example; dmarc=pass {properties}"], OURS)

    assert found == Authentication(dmarc="pass", domain="evil.example")


def test_results_for_two_domains_vouch_for_neither():
    fields = [f"mx.ours.example; dmarc=pass header.from={one}.example" for one in ("a", "b")]

    assert authentication.read(fields, OURS).domain is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sara@straße.example", "sara@strasse.example"),
        ("sara@οδος.example", "sara@οδοσ.example"),
        ("sara@می\u200cخواهم.example", "sara@میخواهم.example"),
        ("sara@exa\u200cmple.com", "sara@example.com"),
        ("sa\u212aina@example.com", "sakina@example.com"),
    ],
)
def test_addresses_that_two_people_may_have_are_two(one, other):
    assert None not in {canonical(one), canonical(other)}
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Sara@EXAMPLE.com", "sara@example.com"),
        ("sara@BÜCHER.example", "sara@xn--bcher-kva.example"),
        ("sara@ΟΔΟΣ.example", "sara@xn--pxavbq.example"),
        ("sara@straße.example", "sara@xn--strae-oqa.example"),
        ("sara@xn--STRAE-oqa.example", "sara@xn--strae-oqa.example"),
        ("sara@نامه\u3002example", "sara@xn--mgb4dbg.example"),
    ],
)
def test_one_address_has_one_writing(written, plain):
    assert canonical(written) == plain
    assert domain_of(written) == plain.partition("@")[2]


def test_a_mail_goes_to_the_domain_that_was_written():
    assert bare_address("sara@straße.example") == "sara@xn--strae-oqa.example"


def test_what_is_no_domain_is_none():
    assert canonical("sara@a..ß") is None
    assert canonical(f"sara@{'ß' * 300}") is None
    assert canonical("sara@\u200cab\u202e.example") is None
    assert domain_of("sara") == ""


def test_what_is_cut_off_vouches_for_nobody():
    said = "mx.ours.example; dmarc=pass header.from=a.example"
    longer = "; dkim=pass" * 1_000

    assert authentication.read([said + longer], OURS).domain == "a.example"
    before, after = "mx.ours.example; dkim=pass", "; dmarc=pass header.from=a.example"
    until = f"{before:{8_000 - len(after)}}{after}"
    assert authentication.read([f"{until}.evil.example"], OURS).domain is None


def test_no_more_is_read_than_a_border_writes():
    ours, forged = (
        "mx.ours.example; dmarc=pass header.from=a.example",
        "mx.ours.example; " + "(" * 8_000,
    )
    few = authentication.read([ours, forged, "mx.ours.example; spf=pass"], OURS)
    many = authentication.read([ours, forged, forged, "mx.ours.example; spf=pass"], OURS)

    assert (few.domain, few.spf, many.domain, many.spf) == ("a.example", "pass", "a.example", None)


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
        lambda _: "support+4711-ſaaaaaaaaaaaaaaa@ours.example",
        lambda _: "support+۴۷۱۱-aaaaaaaaaaaaaaaa@ours.example",
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
