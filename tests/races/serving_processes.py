"""``serve`` as processes of its own on one database, with requests signed as Twilio signs them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp

from contactcenter.fakes.twilio_hooks import sign

ACCOUNT = "AC5ef872f6da5a21de157d80997a64bd33"
TOKEN = "a-token-for-tests"
PUBLIC_URL = "https://desk.test"
OUR_NUMBER = "+982100000000"
MESSAGE_HOOK = "/hooks/sms/message"
_STARTS_WITHIN_S = 60


@asynccontextmanager
async def served(
    dsn: str, *, before: Sequence[str] = (), **environ: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """One process on a free port: its address and the process; ``before`` leads its command."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")}
    settings = {
        "CONTACTCENTER_DATABASE_URL": dsn,
        "CONTACTCENTER_PUBLIC_URL": PUBLIC_URL,
        "CONTACTCENTER_TWILIO_ACCOUNT_SID": ACCOUNT,
        "CONTACTCENTER_TWILIO_AUTH_TOKENS": TOKEN,
    }
    process = await asyncio.create_subprocess_exec(
        *before,
        *(sys.executable, "-m", "contactcenter", "serve", "--port", "0"),
        env=own | settings | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_STARTS_WITHIN_S):
            while b"http://" not in (line := await process.stdout.readline()):
                assert line, "serve ended at once"
        reader = asyncio.create_task(process.stdout.read())  # so that the pipe never fills
        yield next(w for w in line.decode().split() if w.startswith("http://127.")), process
        reader.cancel()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def signed(params: Sequence[tuple[str, str]], *, path: str = MESSAGE_HOOK) -> tuple[bytes, str]:
    """The form's bytes, and the signature over the public address."""
    return urlencode(params).encode(), sign(TOKEN, f"{PUBLIC_URL}{path}", params)


def message(sid: str, sender: str, text: str = "Hello") -> list[tuple[str, str]]:
    """The parameters of a customer's message."""
    return [
        ("MessageSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", sender),
        ("To", OUR_NUMBER),
        ("Body", text),
        ("NumSegments", "1"),
        ("NumMedia", "0"),
    ]


async def post(http: aiohttp.ClientSession, url: str, params: Sequence[tuple[str, str]]) -> int:
    """Deliver a message; the status it was answered with."""
    body, signature = signed(params)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature,
    }
    async with http.post(f"{url}{MESSAGE_HOOK}", data=body, headers=headers) as answer:
        await answer.read()
        return answer.status
