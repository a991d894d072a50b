"""Email: mailboxes over IMAP, an SMTP or LMTP listener and provider webhooks in, SMTP out.

Whatever way a mail comes, it is read in a process of its own (``_mail.reader``), and what it shows
of its conversation is judged by the app. Each way in and the way out has its settings, and an entry
point may have its own: docs/email.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiohttp import web

from channels._base import Channel, Env, Inbox, Task
from channels._calls import Telephony
from channels._email import addresses, autoresponse, receiving
from channels._email.hooks import hooks
from channels._email.hooks.door import Deadlines
from channels._email.imap import mailboxes
from channels._email.listener import listeners
from channels._email.sending import accounts, answers, sending, unsubscribing
from channels._email.sending.pool import Patience
from channels._failures import FailureKind, Unavailable, Undeliverable
from channels._mail.readers import MailReaders
from channels._mail.values import Refused
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

NAME: Final = receiving.NAME
SETTINGS = (
    *accounts.SETTINGS,
    *mailboxes.SETTINGS,
    *listeners.SETTINGS,
    *hooks.SETTINGS,
    *receiving.SETTINGS,
    *autoresponse.SETTINGS,
)
#: A mail server goes on trying for four to five days, and so do we.
#: Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.4.1
VALID_S: Final = 5 * 86_400
#: A mail server may take ten minutes to look at a mail, and a while to answer before that.
PATIENCE_S: Final = 900.0
#: In base64 a third more, which is what most mail servers take.
MAX_FILES_BYTES: Final = 25 * 1024 * 1024


def create(env: Env) -> Channel:
    """Build the channel; processes and connections are made when they are needed."""
    return Email(env)


class Email:
    """Mails in and out."""

    has_threads = True
    repeats_safely = True
    valid_s: int | None = VALID_S
    patience_s: float | None = PATIENCE_S
    max_files_bytes = MAX_FILES_BYTES
    telephony: Telephony | None = None

    def __init__(
        self,
        env: Env,
        *,
        hook_deadlines: Deadlines | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._env = env
        self._readers = MailReaders()
        self._receiver = receiving.Receiver(env, self._readers)
        self._hooks = hooks.Hooks(env, self._receiver, deadlines=hook_deadlines)
        self._sending = sending.Sending(env, patience=patience)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs to send; mails are received without."""
        return self._sending.missing

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The providers' hooks, and the way out of what is written to many."""
        return [
            *self._hooks.routes(inbox),
            *unsubscribing.routes(self._env, inbox),
        ]

    def listeners(self, inbox: Inbox) -> Sequence[Task]:
        """The SMTP or LMTP listener, if there is to be one."""
        return listeners.listeners(self._env, self._receiver, inbox)

    def readers(self, inbox: Inbox) -> Sequence[Task]:
        """The readers of mailboxes."""
        return mailboxes.readers(self._env, self._receiver, inbox)

    async def hang_up(self) -> None:
        """Nothing is open: a hook answers and is done."""

    async def close(self) -> None:
        """End the reading processes and close connections."""
        await self._hooks.close()
        await self._readers.close()
        await self._sending.close()

    def address(self, text: str) -> Address:
        """Read an address as a person wrote it."""
        return addresses.typed(text)

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Read a mail that was kept, as when it came."""
        assert purpose == "message", "reports on mails come as mails"
        if hooks.is_kept_request(raw):
            return await self._hooks.again(raw)
        return await self._receiver.again(raw)

    async def with_remote_images(self, raw: Raw) -> str | None:
        """Read the mail once more: what is stored of it has no such images."""
        mail = await self._readers.read(raw.body, with_remote_images=True)
        return None if isinstance(mail, Refused) else mail.html

    def size(self, text: str) -> Size | None:  # noqa: ARG002  a mail has no segments
        """Nothing: mails are not paid by their length."""
        return None

    async def send(self, outbound: Outbound) -> Receipt:
        """Hand one mail to the mail server."""
        return await self._sending.send(outbound)

    def sender(self, entry_point: str) -> str:
        """The entry point itself: who leaves one of our lists has not left the others."""
        return entry_point

    def account(self, entry_point: str) -> str:
        """The mail server and the account there."""
        return self._sending.account(entry_point)

    def failure(self, code: str) -> FailureKind | None:
        """By the class of an enhanced status code."""
        return answers.failure(code)

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:
        """What the entry point, or the settings, have for it."""
        return autoresponse.text(self._env, NAME, entry_point, language)

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:  # noqa: ARG002
        """A mail server keeps no list."""
        raise Unavailable("A mail server cannot be asked what it has taken.")

    async def backfill(self, inbox: Inbox, since: datetime) -> int:  # noqa: ARG002  as in Channel
        """Nothing: mailboxes are read from where they were left, and senders try again."""
        return 0

    async def fetch(self, media: Media) -> Fetched:  # noqa: ARG002  as in Channel
        """Files come with the mail; there are none elsewhere."""
        raise Undeliverable("The files of a mail come with it.")
