"""What the funnel and the quadrant of the fair view say in words, in English and Persian."""

from collections.abc import Mapping
from typing import Final

from contactcenter.reporting.fair_words import Measure
from contactcenter.statistics.funnel import Position
from routing.wording import Language

Said = Mapping[Language, str]

FIGURES: Final[Mapping[Measure, Said]] = {
    "solved_share": {"en": "solved share", "fa": "سهم حل‌شده"},
    "handle_time": {"en": "handle time", "fa": "زمان رسیدگی"},
    "solved_per_hour": {"en": "solved an hour", "fa": "حل‌شده در ساعت"},
}
FUNNEL: Final[Mapping[str, Said]] = {
    "title": {"en": "Funnel plot: {figure}", "fa": "نمودار قیفی: {figure}"},
    "definition": {
        "en": "Each agent's rate as if all had had the same customers, by how many tickets it rests"
        " on. Within the limits agents differ by chance.",
        "fa": "نرخ هر کارشناس، چنان‌که گویی مشتریان همه یکسان بوده‌اند، در برابر تعداد درخواست‌ها. "
        "تفاوت کارشناسان در میان حدها از سر تصادف است.",
    },
}
FUNNEL_NOTE: Final[Said] = {
    "en": "Limits of 95 % are for reading, those of 99.8 % for alarms: of twenty agents one lies"
    " beyond the former by chance alone. They are widened by phi.",
    "fa": "حدهای ۹۵٪ برای خواندن است و حدهای ۹۹٫۸٪ برای هشدار: از هر بیست کارشناس، یکی فقط از سر "
    "تصادف بیرون از حدهای نخست می‌افتد. حدها با phi باز شده‌اند.",
}
QUADRANT: Final[Mapping[str, Said]] = {
    "title": {"en": "Solved share and handle time", "fa": "سهم حل‌شده و زمان رسیدگی"},
    "definition": {
        "en": "How much of his tickets each agent solves, beside how long he takes for one: as if"
        " all had had the same customers, without chance, 95 % sure between low and high.",
        "fa": "سهمی از درخواست‌ها که هر کارشناس حل می‌کند، در کنار زمان رسیدگی به هر درخواست: چنان‌که "
        "گویی مشتریان همه یکسان بوده‌اند، بدون سهم تصادف، با اطمینان ۹۵٪ میان کمترین و بیشترین.",
    },
}
QUADRANT_NOTE: Final[Said] = {
    "en": "Crosses that reach over the lines of all say nothing; of fewer than 30 tickets nothing"
    " is said at all. Taking longer is not worse where more is solved.",
    "fa": "علامتی که از خط‌های میانگین همه می‌گذرد چیزی نمی‌گوید؛ از کمتر از ۳۰ درخواست هیچ نمی‌توان "
    "گفت. جایی که بیشتر حل می‌شود، وقت بیشتر گذاشتن بد نیست.",
}
POSITIONS: Final[Mapping[Position, Said]] = {
    Position.INSIDE: {"en": "as chance has it", "fa": "در حد تصادف"},
    Position.ABOVE_READING: {"en": "above the limits of 95 %", "fa": "بالاتر از حد ۹۵٪"},
    Position.BELOW_READING: {"en": "below the limits of 95 %", "fa": "پایین‌تر از حد ۹۵٪"},
    Position.ABOVE_ALARM: {"en": "above the limits of 99.8 %", "fa": "بالاتر از حد ۹۹٫۸٪"},
    Position.BELOW_ALARM: {"en": "below the limits of 99.8 %", "fa": "پایین‌تر از حد ۹۹٫۸٪"},
}
LABELS: Final[Mapping[str, Said]] = {
    "agent_id": {"en": "agent number", "fa": "شماره‌ی کارشناس"},
    "agent": {"en": "agent", "fa": "کارشناس"},
    "is_own": {"en": "own", "fa": "خود"},
    "n": {"en": "tickets", "fa": "درخواست‌ها"},
    "rate": {"en": "rate", "fa": "نرخ"},
    "centre": {"en": "all", "fa": "همه"},
    "lower_95": {"en": "lower 95 %", "fa": "حد پایین ۹۵٪"},
    "upper_95": {"en": "upper 95 %", "fa": "حد بالای ۹۵٪"},
    "lower_99_8": {"en": "lower 99.8 %", "fa": "حد پایین ۹۹٫۸٪"},
    "upper_99_8": {"en": "upper 99.8 %", "fa": "حد بالای ۹۹٫۸٪"},
    "signal": {"en": "signal", "fa": "نشانه"},
    "signal_words": {"en": "what it says", "fa": "معنای نشانه"},
    "solved_share": {"en": "solved share", "fa": "سهم حل‌شده"},
    "solved_share_low": {"en": "solved share, low", "fa": "سهم حل‌شده، کمترین"},
    "solved_share_high": {"en": "solved share, high", "fa": "سهم حل‌شده، بیشترین"},
    "solved_share_all": {"en": "solved share of all", "fa": "سهم حل‌شده‌ی همه"},
    "handle_time": {"en": "handle time", "fa": "زمان رسیدگی"},
    "handle_time_low": {"en": "handle time, low", "fa": "زمان رسیدگی، کمترین"},
    "handle_time_high": {"en": "handle time, high", "fa": "زمان رسیدگی، بیشترین"},
    "handle_time_all": {"en": "handle time of all", "fa": "زمان رسیدگی همه"},
    "is_told": {"en": "enough tickets", "fa": "درخواستِ کافی"},
}
