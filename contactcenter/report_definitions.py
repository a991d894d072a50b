"""What each figure of a report means, in English and Persian; it travels with the figures.

A figure without its definition is read as whatever the reader hopes it is. Whoever changes how a
figure is computed in ``reports.sql`` changes its definition here.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct


class Wording(Struct, frozen=True, kw_only=True):
    """A definition in one language.

    ``clock`` is what time decides the period the fact falls in and, for durations, from when to
    when it runs. ``attribution`` is whose row it counts in, ``exclusions`` what is left out.
    """

    name: str
    what: str
    clock: str
    attribution: str
    exclusions: str


class Definition(Struct, frozen=True, kw_only=True):
    """One figure: its field in the rows, and what it means."""

    metric: str
    en: Wording
    fa: Wording


class Notes(Struct, frozen=True, kw_only=True):
    """What holds for every figure of a report, a sentence each."""

    en: Sequence[str]
    fa: Sequence[str]


NOTES: Final = Notes(
    en=(
        (
            "A fact belongs to the period in which it happened: the start of the period is "
            "part of it, its end is not."
        ),
        (
            "An episode is one open span of a ticket: from its opening, or from a reopening, "
            "until it is solved."
        ),
        (
            "Every duration is calendar time and includes nights, holidays and the time in "
            "which it was the customer's turn."
        ),
        (
            "The median and the p90 are computed from all values of a row, interpolated "
            "between the two nearest; nine of ten values are at or below the p90. Totals are "
            "computed from all values, too, never from the rows."
        ),
        (
            "Temperament is what the ticket carried when the fact happened, not what is "
            "known of the person today. The channel is the one on which the ticket was "
            "opened."
        ),
        "Tickets that are marked as spam when the report is made leave every figure.",
        (
            "You see the tickets you may read: administrators all, supervisors those of "
            "their teams, agents their own work."
        ),
        (
            "Rows are in alphabetical order. They are no ranking: who gets the hard tickets "
            "solves fewer of them, and later."
        ),
    ),
    fa=(
        ("هر رویداد در دوره‌ای شمرده می‌شود که در آن رخ داده است؛ آغاز دوره جزو آن است و پایانش نه."),
        "یک نوبت، یک بازهٔ باز بودنِ درخواست است: از باز شدن یا بازگشایی تا حل شدن.",
        (
            "همهٔ مدت‌ها به زمان تقویمی است و شب‌ها، تعطیلات و زمانی را که نوبت مشتری بوده "
            "است هم در بر می‌گیرد."
        ),
        (
            "میانه و صدک ۹۰ از همهٔ مقدارهای هر ردیف و با درون‌یابی میان دو مقدار نزدیک حساب "
            "می‌شود؛ از هر ده مقدار، نُه مقدار از صدک ۹۰ بیشتر نیست. جمع کل نیز از همهٔ "
            "مقدارها حساب می‌شود، نه از روی ردیف‌ها."
        ),
        (
            "خلق‌وخو همان است که درخواست هنگام رویداد داشت، نه آنچه امروز از آن شخص "
            "می‌دانیم. کانال همان است که درخواست در آن باز شد."
        ),
        "درخواست‌هایی که هنگام تهیهٔ گزارش هرزنامه شمرده شده‌اند در هیچ رقمی نیستند.",
        (
            "شما درخواست‌هایی را می‌بینید که اجازهٔ خواندنشان را دارید: مدیر همه را، سرپرست "
            "درخواست‌های تیم‌هایش را و کارشناس کار خودش را."
        ),
        (
            "ردیف‌ها به ترتیب الفباست و رتبه‌بندی نیست: کسی که درخواست‌های دشوار به او "
            "می‌رسد، کمتر و دیرتر حل می‌کند."
        ),
    ),
)

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

PERFORMANCE: Final[tuple[Definition, ...]] = (
    Definition(
        metric="opened",
        en=Wording(
            name="Opened",
            what="Problems that were opened, by a customer's message or by us writing first.",
            clock="When the ticket was opened.",
            attribution="The agent who was the first to hold it (nobody, while it has had no "
            "holder) and the tier of its first queue; the temperament is the one it entered "
            "that queue with.",
            exclusions="Spam. A problem that comes back is a reopening, not an opening.",
        ),
        fa=Wording(
            name="باز شده",
            what="درخواست‌هایی که با پیام مشتری، یا با نوشتن ما به مشتری، باز شدند.",
            clock="زمان باز شدن درخواست.",
            attribution="نخستین کارشناسی که درخواست را در دست گرفت (تا وقتی کسی آن را در دست "
            "نگرفته، هیچ‌کس) و سطح نخستین صف آن؛ خلق‌وخو همان است که با آن به این صف رسید.",
            exclusions="هرزنامه. مشکلی که برمی‌گردد بازگشایی است، نه باز شدن.",
        ),
    ),
    Definition(
        metric="solved",
        en=Wording(
            name="Solved",
            what="Episodes that ended with a solution. A ticket that is solved, reopened and "
            "solved again counts twice.",
            clock="When it was solved.",
            attribution="The agent who held the ticket at that moment, and the tier it was in.",
            exclusions="Spam.",
        ),
        fa=Wording(
            name="حل شده",
            what="نوبت‌هایی که با حل شدن پایان یافت. درخواستی که حل، بازگشایی و دوباره حل "
            "شود دو بار شمرده می‌شود.",
            clock="زمان حل شدن.",
            attribution="کارشناسی که در آن لحظه درخواست را در دست داشت، و سطحی که درخواست در "
            "آن بود.",
            exclusions="هرزنامه.",
        ),
    ),
    Definition(
        metric="escalated",
        en=Wording(
            name="Escalated",
            what="Referrals to a more specialised tier; a ticket that is referred twice "
            "counts twice. Neither good nor bad: a ticket in the right hands early is what "
            "tiers are for.",
            clock="When it was referred.",
            attribution="The agent who held the ticket (nobody, where it waited or rang) and "
            "the tier it left.",
            exclusions="Spam. Moves within a tier or back to a lower one.",
        ),
        fa=Wording(
            name="ارجاع شده",
            what="ارجاع به سطحی تخصصی‌تر؛ درخواستی که دو بار ارجاع شود دو بار شمرده می‌شود. "
            "این رقم نه خوب است و نه بد: سطح‌ها برای همین‌اند که درخواست زود به دست کارشناس "
            "مناسب برسد.",
            clock="زمان ارجاع.",
            attribution="کارشناسی که درخواست را در دست داشت (اگر در انتظار بود یا هنوز "
            "پذیرفته نشده بود، هیچ‌کس) و سطحی که از آن رفت.",
            exclusions="هرزنامه. جابه‌جایی در همان سطح یا بازگشت به سطح پایین‌تر.",
        ),
    ),
    Definition(
        metric="reopened",
        en=Wording(
            name="Reopened",
            what="Solved problems that came back.",
            clock="When it came back, even if it was solved in an earlier period.",
            attribution="The agent who had solved it, and the tier in which he had.",
            exclusions="Spam.",
        ),
        fa=Wording(
            name="بازگشایی شده",
            what="مشکل‌های حل‌شده‌ای که برگشتند.",
            clock="زمان بازگشت، حتی اگر در دوره‌ای پیش‌تر حل شده باشد.",
            attribution="کارشناسی که آن را حل کرده بود، و سطحی که در آن حل شده بود.",
            exclusions="هرزنامه.",
        ),
    ),
    Definition(
        metric="first_reply",
        en=Wording(
            name="First reply",
            what="How long a customer waited until a person wrote to him or talked with him for "
            "the first time; each episode has its own.",
            clock="From the start of the episode until the reply was written, or both were on "
            "the phone. Where we opened the ticket by writing first: from the customer's first "
            "message. Counted when it happened.",
            attribution="The agent who wrote or talked, with the tier and temperament of the "
            "ticket at that moment. What a program writes in an agent's name counts as his.",
            exclusions="Spam, automatic messages, internal notes, episodes without a reply, "
            "and tickets we opened to which the customer has not answered.",
        ),
        fa=Wording(
            name="نخستین پاسخ",
            what="مدتی که مشتری منتظر ماند تا نخستین بار انسانی به او بنویسد یا با او گفت‌وگو "
            "کند؛ هر نوبت نخستین پاسخ خود را دارد.",
            clock="از آغاز نوبت تا نوشتن پاسخ، یا تا هر دو پای تلفن باشند. اگر درخواست را ما با "
            "نوشتن به مشتری باز کرده باشیم: از نخستین پیام مشتری. در زمان وقوع شمرده می‌شود.",
            attribution="کارشناسی که نوشت یا گفت‌وگو کرد، با سطح و خلق‌وخوی درخواست در آن لحظه. "
            "آنچه برنامه‌ای به نام کارشناس بنویسد به حساب اوست.",
            exclusions="هرزنامه، پیام خودکار، یادداشت داخلی، نوبتِ بی‌پاسخ و درخواستی که ما "
            "باز کرده‌ایم و مشتری هنوز به آن جواب نداده است.",
        ),
    ),
    Definition(
        metric="time_to_solve",
        en=Wording(
            name="Time to solve",
            what="How long an episode lasted, through every queue and holder it had.",
            clock="From the start of the episode until it was solved. Counted when it was solved.",
            attribution="The agent who held the ticket when it was solved, and the tier it was in.",
            exclusions="Spam and what is not solved yet. The time between a solution and a "
            "reopening.",
        ),
        fa=Wording(
            name="زمان تا حل",
            what="مدت یک نوبت، در همهٔ صف‌ها و نزد همهٔ کسانی که درخواست را در دست داشتند.",
            clock="از آغاز نوبت تا حل شدن. در زمان حل شدن شمرده می‌شود.",
            attribution="کارشناسی که هنگام حل شدن درخواست را در دست داشت، و سطحی که درخواست "
            "در آن بود.",
            exclusions="هرزنامه و آنچه هنوز حل نشده است. فاصلهٔ میان حل شدن و بازگشایی.",
        ),
    ),
)
