"""What the telephone channel is set up with, and what single entry points may have of their own."""

from collections.abc import Mapping
from typing import Final

from channels import _setting_checks
from channels._base import Setting
from channels._twilio_account import SERVICE
from channels._twilio_account import SETTINGS as TWILIO

MUSIC: Final = "phone_music_url"
APOLOGY: Final = "phone_apology_url"

#: Played while somebody waits alone; served by the app itself, from a file of its own making.
OWN_MUSIC: Final = "/media/sounds/waiting.wav"

SETTINGS: Final = (
    *(setting for setting in TWILIO if setting.key != SERVICE),
    Setting(
        key=MUSIC,
        help="Sound that is played to who waits or is on hold, if not our own.",
        required=False,
        example="https://www.example.com/waiting.mp3",
        check=_setting_checks.url,
    ),
    Setting(
        key=APOLOGY,
        help="Sound that says, while we cannot answer: sorry, leave a message after the tone.",
        required=False,
        example="https://www.example.com/sorry-fa.mp3",
        check=_setting_checks.url,
    ),
)


def music(options: Mapping[str, str]) -> str:
    """Address of what is played to who waits: absolute, or a path of ours."""
    return options.get(MUSIC) or OWN_MUSIC
