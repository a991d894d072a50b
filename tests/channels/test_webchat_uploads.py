"""Files of a chat over HTTP: whose they are, how much is taken, and that nothing of them runs."""

import asyncio

import pytest
from chat_browser import KEY, ORIGIN, OTHER_KEY, PATIENCE_S, ServedChat
from recording_chatroom import RecordingChatroom

from channels import ChatFile, NotStored
from channels._webchat.limits import Limits, Rate

PATH = "/hooks/webchat/files"


@pytest.fixture
async def chat(aiohttp_client):
    return await ServedChat(limits=Limits(upload_bytes=1_000)).start(aiohttp_client)


async def upload(chat, token, body=b"bytes", *, key=KEY, name="a.png", origin=ORIGIN, **more):
    headers = {"Origin": origin} if origin else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return await chat.client.post(
        PATH, params={"entry_point": key, "name": name}, data=body, headers={**headers, **more}
    )


async def code(response):
    return (await response.json(content_type=None))["code"]


async def test_visitor_hands_a_file_over_and_fetches_it_again(chat):
    browser = await chat.visitor()

    response = await upload(chat, browser.token, b"\x89PNG", name="عکس.png")
    file = await response.json()
    fetched = await chat.client.get(f"{PATH}/{file['token']}")

    assert response.status == 201
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert file.keys() == {"token", "name", "content_type", "size_bytes"}
    assert (file["name"], file["size_bytes"]) == ("عکس.png", 4)
    assert await fetched.read() == b"\x89PNG"


async def test_stranger_is_stored_with_his_first_file(chat):
    browser = await chat.visitor()

    await upload(chat, browser.token)
    again = await chat.visitor(token=browser.token)

    assert [call[0] for call in chat.room.calls] == ["keep"]
    assert again.welcome["is_known"] is True


@pytest.mark.parametrize(
    ("token", "more"),
    [
        (None, {}),
        ("", {}),
        ("guessed", {}),
        ("x" * 501, {}),
        (None, {"Authorization": "Basic VC1zYXJh"}),
        (None, {"Authorization": "Bearer"}),
    ],
)
async def test_file_without_a_visitors_token_is_refused(chat, token, more):
    response = await upload(chat, token, **more)

    assert (response.status, await code(response)) == (401, "unknown_visitor")
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert chat.room.uploaded == {}


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_file_from_a_foreign_page_is_refused(chat, origin):
    browser = await chat.visitor()

    response = await upload(chat, browser.token, origin=origin)

    assert (response.status, await code(response)) == (403, "origin_refused")
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_token_of_one_widget_is_nothing_at_another(chat):
    browser = await chat.visitor()
    await browser.answer(await browser.write("hello"))

    response = await upload(chat, browser.token, key=OTHER_KEY, origin="https://o.example")

    assert response.status == 401


async def test_file_for_an_unknown_widget_is_refused(chat):
    assert (await upload(chat, "T-sara", key="nobody")).status == 404


async def chunks(count, size):
    for _ in range(count):
        yield b"x" * size


async def test_file_over_the_limit_is_refused_whether_or_not_it_says_its_length(chat):
    browser = await chat.visitor()

    at_most = await upload(chat, browser.token, b"x" * 1_000)
    over = await upload(chat, browser.token, b"x" * 1_001)
    in_pieces = await upload(chat, browser.token, chunks(11, 100))

    assert (at_most.status, over.status, in_pieces.status) == (201, 413, 413)
    assert await code(over) == await code(in_pieces) == "too_large"
    assert len(chat.room.uploaded) == 1


async def test_what_the_room_refuses_is_told_in_its_words(chat):
    browser = await chat.visitor()

    response = await upload(chat, browser.token, name="run.exe")

    assert (response.status, await code(response)) == (422, "file_refused")


async def test_file_is_not_taken_while_the_room_is_away(chat):
    browser = await chat.visitor()
    chat.room.fault = NotStored("no database")

    uploaded = await upload(chat, browser.token)
    fetched = await chat.client.get(f"{PATH}/some")

    assert (uploaded.status, fetched.status) == (503, 503)


async def test_files_are_bounded_a_visitor_and_an_address(aiohttp_client):
    limits = Limits(uploads_a_visitor=Rate(2, 60.0), uploads_an_address=Rate(4, 60.0))
    chat = await ServedChat(limits=limits).start(aiohttp_client)
    one, two, three = [await chat.visitor() for _ in range(3)]

    statuses = [
        (await upload(chat, browser.token)).status for browser in (one, one, one, two, three)
    ]

    assert statuses == [201, 201, 429, 201, 429]


async def test_files_on_their_way_are_bounded_by_what_came_of_them(aiohttp_client):
    limits = Limits(uploads_held_bytes=250, upload_s=PATIENCE_S)
    chat = await ServedChat(limits=limits).start(aiohttp_client)
    browser = await chat.visitor()
    come = asyncio.Event()

    async def slowly():
        yield b"x" * 200
        await come.wait()

    slow = asyncio.create_task(upload(chat, browser.token, slowly()))
    async with asyncio.timeout(PATIENCE_S):
        while (refused := await upload(chat, browser.token, b"x" * 100)).status != 503:
            await asyncio.sleep(0.01)
    small = await upload(chat, browser.token, b"x" * 40)
    come.set()

    assert await code(refused) == "try_later"
    assert (await slow).status == 201
    assert small.status == 201
    assert (await upload(chat, browser.token, b"x" * 240)).status == 201


async def test_few_files_come_from_one_address_at_once(aiohttp_client):
    chat = await ServedChat(limits=Limits(uploads_at_once_an_address=1)).start(aiohttp_client)
    browser = await chat.visitor()
    come = asyncio.Event()

    async def slowly():
        yield b"x"
        await come.wait()

    slow = asyncio.create_task(upload(chat, browser.token, slowly()))
    async with asyncio.timeout(PATIENCE_S):
        while (await upload(chat, browser.token)).status != 429:
            await asyncio.sleep(0.01)
    come.set()

    assert (await slow).status == 201
    assert (await upload(chat, browser.token)).status == 201


async def test_file_that_comes_too_slowly_is_given_up(aiohttp_client):
    chat = await ServedChat(limits=Limits(upload_s=0.1)).start(aiohttp_client)
    browser = await chat.visitor()

    async def for_ever():
        yield b"x"
        await asyncio.sleep(PATIENCE_S)

    response = await upload(chat, browser.token, for_ever())

    assert response.status == 503
    assert chat.room.uploaded == {}


async def test_preflight_is_answered_for_pages_on_the_list_alone(chat):
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    path = f"{PATH}?entry_point={KEY}"

    ours = await chat.client.options(path, headers={"Origin": ORIGIN, **asked})
    foreign = await chat.client.options(path, headers={"Origin": "https://evil.example", **asked})

    assert ours.status == 204
    assert ours.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in ours.headers["Access-Control-Allow-Headers"]
    assert foreign.status == 403
    assert "Access-Control-Allow-Origin" not in foreign.headers


class Stored(RecordingChatroom):
    """A room with one file of any type."""

    def put(self, content_type, body, name="a"):
        file = ChatFile(token="t", name=name, content_type=content_type, size_bytes=len(body))
        self.uploaded["t"] = (file, body)


@pytest.mark.parametrize(
    ("content_type", "served_as", "way"),
    [
        ("image/png", "image/png", "inline"),
        ("image/jpeg", "image/jpeg", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/pdf", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
    ],
)
async def test_nothing_but_plain_images_is_shown_and_nothing_ever_runs(
    chat, content_type, served_as, way
):
    Stored.put(
        chat.room, content_type, b"<script>alert(1)</script>", name='x".html\r\nSet-Cookie: a=b'
    )

    response = await chat.client.get(f"{PATH}/t")

    assert response.content_type == served_as
    disposition = response.headers["Content-Disposition"]
    assert disposition == f"{way}; filename*=UTF-8''x%22.html%0D%0ASet-Cookie%3A%20a%3Db"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


async def test_unknown_file_is_not_found_and_asking_is_bounded(aiohttp_client):
    limits = Limits(downloads_an_address=Rate(2, 60.0))
    chat = await ServedChat(limits=limits).start(aiohttp_client)

    statuses = [(await chat.client.get(f"{PATH}/guess-{n}")).status for n in range(3)]

    assert statuses == [404, 404, 429]
