"""What a conversation looks like in a mail, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.chats.chat_transcript_text import CHARACTERS, Spoken, transcript, without_links

AT = datetime(2026, 3, 21, 20, 15, tzinfo=UTC)
TALK = [
    Spoken(at=AT, by="visitor", name=None, text="Where is it?", files=["receipt.pdf"]),
    Spoken(at=AT + timedelta(hours=1), by="agent", name="سارا", text="در راه است.", files=[]),
]
TEHRAN = ZoneInfo("Asia/Tehran")


def test_it_names_days_hours_and_who_said_what() -> None:
    assert transcript(TALK, "en", TEHRAN, is_his=True).split("\n\n")[1:-1] == [
        "Saturday, 21 March 2026",
        "23:45 You:\nWhere is it?\n[file: receipt.pdf]",
        "Sunday, 22 March 2026",
        "00:45 سارا:\nدر راه است.",
    ]


def test_in_persian_days_and_digits_are_persian() -> None:
    assert transcript(TALK, "fa", TEHRAN, is_his=True).split("\n\n")[1:-1] == [
        "شنبه ۱ فروردین ۱۴۰۵",
        "۲۳:۴۵ شما:\nWhere is it?\n[پرونده: receipt.pdf]",
        "یکشنبه ۲ فروردین ۱۴۰۵",
        "۰۰:۴۵ سارا:\nدر راه است.",
    ]


def test_to_a_strangers_address_no_link_or_file_name_of_a_visitor_goes() -> None:
    talk = [
        Spoken(
            at=AT, by="visitor", name=None, text="See https://evil.example/x now", files=["buy.now"]
        ),
        Spoken(at=AT, by="agent", name="Sara", text="See https://example.com", files=["a.pdf"]),
    ]

    text = transcript(talk, "en", UTC, is_his=False)

    assert "evil" not in text
    assert "buy.now" not in text
    assert "See [link] now\n[file]" in text
    assert "See https://example.com\n[file: a.pdf]" in text


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example", "HTTP://EVIL.EXAMPLE/x?y#z", "www.evil.example", "evil.com",
        "mailto:eve@evil.test", "eve@evil.test", "(evil.com)", "evil.com/path", "tel:+900123",
        "evil.xn--p1ai", "javascript://x", "سایت:evil.com", "EVIL.CO.UK",
        "évil.com", "café.com/path", "سایت.com", "evil。com", "evil．com", "пример.рф", "例え.テスト", "سلامtel:1",
    ],
)  # fmt: skip
def test_nobody_is_led_anywhere(link: str) -> None:
    assert without_links(f"look {link} here", "en") == "look [link] here"


@pytest.mark.parametrize(
    "text", ["It costs 10.50.", "سلام.خوبی؟", "Really... yes", "ساعت ۱۰.۳۰", "Hello.", "3:45"]
)
def test_words_that_are_no_links_stand(text: str) -> None:
    assert without_links(text, "fa") == text


@pytest.mark.parametrize("piece", ["a", "a.", "-", "www", "a-", "xn--", "سلام.", "."])
def test_a_text_without_an_end_holds_nobody_up(piece: str) -> None:
    text = piece * (300_000 // len(piece)) + "!"

    assert without_links(text, "en") in {text, "[link]"}  # at once; the test's deadline tells


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_link_is_found_in_whatever_words(before: str, after: str) -> None:
    assert "evil.example" not in without_links(f"{before} https://evil.example {after}", "en")


def test_of_a_long_conversation_the_end_is_sent() -> None:
    talk = [
        Spoken(at=AT, by="agent", name="Sara", text=f"{n} " * 5_000, files=[]) for n in range(20)
    ]

    text = transcript(talk, "en", UTC, is_his=True)

    assert CHARACTERS * 0.8 < len(text) < CHARACTERS * 1.1
    assert "(What was said before is left out.)" in text
    assert "19 19" in text
    assert "\n0 0" not in text
