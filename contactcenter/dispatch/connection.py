"""The dispatcher's own connection: it remembers who has yet to look for tickets, and the rules."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, final

from contactcenter import metrics, rules
from contactcenter.db import Conn, OwnConnection
from contactcenter.rules import Rules
from contactcenter.sla.sla_counting import Known
from routing.explanation import Explanation
from routing.sla import Happening


@final
class RoutingConnection(OwnConnection):
    """A connection that holds the routing lock now and then.

    ``looking`` are agents with room, in the order in which they got it. They look for tickets
    together: before any ticket looks for an agent, and at the latest when the hold ends.
    ``latest_at`` is when it was held last. ``rules`` are those of the hold, once somebody has asked
    for them. ``happened`` is what the promises of tickets depend on and nobody has settled yet;
    ``is_promised`` tells, once it was asked, whether anything is that these rules do not promise
    any more. In a simulation what a timer raises ends it (``raises``), and offers are explained
    where there are ``explanations``.
    """

    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self.looking: dict[int, None] = {}
        self.latest_at: datetime | None = None
        self.rules: Rules | None = None
        self.raises = False
        self.explanations: list[Explanation] | None = None
        self.happened: dict[int, Happening] = {}
        self.is_promised: bool | None = None
        self.known = Known()

    def begin(self, configuration: int) -> None:
        """A hold begins, with this version in force; of one that was undone nothing stays."""
        self.looking.clear()
        self.happened.clear()
        if self.rules is not None and self.rules.version != configuration:
            self.rules = None
            self.is_promised = None

    def forget(self) -> None:
        """What was done was undone: nobody looks for it, and no rules came of it."""
        self.looking.clear()
        self.rules = None
        self.happened.clear()
        self.is_promised = None
        self.known = Known()


async def rules_of(conn: Conn) -> Rules:
    """The rules in force; the dispatcher reads them when their version has changed."""
    if type(conn) is not RoutingConnection:
        return await rules.current(conn)
    if conn.rules is None:
        conn.rules = await rules.current(conn)
    return conn.rules


def raises(conn: Conn) -> bool:
    """Whether a timer that cannot be fired ends everything, instead of being tried again."""
    return type(conn) is RoutingConnection and conn.raises


def forget_rules(conn: Conn) -> None:
    """A configuration has become active in this hold: what follows decides by it."""
    if type(conn) is RoutingConnection:
        conn.rules = None
        conn.is_promised = None


@asynccontextmanager
async def apart(conn: Conn) -> AsyncIterator[None]:
    """What is done inside is undone, and not counted, alone if it raises."""
    with metrics.when_done():
        async with conn.transaction():
            try:
                yield
            except BaseException:
                if type(conn) is RoutingConnection:
                    conn.forget()
                raise
