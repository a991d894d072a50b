"""Email: mailboxes over IMAP, an SMTP or LMTP listener and provider webhooks in, SMTP out.

Whatever way a mail comes, it is read in a process of its own (``_mail_reader``), and what it shows
of its conversation is judged by the app. Each way in and the way out has its settings, and an entry
point may have its own: docs/email.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiohttp import web

from channels import (
    _email_address,
    _email_autoresponse,
    _email_hooks,
    _email_imap,
    _email_listener,
    _email_receiving,
    _email_sending,
    _email_sending_accounts,
    _email_sending_answers,
    _email_sending_unsubscribing,
)
from channels._base import Channel, Env, Inbox, Task
from channels._email_hooks_door import Deadlines
from channels._email_sending_pool import Patience
from channels._failures import FailureKind, Unavailable, Undeliverable
from channels._mail.values import Refused
from channels._mail_readers import MailReaders
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

NAME: Final = _email_receiving.NAME
SETTINGS = (
    *_email_sending_accounts.SETTINGS,
    *_email_imap.SETTINGS,
    *_email_listener.SETTINGS,
    *_email_hooks.SETTINGS,
    *_email_receiving.SETTINGS,
    *_email_autoresponse.SETTINGS,
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

    def __init__(
        self,
        env: Env,
        *,
        hook_deadlines: Deadlines | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._env = env
        self._readers = MailReaders()
        self._receiver = _email_receiving.Receiver(env, self._readers)
        self._hooks = _email_hooks.Hooks(env, self._receiver, deadlines=hook_deadlines)
        self._sending = _email_sending.Sending(env, patience=patience)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs to send; mails are received without."""
        return self._sending.missing

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """The providers' hooks, and the way out of what is written to many."""
        return [
            *self._hooks.routes(inbox),
            *_email_sending_unsubscribing.routes(self._env, inbox),
        ]

    def listeners(self, inbox: Inbox) -> Sequence[Task]:
        """The SMTP or LMTP listener, if there is to be one."""
        return _email_listener.listeners(self._env, self._receiver, inbox)

    def readers(self, inbox: Inbox) -> Sequence[Task]:
        """The readers of mailboxes."""
        return _email_imap.readers(self._env, self._receiver, inbox)

    async def close(self) -> None:
        """End the reading processes and close connections."""
        await self._hooks.close()
        await self._readers.close()
        await self._sending.close()

    def address(self, text: str) -> Address:
        """Read an address as a person wrote it."""
        return _email_address.typed(text)

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Read a mail that was kept, as when it came."""
        assert purpose == "message", "reports on mails come as mails"
        if _email_hooks.is_kept_request(raw):
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
        return _email_sending_answers.failure(code)

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:
        """What the entry point, or the settings, have for it."""
        return _email_autoresponse.text(self._env, NAME, entry_point, language)

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:  # noqa: ARG002
        """A mail server keeps no list."""
        raise Unavailable("A mail server cannot be asked what it has taken.")

    async def backfill(self, inbox: Inbox, since: datetime) -> int:  # noqa: ARG002  as in Channel
        """Nothing: mailboxes are read from where they were left, and senders try again."""
        return 0

    async def fetch(self, media: Media) -> Fetched:  # noqa: ARG002  as in Channel
        """Files come with the mail; there are none elsewhere."""
        raise Undeliverable("The files of a mail come with it.")
