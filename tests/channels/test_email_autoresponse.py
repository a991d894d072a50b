"""Which words a first mail is answered by itself, if any."""

from collections.abc import Mapping

import aiohttp
import pytest

import channels
from channels import Env
from channels.email import Email

EN, FA = "mail_autoresponse_en", "mail_autoresponse_fa"


class Own:
    """One address of ours, with these values."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def of(self, _channel: str, _address: str) -> Mapping[str, str]:
        return self._values

    def addresses(self, _channel: str) -> tuple[str, ...]:
        return ("support@ours.example",)


@pytest.mark.parametrize(
    ("settings", "own", "language", "text"),
    [
        ({}, {}, "en", None),
        ({EN: "We have it."}, {}, "en", "We have it."),
        ({EN: "We have it.", FA: "رسید."}, {}, "fa", "رسید."),
        ({EN: "We have it.", FA: "رسید."}, {}, None, "We have it."),
        ({FA: "رسید."}, {}, "en", "رسید."),
        ({EN: "We have it.", FA: "رسید."}, {EN: "Here, too."}, "en", "Here, too."),
        ({EN: "We have it.", FA: "رسید."}, {EN: "Here, too."}, "fa", "Here, too."),
        ({EN: "We have it."}, {EN: "  "}, "en", "We have it."),
    ],
)
async def test_an_entry_points_own_words_go_first_and_then_the_writers_language(
    settings: dict[str, str], own: dict[str, str], language: str | None, text: str | None
) -> None:
    async with aiohttp.ClientSession() as http:
        env = Env(
            settings=settings, public_url="https://cc.test", region="IR", http=http, own=Own(own)
        )

        assert Email(env).autoresponse("support@ours.example", language) == text


async def test_a_text_message_is_answered_by_nobody_but_people() -> None:
    async with aiohttp.ClientSession() as http:
        env = Env(settings={}, public_url="https://cc.test", region="IR", http=http)
        loaded = channels.load(env)

        assert loaded["sms"].autoresponse("+982100000000", "en") is None
