"""Nobody is dialled outside what is allowed, nor more often than is: see docs/decisions/0051.

What may be dialled is said by the settings of the machine, which no account of ours can change.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct

from channels import Channel
from contactcenter import db, metrics
from contactcenter.calls.telephones import telephony_of
from contactcenter.db import Conn
from contactcenter.errors import Conflict, Forbidden
from contactcenter.settings import Settings
from routing.calls import dialling
from routing.calls.dialling import Guard

_WHY: Final[Mapping[dialling.Refusal, str]] = {
    "destination_not_allowed": "nobody may be called there from here",
    "premium_number": "whoever is called there earns by it",
    "agent_limit": "you have called as many people today as one may",
    "house_limit": "as many people were called today as may be",
}

log = structlog.get_logger()


class DestinationNotAllowed(Forbidden):
    """Nobody may be called there."""

    code = "destination_not_allowed"


class CallLimitReached(Conflict):
    """As many were called in the last 24 hours as may be."""

    code = "call_limit_reached"


class _Counted(Struct, frozen=True, kw_only=True):
    by_agent: int
    by_house: int


_SQL = db.Statements(__name__)
_counted = _SQL.take("counted", _Counted)
_note = _SQL.command("note")


class DialGuard:
    """The guard of this house; ``prefixes`` and limits are those of the settings."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        prefixes: Sequence[str],
        per_agent: int,
        per_house: int,
    ) -> None:
        self._channels = channels
        self._guard = Guard(prefixes=prefixes, per_agent=per_agent, per_house=per_house)

    def check_place(self, address: str, *, entry_point: str) -> None:
        """Whether that may be called from one of our numbers; raises ``DestinationNotAllowed``.

        Both are canonical. Telephones in browsers, ``client:``, are ours wherever they are.
        """
        if (refusal := self.refusal(address, entry_point=entry_point)) is not None:
            raise DestinationNotAllowed(_told(refusal), reason=refusal)

    def refusal(self, address: str, *, entry_point: str) -> dialling.Refusal | None:
        """Why that may not be called from one of our numbers; None where it may."""
        if address.startswith("client:"):
            return None
        telephony = telephony_of(self._channels)
        place, home = telephony.destination(address), telephony.destination(entry_point)
        number = dialling.Number(
            address=address, country=place.country, is_premium=place.is_premium
        )
        return dialling.refused_place(self._guard, number, home=home.country)

    def check_telephone(self, address: str, *, entry_points: Sequence[str]) -> None:
        """Whether at least one of our numbers may call a telephone of our own people.

        Whoever is called there for every offer could earn by it, or listen. Without a number of
        ours it may lie where it says. Raises ``DestinationNotAllowed``.
        """
        ours = list(entry_points) or [address]
        for one in ours:
            try:
                self.check_place(address, entry_point=one)
            except DestinationNotAllowed:
                if one == ours[-1]:
                    raise
            else:
                return

    async def permit(
        self,
        conn: Conn,
        now: datetime,
        *,
        call_id: int,
        address: str,
        entry_point: str,
        user_id: int | None,
    ) -> None:
        """Let it be called now, and count it; whoever wishes it, or nobody of us, is named.

        Under the routing lock, so that two who come together are counted one after the other.
        Raises ``DestinationNotAllowed`` or ``CallLimitReached``.
        """
        self.check_place(address, entry_point=entry_point)
        since_at = now - timedelta(seconds=dialling.WINDOW_S)
        counted = await _counted.one(conn, since_at, user_id)
        refusal = dialling.refused_rate(
            self._guard,
            dialling.Dialled(by_agent=counted.by_agent, by_house=counted.by_house),
        )
        if refusal is not None:
            raise CallLimitReached(_told(refusal), reason=refusal)
        await _note.run(conn, call_id, user_id, address, now)


def of(settings: Settings, channels: Mapping[str, Channel]) -> DialGuard:
    """The guard as it is set."""
    return DialGuard(
        channels,
        prefixes=settings.dial_prefixes,
        per_agent=settings.dials_per_agent,
        per_house=settings.dials_per_house,
    )


def _told(refusal: dialling.Refusal) -> str:
    metrics.DIALLINGS_REFUSED.labels(refusal).inc()
    log.warning("dialling_refused", reason=refusal)
    return _WHY[refusal]
