"""Customers who call: what they press and say, and what the agents do about it."""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

#: The keys of both menus.
TALK: Final = "1"
MESSAGE: Final = "2"


class PhoneStory(Struct, frozen=True, kw_only=True):
    """One call. ``presses`` is his key in the menu, ``says`` what he tells whoever answers.

    ``solution`` is what helps in the end. With ``hand_over`` the first agent asks a specialist to
    take the call over; it is on that one's screen. Who leaves a message speaks for ``message_s``
    seconds, and nobody talks with him.
    """

    language: Literal["en", "fa"]
    name: str
    number: str
    presses: str
    says: str
    solution: str
    hand_over: str = ""
    message_s: int = 0


PHONE_STORIES: Final[Sequence[PhoneStory]] = (
    PhoneStory(
        language="en",
        name="Ruth Hale",
        number="+12025550181",
        presses=TALK,
        says="My new boiler hums all night.",
        hand_over="Hums since Monday, the pressure is fine. Please take her through the valve.",
        solution="Open the valve a quarter turn, and it is quiet. I stay on the line.",
    ),
    PhoneStory(
        language="en",
        name="Tobias Grant",
        number="+12025550182",
        presses=TALK,
        says="Does the oak shelf come with its screws?",
        solution="It does: sixteen of them, in the bag behind the back panel.",
    ),
    PhoneStory(
        language="fa",
        name="زهرا ملکی",
        number="+989350000181",
        presses=MESSAGE,
        says="مبلی که سفارش داده‌ام هنوز نرسیده است. لطفاً نگاه کنید کجا مانده.",
        solution="پیام شنیده شد: مبل در راه است و فردا پیش از ظهر می‌رسد.",
        message_s=3,
    ),
)
