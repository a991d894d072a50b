"""What the metrics of replies and resolutions mean."""

from collections.abc import Mapping
from typing import Final

from contactcenter.measuring.words import Words, words

WORDS: Final[Mapping[str, Words]] = {
    "opened": words(
        (
            "Opened",
            "Problems that were opened, by a customer or by us. One that comes back is none.",
        ),
        (
            "باز شده",
            "درخواست‌هایی که مشتری یا خود ما باز کردیم. مشکلی که برمی‌گردد جزو آن نیست.",
        ),
        when="opened",
        whose="nobody",
    ),
    "solved": words(
        (
            "Solved",
            "Episodes that ended with a solution; solved twice counts twice.",
        ),
        (
            "حل شده",
            "نوبت‌هایی که با حل شدن پایان یافت؛ دو بار حل شدن دو بار شمرده می‌شود.",
        ),
        when="solved",
        whose="solver",
    ),
    "assisted": words(
        (
            "Assisted",
            (
                "Episodes that somebody else solved, in which an agent had held the ticket or "
                "answered."
            ),
        ),
        (
            "همکاری در حل",
            "نوبت‌هایی که دیگری حل کرد و کارشناس پیش از آن درخواست را در دست داشت یا پاسخ داد.",
        ),
        when="solved",
        whose="helper",
    ),
    "reopened": words(
        (
            "Reopened",
            "Solved problems that came back.",
        ),
        (
            "بازگشایی شده",
            "مشکل‌های حل‌شده‌ای که برگشتند.",
        ),
        when="happened",
        whose="solver",
    ),
    "first_reply": words(
        (
            "First reply",
            (
                "From the opening of a ticket until a person first answered in public, by any "
                "channel. Where we opened it by writing first: from the customer's first message."
                " Programs, automatic answers and notes never count."
            ),
        ),
        (
            "نخستین پاسخ",
            (
                "از باز شدن درخواست تا نخستین پاسخ یک انسان به مشتری، از هر کانالی. اگر ما با "
                "نوشتن به مشتری درخواست را باز کرده باشیم: از نخستین پیام مشتری. برنامه، پاسخ "
                "خودکار و یادداشت حساب نمی‌شود."
            ),
        ),
        when="replied",
        whose="writer",
    ),
    "next_reply": words(
        (
            "Next reply",
            (
                "From the first unanswered message of a run until a person answered; further "
                "messages do not restart it. The first run of a ticket is the first reply's."
            ),
        ),
        (
            "پاسخ بعدی",
            (
                "از نخستین پیام بی‌پاسخِ یک رشته پیام تا پاسخ یک انسان؛ پیام‌های بعدی زمان را از "
                "نو آغاز نمی‌کنند. نخستین رشتهٔ هر درخواست در «نخستین پاسخ» حساب می‌شود."
            ),
        ),
        when="replied",
        whose="writer",
    ),
    "time_to_solve": words(
        (
            "Time to solve",
            "How long an episode lasted: from its opening or reopening until it was solved.",
        ),
        (
            "زمان تا حل",
            "مدت یک نوبت: از باز شدن یا بازگشایی تا حل شدن.",
        ),
        when="solved",
        whose="solver",
    ),
    "first_resolution": words(
        (
            "First resolution",
            "From the opening of a ticket until it was solved for the first time.",
        ),
        (
            "نخستین حل",
            "از باز شدن درخواست تا نخستین باری که حل شد.",
        ),
        when="solved",
        whose="solver",
    ),
    "full_resolution": words(
        (
            "Full resolution",
            (
                "From the opening of a ticket until it was solved last, as long as it is solved. "
                "The times in between in which it was solved are part of it."
            ),
        ),
        (
            "حل کامل",
            (
                "از باز شدن درخواست تا آخرین باری که حل شد، تا وقتی حل‌شده مانده باشد. فاصله‌هایی"
                " که در این میان حل‌شده بود هم جزو آن است."
            ),
        ),
        when="solved",
        whose="solver",
    ),
    "unsolved_time": words(
        (
            "Unsolved time",
            (
                "Full resolution without the times in which the ticket was solved: the sum of all"
                " its episodes, and of requester wait and agent wait."
            ),
        ),
        (
            "زمان حل‌نشده",
            (
                "زمان حل کامل، بدون فاصله‌هایی که درخواست حل‌شده بود: جمع همهٔ نوبت‌ها، و جمع "
                "انتظار مشتری و انتظار ما."
            ),
        ),
        when="solved",
        whose="solver",
    ),
    "requester_wait": words(
        (
            "Requester wait",
            "What of the unsolved time it was our turn: new, waiting, in hand or on hold.",
        ),
        (
            "انتظار مشتری",
            "بخشی از زمان حل‌نشده که نوبت ما بود: تازه، در صف، در دست یا نگه‌داشته.",
        ),
        when="solved",
        whose="solver",
    ),
    "agent_wait": words(
        (
            "Agent wait",
            "What of the unsolved time it was the customer's turn: pending.",
        ),
        (
            "انتظار ما",
            "بخشی از زمان حل‌نشده که نوبت مشتری بود.",
        ),
        when="solved",
        whose="solver",
    ),
    "on_hold": words(
        (
            "On hold",
            "What of requester wait the ticket was put off, with a reason and a date.",
        ),
        (
            "نگه‌داشته",
            "بخشی از انتظار مشتری که درخواست با دلیل و تاریخ کنار گذاشته شده بود.",
        ),
        when="solved",
        whose="solver",
    ),
    "time_to_reopen": words(
        (
            "Time to reopen",
            "From a solution until the problem came back.",
        ),
        (
            "زمان تا بازگشایی",
            "از حل شدن تا برگشتن مشکل.",
        ),
        when="happened",
        whose="solver",
    ),
    "first_contact_resolution": words(
        (
            "First contact resolution",
            (
                "Tickets that were solved with one contact of the customer, that did not come "
                "back within `window_d` days (7), and after which he did not come with the same "
                "in another ticket; of all that were solved, each by its first solution. "
                "`variant` `net` leaves those out that were escalated. A contact is a run of "
                "messages, or a call. What is not known to be about another category is about the"
                " same."
            ),
        ),
        (
            "حل در نخستین تماس",
            (
                "درخواست‌هایی که با یک بار تماس مشتری حل شدند، تا `window_d` روز (۷) برنگشتند و "
                "مشتری در این مدت با همان مشکل درخواست دیگری نداد؛ از همهٔ حل‌شده‌ها، هر یک با "
                "نخستین حل. با `variant` برابر `net` ارجاع‌شده‌ها کنار می‌روند. هر رشته پیام یا "
                "هر تماس تلفنی یک تماس است. اگر ندانیم دسته‌اش چیز دیگری است، همان مشکل به شمار "
                "می‌آید."
            ),
        ),
        when="cohort",
        whose="solver",
    ),
    "reopen_rate": words(
        (
            "Reopen rate",
            "Solutions after which the problem came back within `window_d` days (7); of all.",
        ),
        (
            "نرخ بازگشایی",
            "حل‌هایی که مشکل تا `window_d` روز (۷) پس از آن‌ها برگشت؛ از همهٔ حل‌ها.",
        ),
        when="cohort",
        whose="solver",
    ),
    "transfers_per_episode": words(
        (
            "Transfers per episode",
            (
                "How often the owner of a ticket changed until it was solved; not the first "
                "taking, nor what the router took back because nobody answered."
            ),
        ),
        (
            "جابه‌جایی در هر نوبت",
            (
                "چند بار صاحب درخواست تا حل شدن عوض شد؛ نخستین پذیرش، و آنچه مسیریاب به دلیل "
                "بی‌پاسخ ماندن پس گرفت، حساب نمی‌شود."
            ),
        ),
        when="solved",
        whose="solver",
    ),
}
