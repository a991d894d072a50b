"""How the shared contract is put to the SMS channel, for its test and for broken copies of it."""

import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256

from contract import PUBLIC_URL, Delivery, HookContract, RemembersContract
from msgspec.structs import replace
from twilio_requests import SETTINGS, TOKEN, message, report, signed

from channels import Address, Channel, Env, Outbound
from channels.sms import Sms
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_hooks import sign

PATH = "/hooks/sms/message"
STATUS_PATH = "/hooks/sms/status"

BEHAVIOURS = {
    "accepted": Behaviour(dropped=1.0),
    "busy": Behaviour(busy=1.0, retry_after_s=7),
    "broken": Behaviour(broken_after_accepting=1.0, dropped=1.0),
    "cut": Behaviour(cut_after_accepting=1.0, dropped=1.0),
    "silent": Behaviour(hanging=1.0, dropped=1.0),
    "refused": Behaviour(),
}


class SmsContract(HookContract, RemembersContract):
    channel = "sms"
    settings = SETTINGS
    entry_point = "+982191012345"
    sender = Address(kind="phone", value="+989121234567")
    over_limit_bytes = 2 * 1024 * 1024
    over_limit_file_bytes = 16 * 1024 * 1024 + 1

    def impatient(self, env: Env) -> Channel:
        return Sms(env, send_deadline_s=0.8, hook_deadline_s=0.3)

    def delivery(self, message_id: str, text: str) -> Delivery:
        return signed(PATH, message(message_id, text))

    def forged(self, message_id: str, text: str) -> list[Delivery]:
        params = message(message_id, text)
        authentic = signed(PATH, params)
        unsigned = {"Content-Type": authentic.headers["Content-Type"]}
        elsewhere = {
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
            "Forwarded": "host=evil.example;proto=http",
            "X-Original-URL": f"http://evil.example{PATH}",
        }
        for_evil = signed(PATH, params, public_url="http://evil.example")
        return [
            replace(authentic, headers=unsigned),
            replace(authentic, headers={**unsigned, "X-Twilio-Signature": ""}),
            replace(
                authentic,
                headers={**unsigned, "X-Twilio-Signature": "بدون امضا".encode().decode("latin-1")},
            ),
            signed(PATH, params, token="another-token"),
            replace(authentic, body=authentic.body.replace(b"hello", b"hullo")),
            replace(authentic, body=authentic.body + b"&Extra=1"),
            replace(authentic, path=f"{PATH}?a=b"),
            replace(for_evil, headers={**for_evil.headers, **elsewhere}),
            replace(authentic, headers={**authentic.headers, "Content-Type": "application/json"}),
            replace(authentic, headers={"X-Twilio-Signature": sign(TOKEN, PUBLIC_URL + PATH)}),
        ]

    def unreadable(self) -> dict[str, Delivery]:
        json = b'{"MessageSid": "m-1"}'
        path = f"{PATH}?bodySHA256={sha256(json).hexdigest()}"
        not_a_form = Delivery(
            path=path,
            body=json,
            headers={
                "Content-Type": "application/json",
                "X-Twilio-Signature": sign(TOKEN, PUBLIC_URL + path),
            },
        )
        return {
            "nul_character": signed(PATH, message("m-1", "a\0b")),
            "missing_field/sid": signed(PATH, message("m-1", "hello", MessageSid=None)),
            "missing_field/from": signed(PATH, message("m-1", "hello", From="")),
            "missing_field/to": signed(PATH, message("m-1", "hello", To=None)),
            "missing_field/all": signed(PATH, []),
            "bad_address/from": signed(
                PATH, message("m-1", "hello", From="whatsapp:+989121234567")
            ),
            "bad_address/to": signed(PATH, message("m-1", "hello", To="desk")),
            "not_a_form": not_a_form,
        }

    def status_report(self, message_id: str, status: str, *, correlation_id: str) -> Delivery:
        return signed(f"{STATUS_PATH}?c={correlation_id}", report(message_id, status))

    @asynccontextmanager
    async def provider(self, answer: str) -> AsyncIterator[dict[str, str]]:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with FakeTwilio(
            chance=random.Random(7),
            clock=lambda: datetime.now(UTC),
            account_sid=SETTINGS["twilio_account_sid"],
            auth_token=TOKEN,
            numbers=frozenset({"+15005550006"} if answer == "refused" else ()),
            behaviour=BEHAVIOURS.get(answer),
        ) as self.fake:
            yield {"twilio_api_base": nobody if answer == "gone" else self.fake.url}

    async def missed(self, text: str, *files: tuple[str, bytes]) -> str:
        self.fake.behaviour = replace(self.fake.behaviour, swallowed=1.0)
        result = await self.fake.customer_writes(
            self.sender.value, self.entry_point, text, media=files
        )
        return result.sid

    def accepted(self) -> list[str]:
        return [entry.correlation for entry in self.fake.ledger.of("accepted")]

    def outbound(self, correlation_id: str) -> Outbound:
        return Outbound(
            correlation_id=correlation_id,
            entry_point=self.entry_point,
            recipient=self.sender,
            text="سلام! سفارش شما فردا می‌رسد.",
        )
