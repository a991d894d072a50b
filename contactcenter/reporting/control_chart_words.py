"""What a control chart says in words, in English and Persian."""

from collections.abc import Mapping
from typing import Final

from routing.wording import Language

Said = Mapping[Language, str]

TITLE: Final[Said] = {
    "en": "Control chart: {metric}",
    "fa": "نمودار کنترل: {metric}",
}
DEFINITION: Final[Said] = {
    "en": "Each day beside the mean of all, within the limits that chance alone keeps to. A day"
    " beyond them, or the eighth in a row on one side of the mean, is a signal: look for its"
    " cause. All others differ by chance; there is nothing to explain.",
    "fa": "هر روز در کنار میانگینِ همه‌ی روزها، با حدهایی که تصادف به‌تنهایی از آن‌ها بیرون نمی‌رود. "
    "روزی که بیرون از حدها باشد، یا هشتمین روز پیاپی در یک سوی میانگین، نشانه است: علت "
    "آن را بجویید. تفاوت روزهای دیگر از سر تصادف است و توضیحی نمی‌خواهد.",
}
LABELS: Final[Mapping[str, Said]] = {
    "day": {"en": "day", "fa": "روز"},
    "value": {"en": "value", "fa": "مقدار"},
    "n": {"en": "n", "fa": "تعداد"},
    "hits": {"en": "counted", "fa": "شمرده‌شده"},
    "centre": {"en": "mean", "fa": "میانگین"},
    "lower": {"en": "lower limit", "fa": "حد پایین"},
    "upper": {"en": "upper limit", "fa": "حد بالا"},
    "signal": {"en": "signal", "fa": "نشانه"},
    "signal_words": {"en": "what it says", "fa": "معنای نشانه"},
}
SIGNALS: Final[Mapping[str, Said]] = {
    "outside": {"en": "beyond the limits", "fa": "بیرون از حدها"},
    "run": {"en": "eight or more in a row on one side", "fa": "هشت روز پیاپی یا بیشتر در یک سو"},
}
#: By what chart it is, and of a period whose days are not whole.
NOTES: Final[Mapping[str, Said]] = {
    "p": {
        "en": "p-chart: limits are the mean ± 3 √(p (1 - p) / n) of each day's n.",
        "fa": "نمودار p: حدها برابر میانگین ± ۳ √(p (1 - p) / n) با تعداد همان روز است.",
    },
    "p'": {
        "en": "Laney's p' chart: with so many a day chance alone is next to nothing, so the limits"
        " are widened by how much days differ anyhow.",
        "fa": "نمودار 'p لِینی: با این همه در روز، تصادف به‌تنهایی تقریباً هیچ است؛ پس حدها به اندازه‌ی"
        " تفاوت همیشگی روزها باز شده‌اند.",
    },
    "XmR": {
        "en": "XmR chart: limits are the mean ± 2.66 times the mean step from day to day; a day"
        " without a value is passed over.",
        "fa": "نمودار XmR: حدها برابر میانگین ± ۲٫۶۶ برابر میانگین تغییر روزبه‌روز است؛ "
        "از روزِ بی‌مقدار گذر می‌شود.",
    },
    "part_of_a_day": {
        "en": "The period begins or ends in the middle of a day, which counts with its part.",
        "fa": "دوره در میانه‌ی روزی آغاز یا تمام می‌شود و از آن روز فقط همان بخش شمرده شده است.",
    },
}
