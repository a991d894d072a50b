"""Posts the hooks of calls as Twilio does, and reports as late, twice or never as it is told to."""

import asyncio
import random
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import aiohttp
import msgspec
import yarl
from msgspec import Struct

from contactcenter.fakes.behaviour import Span
from contactcenter.fakes.twilio_hooks import Attempt, Overrides, Params, sign
from contactcenter.fakes.twilio_voice_time import Time


class HookBehaviour(Struct, frozen=True, kw_only=True):
    """How hooks come. Reports are those no telephone waits for; chances are between 0 and 1.

    Delays are drawn for each copy, so that a wide span shuffles them. ``asked_twice``: a hook that
    is waited for is posted once more as well, as when its answer was lost on the way.
    """

    report_delay_s: Span = (0.0, 0.0)
    doubled: float = 0.0
    lost: float = 0.0
    asked_twice: float = 0.0


class Posting(Struct, frozen=True, kw_only=True):
    """One hook: what was posted where, what came back, and how long that took.

    ``at`` is the network's time, ``took_s`` the real one.
    """

    at: datetime
    kind: Literal["document", "report"]
    url: str
    params: Params
    attempts: tuple[Attempt, ...] = ()
    content_type: str = ""
    body: bytes = b""
    took_s: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether it was taken in the end."""
        return bool(self.attempts) and self.attempts[-1].succeeded

    def get(self, name: str) -> str:
        """A parameter."""
        return dict(self.params).get(name, "")


class _Answer(Struct, frozen=True, kw_only=True):
    attempt: Attempt
    content_type: str = ""
    body: bytes = b""


class HookPoster:
    """Posts signed forms. ``postings`` are all there were, in the order of their answers.

    ``loses`` tells of one more report that never comes. ``on_posting`` hears of each before it
    is posted.
    """

    def __init__(self, time: Time, *, token: str, seed: int) -> None:
        self._time = time
        self._token = token
        self._seed = seed
        self.behaviour = HookBehaviour()
        self.postings: list[Posting] = []
        self.problems: list[str] = []
        self.loses: Callable[[Posting], bool] = lambda _: False
        self.on_posting: Callable[[Posting], None] = lambda _: None

    async def start(self) -> None:
        """Open the connections."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        """Close them."""
        await self._http.close()

    async def document(self, url: str, params: Params, *, fallback_url: str, name: str) -> Posting:
        """Ask what a telephone does next; ``name`` is the same in each run, for the chance."""
        posting = Posting(at=self._time.now(), kind="document", url=url, params=tuple(params))
        chance = random.Random(f"{self._seed}/{name}")  # noqa: S311 -- misbehaviour
        posting = await self._posted(posting)
        if posting.succeeded and chance.random() < self.behaviour.asked_twice:
            again = await self._posted(posting)
            if again.body != posting.body:
                self.problems.append(f"{url} answered its copy otherwise: {again.body.decode()}")
        if fallback_url and not posting.succeeded:
            more = [("ErrorCode", "11200"), ("ErrorUrl", posting.attempts[-1].url)]
            posting = msgspec.structs.replace(
                posting, url=fallback_url, params=(*params, *more), attempts=()
            )
            posting = await self._posted(posting)
        return posting

    def report(self, url: str, params: Params, *, name: str) -> None:
        """Tell something nobody waits for, as the behaviour has it."""
        posting = Posting(at=self._time.now(), kind="report", url=url, params=tuple(params))
        chance = random.Random(f"{self._seed}/{name}")  # noqa: S311 -- misbehaviour
        delays = [chance.uniform(*self.behaviour.report_delay_s) for _ in range(2)]
        is_lost, is_doubled = (
            chance.random() < share for share in (self.behaviour.lost, self.behaviour.doubled)
        )
        if is_lost or self.loses(posting):
            return
        for delay_s in delays[: 2 if is_doubled else 1]:
            self._time.spawn(self._later(posting, delay_s))

    async def post(self, url: str, params: Params) -> Posting:
        """Post a signed form of one's own making."""
        return await self._posted(
            Posting(at=self._time.now(), kind="report", url=url, params=tuple(params))
        )

    async def sound(self, url: str) -> float | None:
        """Fetch what is to be played, and complain about what is no sound.

        Returns how many seconds it lasts, where its format says so.
        """
        called = url.partition("#")[0]
        headers = {"X-Twilio-Signature": sign(self._token, called), "User-Agent": "TwilioProxy/1.1"}
        try:
            async with self._http.get(
                yarl.URL(called, encoded=True),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=15),
            ) as answer:
                body = await answer.read()
                is_sound = answer.content_type.startswith("audio/")
                if answer.status != 200 or not is_sound:  # noqa: PLR2004
                    self.problems.append(f"{called} is {answer.status} {answer.content_type}")
                return _lasts_s(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.problems.append(f"{called} cannot be played: {type(error).__name__}")
        return None

    async def _later(self, posting: Posting, delay_s: float) -> None:
        if delay_s:
            await self._time.wait(seconds=round(delay_s))
        await self._posted(posting)

    async def _posted(self, posting: Posting) -> Posting:
        self.on_posting(posting)
        overrides = Overrides.of(posting.url)
        now = asyncio.get_running_loop().time
        began = now()
        ends = began + overrides.tt / 1000
        event = secrets.token_hex(16)  # the same at every attempt
        answers: list[_Answer] = []
        while not answers or (len(answers) <= overrides.rc and now() < ends):
            answers.append(await self._tried(posting, event, ends - now()))
            last = answers[-1].attempt
            if last.succeeded or not overrides.retries(last):
                break
        posting = msgspec.structs.replace(
            posting,
            attempts=tuple(answer.attempt for answer in answers),
            content_type=answers[-1].content_type,
            body=answers[-1].body,
            took_s=now() - began,
        )
        self.postings.append(posting)
        return posting

    async def _tried(self, posting: Posting, event: str, left_s: float) -> _Answer:
        overrides, called = Overrides.of(posting.url), posting.url.partition("#")[0]
        try:
            async with self._http.post(
                yarl.URL(called, encoded=True),
                data=urlencode(posting.params).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                    "User-Agent": "TwilioProxy/1.1",
                    "X-Twilio-Signature": sign(self._token, called, posting.params),
                    "I-Twilio-Idempotency-Token": event,
                },
                timeout=aiohttp.ClientTimeout(
                    total=left_s,
                    sock_connect=overrides.ct / 1000,
                    sock_read=overrides.rt / 1000,
                ),
            ) as answer:
                body = await answer.read()
            return _Answer(
                attempt=Attempt(url=called, status=answer.status),
                content_type=answer.headers.get("Content-Type", ""),
                body=body,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return _Answer(attempt=Attempt(url=called, error="ct"))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return _Answer(attempt=Attempt(url=called, error="rt"))


def _lasts_s(body: bytes) -> float | None:
    """How long a WAV file lasts: its bytes by its bytes a second, which stand in its header."""
    per_s = int.from_bytes(body[28:32], "little")
    if body[:4] != b"RIFF" or not per_s:
        return None
    return max(1.0, (len(body) - 44) // per_s)
