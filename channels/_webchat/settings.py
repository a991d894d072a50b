"""What a widget is set up with: its settings, and what is read of them."""

import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from channels import _setting_checks
from channels._base import Setting
from channels._failures import BadOption
from channels._listed import listed
from channels._webchat import identity
from channels._webchat.frames import FormField, WidgetSettings

Language = Literal["en", "fa"]

ORIGINS: Final = "webchat_origins"
LANGUAGE: Final = "webchat_language"
FORM: Final = "webchat_form"
COLOUR: Final = "webchat_colour"
IDENTITY_SECRETS: Final = "webchat_identity_secrets"

_FIELDS: Final = ("name", "email", "phone", "topic")
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")


def _origins(value: str) -> None:
    _setting_checks.one_line(value)
    named = listed(value)
    if not named:
        raise BadOption("It must name an origin.")
    for one in named:
        if origin(one) != one.lower():
            raise BadOption("An origin is https://, a host, a port if it has one, nothing else.")
        _setting_checks.host(urlsplit(one).hostname or "")


def _form(value: str) -> None:
    _setting_checks.one_line(value)
    names = [one.removesuffix("*") for one in listed(value)]
    for name in names:
        if name not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise BadOption(f"There is no field {name}; there are {known}, with * if they must be.")
    if len(set(names)) < len(names):
        raise BadOption("A field is named twice.")


def _colour(value: str) -> None:
    if not _COLOUR.fullmatch(value):
        raise BadOption("It must be a colour such as #0a7d5c.")


SETTINGS: Final = (
    Setting(
        key=ORIGINS,
        help="Origins of the pages that may show the widget.",
        many=True,
        example="https://www.example.com,https://shop.example.com",
        check=_origins,
    ),
    Setting(
        key=LANGUAGE,
        help="The widget's language where the page tells none.",
        required=False,
        default="en",
        check=_setting_checks.one_of("en", "fa"),
    ),
    Setting(
        key="webchat_title_en",
        help="What stands above the chat, in English.",
        required=False,
        example="Example support",
    ),
    Setting(
        key="webchat_title_fa",
        help="What stands above the chat, in Persian.",
        required=False,
        example="پشتیبانی نمونه",
    ),
    Setting(
        key="webchat_greeting_en",
        help="What a visitor is greeted with, in English.",
        required=False,
        example="Hello! How can we help?",
    ),
    Setting(
        key="webchat_greeting_fa",
        help="What a visitor is greeted with, in Persian.",
        required=False,
        example="سلام! چطور می‌توانیم کمک کنیم؟",
    ),
    Setting(
        key=COLOUR,
        help="The widget's colour.",
        required=False,
        example="#0a7d5c",
        check=_colour,
    ),
    Setting(
        key=FORM,
        help="What is asked before the first message; with a * it must be told.",
        required=False,
        many=True,
        example="name*,email,topic",
        check=_form,
    ),
    Setting(
        key="webchat_topics_en",
        help="Topics to choose from in the form, in English.",
        required=False,
        many=True,
        example="Orders,Returns,Something else",
    ),
    Setting(
        key="webchat_topics_fa",
        help="Topics to choose from in the form, in Persian.",
        required=False,
        many=True,
        example="سفارش‌ها,مرجوعی,موضوع دیگر",
    ),
    Setting(
        key=IDENTITY_SECRETS,
        help="Secrets by which the host site signs who a visitor is (HS256).",
        secret=True,
        required=False,
        many=True,
        example="a-secret-of-at-least-32-random-bytes",
        check=identity.check_keys,
    ),
)


def origin(text: str) -> str | None:
    """The origin of an address in lower case, as browsers write it; None where it has none.

    Source: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")


def language(options: Mapping[str, str], asked: str | None) -> Language:
    """The widget's language: what the page asked for if we have it, else its own."""
    wanted = (asked or "").partition("-")[0].lower()
    found = wanted if wanted in {"en", "fa"} else options.get(LANGUAGE, "en")
    return "fa" if found == "fa" else "en"


def encoded(found: WidgetSettings) -> bytes:
    """The settings as JSON."""
    return msgspec.json.encode(found)


def of_widget(options: Mapping[str, str], spoken: Language) -> WidgetSettings:
    """How a widget looks and what it says; the other language stands in for what is missing."""
    other = "en" if spoken == "fa" else "fa"

    def text(key: str) -> str | None:
        return options.get(f"{key}_{spoken}") or options.get(f"{key}_{other}")

    return WidgetSettings(
        language=spoken,
        title=text("webchat_title"),
        greeting=text("webchat_greeting"),
        colour=options.get(COLOUR),
        form=tuple(
            FormField(name=one.removesuffix("*"), required=one.endswith("*"))  # type: ignore[arg-type]
            for one in listed(options.get(FORM, ""))
        ),
        topics=listed(text("webchat_topics") or ""),
    )
