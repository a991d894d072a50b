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
}
