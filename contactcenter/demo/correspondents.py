"""The customers who write mails, and go on when they are answered."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from contactcenter.demo.company import MAILBOXES
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.stories import Story
from contactcenter.demo.stories_mail import MAILS
from contactcenter.fakes.post_office import Letter, PostOffice, customer_mail

_WHO: Final = {
    "en": ("Agnes Whitfield", "agnes.whitfield@post.example"),
    "fa": ("نوید کاظمی", "navid.kazemi@nameh.example"),
}


class Correspondents:
    """One in each language."""

    def __init__(self, post: PostOffice, pace: Pace, news: News) -> None:
        self.sent = 0
        self._post = post
        self._pace = pace
        self._news = news
        self._cases = {_WHO[story.language][1]: _Case(story, by) for story, by in MAILS}

    @property
    def in_all(self) -> int:
        """How many mails they will have sent in the end."""
        return sum(case.story.messages for case in self._cases.values())

    async def live(self) -> None:
        """Let both write, and go on when they are answered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for case in self._cases.values():
                group.create_task(self._say(case, None))
            while True:
                group.create_task(self._hear(await self._post.next_letter()))

    async def _hear(self, letter: Letter) -> None:
        case = self._cases.get(letter.to)
        turns = case.story.turns if case else ()
        if case is None or case.turn >= len(turns) or letter.text != turns[case.turn].reply:
            return
        case.turn += 1
        if case.turn < len(turns):
            await self._say(case, letter)

    async def _say(self, case: "_Case", answers: Letter | None) -> None:
        await self._pace.wait(0.7, 1.6)
        name, address = _WHO[case.story.language]
        text = case.story.turns[case.turn].says[0]
        ours = MAILBOXES[case.story.language]
        mail = customer_mail(name, address, ours, text, datetime.now(UTC), answers=answers)
        self.sent += 1
        self._news.tell("in", f"{name} ✉", text)
        recipient = answers.reply_to if answers else ours
        await self._post.bring(mail, recipient, by=case.by)


class _Case:
    def __init__(self, story: Story, by: str) -> None:
        self.story = story
        self.by = by
        self.turn = 0
