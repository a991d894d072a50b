"""Which senders and recipients of a mail are taken, as ``aiosmtpd`` asks for it."""

import asyncio
import re
from typing import Final

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels._email.listener.storing import Recipient, Storing
from channels._failures import Unavailable

_ADDRESS_CHARACTERS: Final = 320
#: A path with its brackets, and what follows it; a route before the address means nothing.
#: Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
_PATH: Final = re.compile(
    r'<(?:@[^:<>\s]*:)?(?P<address>(?:"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"|[^<>"\s\x00-\x1f\x7f])*)>'
    r"(?P<rest>(?:\s.*)?)\Z"
)
#: How ``aiosmtpd`` knows the null reverse path.
NULL: Final = "<>"

log = structlog.get_logger()


class Letter(Envelope):
    """What is said before a mail: its sender and its recipients."""

    def __init__(self) -> None:
        super().__init__()
        self.recipients: list[Recipient] = []


class Caller(Session):
    """Who speaks; ``strangers`` is how many recipients were asked for that are none of ours."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.strangers = 0


class Rules:
    """Answers for each sender and recipient; of the latter so many a mail."""

    def __init__(self, storing: Storing, *, recipients: int) -> None:
        self._storing = storing
        self._recipients = recipients

    async def handle_MAIL(  # noqa: N802  as it is called
        self, _server: SMTP, _caller: Caller, letter: Letter, address: str, options: list[str]
    ) -> str:
        """Note whom it is from; bytes that are no UTF-8 are replaced, as nobody can write there."""
        letter.mail_from = address.encode(errors="surrogateescape").decode(errors="replace")
        letter.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, caller: Caller, letter: Letter, address: str, _options: list[str]
    ) -> str:
        """Note a recipient, if it is one of ours."""
        if len(letter.recipients) >= self._recipients:
            return "452 4.5.3 Too many recipients"
        try:
            recipient = self._storing.recipient(address)
        except Unavailable:
            return "451 4.3.5 This address cannot be used now, try again later"
        if recipient is None:
            caller.strangers += 1
            return "550 5.1.1 No such address here"
        letter.recipients.append(recipient)
        letter.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_exception(self, error: Exception) -> str:
        """Answer where something of ours failed: with nothing that ends the matter."""
        log.error("mail_conversation_failed", error=type(error).__name__)
        return "451 4.3.0 Something is wrong here, try again later"


def address_and_rest(written: str) -> tuple[str | None, str | None]:
    """Take an address in its brackets, and the parameters after it, apart; None where it is none.

    The library would change what it reads.
    """
    found = _PATH.match(written)
    if found is None or len(found["address"]) > _ADDRESS_CHARACTERS:
        return None, None
    return found["address"] or NULL, found["rest"].strip()
