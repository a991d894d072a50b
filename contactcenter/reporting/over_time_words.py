"""What reports on the course of time say in words, in English and Persian."""

from collections.abc import Mapping
from typing import Final

from contactcenter.reporting.tables import Heading, Unit
from routing.wording import Language

Said = Mapping[Language, str]

HEAT_MAP: Final[Mapping[str, Said]] = {
    "title": {"en": "Hours of the week: {metric}", "fa": "ساعت‌های هفته: {metric}"},
    "definition": {
        "en": "All weeks of the period together, by the clock of the zone: what happened on this"
        " weekday in this hour.",
        "fa": "همه‌ی هفته‌های دوره با هم، به ساعت همان منطقه: آنچه در این روز هفته و این ساعت رخ"
        " داد.",
    },
}
CREATED_SOLVED: Final[Mapping[str, Said]] = {
    "title": {"en": "Created and solved", "fa": "باز شده و حل شده"},
    "definition": {
        "en": "How many problems were opened, came back and were solved in each unit of the"
        " period. Net"
        " is what came, less what was solved: above 0, work piles up. A unit of which only a part"
        " is"
        " in the period counts that part.",
        "fa": "در هر بخش از دوره چند درخواست باز شد، چند درخواست برگشت و چند درخواست حل شد. خالص"
        " یعنی آنچه"
        " آمد منهای آنچه حل شد: بالای صفر یعنی کار انباشته می‌شود. از بخشی که تنها قسمتی از آن در"
        " دوره"
        " است همان قسمت شمرده می‌شود.",
    },
}
BACKLOG_AGEING: Final[Mapping[str, Said]] = {
    "title": {"en": "Backlog by age", "fa": "کارهای باز بر پایه‌ی سن"},
    "definition": {
        "en": "What was open at each instant, by the days since it was opened or came back, as"
        " was known"
        " then. Ours is what waited, was in hand or was put off; pending waited for the customer.",
        "fa": "آنچه در هر لحظه باز بود، بر پایه‌ی روزهایی که از باز شدن یا برگشتنش گذشته بود،"
        " چنان‌که همان وقت"
        " می‌دانستیم. «نوبت ما» یعنی در صف، در دست یا نگه‌داشته؛ «منتظر مشتری» نوبت او بود.",
    },
}
TIER_FLOW: Final[Mapping[str, Said]] = {
    "title": {"en": "Flow between tiers", "fa": "جریان میان سطح‌ها"},
    "definition": {
        "en": "Moves of tickets from one tier to another, and how long they had been in the first.",
        "fa": "جابه‌جایی درخواست‌ها از سطحی به سطح دیگر، و اینکه پیش از آن چه مدت در سطح نخست بودند.",
    },
}
LABELS: Final[Mapping[str, Said]] = {
    "weekday": {"en": "weekday (Monday is 1)", "fa": "روز هفته (دوشنبه ۱ است)"},
    "weekday_name": {"en": "weekday", "fa": "روز هفته"},
    "hour": {"en": "hour", "fa": "ساعت"},
    "n": {"en": "n", "fa": "تعداد"},
    "value": {"en": "value", "fa": "مقدار"},
    "median": {"en": "median", "fa": "میانه"},
    "begins": {"en": "from", "fa": "از"},
    "opened": {"en": "opened", "fa": "باز شده"},
    "reopened": {"en": "came back", "fa": "برگشته"},
    "solved": {"en": "solved", "fa": "حل شده"},
    "net": {"en": "net", "fa": "خالص"},
    "net_so_far": {"en": "net so far", "fa": "خالص تا اینجا"},
    "at": {"en": "at", "fa": "در"},
    "age": {"en": "age in days", "fa": "سن به روز"},
    "kind": {"en": "whose turn", "fa": "نوبت"},
    "from_tier": {"en": "from tier", "fa": "از سطح"},
    "to_tier": {"en": "to tier", "fa": "به سطح"},
    "direction": {"en": "direction", "fa": "جهت"},
    "median_s": {"en": "median time in the first", "fa": "میانه‌ی زمان در سطح نخست"},
    "p90_s": {"en": "p90 of it", "fa": "صدک ۹۰ آن"},
}
#: From Monday on.
WEEKDAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
}


def headings(
    units: Mapping[str, Unit], labels: Mapping[str, Said], language: Language
) -> list[Heading]:
    """Columns with their units, and what people read above them."""
    return [
        Heading(name=name, label=labels[name][language], unit=unit) for name, unit in units.items()
    ]
