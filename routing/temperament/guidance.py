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
            "Ask how the last matter turned out, or return the interest shown in you.",
            "Avoid stock phrases and hurry; a short personal thank-you ends it well.",
        ),
        "serious": (
            "Come to the point: facts, dates and figures, in the order they were asked for.",
            "Use the formal address, and confirm in writing what was agreed.",
            "No jokes, emoji, small talk or extra offers.",
        ),
        "fault_finding": (
            "Stay calm: finding faults is a habit here, not an attack on you.",
            "Thank for each point, record the ones that are right, and say what happens next.",
            "Name one clear benefit, sum up what is settled; do not argue or promise perfection.",
        ),
        "hesitant": (
            "Take your time: one clear recommendation, with its reason.",
            "Say what protects the choice (guarantee, return, change of date), in writing.",
            "Agree the next step and its day; no pressure, no long list of options.",
        ),
        "haggler": (
            "Expect bargaining and take it in good part; it is not meant against you.",
            "Know what you may offer before you answer, and give the reasons for the terms.",
            "Give something for something; tell of coming offers; keep to what you have said.",
        ),
        "unknown": (
            "Be polite and plain: neither intimate nor bookish.",
            "Ask what is needed, and listen before you judge the tone.",
        ),
    }
)
_PERSIAN: Final = MappingProxyType(
    {
        "warm": (
            "با نام سلام کنید و پیش از کار، پاسخ گرمی‌اش را با گرمی بدهید.",
            "بپرسید کار قبلی به کجا رسید؛ اگر حال شما را پرسید، شما هم بپرسید.",
            "جمله‌ی آماده و شتاب نه؛ با یک تشکر کوتاه و خودمانی تمام کنید.",
        ),
        "serious": (
            "یک‌راست سر موضوع: واقعیت، تاریخ و عدد، به همان ترتیبی که پرسیده.",
            "با عنوان رسمی خطاب کنید و آنچه قرار شد را کتبی تأیید کنید.",
            "شوخی، شکلک، گپ و پیشنهاد اضافه نه.",
        ),
        "fault_finding": (
            "آرام باشید: ایراد گرفتن عادت اوست، نه حمله به شما.",
            "برای هر نکته تشکر کنید، ایراد درست را ثبت کنید و بگویید بعد چه می‌شود.",
            "یک حُسن روشن بگویید و توافق را جمع کنید؛ جدل نکنید و قول بی‌نقصی ندهید.",
        ),
        "hesitant": (
            "با حوصله باشید: فقط یک پیشنهاد روشن، با دلیلش.",
            "بگویید انتخابش چه پشتوانه‌ای دارد (ضمانت، پس دادن، تغییر روز)؛ کتبی بفرستید.",
            "قدم بعدی و روزش را قرار بگذارید؛ نه فشار، نه فهرست بلند گزینه‌ها.",
        ),
        "haggler": (
            "چانه‌زدن را طبیعی بدانید و خوش‌رو بمانید؛ منظورش شما نیستید.",
            "پیش از پاسخ بدانید تا کجا اختیار دارید و دلیل شرایط را بگویید.",
            "در برابر هر امتیاز چیزی بگیرید؛ از پیشنهادهای آینده بگویید و سر حرفتان بمانید.",
        ),
        "unknown": (
            "مؤدب و ساده باشید: نه خیلی خودمانی، نه کتابی.",
            "بپرسید چه لازم دارد و پیش از قضاوت درباره‌ی لحن، گوش کنید.",
        ),
    }
)
