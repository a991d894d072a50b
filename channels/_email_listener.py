"""An SMTP or LMTP listener for a company's own mail server."""

from collections.abc import Sequence

from channels._base import Env, Inbox, Setting, Task
from channels._email_receiving import Receiver

SETTINGS: tuple[Setting, ...] = ()


def listeners(env: Env, receiver: Receiver, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG001
    """The listeners that the settings ask for."""
    return ()
