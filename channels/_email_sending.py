"""Mails to customers, handed to a mail server over SMTP."""

from channels._base import Env, Setting
from channels._failures import FailureKind, Unavailable
from channels._messages import Outbound, Receipt

SETTINGS: tuple[Setting, ...] = ()


class Sending:
    """Composes and hands over; one a process."""

    def __init__(self, env: Env) -> None:
        self._env = env

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs before anything can be sent."""
        return ()

    async def send(self, outbound: Outbound) -> Receipt:
        """Hand one mail to the mail server, once; see ``Channel.send``."""
        raise Unavailable(f"No mail can be sent from {outbound.entry_point} yet.")

    def account(self, entry_point: str) -> str:  # noqa: ARG002
        """The mail server and the account there that an entry point uses."""
        return "smtp"

    async def close(self) -> None:
        """Close the connections."""


def failure(code: str) -> FailureKind | None:  # noqa: ARG001
    """Whose matter a failure is, by its enhanced status code."""
    return None
