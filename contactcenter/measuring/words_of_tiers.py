"""What the metrics of moves between tiers mean."""

from collections.abc import Mapping
from typing import Final

from contactcenter.measuring.words import Words, words

WORDS: Final[Mapping[str, Words]] = {
    "transferred": words(
        (
            "Transferred",
            "Moves to another queue or agent of the same tier.",
        ),
        (
            "جابه‌جا شده",
            "رفتن به صف یا کارشناس دیگری در همان سطح.",
        ),
        when="happened",
        whose="holder",
    ),
    "escalated": words(
        (
            "Escalated",
            "Referrals to a higher tier, by whatever way. Neither good nor bad.",
        ),
        (
            "ارجاع شده",
            "رفتن به سطح بالاتر، به هر شکل. این رقم نه خوب است و نه بد.",
        ),
        when="referred",
        whose="referrer",
    ),
    "returned": words(
        (
            "Returned",
            "Moves back to a lower tier, by whatever way.",
        ),
        (
            "بازگردانده",
            "بازگشت به سطح پایین‌تر، به هر شکل.",
        ),
        when="happened",
        whose="holder",
    ),
    "escalation_rate": words(
        (
            "Escalation rate",
            (
                "Tickets that left a tier upwards, of those that came to it; each once a tier, "
                "however often. Of an agent: of those that he took in it. Where neither tier, "
                "queue, team nor agent is told apart: tickets that were ever escalated, of all."
            ),
        ),
        (
            "نرخ ارجاع",
            (
                "درخواست‌هایی که از یک سطح بالاتر رفتند، از آن‌هایی که به آن سطح آمدند؛ هر "
                "درخواست در هر سطح یک بار. برای هر کارشناس: از آن‌هایی که در آن سطح پذیرفت. اگر"
                " به تفکیک سطح، صف، تیم یا کارشناس نباشد: درخواست‌هایی که دست‌کم یک بار ارجاع "
                "شدند، از همه."
            ),
        ),
        when="referred",
        whose="referrer",
    ),
    "time_to_escalate": words(
        (
            "Time to escalate",
            "From coming to a tier until the ticket was referred upwards.",
        ),
        (
            "زمان تا ارجاع",
            "از آمدن به یک سطح تا ارجاع به سطح بالاتر.",
        ),
        when="referred",
        whose="referrer",
    ),
    "time_lost_per_hop": words(
        (
            "Time lost per hop",
            "From a referral until a person of the higher tier took the ticket.",
        ),
        (
            "زمان از دست رفته در هر ارجاع",
            "از ارجاع تا پذیرش به دست یک نفر در سطح بالاتر.",
        ),
        when="happened",
        whose="taker",
    ),
    "bounce_back_rate": words(
        (
            "Bounce-back rate",
            "Referrals that were sent back down within `within_h` hours (24); of all.",
        ),
        (
            "نرخ بازگشت ارجاع",
            "ارجاع‌هایی که تا `within_h` ساعت (۲۴) بازگردانده شدند؛ از همهٔ ارجاع‌ها.",
        ),
        when="referred",
        whose="receiver",
    ),
    "resolution_share": words(
        (
            "Resolution share",
            "The share of all solutions that a tier has.",
        ),
        (
            "سهم از حل",
            "سهم هر سطح از همهٔ حل‌ها.",
        ),
        when="solved",
        whose="solver",
    ),
    "tier_flow": words(
        (
            "Flow between tiers",
            "Moves from `tier` to `to_tier`, and how long tickets had been in the first.",
        ),
        (
            "جریان میان سطح‌ها",
            "رفتن از سطح `tier` به `to_tier`، و مدتی که درخواست در سطح نخست بود.",
        ),
        when="happened",
        whose="holder",
    ),
}
