"""Visitors of the shop's site who chat, one in each language, and what they are answered."""

from typing import Final

from contactcenter.demo.stories import Story, Turn

CHATS: Final = (
    Story(
        name="the lamp in time",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=("Can the brass lamp still be here by Thursday?",),
                reply="Yes, if it is ordered today before five. Shall I put one aside for you?",
            ),
            Turn(
                says=("Please do, the name is Whitby. I order it now.",),
                reply="It is put aside under Whitby until tonight.",
                then="solve",
            ),
        ),
    ),
    Story(
        name="رنگ فرش",
        language="fa",
        temperament="unknown",
        turns=(
            Turn(
                says=("این فرش آبی در اندازهٔ شش متری هم موجود است؟",),
                reply="بله، دو تخته مانده است. کد آن ۴۴۱۲ است.",
            ),
            Turn(
                says=("همین را می‌خواهم، امروز سفارش می‌دهم.",),
                reply="خوب است. تا فردا برایتان کنار می‌گذاریم.",
                then="solve",
            ),
        ),
    ),
)
