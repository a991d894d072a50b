"""What a telephone's hook asks: which call it is about, and what an answer may use."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from channels import CallHook, Inbound, Script
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher


class Arrived(Protocol):
    """Where something came to stand on the timeline."""

    @property
    def interaction_id(self) -> int:
        """Its entry."""
        ...

    @property
    def contact_id(self) -> int:
        """Whose timeline it is."""
        ...

    @property
    def ticket_id(self) -> int:
        """Which of his problems it belongs to."""
        ...


class Entering(Protocol):
    """How something comes onto the timeline within a transaction: ``Intake.enter``."""

    async def __call__(
        self, conn: Conn, now: datetime, item: Inbound, /, *, kept_as: int | None, apart: bool
    ) -> Arrived | None:
        """Store it; None where it was stored before."""
        ...


#: The provider's account of a number of ours: ``channels.Channel.account``.
AccountOf = Callable[[str], str]


class Asked(Struct, frozen=True, kw_only=True):
    """One hook that waits for an answer.

    ``call`` and ``leg`` are as they are after it, None where nobody knows them. ``is_new`` is False
    for a copy. ``delivery_id`` has its bytes, None of a copy. A step at once may use ``conn`` and
    ``enter``, with the call's row locked; it locks no ticket and waits for no dispatcher. A late
    step has a transaction without locks, and ``dispatcher``.
    """

    conn: Conn
    now: datetime
    hook: CallHook
    call: Call | None
    leg: CallLeg | None
    is_new: bool
    delivery_id: int | None
    database: Database
    dispatcher: Dispatcher
    enter: Entering
    account_of: AccountOf
    menus: OwnMenus


async def nowhere(
    _conn: Conn, _now: datetime, _item: Inbound, /, *, kept_as: int | None, apart: bool
) -> Arrived | None:
    """Stand for ``Entering`` where nobody said it; raises ``AssertionError``."""
    raise AssertionError(f"nobody said how calls come onto the timeline ({kept_as}, {apart})")


def nobodys(entry_point: str) -> str:
    """Stand for ``AccountOf`` where nobody said it; raises ``AssertionError``."""
    raise AssertionError(f"nobody said whose our numbers are ({entry_point})")


#: Says what a telephone does next; at once also None: the late step of that name says it.
AtOnce = Callable[[Asked], Awaitable[Script | None]]
Late = Callable[[Asked], Awaitable[Script]]
