"""A session with a mail server, used beside the event loop: every call has its deadline."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from channels._email.imap.account import Account
from channels._email.imap.failures import ServerFailed
from channels._email.imap.pace import Pace
from channels._email.imap.session import Session
from channels._email.imap.thread import in_thread

Result = TypeVar("Result")


class Connection:
    """One connection. While it waits for news it takes no thread."""

    def __init__(self, account: Account, pace: Pace) -> None:
        self._account = account
        self.session = Session(account, connect_s=pace.connect_s, silence_s=pace.silence_s)

    async def ask(self, work: Callable[[], Result], within_s: float) -> Result:
        """Have the session do something; raises what that raises, ``ServerFailed`` if too late."""
        try:
            return await in_thread(
                lambda: self.session.run(work), stop=self.session.abandon, within_s=within_s
            )
        except TimeoutError:
            raise ServerFailed(f"{self._account.host} takes too long to answer.") from None

    async def is_told(self, within_s: float) -> bool:
        """Wait until the server tells something by itself; False if it does not."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[None] = loop.create_future()
        at = self.session.socket.fileno()
        loop.add_reader(at, _settle, told)
        try:
            async with asyncio.timeout(within_s):
                await told
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(at)
        return True

    def close(self) -> None:
        """End it; what still runs ends soon."""
        self.session.abandon()


def _settle(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)
