"""The words that are new are told from quotations, signatures and what lawyers add."""

import pytest

from channels._mail.new_words import new_words
from channels._mail.understanding import understand


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Thanks!\n\nOn Tue, Feb 3, 2026 at 10:00 AM Support <s@x.com> wrote:\n\n> hi", "Thanks!"),
        (
            "ok\n\nOn Tue, Feb 3, 2026 at 10:00 AM Very Long Name Support Team\n<support@example.com> wrote:\n\n> hi",
            "ok",
        ),
        (
            "ممنون، درست شد.\n\nدر تاریخ سه‌شنبه ۳ فوریهٔ ۲۰۲۶، ۹:۴۰ Support <s@x.com> نوشت:\n\n> سلام",
            "ممنون، درست شد.",
        ),
        (
            "بله\n\n\u202bدر تاریخ ۱۴۰۴/۱۱/۱۴ ساعت ۱۰:۰۰، پشتیبانی\u202c <s@x.com> نوشته است:\n> سلام",
            "بله",
        ),
        ("Ja.\n\nAm 03.02.2026 um 10:00 schrieb Support:\n> hallo", "Ja."),
        ("Oui.\n\nLe mar. 3 févr. 2026 à 10:00, Support <s@x.com> a écrit :\n> salut", "Oui."),
        ("Thanks\n\nFrom: Support\nSent: Monday\nTo: me\nSubject: x\n\nold", "Thanks"),
        ("خوب\n\nاز: پشتیبانی\nارسال شده: دوشنبه\nبه: علی\nموضوع: سفارش\n\nقدیمی", "خوب"),
        ("yes\n\n________________________________\nFrom: Support <s@x.com>\nSent: x\nTo: y", "yes"),
        ("see below\n\n-----Original Message-----\nFrom: x", "see below"),
        ("متن\n-----پیام اصلی-----\nاز: x\n", "متن"),
        ("look\n\n---------- Forwarded message ---------\nFrom: x", "look"),
        ("fyi\n\nBegin forwarded message:\n\n> From: x", "fyi"),
        (
            "On 1 Feb 2026 Support wrote:\n> Which model?\nThe X200.\n> Which colour?\nBlack.",
            "The X200.\nBlack.",
        ),
    ],
)
def test_quotations_are_left_out(text, new):
    assert new_words(text) == new


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("hello\n--\nBob\nACME", "hello"),
        ("hello\n-- \nBob", "hello"),
        ("It broke again.\n\nKind regards,\nBob\nACME Ltd", "It broke again."),
        ("سلام\nکار نمی‌کند\n\nبا احترام\nعلی رضایی\n۰۹۱۲۱۲۳۴۵۶۷", "سلام\nکار نمی‌کند"),
        ("this\n\nSent from my iPhone", "this"),
        ("این مشکل هنوز هست\n\nارسال شده از آیفون من", "این مشکل هنوز هست"),
        ("yes\n\nGet Outlook for iOS", "yes"),
        (
            "ok\n\nThis email and any attachments are confidential and intended solely for the addressee.",
            "ok",
        ),
        (
            "باشه\n\nاین ایمیل حاوی اطلاعات محرمانه است. اگر گیرندهٔ مورد نظر نیستید آن را پاک کنید.",
            "باشه",
        ),
    ],
)
def test_signatures_and_legal_footers_are_left_out(text, new):
    assert new_words(text) == new


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote: please come. It did not work.",
        "در تاریخ ۱۲ بهمن به شما نوشتم: جواب ندادید",
        "From: my house to: yours is far",
        "Best",
        "This contract is confidential, you told me. Is it?",
        "Regards to your colleague, who helped me so well last time, and please tell him that it works now.",
        "This email is confidential.",
        "a\n\nb",
        "1. first - second -- third",
        "با تشکر از همکار شما که خیلی خوب راهنمایی کرد، هنوز کار نمی‌کند",
        "",
    ],
)
def test_what_only_looks_foreign_stays(text):
    assert new_words(text) == text


def test_a_quotation_in_html_goes_by_its_marks():
    read = understand(
        b"Content-Type: text/html\n\n<p>It works.</p><div class=gmail_quote><p>On Tuesday we said</p>"
        b"<blockquote type=cite>try it</blockquote></div>"
    )

    assert "try it" in read.text
    assert read.new_text == "It works."


def test_outlooks_html_goes_by_its_lines():
    read = understand(
        b"Content-Type: text/html\n\n<p>Please send it again.</p><div><b>From:</b> S &lt;s@x.com&gt;<br>"
        b"<b>Sent:</b> Monday<br><b>To:</b> Bob<br><b>Subject:</b> invoice</div><p>old</p>"
    )

    assert read.new_text == "Please send it again."


def test_a_book_takes_no_longer_than_its_length():
    assert new_words(" " * 200_000 + "x") == "x"
    assert new_words("On 1 wrote\n" * 20_000) == ""
