"""Customers who call over the stand-in for Twilio: they press a key, talk, and hang up when helped.

Nobody can speak over that stand-in. What is said is in ``Talk``, which a caller and the agents who
have him on the line share; who is on the line, and since when, the provider alone decides.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from contactcenter.demo.company import NUMBERS
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.stories_phone import MESSAGE, PHONE_STORIES, TALK, PhoneStory
from contactcenter.fakes.twilio_voice import FakeVoice
from contactcenter.fakes.twilio_voice_hooks import HookBehaviour
from contactcenter.fakes.twilio_voice_leg import OVER, Leg
from contactcenter.fakes.twilio_voice_people import Caller, Message, Reply, accepts

#: What is told of calls comes late, and some of it twice.
EVERYDAY: Final = HookBehaviour(report_delay_s=(0.0, 0.5), doubled=0.1, asked_twice=0.02)
#: After so long without another one the last report has come.
_REPORTS_WITHIN: Final = timedelta(seconds=1)
_LOOK_EVERY_S: Final = 0.1
_SPEAKING_S: Final = 2.0
#: What a caller is after who presses a key of the menu.
_WANTS: Final = {TALK: "to talk with somebody", MESSAGE: "to leave a message"}


class Talk:
    """What is said in one call; ``said`` is set once the caller has told what he wants."""

    def __init__(self, story: PhoneStory) -> None:
        self.story = story
        self.leg: Leg | None = None
        self.said = asyncio.Event()
        #: Somebody has told him what helps.
        self.helped = asyncio.Event()
        self.is_solved = False

    @property
    def is_done(self) -> bool:
        """Whether he has called and hung up, and nothing is left to do about it."""
        return self.is_solved and self.leg is not None and self.leg.status in OVER


class Callers:
    """All who call."""

    def __init__(self, voice: FakeVoice, pace: Pace, news: News) -> None:
        self.talks: Mapping[str, Talk] = {story.number: Talk(story) for story in PHONE_STORIES}
        self._seats: list[asyncio.Event] = []
        self._voice = voice
        self._pace = pace
        self._news = news
        voice.hooks.behaviour = EVERYDAY
        voice.network.speaking_s = voice.network.playing_s = _SPEAKING_S / pace.speed

    @property
    def sent(self) -> int:
        """How many have called."""
        return sum(talk.leg is not None for talk in self.talks.values())

    @property
    def in_all(self) -> int:
        """How many will have called in the end."""
        return len(self.talks)

    @property
    def are_done(self) -> bool:
        """Whether everybody was helped, has hung up, and the provider has reported on it."""
        if not all(talk.is_done for talk in self.talks.values()):
            return False
        network = self._voice.network
        last = max(posting.at for posting in self._voice.hooks.postings)
        return (
            all(leg.status in OVER for leg in network.legs.values())
            and network.now() - last > _REPORTS_WITHIN
        )

    def place_telephone(self, address: str) -> asyncio.Event:
        """Put a telephone before an agent, who picks it up and takes the call with the key.

        He sets what is returned when he is there: before that nobody calls.
        """
        speed = self._pace.speed
        self._voice.phone(address, accepts(1.0 / speed, thinks_s=0.8 / speed))
        self._seats.append(asyncio.Event())
        return self._seats[-1]

    async def live(self) -> None:
        """Let them call, one after the other, until cancelled."""
        for seat in self._seats:
            await seat.wait()
        async with asyncio.TaskGroup() as group:
            for talk in self.talks.values():
                await self._pace.wait(1.0, 1.5)
                group.create_task(self._call(talk))
        await asyncio.Event().wait()

    async def _call(self, talk: Talk) -> None:
        story = talk.story
        leg = talk.leg = self._voice.rings(
            story.number, NUMBERS[story.language], self._person(story)
        )
        self._tell(story, f"calls, and presses {story.presses} {_WANTS[story.presses]}")
        if not await self._is_put_through(leg):
            self._tell(story, f"has left a message: {story.says}")
            return
        self._tell(story, story.says)
        talk.said.set()
        await talk.helped.wait()
        await self._pace.wait(1.0, 1.5)
        leg.hang_up()
        self._tell(story, "says thank you, and hangs up")

    def _person(self, story: PhoneStory) -> Caller:
        """How he behaves on the telephone before he talks with anybody."""
        key = Reply(press=story.presses, after_s=1.0 / self._pace.speed)
        message = Message(seconds=story.message_s, words=story.says) if story.message_s else None
        return Caller(replies=(key,), message=message)

    async def _is_put_through(self, leg: Leg) -> bool:
        while leg.status not in OVER:
            if self._voice.rooms.others(leg):
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return False  # he has left a message

    def _tell(self, story: PhoneStory, text: str) -> None:
        self._news.tell("in", f"{story.name} ☎", text)
