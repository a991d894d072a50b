"""The agents who answer the telephone: their telephones ring, their consoles show whose call it is.

What a person does at the console they do over the public interface: hand a call on, complete that,
listen to a message, solve the ticket.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from contactcenter.demo.caller import Caller, Refused
from contactcenter.demo.callers import Talk
from contactcenter.demo.company import Person
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.stories_phone import PhoneStory

_LOOK_EVERY_S: Final = 0.3
#: At any speed: providers tell whole seconds, so who talks shorter may seem not to have talked.
_LEAST_TALK_S: Final = 1.1
#: What was so a moment ago is not so any more.
_OVERTAKEN: Final = frozenset({403, 404, 409})


class Telephonist:
    """One of them, from signing on to signing off.

    ``talks`` are by the callers' numbers; ``seat`` is set when he is there.
    """

    def __init__(
        self,
        person: Person,
        caller: Caller,
        talks: Mapping[str, Talk],
        seat: asyncio.Event,
        *,
        pace: Pace,
        news: News,
    ) -> None:
        self.person = person
        self._caller = caller
        self._talks = talks
        self._seat = seat
        self._pace = pace
        self._news = news
        self._greeted: set[int] = set()

    async def work(self) -> None:
        """Sign on and do one thing after the other until cancelled."""
        await self._caller.sign_in(self.person.email, self.person.password)
        await self._caller.send("PUT", "/presence/phone", {"address": self.person.telephone})
        await self._caller.post("/presence", {"presence": "available"})
        self._seat.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            while True:
                try:
                    await self._look()
                except Refused as refused:
                    if refused.status not in _OVERTAKEN:
                        raise
                await asyncio.sleep(_LOOK_EVERY_S / self._pace.speed)

    async def go_home(self) -> None:
        """Sign off."""
        await self._caller.post("/presence", {"presence": "offline"})

    async def _listen(self) -> None:
        """Keep the feed open: it says that this agent is still there."""
        async for _ in self._caller.feed():
            pass

    async def _look(self) -> None:
        """See to the call he is in, then to a ticket that rings, then to what he has to finish."""
        for call in await self._caller.all("/calls"):
            if call["agent_id"] == self.person.id:
                await self._talk(call)
        for offer in await self._caller.get("/offers"):
            if not (await self._newest_call(offer["id"])).get("is_live"):
                await self._caller.post(f"/tickets/{offer['id']}/acceptances")
                self._tell(f"accepts ticket {offer['id']}: a caller's message")
        mine = await self._caller.all("/tickets", mine=True, state=["assigned", "pending"])
        for ticket in mine:
            await self._finish(ticket["id"])

    async def _newest_call(self, ticket_id: int) -> dict[str, Any]:
        calls = await self._caller.get(f"/tickets/{ticket_id}/calls")
        if not calls:
            return {}
        newest: dict[str, Any] = calls[0]
        return newest | {"is_live": newest["ended_at"] is None}

    async def _talk(self, call: dict[str, Any]) -> None:
        talk = self._talks.get(call["address"])
        if talk is None or not talk.said.is_set() or talk.helped.is_set():
            return
        if call["id"] not in self._greeted:
            self._greeted.add(call["id"])
            for transfer in call["transfers"]:
                self._tell(f"has the hand-over note on the screen: {transfer['note']}")
            self._tell(f"talks with {talk.story.name} ☎ about ticket {call['ticket_id']}")
        if talk.story.hand_over and self.person.tier == 1:
            await self._hand_over(call, talk.story)
            return
        if call["is_held"]:
            return
        await asyncio.sleep(_LEAST_TALK_S)
        await self._pace.wait(1.0, 1.5)
        self._news.tell("out", f"{self.person.name} ☎", talk.story.solution)
        talk.helped.set()

    async def _hand_over(self, call: dict[str, Any], story: PhoneStory) -> None:
        """Put him on hold and ask a specialist; leave both alone when that is talked over."""
        transfers = call["transfers"]
        now = transfers[-1] if transfers else None
        if now is None or now["state"] in ("failed", "canceled"):
            await self._pace.wait(1.0, 1.5)
            body = {"note": story.hand_over}
            await self._caller.post(f"/tickets/{call['ticket_id']}/escalations", body)
            self._tell(f"puts {story.name} ☎ on hold, and calls a specialist of tier 2")
        elif now["state"] == "consulting":
            await self._pace.wait(1.0, 1.5)
            await self._caller.post(f"/calls/{call['id']}/transfers/{now['id']}/completions")
            self._tell(f"hands {story.name} ☎ over to {now['agent_name']}, and hangs up")

    async def _finish(self, ticket_id: int) -> None:
        """Solve what is left after a call, or after a message was heard."""
        call = await self._newest_call(ticket_id)
        talk = self._talks.get(call.get("address", ""))
        if talk is None or call["is_live"]:
            return
        if talk.story.message_s:
            if not await self._hear(call["id"]):
                return
            await self._pace.wait(0.5, 1.0)
            await self._caller.post(f"/tickets/{ticket_id}/notes", {"text": talk.story.solution})
            self._tell(f"writes a note: {talk.story.solution}")
        solution = {"disposition": "solved"}
        await self._caller.post(f"/tickets/{ticket_id}/solutions", solution)
        self._news.tell("end", self.person.name, f"solves ticket {ticket_id}")
        talk.is_solved = True

    async def _hear(self, call_id: int) -> bool:
        """Listen to the message, as soon as it was fetched from the provider."""
        recordings = await self._caller.get(f"/calls/{call_id}/recordings")
        for recording in recordings:
            if recording["state"] == "fetched":
                size_bytes = await self._caller.heard(f"/recordings/{recording['id']}/audio")
                self._tell(f"listens to the message ({size_bytes:,} bytes)")
                return True
        return False

    def _tell(self, text: str) -> None:
        self._news.tell("move", self.person.name, text)
