"""What an agent is told about treating a contact, short enough to read while the phone rings."""

from types import MappingProxyType
from typing import Final

from routing.temperament.values import LABELS, Label


def guidance(label: Label) -> dict[str, tuple[str, ...]]:
    """Return the advice for a label in English (`en`) and Persian (`fa`), line by line the same.

    Raises ValueError for a label that is not in LABELS.
    """
    if label not in LABELS:
        raise ValueError(f"{label!r} is not a temperament; choose one of {', '.join(LABELS)}")
    return {"en": _ENGLISH[label], "fa": _PERSIAN[label]}


_ENGLISH: Final = MappingProxyType(
    {
        "warm": (
            "Greet by name and answer the friendly word before the business.",
            "Ask how the last matter turned out, and thank in words of your own.",
            "Avoid stock phrases and hurry, and still think of who is waiting.",
        ),
        "serious": (
            "Come to the point: facts, dates and figures, in the order they were asked for.",
            "Use the formal address and title, and confirm in writing what was agreed.",
            "No jokes, emoji, first names or small talk; no offers before this is settled.",
        ),
        "fault_finding": (
            "Stay calm: finding faults is a habit here, not an attack on you.",
            "Thank for each point, record those that are right, name one benefit for each.",
            "Sum up what is settled; no irony, no point-by-point defence, no perfection promised.",
        ),
        "hesitant": (
            "Take your time: one recommendation, why, and how it served somebody like them.",
            "Put in writing what protects the choice: guarantee, return, change of date.",
            "Agree the next step and its day; no pressure, no list of options, no “as I said”.",
        ),
        "haggler": (
            "Know how far you may go before you answer, and give reasons for the price.",
            "Give only for something: quantity, term, pick-up; tell of offers to come.",
            "Take no offence; no discount at once, and none below what you may give.",
        ),
        "unknown": (
            "Be polite and plain: neither intimate nor bookish.",
            "Ask what is needed; do not guess.",
        ),
    }
)
_PERSIAN: Final = MappingProxyType(
    {
        "warm": (
            "با نام سلام کنید و پیش از کار، پاسخ گرمی‌اش را با گرمی بدهید.",
            "بپرسید کار قبلی به کجا رسید و با زبان خودتان تشکر کنید.",
            "جمله‌ی آماده و شتاب نه؛ ولی حواستان به منتظرها هم باشد.",
        ),
        "serious": (
            "یک‌راست سر موضوع: واقعیت، تاریخ و عدد، به همان ترتیبی که پرسیده.",
            "با عنوان رسمی خطاب کنید و آنچه قرار شد را کتبی تأیید کنید.",
            "شوخی، شکلک، اسم کوچک و گپ نه؛ تا کار تمام نشده پیشنهاد فروش هم نه.",
        ),
        "fault_finding": (
            "آرام باشید: ایراد گرفتن عادت اوست، نه حمله به شما.",
            "برای هر نکته تشکر کنید، ایراد درست را ثبت کنید و برای هر کدام یک حُسن بگویید.",
            "توافق را جمع کنید؛ کنایه، دفاع مو به مو و قول بی‌نقصی نه.",
        ),
        "hesitant": (
            "با حوصله: یک پیشنهاد، دلیلش، و اینکه به کار کسی مثل او آمده.",
            "پشتوانه‌ی انتخاب را کتبی بدهید: ضمانت، پس دادن، تغییر روز.",
            "قدم بعدی و روزش را قرار بگذارید؛ فشار، فهرست گزینه‌ها و «گفتم که» نه.",
        ),
        "haggler": (
            "پیش از پاسخ بدانید تا کجا اختیار دارید و دلیل قیمت را بگویید.",
            "در برابر امتیاز چیزی بگیرید (تعداد، مهلت، تحویل حضوری)؛ از تخفیف‌های آینده بگویید.",
            "نرنجید؛ نه تخفیف فوری، نه پایین‌تر از حد اختیارتان.",
        ),
        "unknown": (
            "مؤدب و ساده باشید: نه خودمانی، نه کتابی.",
            "بپرسید چه لازم دارد؛ حدس نزنید.",
        ),
    }
)
