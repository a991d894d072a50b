"""Whoever leaves a list does so with one press, and nobody does it for him."""

import re

import aiohttp
import pytest
from aiohttp import web
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from smtp_scripts import scripted_smtp
from test_email_sending import KEY, MAIL, OUTBOUND, env, sending

from channels import NotStored, StatusUpdate
from channels._email.sending.unsubscribing import link, routes

BUTTON = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


@pytest.fixture
async def client(aiohttp_client, http, inbox):
    app = web.Application()
    app.add_routes(routes(env(http, 1), inbox))
    return await aiohttp_client(app)


def path(message_id: str = MAIL.message_id, key: bytes = KEY) -> str:
    return link("", message_id, key)


async def test_only_what_is_written_to_many_says_how_to_leave(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp, sending(http, smtp.port) as made:
        await made.send(OUTBOUND)
        await made.send(replace(OUTBOUND, mail=replace(MAIL, bulk=True)))

    one, many = (re.sub(rb"\r\n[ \t]+", b"", taken.raw) for taken in smtp.taken)
    assert b"List-Unsubscribe" not in one
    found = re.search(rb"List-Unsubscribe:\s*<https://desk\.example(/[^>]+)>", many)
    assert found is not None
    assert found[1].decode() == path()
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in many


async def test_one_press_is_told_as_a_report_on_that_mail(client, inbox) -> None:
    response = await client.post(path(), data=BUTTON)

    assert response.status == 200
    [update] = inbox.updates
    assert isinstance(update, StatusUpdate)
    assert (update.channel, update.external_id) == ("email", MAIL.message_id)
    assert (update.consent, update.failure) == ("withdrawn", None)


async def test_looking_at_the_link_unsubscribes_nobody(client, inbox) -> None:
    for method in ("GET", "HEAD"):
        response = await client.request(method, path())

        assert response.status == 200
    page = await (await client.get(path())).text()
    assert "لغو اشتراک" in page
    assert "Unsubscribe" in page
    assert inbox.updates == []


@pytest.mark.parametrize(
    "token",
    [
        path(key=b"another"),
        path()[:-2] + "AA",
        path().replace("/unsubscribe/", "/unsubscribe/A"),
        "/hooks/email/unsubscribe/x",
        "/hooks/email/unsubscribe/%F0%9F%98%80",
        "/hooks/email/unsubscribe/" + "A" * 5_000,
    ],
)
async def test_a_link_that_is_not_ours_does_nothing(client, inbox, token: str) -> None:
    assert (await client.get(token)).status == 404
    assert (await client.post(token, data=BUTTON)).status == 404
    assert inbox.updates == []


async def test_what_is_not_stored_may_be_pressed_again(client, inbox) -> None:
    inbox.fault = NotStored("no database")

    assert (await client.post(path(), data=BUTTON)).status == 503
