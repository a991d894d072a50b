"""Mails of ours are whole, thread on both sides, and carry no header anybody else wrote."""

from datetime import UTC, datetime
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels import MailAddress, Undeliverable
from channels._mail.composing import REFERENCES, Letter, compose
from channels._mail.understanding import understand
from channels._mail.values import Enclosure

LETTER = Letter(
    message_id="abc.4711@ours.example",
    author=MailAddress("پشتیبانی", "support@ours.example"),
    recipient=MailAddress("علی رضایی", "ali@example.com"),
    sent_at=datetime(2026, 2, 3, 10, tzinfo=UTC),
    subject="سفارش ۱۲",
    text="سلام،\n\nThe <b>invoice</b> & the rest\nis attached.",
    reply_to="support+4711-abcdefghabcdefgh@ours.example",
    in_reply_to="q@example.com",
    references=("p@example.com", "q@example.com"),
    signature="پشتیبانی شرکت",
)


def test_what_is_composed_is_read_back_as_it_was_written():
    read = understand(compose(LETTER))

    assert read.message_id == "abc.4711@ours.example"
    assert read.author == MailAddress("پشتیبانی", "support@ours.example")
    assert read.to == (MailAddress("علی رضایی", "ali@example.com"),)
    assert read.reply_to == (MailAddress("پشتیبانی", "support+4711-abcdefghabcdefgh@ours.example"),)
    assert (read.subject, read.date) == ("سفارش ۱۲", "2026-02-03T10:00:00+00:00")
    assert read.in_reply_to == ("q@example.com",)
    assert read.references == ("p@example.com", "q@example.com")
    assert read.text.rstrip() == LETTER.text + "\n\n-- \n" + LETTER.signature
    assert "&lt;b&gt;invoice&lt;/b&gt; &amp; the rest<br>" in (read.html or "")
    assert read.kind == "loop"  # our own, should it ever come back


def test_every_line_is_short_and_ends_as_mail_does():
    raw = compose(replace(LETTER, text="کلمه " * 2_000, subject="موضوع " * 30))

    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


def test_files_keep_their_bytes_and_names():
    files = [
        Enclosure(name="فاکتور.pdf", content_type="application/pdf", content=b"%PDF-\r\n\x00\xff"),
        Enclosure(name="a.txt", content_type="text/plain; charset=utf-8", content=b"a\r\nb"),
    ]

    read = understand(compose(replace(LETTER, enclosures=files)))

    assert [(f.name, f.content) for f in read.files] == [(f.name, f.content) for f in files]


def test_what_no_person_wrote_says_so():
    read = understand(
        compose(replace(LETTER, automatic=True)).replace(b"x-contactcenter-loop", b"x-other")
    )

    assert read.kind == "auto_reply"


def test_a_long_conversation_keeps_its_first_and_its_newest_message():
    ids = [f"{n}@example.com" for n in range(100)]

    read = understand(compose(replace(LETTER, references=ids, in_reply_to=ids[-1])))

    assert len(read.references) == REFERENCES
    assert (read.references[0], read.references[-1]) == (ids[0], ids[-1])


def test_ids_and_links_are_written_letter_by_letter_however_long():
    long = "x" * 200 + "@mail.outlook.example"
    link = "https://desk.example/" + "t" * 300
    evil = "=?utf-8?q?=0D=0ABcc:_eve=40evil.example?=@example.com"
    letter = replace(LETTER, in_reply_to=long, references=[evil, long], unsubscribe=[link])

    raw = compose(letter)

    assert f"\r\nIn-Reply-To: <{long}>\r\n".encode() in raw
    assert f"\r\nReferences: <{long}>\r\n".encode() in raw
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in raw
    assert b"Bcc" not in raw


@pytest.mark.parametrize(
    "name",
    ['Example, "Support" <x@y.z>', "a" * 90 + ", " + "b" * 9, "پشتیبانی، " * 9, "a\\b", "O'Neil"],
)
def test_a_name_is_one_name_whatever_is_in_it(name):
    read = understand(compose(replace(LETTER, author=MailAddress(name, "support@ours.example"))))

    assert read.author == MailAddress(name.strip()[:100], "support@ours.example")
    assert len(read.reply_to) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@c.d",
        "a@c.d\r\nBcc: eve@evil.example",
        "<a@b.c>",
        "a,b@c.d",
        "a\0@b.c",
    ],
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(Undeliverable):
        compose(replace(LETTER, recipient=MailAddress("x", address)))


def test_an_international_domain_is_written_in_letters_every_server_knows():
    read = understand(compose(replace(LETTER, recipient=MailAddress("", "info@نمونه.example"))))

    assert read.to[0].address.startswith("info@xn--")


INJECTIONS = st.lists(
    st.sampled_from(
        [
            "\r\n",
            "\n",
            "\r",
            "Bcc: eve@evil.example",
            "\x00",
            "\u2028",
            "=?utf-8?q?=0D=0ABcc:_x?=",
            "<",
            ">",
            '"',
            ",",
            "سلام",
            " ",
            "a" * 90,
        ]
    ),
    max_size=8,
).map("".join)


ADDRESSES = st.one_of(st.just("ali@example.com"), INJECTIONS, INJECTIONS.map(lambda t: f"a{t}@b.c"))


@settings(max_examples=60, deadline=None)
@given(
    subject=INJECTIONS,
    name=INJECTIONS,
    file_name=INJECTIONS,
    references=st.lists(INJECTIONS | INJECTIONS.map(lambda t: f"{t}@b.c"), max_size=3),
    text=INJECTIONS,
    signature=INJECTIONS,
    cc=st.lists(ADDRESSES, max_size=2, unique=True),
    recipient=ADDRESSES,
    reply_to=ADDRESSES,
    unsubscribe=INJECTIONS,
)
def test_no_words_become_a_header(  # noqa: PLR0917
    subject,
    name,
    file_name,
    references,
    text,
    signature,
    cc,
    recipient,
    reply_to,
    unsubscribe,
):
    file = Enclosure(name=file_name, content_type="image/png", content=b"x")
    letter = replace(
        LETTER,
        subject=subject,
        text=text,
        signature=signature,
        author=MailAddress(name, "support@ours.example"),
        recipient=MailAddress(name, recipient),
        cc=[MailAddress(name, one) for one in cc],
        reply_to=reply_to,
        references=references,
        in_reply_to=references[0] if references else None,
        enclosures=[file],
        unsubscribe=[f"https://desk.example/{unsubscribe}"],
    )
    try:
        raw = compose(letter)
    except Undeliverable:
        assert {recipient, reply_to, *cc} != {"ali@example.com"}
        return

    head = raw.partition(b"\r\n\r\n")[0]
    names = [
        line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"
    ]
    assert set(names) <= KNOWN
    assert len(names) == len(set(names))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    read = understand(raw)
    assert [one.address for one in read.to] == [recipient]
    assert [one.address for one in read.cc] == cc
    for part in BytesParser().parsebytes(raw).walk():
        assert {name.lower().encode() for name, _ in part.items()} <= KNOWN | OF_PARTS


OF_PARTS = {b"content-disposition", b"content-transfer-encoding"}
KNOWN = {
    b"message-id",
    b"date",
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"reply-to",
    b"in-reply-to",
    b"references",
    b"x-contactcenter-loop",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"mime-version",
    b"content-type",
}
