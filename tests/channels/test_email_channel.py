"""The contract of channels put to email, whose messages come by a hook of Mailgun's."""

import re
from collections.abc import AsyncIterator

import pytest
from contract import Delivery, HookContract
from mail_posts import (
    BOUNDARY,
    CUSTOMER,
    ENTRY_POINT,
    MAILGUN_KEY,
    OwnEntryPoints,
    mail,
    mailgun,
    mailgun_proof,
    urlencoded,
)
from msgspec.structs import replace

from channels import Address, Channel, Env
from channels._email.hooks.door import Deadlines
from channels.email import Email

SETTINGS = {"mailgun_signing_secrets": MAILGUN_KEY, "smtp_host": "127.0.0.1"}


class TestEmailIn(HookContract):
    channel = "email"
    settings = SETTINGS
    entry_point = ENTRY_POINT
    sender = Address(kind="email", value=CUSTOMER)
    over_limit_bytes = 49 * 1024 * 1024
    forged_status = 401

    @pytest.fixture(autouse=True)
    async def closed_at_the_end(self) -> AsyncIterator[None]:
        self.made: list[Channel] = []
        yield
        for channel in self.made:
            await channel.close()

    def create(self, env: Env) -> Channel:
        self.made.append(super().create(env))
        return self.made[-1]

    def impatient(self, env: Env) -> Channel:
        self.made.append(Email(env, hook_deadlines=Deadlines(storing_s=0.3)))
        return self.made[-1]

    def env(self, http, **settings):
        return replace(super().env(http, **settings), own=OwnEntryPoints())

    def kept(self, delivery: Delivery) -> bytes:
        found = re.search(
            rb'name="body-mime"\r\n\r\n(.*?)\r\n--' + BOUNDARY.encode(), delivery.body, re.DOTALL
        )
        assert found is not None
        return found[1]

    def delivery(self, message_id: str, text: str) -> Delivery:
        return mailgun(mail(message_id, text))

    def forged(self, message_id: str, text: str) -> list[Delivery]:
        raw = mail(message_id, text)
        proof = mailgun_proof()
        return [
            mailgun(raw, proof={}),
            *(mailgun(raw, proof=proof, **{missing: None}) for missing in proof),
            mailgun(raw, proof=proof, signature=b""),
            mailgun(raw, proof=proof, signature="بدون امضا".encode()),
            mailgun(raw, proof=proof, token=b"another"),
            mailgun(raw, proof=proof, timestamp=proof["timestamp"] + b"0"),
            mailgun(raw, proof=mailgun_proof(key="another key")),
            mailgun(raw, proof=mailgun_proof(key="")),
            mailgun(raw, proof=mailgun_proof(at_s=0)),
            Delivery(path=mailgun(raw).path, body=b"", headers={}),
        ]

    def unreadable(self) -> dict[str, Delivery]:
        parsed = {"body-plain": b"hello", "stripped-text": b"hello"}
        return {
            "missing_mail/form": mailgun(None, **parsed),
            "missing_mail/urlencoded": mailgun(None, form=urlencoded, **parsed),
            "missing_field/none": mailgun(mail("m-1", "x"), recipient=None),
            "missing_field/empty": mailgun(mail("m-1", "x"), recipient=b" , "),
        }
