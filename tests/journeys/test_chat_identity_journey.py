"""A signed-in customer in a chat, end to end: he is who wrote by text message, and files go both ways."""

import time
from typing import Any

import aiohttp
import centre as centre_module
import jwt
from centre import SARA, Centre, eventually
from test_chat_journey import KEY, ORIGIN, widget, widget_set_up

SECRET = "a-secret-of-the-host-site-with-32-bytes-or-more"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2_000
PAGE = b"<!doctype html><script>alert(document.domain)</script>"


def identity(user: str = "user-7", *, lives_s: int = 300, **claims: Any) -> str:
    now = int(time.time()) - 600 + lives_s
    wanted = {"sub": user, "aud": KEY, "iat": now, "exp": now + 600} | claims
    return jwt.encode(wanted, SECRET, algorithm="HS256")


async def upload(centre: Centre, token: str, name: str, content: bytes) -> Any:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{centre.url}/hooks/webchat/files",
            params={"entry_point": KEY, "name": name},
            data=content,
            headers={"Origin": ORIGIN, "Authorization": f"Bearer {token}"},
        ) as answer,
    ):
        assert answer.status == 201, await answer.text()
        return await answer.json()


async def fetched(centre: Centre, token: str) -> tuple[int, bytes, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{centre.url}/hooks/webchat/files/{token}") as answer,
    ):
        return answer.status, await answer.read(), answer.headers


async def test_a_signed_in_customer_is_one_person_and_files_go_both_ways(dsn: str) -> None:
    await widget_set_up(dsn)
    env = {
        "CONTACTCENTER_WEBCHAT_ORIGINS": ORIGIN,
        "CONTACTCENTER_WEBCHAT_IDENTITY_SECRETS": SECRET,
    }
    async with centre_module.opened(dsn, **env) as centre:
        ann = await centre.person("Ann", tiers=(1,), capacity=9)
        assert await centre.customer_writes(SARA, "Where is my order?") == 200
        signed = identity(phone_number=SARA, phone_number_verified=True, name="سارا")
        async with widget(centre, identity=signed) as visitor:
            welcome = visitor.welcome
            assert (welcome["is_identified"], welcome["is_known"]) == (True, False)
            picture = await upload(centre, welcome["token"], "../عکس.png", PNG)
            page = await upload(centre, welcome["token"], "holiday.png", PAGE)
            await visitor.say(
                type="message", id="m1", text="", files=[picture["token"], page["token"]]
            )
            await visitor.next(type="ack", id="m1")
            line = await visitor.next(type="line", id="m1")
            assert line["files"] == [picture, page]
            assert (picture["name"], picture["content_type"]) == ("عکس.png", "image/png")
            assert page["content_type"] == "text/plain"
            await _one_person(centre)

            await _answered_with_a_file(centre, ann)
            line = await visitor.next(type="line", by="agent")
            [file] = line["files"]
        await _served_safely(centre, picture["token"], page["token"], file["token"])
        await _still_the_same(centre, welcome["token"])
        await _somebody_else(centre, welcome["token"])


async def _one_person(centre: Centre) -> None:
    async with centre.database.read() as conn:
        rows = await conn.fetch("SELECT DISTINCT contact_id, channel FROM interaction")
        assert {row["channel"] for row in rows} == {"sms", "webchat"}
        assert len({row["contact_id"] for row in rows}) == 1
        assert await conn.fetchval("SELECT count(*) FROM contact_merge") == 0
        assert await conn.fetchval("SELECT name FROM contact WHERE id = $1", rows[0][0]) == "سارا"


async def _answered_with_a_file(centre: Centre, ann: Any) -> None:
    """The agent sees the visitor's files, and sends one; its name is a page's."""

    async with centre.database.read() as conn:
        ticket_id = await conn.fetchval(
            "SELECT ticket_id FROM interaction WHERE channel = 'webchat' LIMIT 1"
        )
    path = f"/tickets/{ticket_id}"

    async def hers() -> bool:
        ticket = await ann.get(path)
        if ticket["state"] == "offered":
            await ann.post(f"{path}/acceptances")
        return ticket["state"] == "assigned"

    await eventually(hers, within_s=20, what="the ticket")
    timeline = (await ann.get(f"{path}/timeline"))["items"]
    [message] = [i for i in timeline if i["channel"] == "webchat" and i["direction"] == "inbound"]
    assert [a["name"] for a in message["attachments"]] == ["عکس.png", "holiday.png"]
    address = f"{centre.url}/api/v1/attachments/{message['attachments'][0]['id']}"
    async with ann._http.get(address) as answer:
        assert (answer.status, await answer.read()) == (200, PNG)
    async with ann._http.post(
        f"{centre.url}/api/v1/attachments?name=report.html",
        data=PAGE,
        headers=ann._headers | {"Content-Type": "text/html"},
    ) as answer:
        file_id = (await answer.json())["id"]
    await ann.post(f"{path}/replies", {"text": "Here it is.", "attachment_ids": [file_id]})


async def _served_safely(centre: Centre, picture: str, page: str, agents: str) -> None:
    status, body, headers = await fetched(centre, picture)
    assert (status, body, headers["Content-Type"]) == (200, PNG, "image/png")
    for token in (page, agents):
        status, body, headers = await fetched(centre, token)
        assert (status, body) == (200, PAGE)
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
    assert (await fetched(centre, "x" * 43))[0] == 404


async def _still_the_same(centre: Centre, token: str) -> None:
    """His token is too old: the conversation goes on, and says so."""
    async with widget(centre, token=token, identity=identity(lives_s=-60)) as again:
        assert again.welcome["identity_problem"] == "expired"
        assert (again.welcome["is_known"], again.welcome["is_identified"]) == (True, True)
        await again.next(type="line", by="agent")
    async with widget(centre, identity=identity(lives_s=-60)) as stranger:
        assert stranger.welcome["is_identified"] is False
        await stranger.say(type="message", id="s1", text="hello")
        await stranger.next(type="ack", id="s1")


async def _somebody_else(centre: Centre, token: str) -> None:
    """Another user at the same browser sees nothing of the first."""
    async with widget(centre, token=token, identity=identity("user-8")) as other:
        assert other.welcome["identity_problem"] == "other_visitor"
        assert (other.welcome["last_sequence"], other.welcome["token"] == token) == (0, False)
        await other.say(type="message", id="o1", text="I am new here")
        line = await other.next(type="line")
        assert (line["sequence"], line["text"]) == (1, "I am new here")
        assert "Here it is." not in "".join(other.said)
