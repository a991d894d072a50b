"""Customers who write Persian in Latin letters, as many do on a telephone."""

from typing import Final

from contactcenter.demo.stories import Story, Turn

LATIN: Final = (
    Story(
        name="takhfif",
        language="fa-Latn",
        temperament="haggler",
        turns=(
            Turn(
                says=(
                    (
                        "salam in charkhe khayati ro 9 toman zadin, baghali 8 mide. ye takhfif "
                        "bedin, akharesh chand?"
                    ),
                ),
                reply="سلام. قیمت ۹ با یک سال سرویس است. اگر این هفته بخرید، جعبهٔ سوزن و نخ هم "
                "هدیهٔ ماست.",
                then="pend",
            ),
            Turn(
                says=("8 va nim ba jabe, hamin alan mikharam. rah biain dige",),
                reply="قیمت همان است، ولی ارسالش رایگان. این بهترین کاری است که از دستم برمی‌آید.",
                then="pend",
            ),
            Turn(says=("bashe ghabule, mamnun",), then="solve"),
        ),
    ),
    Story(
        name="shak",
        language="fa-Latn",
        temperament="hesitant",
        turns=(
            Turn(
                says=(
                    (
                        "salam, rastesh shak daram in jaru ro begiram ya na, mitarsam pashimun "
                        "besham. shoma budin migereftin?"
                    ),
                ),
                reply="سلام. من می‌گرفتم: سبک است و کیسه نمی‌خواهد. تا ۱۴ روز هم پس می‌گیریم.",
                then="pend",
            ),
            Turn(
                says=("age sedash ziad bud chi? hanuz motmaen nistam, bezarin fekr konam",),
                reply="با حوصله فکر کنید. یکی را تا شنبه برایتان نگه می‌دارم.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
    Story(
        name="resid",
        language="fa-Latn",
        temperament="unknown",
        turns=(
            Turn(
                says=("salam sefaresham key miresad?",),
                reply="سلام. فردا بین ساعت ۹ تا ۱۲ به دستتان می‌رسد.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
)
