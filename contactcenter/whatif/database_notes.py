"""What a reader must know of a replayed day: what was seen, what was guessed, what is left out."""

from collections.abc import Sequence

from contactcenter.whatif.recorded import Recorded
from contactcenter.whatif.stays import Stay
from contactcenter.whatif.wording import Notes
from routing.wording import in_persian_digits, name


def notes(recorded: Recorded, found: Sequence[Stay], seed: int) -> Notes:
    """The notes on one day, with its numbers; its clock is that of ``recorded.from_at``."""
    zone = recorded.from_at.tzinfo
    counted = {
        "begins": f"{recorded.from_at:%Y-%m-%d %H:%M}",
        "ends": f"{recorded.until_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "tickets": sum(stay.held_by is None for stay in found),
        "before": sum(stay.held_by is None and stay.since < recorded.from_at for stay in found),
        "held": sum(stay.held_by is not None for stay in found),
        "open": sum(stay.legs[-1].to_at is None for stay in found if stay.hands),
        "seed": seed,
    }
    return Notes(
        en=[sentence.format(**counted, zone=zone) for sentence in _EN],
        fa=[
            in_persian_digits(sentence.format(**counted, zone=_zone_in_persian(str(zone))))
            for sentence in _FA
        ],
    )


def _zone_in_persian(zone: str) -> str:
    return "جهانی" if zone == "UTC" else name(zone, "fa")


_EN = (
    (
        "From {begins} to {ends} {zone}: {tickets} tickets, of which {before} waited already when "
        "it began, and {held} that somebody had, or went on with, and that count in no queue until "
        "they come to wait again."
    ),
    (
        "Work is the time in which its agent was signed in and the ticket took his capacity, "
        "played in one go; while he is away or offline it stands still. Of {open} tickets it was "
        "not over yet and counts up to now. Who was not answered gets the mean work of his queue."
    ),
    (
        "The patience of who did not leave is not known. It is drawn, with the seed {seed}, from "
        "an exponential distribution beyond his wait, whose mean is that of his queue and channel: "
        "all waits by those who left. Where nobody left, nobody leaves."
    ),
    (
        "Transfers and escalations of tickets that somebody had are repeated as they were, and "
        "so is how long an offer rang; declined and missed offers are not. Who serves a queue, and "
        "its hours, are as they are configured now."
    ),
)
_FA = (
    (
        "از {begins} تا {ends} به وقت {zone}: {tickets} درخواست، که {before} مورد از پیش در انتظار "
        "بود، و {held} درخواست که در دست کسی بود یا کسی کارش را ادامه داد و تا دوباره منتظر نشود "
        "در هیچ صفی شمرده نمی‌شود."
    ),
    (
        "زمان کار، زمانی است که کارشناس حاضر بود و درخواست ظرفیت او را می‌گرفت؛ یکجا بازی می‌شود و "
        "در غیبت او می‌ایستد. کار {open} درخواست هنوز تمام نشده بود و تا اکنون شمرده شده است. هر "
        "که پاسخ نگرفت، میانگین کار صف خود را دارد."
    ),
    (
        "شکیبایی کسی که نرفت معلوم نیست. با بذر {seed} از توزیع نمایی، بیش از انتظارش، برداشته "
        "شده است؛ میانگین آن برای هر صف و کانال، مجموع انتظارها تقسیم بر شمار رفته‌هاست. جایی که "
        "کسی نرفته باشد، کسی نمی‌رود."
    ),
    (
        "انتقال و ارجاع درخواست‌هایی که در دست کسی بود، و مدت زنگ هر پیشنهاد، همان‌گونه که بود "
        "تکرار می‌شود؛ پیشنهادهای رد شده و بی‌پاسخ نه. اعضای هر صف و ساعت کارش همان است که اکنون "
        "پیکربندی شده است."
    ),
)
