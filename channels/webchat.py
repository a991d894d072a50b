"""Web chat: a visitor's browser on a socket of ours, under ``<public url>/hooks/webchat/socket``.

There is no provider: what browsers say is understood here, and conversations are the app's
``Chatroom``. The protocol, its codes and its limits are in docs/webchat.md. An entry point's
address is the key by which pages name its widget; who may show it is ``webchat_origins``.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import structlog
from aiohttp import web

from channels import _chat
from channels._base import Channel, Env, Inbox, Task
from channels._calls import Telephony
from channels._chat import Attested
from channels._failures import (
    BadAddress,
    FailureKind,
    NotStored,
    OutcomeUnknown,
    Unavailable,
    Undeliverable,
)
from channels._listed import listed
from channels._messages import (
    Address,
    Fetched,
    Inbound,
    Listed,
    Media,
    Outbound,
    Purpose,
    Raw,
    Receipt,
    Size,
    StatusUpdate,
    Unreadable,
)
from channels._webchat import identity, messages, settings
from channels._webchat.door import NAME, Door
from channels._webchat.limits import Limits
from channels._webchat.serving import Serving

__all__ = ["NAME", "SETTINGS", "Webchat", "create"]

SETTINGS: Final = settings.SETTINGS
#: A line waits for its visitor in the conversation, not on the way.
VALID_S: Final = 86_400
MAX_FILES_BYTES: Final = 25 * 1024 * 1024
_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,99}")

log = structlog.get_logger()


def create(env: Env) -> Channel:
    """Build the channel."""
    return Webchat(env)


class Webchat:
    """Conversations with visitors of our customers' sites."""

    has_threads = False
    repeats_safely = True
    valid_s: int | None = VALID_S
    patience_s: float | None = None
    max_files_bytes = MAX_FILES_BYTES
    telephony: Telephony | None = None

    def __init__(
        self,
        env: Env,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._env = env
        self._limits = limits or Limits()
        self._door = Door(env, self._limits, clock)
        self._serving = Serving(env, self._door, attest=self._attest, clock=clock)

    @property
    def missing(self) -> tuple[str, ...]:
        """A page that may show a widget, for all entry points or for one."""
        return self._door.missing

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The socket, and what is served beside it."""
        return self._serving.routes(inbox)

    def listeners(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: browsers come to our hooks."""
        return ()

    def readers(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: there is nothing to fetch."""
        return ()

    async def hang_up(self) -> None:
        """Send all browsers to another process; they come back at once."""
        await self._serving.hang_up()

    async def close(self) -> None:
        """Nothing is held but sockets."""

    def address(self, text: str) -> Address:
        """Read the key of a widget, or the address of a visitor."""
        value = text.strip()
        if not _ADDRESS.fullmatch(value):
            detail = "It must be 3 to 100 letters of a to z, digits, dots, hyphens and underscores."
            raise BadAddress(detail)
        return Address(kind=_chat.KIND, value=value)

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Understand a visitor's frame that was kept."""
        assert purpose == "message", "nobody reports on chats"
        return messages.read(raw)

    async def with_remote_images(self, raw: Raw) -> str | None:  # noqa: ARG002  as in Channel
        """Nothing: chats have no HTML."""
        return None

    def size(self, text: str) -> Size | None:  # noqa: ARG002  as in Channel
        """Nothing: chats are not paid by their length."""
        return None

    async def send(self, outbound: Outbound) -> Receipt:
        """Put a message into the visitor's conversation; he has it when he is there."""
        room = self._env.chatroom
        if self.missing:
            raise Unavailable(f"Web chat is not set up; it needs {', '.join(self.missing)}.")
        if room is None:
            raise Unavailable("There are no conversations in this process.")
        if outbound.recipient.kind != _chat.KIND:
            raise Undeliverable(f"A {outbound.recipient.kind} address has no chat.")
        try:
            async with asyncio.timeout(self._limits.room_s):
                return await room.deliver(outbound)
        except OSError as error:  # a deadline, or a connection that was cut
            raise OutcomeUnknown("Whether the conversation has it is not known.") from error
        except NotStored as error:
            raise Unavailable("The conversation cannot be reached.") from error

    def sender(self, entry_point: str) -> str:
        """The entry point itself."""
        return entry_point

    def account(self, entry_point: str) -> str:  # noqa: ARG002  as in Channel
        """There is one for all: our own."""
        return NAME

    def failure(self, code: str) -> FailureKind | None:  # noqa: ARG002  as in Channel
        """Nobody's: there is no provider with codes of its own."""
        return None

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:  # noqa: ARG002
        """Nothing: the widget greets by itself."""
        return None

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:  # noqa: ARG002
        """Conversations are not searched: delivering again does no harm."""
        raise Unavailable("A conversation cannot be asked what it has taken.")

    async def backfill(self, inbox: Inbox, since: datetime) -> int:  # noqa: ARG002  as in Channel
        """Nothing: browsers keep what was not acknowledged, and send it again."""
        return 0

    async def fetch(self, media: Media) -> Fetched:  # noqa: ARG002  as in Channel
        """Files are handed over by the browser; there are none elsewhere."""
        raise Undeliverable("The files of a chat are sent by the browser.")

    def _attest(self, entry_point: str, token: str) -> Attested | Literal["expired", "invalid"]:
        """Who a visitor is by the host's word; why it does not count is for our log alone."""
        keys = listed(self._door.options_of(entry_point).get(settings.IDENTITY_SECRETS, ""))
        found = identity.check(token, keys, audience=entry_point, now=datetime.now(UTC))
        if isinstance(found, Attested):
            return found
        log.info("chat_identity_refused", entry_point=entry_point, reason=found.reason)
        return found.problem
