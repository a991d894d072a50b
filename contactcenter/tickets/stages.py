"""What people may say of a contact's stage: only what may follow the one he is in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import Conflict
from routing.life_cycle import TRANSITIONS, Stage, may_follow

KIND: Final = "life_cycle"
#: Of whom nothing is known, he has bought nothing.
FIRST: Final[Stage] = "lead"


class StageRefused(Conflict):
    """This stage does not follow the one the contact is in; ``allowed`` names those that do."""

    code = "stage_refused"


class _Effective(Struct, frozen=True, kw_only=True):
    contact_id: int
    stage: str


_SQL = db.Statements(__name__)
_effective = _SQL.take("effective", _Effective)


async def check(conn: Conn, now: datetime, asked: Mapping[int, str]) -> None:
    """Refuse a stage of a contact that cannot follow; raises ``StageRefused``."""
    if not asked:
        return
    found = await _effective.all(conn, sorted(asked), now)
    standing = {one.contact_id: cast("Stage", one.stage) for one in found}
    for contact_id, said in asked.items():
        before, after = standing.get(contact_id, FIRST), cast("Stage", said)
        if before != after and not may_follow(before, after):
            raise StageRefused(
                f"contact {contact_id} is {before}: {after} does not follow",
                allowed=list(TRANSITIONS[before]),
            )
