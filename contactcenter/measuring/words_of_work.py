"""What the metrics of work, promises and satisfaction mean."""

from collections.abc import Mapping
from typing import Final

from contactcenter.measuring.words import Words, words

WORDS: Final[Mapping[str, Words]] = {
    "handled": words(
        (
            "Handled",
            "Stretches in which somebody had a ticket in hand, and calls.",
        ),
        (
            "رسیدگی‌شده",
            "هر بار که درخواستی در دست کسی بود، و هر تماس تلفنی.",
        ),
        when="let_go",
        whose="holder",
    ),
    "handle_time": words(
        (
            "Handle time",
            (
                "In writing: what of a stretch in one hand was our turn. On the telephone: talk, "
                "hold and wrap-up, by the call's own account."
            ),
        ),
        (
            "زمان رسیدگی",
            (
                "در نوشتار: بخشی از هر بار در دست داشتن که نوبت ما بود. در تلفن: گفت‌وگو، "
                "نگه‌داشتن پشت خط و کارهای پس از تماس، به حساب خود تماس."
            ),
        ),
        when="let_go",
        whose="holder",
    ),
    "occupancy": words(
        (
            "Occupancy",
            (
                "Handling and wrapping up, of these, of ringing and of being available; pauses "
                "are left out and several tickets at once count once. With `ringing` `work` "
                "ringing is work, too."
            ),
        ),
        (
            "ضریب اشتغال",
            (
                "زمان رسیدگی و کارهای پس از تماس، از مجموع آن با زمان زنگ خوردن و آماده بودن؛ "
                "استراحت کنار می‌رود و چند درخواستِ هم‌زمان یک بار حساب می‌شود. با `ringing` "
                "برابر `work` زنگ خوردن هم کار است."
            ),
        ),
        when="cut",
        whose="himself",
    ),
    "utilisation": words(
        (
            "Utilisation",
            "Handling and wrapping up, of all the time in which somebody was signed in.",
        ),
        (
            "بهره‌وری زمان",
            "زمان رسیدگی و کارهای پس از تماس، از همهٔ زمان حضور.",
        ),
        when="cut",
        whose="himself",
    ),
    "adherence": words(
        (
            "Adherence",
            "Time in a state of the planned kind, of the planned time.",
        ),
        (
            "پایبندی به برنامه",
            "زمان بودن در حالتی از نوع برنامه‌ریزی‌شده، از زمان برنامه‌ریزی‌شده.",
        ),
        when="cut",
        whose="himself",
    ),
    "conformance": words(
        (
            "Conformance",
            "Productive time, whenever it was, of the time planned to be productive.",
        ),
        (
            "انطباق با برنامه",
            "زمان کاری، هر وقت که بوده است، از زمانی که برای کار برنامه‌ریزی شده بود.",
        ),
        when="cut",
        whose="himself",
    ),
    "concurrency": words(
        (
            "Concurrency",
            "How many tickets somebody had in hand at once, while it was one at least.",
        ),
        (
            "هم‌زمانی",
            "چند درخواست هم‌زمان در دست بود، در زمانی که دست‌کم یکی بود.",
        ),
        when="cut",
        whose="himself",
    ),
    "sla_attainment": words(
        (
            "SLA attainment",
            (
                "Promises that were kept, of those that were due in the period; what still runs "
                "is not judged."
            ),
        ),
        (
            "تحقق تعهد زمانی",
            (
                "تعهدهای برآورده، از تعهدهایی که سررسیدشان در دوره بود؛ آنچه هنوز جاری است داوری "
                "نمی‌شود."
            ),
        ),
        when="due",
        whose="due_holder",
    ),
    "csat": words(
        (
            "Satisfaction (CSAT)",
            "Scores of 4 and 5, of all from 1 to 5. `interval` tells how sure that is, by Wilson.",
        ),
        (
            "رضایت مشتری",
            ("نمره‌های ۴ و ۵، از همهٔ نمره‌های ۱ تا ۵. `interval` بازهٔ اطمینان ویلسون را نشان می‌دهد."),
        ),
        when="answered",
        whose="rated",
    ),
    "score": words(
        (
            "Score",
            "The mean of all scores from 1 to 5.",
        ),
        (
            "میانگین نمره",
            "میانگین همهٔ نمره‌های ۱ تا ۵.",
        ),
        when="answered",
        whose="rated",
    ),
    "customer_effort": words(
        (
            "Customer effort (CES)",
            "Answers of 5 to 7, of all from 1 to 7.",
        ),
        (
            "آسانی کار برای مشتری",
            "پاسخ‌های ۵ تا ۷، از همهٔ پاسخ‌های ۱ تا ۷.",
        ),
        when="answered",
        whose="rated",
    ),
    "net_promoter_score": words(
        (
            "Net promoter score (NPS)",
            "Answers of 9 and 10 less those of 0 to 6, of all from 0 to 10.",
        ),
        (
            "شاخص خالص مروجان",
            "پاسخ‌های ۹ و ۱۰ منهای پاسخ‌های ۰ تا ۶، از همهٔ پاسخ‌های ۰ تا ۱۰.",
        ),
        when="answered",
        whose="rated",
    ),
    "response_rate": words(
        (
            "Response rate",
            "Customers who answered, of those asked; in chats everybody is, when it is solved.",
        ),
        (
            "نرخ پاسخ به نظرسنجی",
            "مشتریانی که پاسخ دادند، از آنان که پرسیده شدند؛ در گفت‌وگو از همه، هنگام حل.",
        ),
        when="answered",
        whose="rated",
    ),
}
