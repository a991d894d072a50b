"""Mailboxes read over IMAP."""

from collections.abc import Sequence

from channels._base import Env, Inbox, Setting, Task
from channels._email_receiving import Receiver

SETTINGS: tuple[Setting, ...] = ()


def readers(env: Env, receiver: Receiver, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG001
    """One task that reads all mailboxes there are, as they come and go."""
    return ()
