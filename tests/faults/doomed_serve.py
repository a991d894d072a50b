"""Runs ``contactcenter serve`` and kills it with SIGKILL at a named point.

The product knows nothing of this: here, in its process, one of its functions is wrapped before
the command starts. This module is imported once by a process that every server is forked from.
"""

import functools
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import channels._email.listener.conversation
import channels._twilio  # slow to import, as are these: once, before the forks
import channels.phone
import channels.sms  # noqa: F401
import contactcenter.cli.serve  # noqa: F401
from contactcenter.cli import main

#: Where it may end: the function's module and name, and whether before or after it has run.
POINTS = {
    # The hook's request was read and nothing else has happened.
    "intake_received": ("contactcenter.intake", "Intake.receive", "before"),
    # The batch is about to be written.
    "intake_writing": ("contactcenter.intake", "Intake._write", "before"),
    # The batch is committed and nobody knows.
    "intake_committed": ("contactcenter.intake", "Intake._write", "after"),
    # The answer of the hook is made, and not on the wire.
    "intake_answering": ("channels._twilio_hook", "TwilioHook.stored", "after"),
    # The mail is here, its dot too, and nothing else has happened.
    "mail_received": ("channels._email.listener.storing", "Storing.store", "before"),
    # It was read.
    "mail_understood": ("channels._email.receiving", "Receiver.understood", "after"),
    # The batch is about to be written.
    "mail_writing": ("contactcenter.mail_intake.intake", "MailIntake._write", "before"),
    # The batch is committed and nobody knows.
    "mail_committed": ("contactcenter.mail_intake.intake", "MailIntake._write", "after"),
    # The answer is known, and not on the wire.
    "mail_answering": ("channels._email.listener.storing", "Storing.store", "after"),
    # A batch of mails is about to be written; it is committed and nobody knows.
    "mails_writing": ("contactcenter.mail_intake.intake", "MailIntake._write", "before"),
    "mails_committed": ("contactcenter.mail_intake.intake", "MailIntake._write", "after"),
    # A visitor's message is here, and nothing else has happened.
    "chat_received": ("channels._webchat.visit", "Visit._message", "before"),
    # It is written with its line, and not committed.
    "chat_writing": ("contactcenter.chats.chat_intake", "store", "after"),
    # It is committed, and its acknowledgement is not on the wire.
    "chat_answering": ("channels._webchat.visit", "Visit._message", "after"),
    # Our message is in the visitor's conversation, and the sender does not know.
    "chat_delivered": ("contactcenter.chatroom.chatroom", "Chatroom.deliver", "after"),
    # A hook of a call is here, and nothing of it is stored.
    "call_storing": ("contactcenter.switchboard.switchboard", "Switchboard._store", "before"),
    # It is written, and not committed.
    "call_written": ("contactcenter.switchboard.switchboard", "Switchboard._store", "after"),
    # It is committed, and routing has not seen what follows from it.
    "call_settling": ("contactcenter.switchboard.settling", "settle", "before"),
    # The answer is known, and not on the wire.
    "call_answering": ("contactcenter.switchboard.switchboard", "Switchboard.take", "after"),
    # New tickets are being handed to the router.
    "triage_found": ("contactcenter.triage", "Triage._hand_over", "before"),
    # The claim is committed, the provider not yet called.
    "sender_claimed": ("channels.sms", "Sms.send", "before"),
    # The provider has answered, nothing of it is stored.
    "sender_answered": ("channels.sms", "Sms.send", "after"),
    # It is written, and not committed.
    "sender_storing": ("contactcenter.outbound.outbox", "sent", "after"),
}


def doom(point: str, count: int) -> None:
    """Wrap the function of ``point`` so that its ``count``-th call from now is the end."""
    module_name, path, when = POINTS[point]
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)
    passed = 0

    @functools.wraps(original)
    async def doomed(*args: Any, **kwargs: Any) -> Any:
        nonlocal passed
        passed += 1
        is_last = passed == count
        if is_last and when == "before":
            os.killpg(0, signal.SIGKILL)
        result = await original(*args, **kwargs)
        if is_last:
            os.killpg(0, signal.SIGKILL)
        return result

    setattr(owner, name, doomed)


def run(doomed: str, environ: dict[str, str], log: str) -> None:
    """Be ``contactcenter serve`` in this process, with this environment, writing to this file.

    ``doomed`` is POINT:COUNT, or empty for a life without a fixed end.
    """
    os.setsid()  # so that whatever it starts can be killed with it
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environ)
    if doomed:
        point, _, count = doomed.partition(":")
        doom(point, int(count))
    sys.argv = ["contactcenter", "serve"]
    main()
