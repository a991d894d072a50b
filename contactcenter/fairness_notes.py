"""What the report on fairness means, in English and Persian; it travels with the figures."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct


class Notes(Struct, frozen=True, kw_only=True):
    """What holds for every figure of a report, a sentence each."""

    en: Sequence[str]
    fa: Sequence[str]


FAIRNESS: Final = Notes(
    en=(
        (
            "Temperament may change the tone and nothing else. It is what was known when "
            "the fact happened: at the first taking, at the solution, on entering the "
            "queue, or at the answer."
        ),
        (
            "Waiting time runs from the start of an episode until somebody takes it for the "
            "first time, or the customer leaves; time to solve until it is solved. Both are "
            "medians."
        ),
        (
            "Escalation is the share of queued tickets that were referred higher; "
            "satisfaction that of scores of 4 and 5, the latest of each ticket. Guidance is "
            "followed where no reply before the answer went against it."
        ),
        (
            "A gap is told of where both sides have 30 or more, a median is above 1.25 "
            "times the others', or a share differs by 10 points, and chance explains it in "
            "one case of a hundred at most. Figures of fewer than 10 are not shown."
        ),
        (
            "A gap says that somebody should look, not why: people of one temperament may "
            "bring other problems. Nobody is named here, neither customers nor agents."
        ),
    ),
    fa=(
        (
            "خلق‌وخو فقط لحن را عوض می‌کند. همان است که هنگام رویداد می‌دانستیم: هنگام "
            "نخستین پذیرش، حل شدن، ورود به صف یا پاسخ مشتری."
        ),
        (
            "زمان انتظار از آغاز نوبت است تا نخستین پذیرش یا رفتن مشتری، و زمان حل تا حل "
            "شدن. هر دو میانه‌اند."
        ),
        (
            "ارجاع، سهم درخواست‌هایی است که به سطح بالاتر رفتند؛ رضایت، سهم نمره‌های ۴ و ۵ "
            "است و از هر درخواست تازه‌ترین نمره. راهنما رعایت شده است اگر هیچ پاسخی پیش از "
            "نمره خلاف آن نباشد."
        ),
        (
            "شکاف وقتی خبر داده می‌شود که هر دو طرف دست‌کم ۳۰ مورد داشته باشند، میانه بیش "
            "از ۱٫۲۵ برابر دیگران باشد یا سهم‌ها ۱۰ واحد تفاوت کنند و احتمال اتفاقی بودنش "
            "حداکثر یک در صد باشد. رقم‌های کمتر از ۱۰ مورد نشان داده نمی‌شود."
        ),
        (
            "شکاف یعنی کسی باید نگاه کند، نه اینکه چرا: شاید مشکل‌های این افراد از جنس "
            "دیگری باشد. اینجا نامی از کسی نیست، نه مشتری و نه کارشناس."
        ),
    ),
)
