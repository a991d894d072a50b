"""The agents: programs that work as people do in front of a console, over the public interface."""

import asyncio
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, Final

from contactcenter.demo.caller import Caller, Refused
from contactcenter.demo.company import Person
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.screen import isolated
from contactcenter.demo.stories import Turn, Understanding

#: The feed tells when there is something to do; whoever hears nothing looks all the same.
_LOOK_EVERY_S: Final = 2.0
#: What a person may be told when somebody else was faster: the ticket is not his any more.
_OVERTAKEN: Final = frozenset({403, 404, 409})


class Agent:
    """One agent from signing on to signing off.

    ``declines`` is how many offers he declines, ``misses`` how many he does not hear ring; never
    one that somebody has let go before. He may take a break after solving a ticket.
    """

    def __init__(
        self,
        person: Person,
        caller: Caller,
        understanding: Understanding,
        *,
        pace: Pace,
        news: News,
        declines: int = 0,
        misses: int = 0,
        takes_a_break: bool = False,
    ) -> None:
        self.person = person
        self._caller = caller
        self._understanding = understanding
        self._pace = pace
        self._news = news
        self._declines = declines
        self._misses = misses
        self._is_tired = False
        self._takes_a_break = takes_a_break
        self._unheard: set[tuple[int, str]] = set()
        self._seen: dict[int, str] = {}
        self._treated: set[tuple[int, str]] = set()
        self._mine: set[int] = set()
        self._news_for_me = asyncio.Event()

    async def work(self) -> None:
        """Sign on and do one thing after the other until cancelled."""
        await self._caller.sign_in(self.person.email, self.person.password)
        await self._caller.post("/presence", {"presence": "available"})
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            while True:
                self._news_for_me.clear()
                if not await self._find_something_to_do():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_EVERY_S):
                            await self._news_for_me.wait()

    async def go_home(self) -> None:
        """Sign off."""
        await self._caller.post("/presence", {"presence": "offline"})

    async def _listen(self) -> None:
        """Hear the feed: the open socket also says that this agent is still there."""
        async with aclosing(self._caller.feed()) as feed:
            async for frame in feed:
                event = frame.get("event")
                if event is None or self._concerns_me(event):
                    self._news_for_me.set()

    def _concerns_me(self, event: dict[str, Any]) -> bool:
        return event["agent_id"] == self.person.id or event["ticket_id"] in self._mine

    async def _find_something_to_do(self) -> bool:
        """Do one thing, if there is one to do."""
        try:
            if self._is_tired:
                await self._rest()
            return await self._answer_a_ring() or await self._go_on_with_a_ticket()
        except Refused as refused:
            if refused.status not in _OVERTAKEN:
                raise
            return False

    async def _answer_a_ring(self) -> bool:
        for offer in await self._caller.get("/offers"):
            ring = (offer["id"], offer["offer_expires_at"])
            if ring in self._unheard:
                continue
            if (self._misses or self._declines) and await self._is_fresh(offer):
                if self._misses:
                    self._misses -= 1
                    self._unheard.add(ring)
                    self._tell(f"does not hear ticket {offer['id']} ring")
                    continue
                await self._pace.wait(0.3, 0.8)
                await self._caller.post(f"/tickets/{offer['id']}/declines")
                self._declines -= 1
                self._tell(f"declines ticket {offer['id']}; the next one is asked")
                return True
            await self._pace.wait(0.2, 0.7)
            await self._caller.post(f"/tickets/{offer['id']}/acceptances")
            self._tell(f"accepts ticket {offer['id']} ({offer['temperament']})")
            return True
        return False

    async def _is_fresh(self, offer: dict[str, Any]) -> bool:
        """Whether nobody has let this one go before: it has had to wait long enough then."""
        made = await self._caller.get(f"/tickets/{offer['id']}/offers")
        return not any(one["state"] in ("declined", "expired") for one in made)

    async def _go_on_with_a_ticket(self) -> bool:
        mine = await self._caller.all("/tickets", mine=True, state=["assigned", "pending"])
        self._mine = {line["id"] for line in mine}
        for line in sorted(mine, key=lambda one: str(one["last_customer_message_at"])):
            heard = str(line["last_customer_message_at"])
            if self._seen.get(line["id"]) != heard and await self._read(line):
                return True
            self._seen[line["id"]] = heard
        return False

    async def _read(self, line: dict[str, Any]) -> bool:
        """Look what the customer wrote last, and do what it asks for."""
        page = await self._caller.get(f"/tickets/{line['id']}/timeline", limit=20)
        said = next(i for i in page["items"] if i["kind"] == "message")
        if said["direction"] == "outbound" or self._understanding.goes_on(said["body"]):
            return False
        if _is_newer(said["received_at"], than=line["last_customer_message_at"]):
            return False  # triage has yet to look at it: a solution before that would not stand
        if line["state"] == "pending":  # he wrote while it was put aside
            await self._caller.post(f"/tickets/{line['id']}/resumptions")
        await self._take_to_heart(line)
        turn = self._understanding.turn(said["body"])
        await self._pace.wait(0.5, 1.2)
        if turn.tier > self.person.tier:
            await self._refer(line["id"], turn)
        else:
            await self._do(line["id"], turn)
        return True

    async def _take_to_heart(self, line: dict[str, Any]) -> None:
        """Read, once, which machine it is about and how this customer wants to be treated."""
        if (line["id"], line["temperament"]) in self._treated:
            return
        ticket = await self._caller.get(f"/tickets/{line['id']}")
        if not any(seen == line["id"] for seen, _ in self._treated):
            for machine in ticket["assets"]:
                about = f"{isolated(machine['model'])} ({machine['service_tag']})"
                self._tell(f"is told that ticket {line['id']} is about the customer's {about}")
        self._treated.add((line["id"], line["temperament"]))
        if line["temperament"] != "unknown":
            guidance = ticket["guidance"][self.person.language][0]
            self._tell(f"is told that ticket {line['id']} is {line['temperament']}: {guidance}")

    async def _refer(self, ticket_id: int, turn: Turn) -> None:
        note = turn.hand_over or "Beyond what I can do: please take over."
        await self._caller.post(f"/tickets/{ticket_id}/escalations", {"note": note})
        self._tell(f"refers ticket {ticket_id} to tier {self.person.tier + 1}: {note}")

    async def _do(self, ticket_id: int, turn: Turn) -> None:
        path = f"/tickets/{ticket_id}"
        if turn.note:
            await self._caller.post(f"{path}/notes", {"text": turn.note})
        if turn.reply:
            await self._caller.post(f"{path}/replies", {"text": turn.reply})
            self._news.tell("out", self.person.name, turn.reply)
        if turn.then == "pend":
            await self._pend(path)
        elif turn.then == "solve":
            solution = {"disposition": turn.disposition}
            await self._caller.post(f"{path}/solutions", solution)
            self._news.tell("end", self.person.name, f"solves ticket {ticket_id}")
            self._is_tired, self._takes_a_break = self._takes_a_break, False

    async def _pend(self, path: str) -> None:
        """Leave it to the customer, unless he was faster: then he is read first."""
        try:
            await self._caller.post(f"{path}/pendings", {})
        except Refused as refused:
            if refused.code != "customer_waits":
                raise

    async def _rest(self) -> None:
        """A cup of tea: nothing new comes, and what is held stays held."""
        self._is_tired = False
        away = {"presence": "away", "reason": "tea"}
        await self._caller.post("/presence", away)
        self._tell("has a cup of tea; new tickets go to others")
        await self._pace.wait(2.0, 3.0)
        await self._caller.post("/presence", {"presence": "available"})
        self._tell("is back")

    def _tell(self, text: str) -> None:
        self._news.tell("move", self.person.name, text)


def _is_newer(at: str, *, than: str | None) -> bool:
    return than is None or datetime.fromisoformat(at) > datetime.fromisoformat(than)
