"""A mail is understood: who, when, what, and in which charset."""

import base64
import contextlib
import hashlib
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import MailAddress
from channels._mail.understanding import understand
from channels._mail.values import NotUnderstood


def mail(header: str, body: str | bytes = "") -> bytes:
    return header.strip().encode() + b"\n\n" + (body.encode() if isinstance(body, str) else body)


# Who and when ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("Ann <ann@example.com>", [("Ann", "ann@example.com")]),
        ('"Support, Team" <s@example.com>', [("Support, Team", "s@example.com")]),
        ("s@example.com (Bob (the one))", [("Bob (the one)", "s@example.com")]),
        ("=?UTF-8?B?2LnZhNuM?= <ali@example.com>", [("علی", "ali@example.com")]),
        ("علی <ali@example.com>", [("علی", "ali@example.com")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@b.c, Dee <d@e.f>;, g@h.i", [("", "a@b.c"), ("Dee", "d@e.f"), ("", "g@h.i")]),
        ("<@relay.example,@b.example:ann@example.com>", [("", "ann@example.com")]),
        ("Ann ann@example.com", [("Ann", "ann@example.com")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ('"ann@bank.example" <eve@evil.example>', [("ann@bank.example", "eve@evil.example")]),
        ('"a\\"b" <a@b.c>', [('a"b', "a@b.c")]),
        ("a@b.c; d@e.f", [("", "a@b.c"), ("", "d@e.f")]),
        ("<>", []),
        ("", []),
    ],
)
def test_an_address_field_names_these(field, found):
    read = understand(mail(f"Subject: x\nTo: {field}")).to

    assert read == tuple(MailAddress(*one) for one in found)


def test_who_wrote_is_who_from_names_whatever_reply_to_says():
    read = understand(mail("From: Ann <ann@example.com>\nReply-To: boss@bank.example"))

    assert read.author == MailAddress("Ann", "ann@example.com")
    assert read.reply_to == (MailAddress("", "boss@bank.example"),)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("Tue, 3 Feb 2026 10:00:00 +0330", "2026-02-03T10:00:00+03:30"),
        ("3 Feb 2026 10:00:60 -0000", "2026-02-03T10:00:59+00:00"),
        ("Tue, 3 Feb 26 10:00 EST", "2026-02-03T10:00:00-05:00"),
        ("Tue, 31 Feb 2026 10:00:00 +0000", None),
        ("Tue, 3 Feb 2026 10:00:00 +9999", "2026-02-03T10:00:00+00:00"),
        ("yesterday", None),
        ("9" * 400, None),
    ],
)
def test_a_date_is_the_senders_claim_with_his_offset(field, found):
    assert understand(mail(f"Date: {field}")).date == found


def test_message_ids_stand_without_brackets_and_once():
    read = understand(
        mail(
            "Message-ID: <a@b>\nIn-Reply-To: <c@d> (from Ann)\n"
            "References: <e@f>\n <c@d>\t<e@f> <>\n <split\n id@x>"
        )
    )

    assert read.message_id == "a@b"
    assert read.in_reply_to == ("c@d",)
    assert read.references == ("e@f", "c@d", "splitid@x")


def test_what_is_not_there_is_none_and_empty():
    read = understand(b"Subject: only this\n\n")

    assert (read.message_id, read.author, read.date, read.html) == (None, None, None, None)
    assert (read.in_reply_to, read.references, read.to, read.files) == ((), (), (), ())
    assert (read.subject, read.text, read.new_text) == ("only this", "", "")


# Subjects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("=?utf-8?Q?Re:_=D8=B3=D9=81=D8=A7=D8=B1=D8=B4?=", "Re: سفارش"),
        ("=?utf-8?B?2LM=?= =?utf-8?B?2YE=?=", "سف"),
        ("=?utf-8?B?2A==?=\n =?utf-8?B?sw==?=", "س"),  # one letter cut in two
        ("=?windows-1256?Q?=D3=E1=C7=E3?=", "سلام"),
        ("=?utf-8*fa?Q?a?= b", "a b"),
        ("=?nonsense?Q?a?=", "a"),
        ("=?utf-8?B?!!!?=", ""),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("folded\n over lines", "folded over lines"),
        ("سلام", "سلام"),
        ("a=?utf-8?Q?b?=c", "abc"),
        ("bell\x07and\x1b[31m red", "bell and [31m red"),
    ],
)
def test_a_subject_is_one_readable_line(field, subject):
    assert understand(mail(f"Subject: {field}")).subject == subject


# Charsets -------------------------------------------------------------------------------------

PERSIAN = "سلام، گوشی من خراب است"
IN_1256 = "سلام، گوشي من خراب است"


@pytest.mark.parametrize(
    ("declared", "body", "text"),
    [
        ("utf-8", PERSIAN.encode(), PERSIAN),
        ("iso-8859-1", PERSIAN.encode(), PERSIAN),
        ("us-ascii", PERSIAN.encode(), PERSIAN),
        (None, PERSIAN.encode(), PERSIAN),
        ("windows-1256", IN_1256.encode("cp1256"), IN_1256),
        ("cp-1256", IN_1256.encode("cp1256"), IN_1256),
        ("iso-8859-1", IN_1256.encode("cp1256"), IN_1256),
        ("utf-8", IN_1256.encode("cp1256"), IN_1256),
        (None, IN_1256.encode("cp1256"), IN_1256),
        ("no-such-charset", IN_1256.encode("cp1256"), IN_1256),
        ("iso-8859-6", IN_1256.replace("گ", "ك").encode("iso-8859-6"), IN_1256.replace("گ", "ك")),
        ("iso-8859-1", "café “naïve”".encode("cp1252"), "café “naïve”"),
        (None, "café naïve".encode("cp1252"), "café naïve"),
        (
            "utf-8",
            b"caf\xc3\xa9 and one broken \xff byte \xc3\xa9\xc3\xa9",
            "café and one broken \ufffd byte éé",
        ),
        ("utf-16", PERSIAN.encode("utf-16"), PERSIAN),
        ("koi8-r", "привет".encode("koi8-r"), "привет"),
        ("gb2312", "你好".encode("gbk"), "你好"),
        ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
        ("base64", b"plain", "plain"),
        ("idna", b"plain", "plain"),
        ("utf-8", b"nul \x00 byte", "nul  byte"),
    ],
)
def test_the_words_are_read_whatever_charset_is_declared(declared, body, text):
    declaration = f"; charset={declared}" if declared else ""

    assert understand(mail(f"Content-Type: text/plain{declaration}", body)).text == text


# Files ----------------------------------------------------------------------------------------

MIXED = """\
Content-Type: multipart/mixed; boundary=M

--M
Content-Type: multipart/related; boundary=R

--R
Content-Type: text/html

<p>see <img src="cid:i1@x"></p>
--R
Content-Type: image/png; name="a.png"
Content-ID: <i1@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--R--
--M
Content-Type: application/pdf; name*0*=utf-8''%D9%81; name*1*=%D8%A7%DA%A9.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0=
--M
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--M
Content-Type: message/rfc822

From: z@z.z
Subject: inner

hi
--M--
after the end
"""


def test_files_have_names_in_any_script_and_their_own_bytes():
    files = understand(MIXED.encode()).files

    assert [(f.name, f.declared_type, f.content, f.inline, f.content_id) for f in files] == [
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n", True, "i1@x"),
        ("فاک.pdf", "application/pdf", b"%PDF-", False, None),
        ("", "text/calendar", b"BEGIN:VCALENDAR", False, None),
        ("inner.eml", "message/rfc822", b"From: z@z.z\nSubject: inner\n\nhi", False, None),
    ]


@pytest.mark.parametrize(
    "disposition",
    [
        'attachment; filename="=?utf-8?B?2YHYp9qpLnBkZg==?="',
        "attachment; filename*=UTF-8''%D9%81%D8%A7%DA%A9.pdf",
        'attachment; filename="فاک.pdf"',
        "attachment; filename*0*=utf-8''%D9%81%D8; filename*1*=%A7%DA%A9.pdf",
        'attachment;\n filename="=?utf-8?Q?=D9=81=D8=A7?=\n =?utf-8?Q?=DA=A9.pdf?="',
    ],
)
def test_a_files_name_is_read_however_it_is_written(disposition):
    (file,) = understand(
        mail(f"Content-Type: application/pdf\nContent-Disposition: {disposition}", "%PDF-")
    ).files

    assert file.name == "فاک.pdf"


def test_a_uuencoded_file_in_the_middle_of_a_text_is_a_file():
    read = understand(mail("Subject: x", "see file\n\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n"))

    assert read.text == "see file\n\nbye"
    assert [(f.name, f.content) for f in read.files] == [("cat.txt", b"Cat")]


def test_prose_that_begins_like_a_file_stays_prose():
    body = "begin 644 reasons\nwhy this is no file, and has no end either\n"

    assert understand(mail("Subject: x", body)).text == body.strip()


def test_outlooks_winmail_is_unpacked():
    def attribute(level: int, number: int, value: bytes) -> bytes:
        head = bytes([level]) + number.to_bytes(4, "little") + len(value).to_bytes(4, "little")
        return head + value + (sum(value) & 0xFFFF).to_bytes(2, "little")

    long_name = "صورت‌حساب.pdf".encode("utf-16-le") + b"\x00\x00"
    properties = (1).to_bytes(4, "little") + b"\x1f\x00\x07\x37" + (1).to_bytes(4, "little")
    properties += len(long_name).to_bytes(4, "little") + long_name
    stream = (0x223E9F78).to_bytes(4, "little") + b"\x01\x00"
    stream += attribute(1, 0x0002800C, b"the words\x00") + attribute(2, 0x00069002, b"\x00" * 14)
    stream += attribute(2, 0x00018010, b"INVOIC~1.PDF\x00") + attribute(2, 0x0006800F, b"%PDF-1")
    stream += attribute(2, 0x00069005, properties)

    coded = base64.encodebytes(stream).decode()
    read = understand(
        mail(
            "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64",
            coded,
        )
    )

    assert read.text == "the words"
    assert [(f.name, f.content) for f in read.files] == [("صورت‌حساب.pdf", b"%PDF-1")]


def test_a_truncated_winmail_gives_what_is_whole():
    stream = (0x223E9F78).to_bytes(4, "little") + b"\x01\x00\x02"

    read = understand(mail("Content-Type: application/ms-tnef", stream))

    assert read.files == ()


def test_what_pythons_own_writer_makes_is_read_back():
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "علی <ali@example.com>", "s@example.com", "سفارش ۱۲"
    made.set_content("متن ساده")
    made.add_alternative("<p>متن <b>ساده</b></p>", subtype="html")
    content = bytes(range(256)) * 40
    made.add_attachment(content, maintype="application", subtype="zip", filename="فاکتور.zip")

    read = understand(made.as_bytes())

    assert (read.author, read.subject) == (MailAddress("علی", "ali@example.com"), "سفارش ۱۲")
    assert (read.text, read.html) == ("متن ساده", "<p>متن <b>ساده</b></p>\n")
    assert hashlib.sha256(read.files[0].content).digest() == hashlib.sha256(content).digest()
    assert read.files[0].name == "فاکتور.zip"


# Structure ------------------------------------------------------------------------------------


def test_the_plain_way_to_say_it_is_the_text_and_the_html_way_the_html():
    read = understand(
        b"Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain\n--x\n"
        b"Content-Type: text/html\n\n<p>rich</p>\n--x--\n"
    )

    assert (read.text, read.html) == ("plain", "<p>rich</p>")


@pytest.mark.parametrize("plain", ["", "Please view this message in HTML."])
def test_a_plain_way_that_says_nothing_gives_way_to_the_html(plain):
    read = understand(
        f"Content-Type: multipart/alternative; boundary=x\n\n--x\n\n{plain}\n--x\n"
        "Content-Type: text/html\n\n<p>the words</p>\n--x--\n".encode()
    )

    assert read.text == "the words"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo", "one\n\ntwo"),
        (b"Content-Type: multipart/mixed\n\n--guess\n\none\n--guess--\n", "one"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nno part at all", "no part at all"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\n\nin\n--b1--\n--b--",
            "in",
        ),
        (
            b"From someone Tue Feb  3\nSubject: x\n\nafter an envelope line",
            "after an envelope line",
        ),
        (b"Subject: x\nno colon here\nso this is text", "no colon here\nso this is text"),
        (b"Content-Type: text\n\nshort type", "short type"),
        (b"Content-Type: \n\nno type", "no type"),
        (b"Subject: x\r\n\r\nDOS\r\nlines\r\n", "DOS\nlines"),
        (b"Content-Transfer-Encoding: quoted-printable\n\na=\nb=3D=ZZ", "ab==ZZ"),
        (b"Content-Transfer-Encoding: base64\n\nYWJj*ZGVm!", "abcdef"),
        (b"Content-Transfer-Encoding: base64\n\nYWJjZ", "abc"),
        (b"Content-Transfer-Encoding: nonsense\n\nas it is", "as it is"),
        (
            b"Content-Type: text/plain; format=flowed\n\nbroken \nlines\n> quoted \n> stay\n-- \nAnn",
            "broken lines\n> quoted \n> stay\n-- \nAnn",
        ),
        (b"Content-Type: text/plain; format=flowed; delsp=yes\n\nbro \nken", "broken"),
    ],
)
def test_a_mail_that_keeps_to_no_rule_is_read_all_the_same(raw, text):
    assert understand(raw).text == text


def nested(depth: int) -> bytes:
    heads = (f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return "".join(heads).encode() + b"\nthe words\n"


def test_parts_within_parts_are_found_down_to_a_depth_nobody_writes():
    assert understand(nested(39)).text == "the words"

    deeper = understand(nested(5_000))
    assert deeper.text == ""
    assert b"the words" in deeper.files[0].content


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n\n", b"\xef\xbb\xbf\r\n"])
def test_what_editors_and_pipes_put_before_a_mail_hides_nothing_of_it(before):
    read = understand(before + b"Subject: x\r\nFrom: ann@example.com\r\n\r\nthe words")

    assert (read.subject, read.text) == ("x", "the words")
    assert read.author == MailAddress("", "ann@example.com")


def test_words_behind_an_empty_header_are_not_taken_for_one():
    with pytest.raises(NotUnderstood) as refused:
        understand(b"\r\nNote: it hurts\r\n\r\nthe words")

    assert refused.value.reason == "not_a_mail"


# Refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (b"\x00\x01\x02 no mail", "not_a_mail"),
        (b"just words", "not_a_mail"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 3_000,
            "too_many_parts",
        ),
        (b"Subject: x\n\n" + b"x" * 60_000_001, "too_large"),
    ],
)
def test_what_is_no_mail_is_refused_with_a_word_for_the_quarantine(raw, reason):
    with pytest.raises(NotUnderstood) as refused:
        understand(raw)

    assert refused.value.reason == reason


BITS = st.sampled_from(
    [
        b"From: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html",
        b"message/rfc822", b"application/ms-tnef", b"message/delivery-status", b"\n", b"\r\n", b"\n\n", b"--b\n", b"--b--\n",
        b"=?utf-8?B?", b"?=", b"; charset=", b"utf-7", b"hz", b"'", b'"', b"<", b">", b"(", b"\\", b"\x00", b"\xff",
        b"begin 644 x\n", b"end\n", b'x\x9f>"', b"Content-Transfer-Encoding: base64\n", b"Date: ", b"+0330", b"; name*0*=a''%",
        "نوشت:\n".encode(), b"> ", b"<p>", b"<![CDATA[",
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=2_000)
@given(st.lists(st.one_of(BITS, st.binary(max_size=20)), max_size=60).map(b"".join))
def test_any_bytes_are_a_mail_or_refused(raw):
    with contextlib.suppress(NotUnderstood):
        read = understand(raw)
        assert "\x00" not in read.text + read.subject + read.new_text
        assert "\n" not in read.subject
