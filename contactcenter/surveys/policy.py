"""Whether, when and in which words customers are asked."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput

#: Stands in a text where the address of the question goes.
LINK: Final = "{link}"
#: Where customers can be asked. Visitors of a chat are asked in its window, when it ends.
CHANNELS: Final = ("email", "phone", "sms")
_TEXTS: Final = ("text_en", "text_fa", "mail_en", "mail_fa")
_SUBJECTS: Final = ("subject_en", "subject_fa")


class Policy(Struct, frozen=True, kw_only=True):
    """The row of ``survey_policy``.

    Asked is ``after_s`` seconds after the solution, about tickets of these ``channels``, nobody
    twice within ``quiet_s``; the question is open for ``valid_s``. ``text_…`` is a text message,
    ``mail_…`` a mail; callers get a text message.
    """

    is_on: bool
    channels: list[str]
    after_s: int
    valid_s: int
    quiet_s: int
    text_en: str
    text_fa: str
    mail_en: str
    mail_fa: str
    subject_en: str
    subject_fa: str
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Policy)
_lock = _SQL.take("lock", int)
_change = _SQL.command("change")


async def find(conn: Conn) -> Policy:
    """What holds now."""
    return await _find.one(conn)


async def lock(conn: Conn) -> Policy:
    """The same, locked."""
    await _lock.one(conn)
    return await find(conn)


async def change(conn: Conn, now: datetime, before: Policy, after: Policy, *, actor: str) -> Policy:
    """Save an edit of the locked policy; raises ``BadInput`` for what would ask nobody anything."""
    for name in _TEXTS:
        if getattr(after, name).count(LINK) != 1:
            raise BadInput(f"body.{name}", f"the text has {LINK} once, where the address goes")
    for n, channel in enumerate(after.channels):
        if channel not in CHANNELS:
            allowed = ", ".join(CHANNELS)
            raise BadInput(f"body.channels[{n}]", f"{channel!r} is none of {allowed}")
    if before == after:
        return before
    await _change.run(
        conn,
        after.is_on,
        sorted(set(after.channels)),
        after.after_s,
        after.valid_s,
        after.quiet_s,
        *(getattr(after, name) for name in (*_TEXTS, *_SUBJECTS)),
    )
    changed = configuration.differences(before, after, sized=(*_TEXTS, *_SUBJECTS))
    await configuration.record(conn, now, "survey_policy", None, changed, actor=actor)
    return await find(conn)
