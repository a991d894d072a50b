"""What a first mail is answered by itself, in the writer's language; nothing unless it is set."""

from typing import Final

from channels import _setting_checks
from channels._base import Env, Setting

_BY_LANGUAGE: Final = {"en": "mail_autoresponse_en", "fa": "mail_autoresponse_fa"}
SETTINGS: Final = (
    Setting(
        key=_BY_LANGUAGE["en"],
        help="What a first mail is answered at once by itself, in English; nothing without it.",
        required=False,
        check=_setting_checks.text,
        example="We have received your message and will answer within a day.",
    ),
    Setting(
        key=_BY_LANGUAGE["fa"],
        help="The same in Persian; with only one of both, everybody gets that one.",
        required=False,
        check=_setting_checks.text,
        example="پیام شما رسید. تا یک روز دیگر پاسخ می‌دهیم.",
    ),
)


def text(env: Env, channel: str, entry_point: str, language: str | None) -> str | None:
    """The entry point's own answers, both or one, go before those of the settings.

    Raises ``Unavailable`` where it cannot be told what it has of its own.
    """
    own = env.own.of(channel, entry_point)
    values = own if any(own.get(key, "").strip() for key in _BY_LANGUAGE.values()) else env.settings
    wished = _BY_LANGUAGE.get(language or "", _BY_LANGUAGE["en"])
    for key in (wished, *_BY_LANGUAGE.values()):
        if found := values.get(key, "").strip():
            return found
    return None
