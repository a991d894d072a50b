"""What reports on what is to come say in words, in English and Persian."""

from collections.abc import Mapping
from typing import Final

from routing.wording import Language

Said = Mapping[Language, str]

STAFFING: Final[Mapping[str, Said]] = {
    "title": {"en": "What so many agents would keep", "fa": "با این تعداد کارشناس چه می‌شود"},
    "definition": {
        "en": "What callers would meet with each number of agents, by Erlang A (callers leave when"
        " they lose patience) and by Erlang C (everybody waits for ever). What is not given is"
        " estimated from the calls of the period; spare time is for work that may wait.",
        "fa": "تماس‌گیرنده با هر تعداد کارشناس با چه روبه‌رو می‌شود: با ارلانگ A (هر که حوصله‌اش سر"
        " برود قطع می‌کند) و ارلانگ C (همه تا پایان می‌مانند). آنچه داده نشده از تماس‌های دوره برآورد"
        " شده است؛ وقت آزاد برای کاری است که می‌تواند منتظر بماند.",
    },
}
BURN_DOWN: Final[Mapping[str, Said]] = {
    "title": {"en": "Promises due on a day", "fa": "تعهدهای زمانی یک روز"},
    "definition": {
        "en": "Promises by the hour in which they are due: met, broken, and still running. Left is"
        " what runs and is due in later hours. What stands still is not due.",
        "fa": "تعهدها بر پایه‌ی ساعت سررسید: انجام‌شده، نقض‌شده و در جریان. مانده یعنی آنچه در جریان"
        " است و سررسیدش در ساعت‌های بعد است. آنچه متوقف است سررسید ندارد.",
    },
}
FORECAST: Final[Mapping[str, Said]] = {
    "title": {"en": "Forecast of what will be opened", "fa": "پیش‌بینی آنچه باز خواهد شد"},
    "definition": {
        "en": "By the half hour: the mean of the last four same weekdays, times the factor of a"
        " holiday. In 95 of 100 half hours what comes lies between the limits, which are those of"
        " chance, widened by how much the days before differed.",
        "fa": "برای هر نیم‌ساعت: میانگین چهار روزِ هم‌نامِ گذشته، ضرب در ضریب تعطیلی. در ۹۵ نیم‌ساعت از"
        " ۱۰۰ آنچه می‌آید میان حدهاست؛ حدها از تصادف‌اند و به اندازه‌ی تفاوت روزهای پیش بازتر شده‌اند.",
    },
}
#: What is not known, and so not told.
NOTES: Final[Mapping[str, Said]] = {
    "no_calls": {
        "en": "There were no calls in the period to estimate by: give volume and aht_s.",
        "fa": "در این دوره تماسی نبود که بتوان با آن برآورد کرد: volume و aht_s را بدهید.",
    },
    "no_patience": {
        "en": "Nobody left, so nothing says how patient callers are: there is only Erlang C. Give"
        " patience_s.",
        "fa": "کسی قطع نکرد، پس نمی‌دانیم تماس‌گیرنده‌ها چقدر حوصله دارند: فقط ارلانگ C هست."
        " patience_s را بدهید.",
    },
    "unreachable": {
        "en": "No number of agents that is looked at keeps the target.",
        "fa": "هیچ تعدادی از کارشناس که بررسی می‌شود به هدف نمی‌رسد.",
    },
    "no_holidays": {
        "en": "The day is a public holiday, and no earlier one says how much comes on such days:"
        " it is told as a usual day.",
        "fa": "این روز تعطیل رسمی است و تعطیلیِ پیشینی نیست که بگوید در چنین روزی چقدر می‌آید: مانند"
        " روز عادی پیش‌بینی شده است.",
    },
}
LABELS: Final[Mapping[str, Said]] = {
    "agents": {"en": "agents", "fa": "کارشناس"},
    "scheduled": {"en": "to be scheduled", "fa": "در برنامه‌ی کاری"},
    "service_level": {"en": "service level", "fa": "سطح خدمت"},
    "abandonment": {"en": "abandonment", "fa": "انصراف"},
    "answer_s": {"en": "speed of answer", "fa": "سرعت پاسخ‌گویی"},
    "occupancy": {"en": "occupancy", "fa": "ضریب اشتغال"},
    "keeps_target": {"en": "keeps the target", "fa": "به هدف می‌رسد"},
    "service_level_erlang_c": {"en": "service level (Erlang C)", "fa": "سطح خدمت (ارلانگ C)"},
    "answer_s_erlang_c": {"en": "speed of answer (Erlang C)", "fa": "سرعت پاسخ‌گویی (ارلانگ C)"},
    "occupancy_erlang_c": {"en": "occupancy (Erlang C)", "fa": "ضریب اشتغال (ارلانگ C)"},
    "keeps_target_erlang_c": {
        "en": "keeps the target (Erlang C)",
        "fa": "به هدف می‌رسد (ارلانگ C)",
    },
    "spare_s": {"en": "spare time of all", "fa": "وقت آزاد همه"},
    "has_time_for_deferrable": {
        "en": "has time for what may wait",
        "fa": "برای کار منتظر وقت هست",
    },
    "hour": {"en": "hour", "fa": "ساعت"},
    "due": {"en": "due", "fa": "سررسید"},
    "met": {"en": "met", "fa": "انجام‌شده"},
    "broken": {"en": "broken", "fa": "نقض‌شده"},
    "running": {"en": "running", "fa": "در جریان"},
    "left": {"en": "left", "fa": "مانده"},
    "starts_at": {"en": "from", "fa": "از"},
    "expected": {"en": "expected", "fa": "مورد انتظار"},
    "lower": {"en": "lower limit", "fa": "حد پایین"},
    "upper": {"en": "upper limit", "fa": "حد بالا"},
    "weeks": {"en": "days it is the mean of", "fa": "میانگین چند روز"},
    "actual": {"en": "what came", "fa": "آنچه آمد"},
}
