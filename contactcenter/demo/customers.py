"""The customers: they write by SMS through the fake Twilio, and go on when they are answered."""

import asyncio
from collections.abc import Sequence

from contactcenter.demo.cast import Role
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_message import Message, new_sid


class Customers:
    """Everybody who writes."""

    def __init__(self, roles: Sequence[Role], fake: FakeTwilio, pace: Pace, news: News) -> None:
        self.sent = 0
        #: How many messages were delivered a second time although they had been taken.
        self.redelivered = 0
        self._fake = fake
        self._pace = pace
        self._news = news
        self._cases = {role.number: _Case(role) for role in roles}

    @property
    def in_all(self) -> int:
        """How many messages they will have sent in the end."""
        return sum(case.role.story.messages for case in self._cases.values())

    @property
    def names(self) -> dict[str, str]:
        """Who has which number."""
        return {number: case.role.name for number, case in self._cases.items()}

    async def live(self) -> None:
        """Let everybody begin in his time, and go on when he is answered, until cancelled."""
        answers = self._fake.follow()
        async with asyncio.TaskGroup() as group:
            for case in self._cases.values():
                group.create_task(self._begin(case))
            while True:
                message = await answers.get()
                group.create_task(self._hear(message))

    async def _hear(self, message: Message) -> None:
        """An answer came: whoever got it reads it and writes on, if there is more to say."""
        case = self._cases.get(message.to)
        if case is None or not case.is_answered_by(message.text):
            return
        answered = case.role.story.turns[case.turn]
        case.turn += 1
        if case.turn == len(case.role.story.turns):
            return
        if answered.then == "solve":  # it was not over after all
            await self._pace.wait(2.0, 3.0, at_least_s=1.0)
        else:
            await self._pace.wait(0.7, 2.2, at_least_s=0.4)
        await self._say(case)

    async def _begin(self, case: "_Case") -> None:
        await self._pace.wait(case.role.starts_after_s, case.role.starts_after_s)
        await self._say(case)

    async def _say(self, case: "_Case") -> None:
        for n, text in enumerate(case.role.story.turns[case.turn].says):
            if n:
                await self._pace.wait(0.5, 1.0)
            await self._send(case, text)

    async def _send(self, case: "_Case", text: str) -> None:
        role, sid = case.role, new_sid("SM")
        deliveries = 2 if case.said in role.twice else 1
        case.said += 1
        self.sent += 1
        self.redelivered += deliveries - 1
        self._news.tell("in", role.name, text)
        await asyncio.gather(
            *(
                self._fake.customer_writes(role.number, role.our_number, text, sid=sid)
                for _ in range(deliveries)
            )
        )


class _Case:
    def __init__(self, role: Role) -> None:
        self.role = role
        self.turn = 0
        self.said = 0

    def is_answered_by(self, text: str) -> bool:
        turns = self.role.story.turns
        return self.turn < len(turns) and text == turns[self.turn].reply
