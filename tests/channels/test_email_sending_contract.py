"""The contract of channels put to email, which hands its mails to a mail server."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from contract import RepeatsContract
from smtp_scripts import CUT, HANG, Answer, scripted_smtp

from channels import Address, Channel, Env, Outbound, OutboundMail
from channels._email.sending.pool import Patience
from channels._mail.understanding import understand
from channels.email import Email

WRITTEN_AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANSWERS: Final[Mapping[str, Mapping[str, Answer]]] = {
    "accepted": {},
    "refused": {"RCPT": "550 5.1.1 No such user"},
    "busy": {"banner": "421 4.3.2 Too busy"},
    "broken": {"end": "?!"},
    "cut": {"end": CUT},
    "silent": {"end": HANG},
    "gone": {},
}


class TestEmailOut(RepeatsContract):
    channel = "email"
    settings: Mapping[str, str] = {"smtp_host": "127.0.0.1", "smtp_security": "plain"}
    entry_point = "support@desk.example"
    sender = Address(kind="email", value="ali@customer.example")
    odd_correlation_id = "7.a+b&c=d/e#%"
    busy_says_how_long = False

    def impatient(self, env: Env) -> Channel:
        return Email(env, patience=Patience(connect_s=0.5, command_s=0.5, end_s=0.5))

    @asynccontextmanager
    async def provider(self, answer: str) -> AsyncIterator[dict[str, str]]:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            nobody = unused.getsockname()[1]
        async with scripted_smtp(**ANSWERS[answer]) as self.smtp:
            yield {"smtp_port": str(nobody if answer == "gone" else self.smtp.port)}

    def accepted(self) -> list[str]:
        return [id_.removesuffix("@desk.example") for id_, _ in self.readers_see()]

    def readers_see(self) -> list[tuple[str, str]]:
        mails = [understand(heard.raw) for heard in self.smtp.heard]
        raws = [heard.raw.decode() for heard in self.smtp.heard]
        return [(mail.message_id or "", raw) for mail, raw in zip(mails, raws, strict=True)]

    def outbound(self, correlation_id: str) -> Outbound:
        return Outbound(
            correlation_id=correlation_id,
            entry_point=self.entry_point,
            recipient=self.sender,
            text="سلام! سفارش شما فردا می‌رسد.",
            mail=OutboundMail(
                message_id=f"{correlation_id}@desk.example",
                ticket_id=17,
                subject="Re: سفارش [#17]",
                written_at=WRITTEN_AT,
            ),
        )
