"""Mails as they come to a support desk: replies with quotations, letters in HTML, files, bounces.

Half of the people write Persian. The n-th mail is the same in every run, and no two are equal.
"""

import random
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from contactcenter.bench.noon import SENT_AT

ADDRESS: Final = "support@bench.example"
_SAID: Final = {
    "en": (
        "The printer stopped after the update and shows error 49.",
        "I have tried what you wrote; it prints one page and stops again.",
        "Please tell me when the new part will be here, as we cannot work without it.",
    ),
    "fa": (
        "چاپگر پس از به‌روزرسانی کار نمی‌کند و خطای ۴۹ نشان می‌دهد.",
        "آنچه نوشتید انجام شد؛ یک برگ چاپ می‌کند و باز می‌ایستد.",
        "لطفاً بفرمایید قطعهٔ نو چه روزی می‌رسد، بی آن کارمان خوابیده است.",
    ),
}
_INTRODUCED: Final = {
    "en": "On Mon, Feb 2, 2026 at 9:00 AM Support <support@bench.example> wrote:",
    "fa": "در تاریخ دوشنبه ۱۳ بهمن ۱۴۰۴ پشتیبانی <support@bench.example> نوشت:",
}
#: Out of twenty: plain letters, replies from Gmail, letters in HTML, with files, from machines.
_OUT_OF: Final = 20
_PLAIN, _REPLIES, _HTML, _FILES = 5, 13, 17, 19
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def message_id(n: int, mark: str) -> str:
    """The id of the n-th mail of a run, without brackets."""
    return f"{n}.{mark}@customers.example"


def mail(n: int, mark: str) -> bytes:
    """The n-th mail of a run."""
    chance = random.Random(n)  # noqa: S311  a mix, not a secret
    language = "fa" if n % 2 else "en"
    made = EmailMessage(policy=SMTP)
    made["From"] = f'"{"علی" if n % 2 else "Ann"} {n}" <customer{n}@customers.example>'
    made["To"] = ADDRESS
    made["Date"] = format_datetime(SENT_AT)
    made["Message-ID"] = f"<{message_id(n, mark)}>"
    made["Subject"] = f"{_SAID[language][0][:30]} {n}"
    said = "\n\n".join(chance.choices(_SAID[language], k=chance.randrange(1, 8)))
    kind = n * 7 % _OUT_OF
    if kind >= _FILES:
        made["Auto-Submitted"] = "auto-replied"
    quoted = "\n".join(f"> {line}" for line in said.splitlines() * chance.randrange(1, 4))
    if kind < _PLAIN or kind >= _FILES:
        made.set_content(said)
        return made.as_bytes()
    made.set_content(f"{said}\n\n{_INTRODUCED[language]}\n{quoted}\n-- \n{n}")
    rows = "".join(
        f'<tr><td style="padding:4px">{n}</td><td><p dir="auto">{line}</p></td></tr>'
        for line in said.splitlines() * (30 if kind >= _REPLIES else 1)
    )
    made.add_alternative(
        f"<html><head><style>p{{margin:0}}</style></head><body><table>{rows}</table>"
        f'<div class="gmail_quote"><blockquote>{quoted}</blockquote></div></body></html>',
        subtype="html",
    )
    if kind >= _HTML:
        content = chance.randbytes(chance.randrange(20_000, 400_000))
        made.add_attachment(
            b"%PDF-1.7\n" + content,
            maintype="application",
            subtype="pdf",
            filename=f"فاکتور {n}.pdf",
        )
        made.add_attachment(_PNG + content[:9_000], maintype="image", subtype="png", cid="<i@x>")
    for k, part in enumerate(made.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{n}_{k}")
    return made.as_bytes()


def bomb(n: int) -> bytes:
    """A mail of 21 MB that takes two or three times as much of a processor as one may take.

    Elements that are closed in another order than they were opened in are opened again and again,
    and each of many parts has a name in thousands of pieces.
    """
    tangle = b"<font color=red>" * 1_800 + b"<p>" * 1_800 + b"x" + b"</font>" * 1_800
    lines = (tangle * 18).replace(b"x<", b"x\r\n<")
    head = f"From: eve@evil.example\r\nTo: {ADDRESS}\r\nSubject: {n}".encode()
    named = b"--b\r\nContent-Type: text/plain" + b"; a*0=b" * 3_000 + b"\r\n\r\n"
    return b"\r\n".join(
        [
            head,
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"--b\r\nContent-Type: text/html\r\n\r\n" + lines,
            named * 980,
        ]
    )
