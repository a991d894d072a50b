"""What can go wrong with a mail server that is asked over IMAP, in a sentence for a person."""

import re
import socket
import ssl
from typing import Final

from imapclient.exceptions import CapabilityError, IMAPClientAbortError, LoginError

from channels._email.imap.account import Account

_SAID: Final = 160
_UNSHOWN: Final = re.compile(r"[^\x20-\x7e]+")


class ServerFailed(Exception):
    """The connection is of no use any more; the message is a sentence."""


class SignInRefused(ServerFailed):
    """The server does not let us in; trying again soon may lock the account."""


class NoSuchMailbox(ServerFailed):
    """A mailbox cannot be opened."""


class NotAnswered(Exception):
    """The server did not do what it was asked; the connection stands. The message is its own."""


def told(account: Account, error: Exception) -> ServerFailed:
    """What went wrong with a connection."""
    if isinstance(error, LoginError):
        return SignInRefused(
            f"{account.host} does not let {account.username} in: the user name or the password is "
            f"wrong, or the account may not use IMAP. {_said(error)}"
        )
    return ServerFailed(_sentence(account, error))


def no_mailbox(account: Account, mailbox: str, error: Exception) -> NoSuchMailbox:
    """A mailbox that is not there, or not for us."""
    return NoSuchMailbox(f"{account.host} does not open the mailbox {mailbox}. {_said(error)}")


def _sentence(account: Account, error: Exception) -> str:  # noqa: PLR0911  one return a case
    host, port = account.host, account.port
    match error:
        case socket.gaierror():
            return f"There is no host {host}."
        case ssl.SSLCertVerificationError():
            return f"The certificate of {host} does not hold: {error.verify_message}."
        case ssl.SSLError():
            return (
                f"No secure connection with {host} at port {port}; imap_security is "
                f"{account.security}. {_said(error)}"
            )
        case CapabilityError():
            return f"{host} cannot do what imap_security {account.security} needs. {_said(error)}"
        case TimeoutError():
            return f"{host} does not answer at port {port}."
        case ConnectionRefusedError():
            return f"{host} takes no connections at port {port}."
        case IMAPClientAbortError():
            return f"{host} ended the connection. {_said(error)}"
        case OSError():
            return f"The connection with {host} broke. {_said(error)}"
        case _:
            return f"{host} does not speak IMAP as expected. {_said(error)}"


def _said(error: Exception) -> str:
    """The other side's own words, made fit to show."""
    words = _UNSHOWN.sub(" ", str(error)).removeprefix("b'").removesuffix("'").strip()
    return f"It says: {words[:_SAID]}" if words else ""
