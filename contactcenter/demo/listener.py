"""A console that only listens: it has to be told every fact once and in order, come what may."""

import asyncio
from contextlib import aclosing
from typing import Any, Final

from contactcenter.demo.caller import Caller
from contactcenter.demo.news import News

#: The connection is lost each time so many frames have come, and for so long.
_LOST_AFTER: Final = 120
_LOST_FOR_S: Final = 0.5
#: What happens to a ticket without an agent's doing, and how it is told.
_TOLD_ON: Final = {
    "offer_expired": "ticket {} rang in vain; the next one is asked",
    "customer_words": "ticket {} goes up a tier, as the customer's words ask for it",
    "ticket_reopened": "ticket {} is open again: the customer has written",
}


class Listener:
    """Listens to the feed as somebody who may know of everything."""

    def __init__(self, caller: Caller, news: News) -> None:
        #: The ids of all facts about tickets, in the order in which they were told.
        self.told: list[int] = []
        #: How often the connection was lost and the cursor had to find the place again.
        self.resumed = 0
        self.subscribed = asyncio.Event()
        self._caller = caller
        self._news = news
        self._cursor = ""

    async def listen(self) -> None:
        """Listen, and now and then lose the connection, until cancelled."""
        while True:
            await self._listen_for_a_while()
            self.resumed += 1
            await asyncio.sleep(_LOST_FOR_S)

    async def _listen_for_a_while(self) -> None:
        frames = 0
        async with aclosing(self._caller.feed(self._cursor)) as feed:
            async for frame in feed:
                self._cursor = frame.get("cursor", self._cursor)
                self.subscribed.set()
                if frame["type"] == "event":
                    self._hear(frame["event"])
                frames += 1
                if frames >= _LOST_AFTER:
                    return

    def _hear(self, event: dict[str, Any]) -> None:
        if event["ticket_id"] is None:
            return
        self.told.append(event["id"])
        kind = event["data"].get("reason", event["kind"])
        if kind in _TOLD_ON:
            self._news.tell("move", "router", _TOLD_ON[kind].format(event["ticket_id"]))
