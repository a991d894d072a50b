"""By what a mail shows which conversation it belongs to."""

import re
from typing import Final

from channels._mail.values import Mail

#: Older ones are not looked for: nobody answers a mail by its fiftieth ancestor.
ANSWERS: Final = 50
_NAMED: Final = re.compile(r"\[#(\d{1,18})\]")
_PERSIAN_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def answers(mail: Mail) -> tuple[str, ...]:
    """The ids of mails it answers, the nearest first; an empty id names none.

    In-Reply-To names the mail that is answered, References its ancestors from the oldest on. A
    report is nearest to the mail it is about.
    Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
    """
    about = [one.message_id or "" for one in (mail.bounce, mail.notice) if one is not None]
    named = dict.fromkeys([*about, *mail.in_reply_to, *reversed(mail.references)])
    return tuple(one for one in named if one)[:ANSWERS]


def named_ticket(subject: str) -> int | None:
    """The number of the ticket that a subject names, as ours do: ``[#17]``."""
    found = _NAMED.search(subject.translate(_PERSIAN_DIGITS))
    return int(found[1]) if found else None
