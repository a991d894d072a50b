"""What the figures of a what-if are called and mean, in English and in Persian."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from routing.wording import Language


class Definition(Struct, frozen=True, kw_only=True):
    """One figure: its field, and what it is called and means in both languages."""

    figure: str
    name_en: str
    name_fa: str
    en: str
    fa: str

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.name_fa if language == "fa" else self.name_en

    def meaning(self, language: Language) -> str:
        """What it means."""
        return self.fa if language == "fa" else self.en


class Notes(Struct, frozen=True, kw_only=True):
    """What holds for this answer, a sentence each."""

    en: Sequence[str]
    fa: Sequence[str]

    def __add__(self, other: "Notes") -> "Notes":
        return Notes(en=[*self.en, *other.en], fa=[*self.fa, *other.fa])


DEFINITIONS: Final[tuple[Definition, ...]] = (
    Definition(
        figure="offered",
        name_en="offered",
        name_fa="ورودی",
        en="Tickets that came to wait in the queue; of all queues together, tickets.",
        fa="درخواست‌هایی که در صف منتظر ماندند؛ در همهٔ صف‌ها با هم، شمار درخواست‌ها.",
    ),
    Definition(
        figure="answered",
        name_en="answered",
        name_fa="پاسخ‌داده",
        en="Those an agent accepted; of all queues together, each ticket until its first answer.",
        fa="آن‌ها که کارشناسی پذیرفت؛ در همهٔ صف‌ها با هم، هر درخواست تا نخستین پاسخ.",
    ),
    Definition(
        figure="abandoned",
        name_en="abandoned",
        name_fa="رهاشده",
        en="Those whose customer left before anybody answered.",
        fa="آن‌ها که مشتری پیش از پاسخ رفت.",
    ),
    Definition(
        figure="short_abandoned",
        name_en="- within 5 s",
        name_fa="- در ۵ ثانیه",
        en="Of those, who left within 5 s: he did not mean to wait.",
        fa="از آن میان، آن‌که در ۵ ثانیه رفت: قصد انتظار نداشت.",
    ),
    Definition(
        figure="overflowed",
        name_en="overflowed",
        name_fa="سرریز",
        en="Those that went to another queue because they waited too long.",
        fa="آن‌ها که چون زیاد منتظر ماندند به صف دیگری رفتند.",
    ),
    Definition(
        figure="moved",
        name_en="moved on",
        name_fa="جابه‌جا",
        en="Those that a person or the tier's time moved to another queue before anybody answered.",
        fa="آن‌ها که پیش از پاسخ، کسی یا پایان زمان سطح به صف دیگری برد.",
    ),
    Definition(
        figure="escalated",
        name_en="escalated",
        name_fa="ارجاع",
        en="Those that rose from the queue to a higher tier, answered or not.",
        fa="آن‌ها که از این صف به سطحی بالاتر رفتند، پاسخ‌گرفته یا نه.",
    ),
    Definition(
        figure="waiting",
        name_en="still waiting",
        name_fa="هنوز منتظر",
        en="Those that nobody had answered when the day ended.",
        fa="آن‌ها که تا پایان روز کسی پاسخ نداد.",
    ),
    Definition(
        figure="answered_wait",
        name_en="wait of the answered",
        name_fa="انتظار پاسخ‌گرفته‌ها",
        en="From coming into the queue until an agent accepted, ringing included.",
        fa="از ورود به صف تا پذیرش کارشناس، با زمان زنگ.",
    ),
    Definition(
        figure="wait",
        name_en="wait of all",
        name_fa="انتظار همه",
        en=(
            "The same of all: until the answer, the leaving or the move to another queue, or the "
            "end of the day. The median and the p90 are interpolated between the two nearest."
        ),
        fa=(
            "همان برای همه: تا پاسخ، رها کردن، رفتن به صف دیگر یا پایان روز. میانه و صدک ۹۰ با "
            "درون‌یابی میان دو مقدار نزدیک است."
        ),
    ),
    Definition(
        figure="service_level",
        name_en="service level",
        name_fa="سطح خدمت",
        en="Answered in time / (offered - abandoned within 5 s). What still waits is not in time.",
        fa="پاسخ‌داده در مهلت ÷ (ورودی − رهاشده در ۵ ثانیه). آن‌که هنوز منتظر است در مهلت نیست.",
    ),
    Definition(
        figure="abandonment",
        name_en="abandonment",
        name_fa="نرخ رها کردن",
        en="Abandoned / (answered + abandoned), the short ones included.",
        fa="رهاشده ÷ (پاسخ‌داده + رهاشده)، با رهاشده‌های کوتاه.",
    ),
    Definition(
        figure="occupancy",
        name_en="occupancy",
        name_fa="ضریب اشتغال",
        en=(
            "Of the time in which the queue's agents were signed in, without breaks, the share in "
            "which they worked on something, of whatever queue, or wrapped up."
        ),
        fa=(
            "سهمی از زمان حضور کارشناسان صف، بدون استراحت، که در آن روی درخواستی از هر صف کار "
            "یا جمع‌بندی می‌کردند."
        ),
    ),
)
