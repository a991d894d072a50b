"""What the metrics of waits, and of what waits, mean."""

from collections.abc import Mapping
from typing import Final

from contactcenter.measuring.words import Words, words

WORDS: Final[Mapping[str, Words]] = {
    "queue_wait": words(
        (
            "Queue wait",
            "From entering a queue until leaving it, however that was; each queue by itself.",
        ),
        (
            "انتظار در صف",
            "از ورود به صف تا بیرون رفتن از آن، به هر شکل؛ هر صف جداگانه.",
        ),
        when="left",
        whose="taker",
    ),
    "speed_of_answer": words(
        (
            "Speed of answer",
            (
                "From entering a queue until somebody took it; of those that were taken, zeros "
                "included."
            ),
        ),
        (
            "سرعت پاسخ‌گویی",
            "از ورود به صف تا پذیرش؛ فقط پذیرفته‌شده‌ها، با صفرها.",
        ),
        when="left",
        whose="taker",
    ),
    "service_level": words(
        (
            "Service level",
            (
                "Answered within `within_s` seconds (20), of those that count by `variant`; "
                "usually of the answered and of those who left later than that. Who asks to be "
                "called back flows out."
            ),
        ),
        (
            "سطح خدمت",
            (
                "پاسخ‌گویی تا `within_s` ثانیه (۲۰)، از آن‌هایی که بنا بر `variant` حساب می‌شوند؛"
                " معمولاً پاسخ‌گرفته‌ها و کسانی که دیرتر از آن رفتند. کسی که تماس دوباره بخواهد "
                "از صف بیرون رفته است."
            ),
        ),
        when="left",
        whose="taker",
    ),
    "abandonment": words(
        (
            "Abandonment",
            (
                "Who left before anybody answered, of these and the answered. `variant` `net` "
                "leaves those out on both sides who left before `short_s` seconds (5)."
            ),
        ),
        (
            "انصراف از صف",
            (
                "کسانی که پیش از پاسخ رفتند، از آن‌ها و پاسخ‌گرفته‌ها. با `variant` برابر `net` "
                "کسانی که پیش از `short_s` ثانیه (۵) رفتند از هر دو سو کنار می‌روند."
            ),
        ),
        when="left",
        whose="nobody",
    ),
    "abandoned": words(
        (
            "Abandoned",
            "Who left a queue before anybody had answered.",
        ),
        (
            "منصرف‌شده",
            "کسانی که پیش از پاسخ از صف رفتند.",
        ),
        when="left",
        whose="nobody",
    ),
    "flowed_out": words(
        (
            "Flowed out",
            "Who left a queue for another one, a voicemail, or to be called back.",
        ),
        (
            "هدایت‌شده به جای دیگر",
            "کسانی که صف را برای صفی دیگر، پیام‌گیر یا تماس دوباره ترک کردند.",
        ),
        when="left",
        whose="nobody",
    ),
    "time_to_accept": words(
        (
            "Time to accept",
            "From an offer until it was accepted, declined, expired or taken back (`outcome`).",
        ),
        (
            "زمان تا پذیرش",
            "از پیشنهاد تا پذیرش، رد، پایان مهلت یا پس گرفتن آن (`outcome`).",
        ),
        when="happened",
        whose="asked",
    ),
    "backlog": words(
        (
            "Backlog",
            (
                "Tickets that were open, and for how long since their episode began. `age` tells "
                "apart days: [0,1) [1,3) [3,7) [7,14) [14,inf); `outcome` what they were doing."
            ),
        ),
        (
            "درخواست‌های باز",
            (
                "درخواست‌هایی که باز بودند، و مدت آن از آغاز نوبت. `age` روزها را جدا می‌کند: "
                "[0,1) [1,3) [3,7) [7,14) [14,inf)؛ و `outcome` وضعیت را."
            ),
        ),
        when="instant",
        whose="holder",
    ),
    "backlog_ours": words(
        (
            "Backlog, our turn",
            "Of the backlog what was not pending.",
        ),
        (
            "درخواست‌های باز، نوبت ما",
            "بخشی از درخواست‌های باز که نوبت مشتری نبود.",
        ),
        when="instant",
        whose="holder",
    ),
    "backlog_pending": words(
        (
            "Backlog, pending",
            "Of the backlog what was the customer's turn.",
        ),
        (
            "درخواست‌های باز، نوبت مشتری",
            "بخشی از درخواست‌های باز که نوبت مشتری بود.",
        ),
        when="instant",
        whose="holder",
    ),
}
