"""What the page of a mail says by itself, in both languages."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from routing.wording import Language


class PageWords(Struct, frozen=True, kw_only=True):
    """The words; ``{n}`` and ``{domain}`` are put in."""

    no_subject: str
    sender: str
    no_sender: str
    to: str
    cc: str
    date: str
    files: str
    verified: str
    not_verified: str
    images_left_out: str
    load_images: str
    images_loaded: str
    is_empty: str
    classes: Mapping[str, str]


WORDS: Final[Mapping[Language, PageWords]] = {
    "en": PageWords(
        no_subject="(no subject)",
        sender="From",
        no_sender="(nobody is named)",
        to="To",
        cc="Cc",
        date="Date",
        files="Files",
        verified="Sender verified: {domain}",
        not_verified="Sender not verified: anybody could have written this name.",
        images_left_out="Images that are not shown: {n}. To load them tells the sender that you"
        " read this, and when.",
        load_images="Load images",
        images_loaded="Images from elsewhere are loaded.",
        is_empty="This mail has no words.",
        classes={
            "auto_reply": "Automatic reply",
            "bounce": "Could not be delivered",
            "receipt": "Receipt",
            "complaint": "Complaint",
            "bulk": "Sent to many",
            "loop": "Our own mail",
        },
    ),
    "fa": PageWords(
        no_subject="(بدون موضوع)",
        sender="از",
        no_sender="(نام کسی نیامده است)",
        to="به",
        cc="رونوشت",
        date="تاریخ",
        files="فایل‌ها",
        verified="فرستنده تأیید شده است: {domain}",
        not_verified="فرستنده تأیید نشده است: هر کسی می‌توانست این نام را بنویسد.",
        images_left_out="تصویرهایی که نشان داده نشده‌اند: {n}. بار کردن آن‌ها به فرستنده می‌گوید که"
        " این نامه را خوانده‌اید، و کِی.",
        load_images="تصویرها را بار کن",
        images_loaded="تصویرهای بیرونی بار شده‌اند.",
        is_empty="این نامه متنی ندارد.",
        classes={
            "auto_reply": "پاسخ خودکار",
            "bounce": "به گیرنده نرسید",
            "receipt": "رسید",
            "complaint": "شکایت",
            "bulk": "نامهٔ گروهی",
            "loop": "نامهٔ خودمان",
        },
    ),
}
