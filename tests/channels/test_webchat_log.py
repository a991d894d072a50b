"""What the web chat writes into the log: facts and codes, no secret and no word of a visitor."""

import io
import logging
import time

import jwt
import pytest
import structlog
from chat_browser import KEY, ORIGIN, OwnWidgets, ServedChat

from channels import NotStored
from contactcenter import logs

SECRET = "a-secret-of-the-host-site-with-32-bytes"


@pytest.fixture(params=["json", "console"])
def written(request):
    level, handlers = logging.root.level, logging.root.handlers[:]
    stream = io.StringIO()
    logs.configure("debug", request.param, stream=stream)
    yield stream
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers
    structlog.reset_defaults()


def identity(audience):
    now_s = int(time.time())
    claims = {"sub": "user-7", "aud": audience, "iat": now_s - 400, "exp": now_s + 300}
    return jwt.encode(claims, SECRET, algorithm="HS256")


async def test_no_secret_and_no_word_of_a_visitor_comes_into_the_log(written, aiohttp_client):
    chat = await ServedChat(own=OwnWidgets(webchat_identity_secrets=SECRET)).start(aiohttp_client)
    signed = identity("another-widget")
    browser = await chat.visitor(identity=signed)
    await browser.answer(await browser.write("my password is hunter2"))
    await browser.ask("details", name="Sara Ahmadi", email="sara@example.com")
    chat.room.fault = NotStored("hunter2")
    await browser.ask("transcript", email="sara@example.com")
    await chat.client.post(
        f"/hooks/webchat/files?entry_point={KEY}&name=hunter2.png",
        data=b"hunter2",
        headers={"Origin": ORIGIN, "Authorization": f"Bearer {browser.token}"},
    )
    chat.room.fault = None
    chat.inbox.fault = RuntimeError("my password is hunter2")
    await browser.write("my password is hunter2")
    assert await browser.closed() == 1011
    stranger = await chat.browser("https://evil.example")
    await stranger.say({"type": "hello", "version": 1, "entry_point": KEY, "token": browser.token})
    assert await stranger.closed() == 4403

    said = written.getvalue()

    for event in ("chat_socket_failed", "chat_socket_ended", "chat_frame_not_done",
                  "chat_file_not_stored", "chat_identity_refused"):  # fmt: skip
        assert event in said
    address = chat.inbox.received[0].sender.value
    for secret in (browser.token, signed, SECRET, "hunter2", "Ahmadi", "sara@example.com", address):
        assert secret not in said
