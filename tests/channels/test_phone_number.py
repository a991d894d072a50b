"""Telephone numbers as people type them and as providers send them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import Address, BadAddress, _phone_number
from channels._phone_number import WITHHELD, entry_point, sender, typed

TEHRAN_MOBILE = Address(kind="phone", value="+989121234567")


@pytest.mark.parametrize(
    "text",
    [
        "+989121234567",
        "09121234567",
        "9121234567",
        "989121234567",
        "00989121234567",
        "+98 0912 123 4567",
        "0912-123-4567",
        "(0912) 123 45 67",
        "0912.123.4567",
        "0912/1234567",
        "0912–123–4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "+۹۸۹۱۲۱۲۳۴۵۶۷",
        "۰۰۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷",
        "\u200f۰۹۱۲ ۱۲۳ ۴۵۶۷\u200e",
        "\u202a+98 912 123 4567\u202c",
        "\u2066+989121234567\u2069",
        "۰۹۱۲\u200c۱۲۳\u200c۴۵۶۷",
        "\ufeff+98\u00a0912\u202f123\u20094567 \n",
        "＋９８９１２１２３４５６７",
    ],
)
def test_one_number_has_one_form(text):
    assert typed(text, "IR") == TEHRAN_MOBILE


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("021 8888 1234", "IR", "+982188881234"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("+1 202 555 0143", "IR", "+12025550143"),
        ("0044 20 7946 0018", "IR", "+442079460018"),
        ("0098 912 123 4567", "US", "+989121234567"),
        ("+98 912 123 4567", "US", "+989121234567"),
    ],
)
def test_country_code_wins_over_the_region(text, region, expected):
    assert typed(text, region) == Address(kind="phone", value=expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "A phone number is missing."),
        (" \u200f- ", "A phone number is missing."),
        ("1234", "“1234” is not a complete phone number."),
        ("0912123456", "“0912123456” is not a complete phone number."),
        ("091212345678", "not a complete phone number"),
        ("+999 1234567", "not a complete phone number"),
        ("+", "“+” is not a phone number: only digits"),
        ("0912 123 4567 x3", "is not a phone number: only digits"),
        ("1-800-FLOWERS", "is not a phone number: only digits"),
        ("ali@example.com", "is not a phone number: only digits"),
        ("++989121234567", "is not a phone number: only digits"),
        ("0912+1234567", "is not a phone number: only digits"),
        ("9" * 500, f"“{'9' * 40}…” is not a complete phone number."),
        ("0912\x001234567", "is not a phone number: only digits"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text, says):
    with pytest.raises(BadAddress) as refusal:
        typed(text, "IR")

    assert says in str(refusal.value)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(text):
    with suppress(BadAddress):
        address = typed(text, "IR")

        assert typed(address.value, "US") == address


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("+989121234567", "phone", "+989121234567"),
        ("09121234567", "phone", "+989121234567"),
        ("989121234567", "phone", "+989121234567"),
        ("00989121234567", "phone", "+989121234567"),
        ("+98 0912 123 4567", "phone", "+989121234567"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "phone", "+989121234567"),
        ("+999123456789", "phone", "+999123456789"),  # a range the library does not know: believed
        ("12345", "sender", "12345"),
        ("۱۲۳۴۵", "sender", "12345"),
        ("30001234", "sender", "30001234"),  # a service line, not a subscriber of ours
        ("10001234567890", "sender", "10001234567890"),
        ("MyBank", "sender", "MyBank"),
        ("Bank Melli", "sender", "Bank Melli"),
        ("A1", "sender", "A1"),
        *((f"+{digits}", "withheld", "SM1") for digits in WITHHELD),
        ("266696687", "withheld", "SM1"),
        ("anonymous", "withheld", "SM1"),
        ("Restricted", "withheld", "SM1"),
    ],
)
def test_sender_is_read_for_what_it_is(text, kind, value):
    assert sender(text, "IR", "SM1") == Address(kind=kind, value=value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "+", "+12", "12", "+0123456789", "+12345678901234567", "not a number at all", "a\0b",
     "whatsapp:+989121234567", "messenger:1", "<script>", "ناشناس"],
)  # fmt: skip
def test_unusable_sender_is_refused(text):
    with pytest.raises(BadAddress, match=r"^From is “"):
        sender(text, "IR", "SM1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+982191012345", "+982191012345"), ("02191012345", "+982191012345"), ("12345", "12345")],
)
def test_our_own_number_is_canonical_too(text, expected):
    assert entry_point(text, "IR") == expected


@pytest.mark.parametrize("text", ["", "desk", "+", "whatsapp:+982191012345"])
def test_unusable_own_number_is_refused(text):
    with pytest.raises(BadAddress, match=r"^To is “"):
        entry_point(text, "IR")


def test_keypad_spells_the_words_for_hidden_callers():
    keys = {char: key for key, chars in {
        "2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL",
        "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ",
    }.items() for char in chars}  # fmt: skip

    for digits, word in WITHHELD.items():
        assert "".join(keys[char] for char in word) == digits


@pytest.mark.parametrize("rest", ["121234567", "359998877", "900000000", "000000000", "999999999"])
def test_the_short_way_for_mobiles_of_iran_says_what_the_library_says(rest: str) -> None:
    number = f"+989{rest}"

    believed = _phone_number._valid(number, "IR") or number

    for written in (number, f"00{number[1:]}"):
        for region in ("IR", "US"):
            assert _phone_number.sender(written, region, "SM1").value == believed == number
