"""The names, times and numbers that a configuration document is made of, with their bounds."""

from collections.abc import Mapping
from typing import Annotated, Final

from msgspec import Meta

DAY_S: Final = 86_400

Name = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern=r"\S", description="a name of 1 to 200 characters"),
]
#: A word of our own language: lower case, as in conditions.
Word = Annotated[
    str,
    Meta(
        max_length=41,
        pattern=r"^[a-z][a-z0-9_]{0,40}\Z",
        description="a word of lower-case letters, digits and _",
    ),
]
Channel = Annotated[
    str, Meta(max_length=31, pattern=r"^[a-z][a-z_]{1,30}\Z", description="the name of a channel")
]
#: The name of a credit.
Reason = Annotated[
    str,
    Meta(
        max_length=41,
        pattern=r"^[a-z][a-z0-9_]{1,40}\Z",
        description="a word of lower-case letters, digits and _",
    ),
]
#: The name of a channel's setting.
OptionKey = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=100,
        pattern=r"^[a-z][a-z0-9_]+\Z",
        description="a word of lower-case letters, digits and _",
    ),
]
OptionValue = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4096,
        pattern=r"\S",
        description="a text of 1 to 4096 characters",
    ),
]
Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=254,
        pattern=r"^[^A-Z\s]+@[^A-Z\s]+\Z",
        description="an e-mail address in lower case",
    ),
]
Tier = Annotated[int, Meta(ge=1, le=9)]
Level = Annotated[int, Meta(ge=1, le=9)]
Band = Annotated[int, Meta(ge=0, le=9)]
Units = Annotated[int, Meta(ge=1, le=1000)]
Seconds = Annotated[int, Meta(ge=0, le=7 * DAY_S)]
#: In a map by channel: what holds for the channels that are not named.
DEFAULT: Final = "default"
#: How long an offer rings where nothing else is said: who chats looks on until he is answered.
RINGS: Final[Mapping[str, int]] = {DEFAULT: 60, "webchat": 45}
RingS = Annotated[int, Meta(ge=5, le=3600)]
WrapUpS = Annotated[int, Meta(ge=0, le=3600)]
WaitS = Annotated[int, Meta(ge=1, le=90 * DAY_S)]
CreditS = Annotated[int, Meta(ge=0, le=DAY_S)]
Few = Annotated[int, Meta(ge=0, le=100)]
#: Local times such as ``08:00-17:00``; what closes at or before it opens closes the day after.
Hours = Annotated[
    str,
    Meta(
        max_length=11,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z",
        description="hours such as 08:00-17:00",
    ),
]
DayHours = Annotated[tuple[Hours, ...], Meta(max_length=12)]
Minutes = Annotated[int, Meta(ge=1, le=10_000)]

#: Where an escalation rule comes from or leads to without naming a queue.
ANY_QUEUE: Final = "*"
NEXT_TIER: Final = "next_tier"
