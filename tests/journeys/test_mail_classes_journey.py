"""A mail, its autoresponse, the agent's answer, a holiday notice and a bounce, in the running centre."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email import message_from_bytes, policy

import asyncpg
import centre as centre_module
import pytest
from aiohttp.test_utils import unused_port
from aiosmtplib import SMTP
from centre import Centre, Person, eventually
from mail_house import MailServer, Taken, mail_server

pytestmark = pytest.mark.slow

ADDRESS = "support@desk.example"
SARA = "sara@customer.example"


class Post:
    """The mail servers around us: the one that hands over to us, and the one we send through."""

    def __init__(self, port: int, out: MailServer) -> None:
        self._port = port
        self.out = out

    async def brings(self, raw: str, *, sender: str = SARA, recipient: str = ADDRESS) -> None:
        async with SMTP(hostname="127.0.0.1", port=self._port, start_tls=False, timeout=10) as smtp:
            await smtp.sendmail(sender, [recipient], raw.encode())


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[tuple[Centre, Post]]:
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id) SELECT 'email', $1, min(id) FROM queue",
        ADDRESS,
    )
    await conn.close()
    async with AsyncExitStack() as stack:
        out = await stack.enter_async_context(mail_server())
        port = unused_port()
        opened = await stack.enter_async_context(
            centre_module.opened(
                dsn,
                CONTACTCENTER_MAIL_SMTP_LISTEN=f"127.0.0.1:{port}",
                CONTACTCENTER_SMTP_HOST="127.0.0.1",
                CONTACTCENTER_SMTP_PORT=str(out.port),
                CONTACTCENTER_SMTP_SECURITY="plain",
                CONTACTCENTER_MAIL_AUTORESPONSE_EN="We have got your message.",
                CONTACTCENTER_MAIL_AUTORESPONSE_FA="پیام شما رسید.",
            )
        )
        yield opened, Post(port, out)


def written(n: int, text: str, *, more: str = "", sender: str = SARA) -> str:
    return (
        f"From: Sara <{sender}>\r\nTo: {ADDRESS}\r\nSubject: =?utf-8?b?2obYp9m+2q/YsQ==?=\r\n"
        f"Message-ID: <{n}@customer.example>\r\n{more}MIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    )


async def _timeline(agent: Person, ticket_id: int) -> list[dict]:
    page = await agent.get(f"/tickets/{ticket_id}/timeline")
    return list(reversed(page["items"]))


async def test_machines_are_heard_and_people_are_answered(desk: tuple[Centre, Post]) -> None:
    centre, post = desk
    agent = await centre.person("Ann", tiers=(1,))

    await eventually_brought(post, written(1, "سلام، چاپگر من روشن نمی‌شود"))
    automatic = await eventually(lambda: _taken(post, 1), what="the autoresponse")
    assert (automatic.sender, automatic.recipients) == ("", [SARA])
    read = message_from_bytes(automatic.raw, policy=policy.default)
    assert read["Auto-Submitted"] == "auto-replied"
    assert "پیام شما رسید." in read.get_body(("plain",)).get_content()

    async def held() -> list[dict]:
        return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

    [ticket] = await eventually(held, what="an assignment")
    ticket_id = ticket["id"]
    await agent.post(f"/tickets/{ticket_id}/replies", {"text": "لطفاً کابل را ببینید."})
    reply = await eventually(lambda: _taken(post, 2), what="the reply")
    back = reply.sender
    assert back.startswith(f"support+{ticket_id}-")
    await agent.post(f"/tickets/{ticket_id}/pendings", {})

    # A holiday notice, in our thread: shown, and nothing else.
    ours = message_from_bytes(reply.raw, policy=policy.default)["Message-ID"]
    notice = f"In-Reply-To: {ours}\r\nAuto-Submitted: auto-replied\r\n"
    await post.brings(written(2, "من تا شنبه نیستم.", more=notice), recipient=back)

    async def told() -> list[dict]:
        return [i for i in await _timeline(agent, ticket_id) if i["kind"] == "automatic"]

    [shown] = await eventually(told, what="the notice")
    assert shown["body"] == "من تا شنبه نیستم."
    assert (await agent.get(f"/tickets/{ticket_id}"))["state"] == "pending"

    # The reply comes back: its state says so.
    bounce = (
        "From: MAILER-DAEMON@mx.customer.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n--B\r\n\r\n'
        "Sorry.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.customer.example\r\n\r\nFinal-Recipient: rfc822; {SARA}\r\n"
        "Action: failed\r\nStatus: 5.2.2\r\n--B--\r\n"
    )
    await post.brings(bounce, sender="", recipient=back)

    async def undelivered() -> list[dict]:
        timeline = await _timeline(agent, ticket_id)
        return [i for i in timeline if i["state"] == "undelivered"]

    [failed] = await eventually(undelivered, what="the bounce")
    assert (failed["body"], failed["error_code"]) == ("لطفاً کابل را ببینید.", "5.2.2")
    assert [(i["direction"], i["kind"]) for i in await _timeline(agent, ticket_id)] == [
        ("inbound", "message"),
        ("outbound", "autoresponse"),
        ("outbound", "message"),
        ("inbound", "automatic"),
        ("inbound", "automatic"),
    ]
    assert len(post.out.taken) == 2


async def _taken(post: Post, n: int) -> Taken | None:
    return post.out.taken[n - 1] if len(post.out.taken) >= n else None


async def eventually_brought(post: Post, raw: str) -> None:
    """Bring a mail to a listener that may not be there yet."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await post.brings(raw)
            except Exception:  # noqa: BLE001  not listening, or not knowing our address yet
                await asyncio.sleep(0.1)
