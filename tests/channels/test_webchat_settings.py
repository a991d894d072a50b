"""What a widget may be set up with, and what is read of it."""

import pytest

import channels
from channels import BadOption
from channels._webchat import settings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("webchat_origins", "https://www.example.com"),
        ("webchat_origins", "https://www.example.com, http://localhost:8080,https://[::1]:81"),
        ("webchat_origins", "https://WWW.example.com"),
        ("webchat_form", "name*,email,phone*,topic"),
        ("webchat_colour", "#0a7D5c"),
        ("webchat_language", "fa"),
        ("webchat_title_fa", "پشتیبانی"),
        ("webchat_topics_fa", "سفارش‌ها,مرجوعی"),
    ],
)
def test_what_will_do_is_taken(key, value):
    channels.check_own("webchat", key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("webchat_origins", "www.example.com"),
        ("webchat_origins", "https://www.example.com/"),
        ("webchat_origins", "https://www.example.com/shop"),
        ("webchat_origins", "https://www.example.com:443"),
        ("webchat_origins", "https://user@www.example.com"),
        ("webchat_origins", "https://www.example.com:port"),
        ("webchat_origins", "https://*.example.com"),
        ("webchat_origins", "*"),
        ("webchat_origins", "null"),
        ("webchat_origins", "file://"),
        ("webchat_origins", "https://a.example;https://b.example"),
        ("webchat_origins", ","),
        ("webchat_origins", ""),
        ("webchat_form", "name,shoe_size"),
        ("webchat_form", "name,name*"),
        ("webchat_form", "name**"),
        ("webchat_colour", "red"),
        ("webchat_colour", "#fff"),
        ("webchat_colour", "#0a7d5c;background:url(x)"),
        ("webchat_language", "ar"),
        ("webchat_title_en", "two\nlines"),
    ],
)
def test_what_will_not_do_is_refused_in_one_sentence(key, value):
    with pytest.raises(BadOption, match=r"\.$"):
        channels.check_own("webchat", key, value)


def test_secret_may_not_be_an_option():
    with pytest.raises(BadOption):
        channels.check_own("webchat", "webchat_identity_secrets", "s" * 32)
    channels.check_own("webchat", "webchat_identity_secrets", "s" * 32, secret=True)


@pytest.mark.parametrize(
    ("asked", "own", "spoken"),
    [
        ("fa", {}, "fa"), ("fa-IR", {}, "fa"), ("FA", {}, "fa"), ("en-GB", {"webchat_language": "fa"}, "en"),
        ("de", {"webchat_language": "fa"}, "fa"), (None, {"webchat_language": "fa"}, "fa"),
        (None, {}, "en"), ("", {}, "en"),
    ],
)  # fmt: skip
def test_language_is_the_pages_if_we_have_it_and_else_the_widgets(asked, own, spoken):
    assert settings.language(own, asked) == spoken


def test_text_of_the_other_language_stands_in_for_one_that_is_missing():
    own = {
        "webchat_title_en": "Support",
        "webchat_greeting_fa": "سلام",
        "webchat_topics_en": "A, B",
    }

    found = settings.of_widget(own, "fa")

    assert (found.title, found.greeting, found.topics) == ("Support", "سلام", ("A", "B"))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Shop.Example:443/path?x", "https://shop.example"),
        ("http://shop.example:8080", "http://shop.example:8080"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]"),
        ("ftp://shop.example", None),
        ("https://", None),
        ("https://shop.example:99999", None),
    ],
)
def test_origin_of_an_address_is_as_browsers_write_it(address, origin):
    assert settings.origin(address) == origin
