"""Phone menus and prompts through the API: what is refused, what is heard, what is served."""

import io

import pytest
from phone_menu_desk import SALES_TREE

MP3 = b"ID3\x04" + b"\0" * 60
WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"
TINY = {"start": "agent", "nodes": {}}


async def made(admin, tree=TINY, name="Main", status=201):
    if tree is SALES_TREE:
        await upload(admin)  # its greeting in Persian
    return await admin("POST", "/phone_menus", {"name": name, "tree": tree}, status=status)


async def upload(admin, sound=MP3, name="greeting", language="fa", status=201):
    path = f"/prompt_sounds?name={name}&language={language}"
    return await admin("POST", path, data=sound, status=status)


async def with_version(admin, method, path, body=None, *, data=None, status=200, of=None):
    etag = (await admin.send("GET", of or path)).headers["ETag"]
    more = {"data": data} if data is not None else {}
    return await admin(method, path, body, headers={"If-Match": etag}, status=status, **more)


async def test_a_menu_is_kept_edited_and_thrown_away(admin):
    menu = await made(admin, SALES_TREE)
    edited = await with_version(admin, "PATCH", f"/phone_menus/{menu['id']}", {"name": "Shop"})

    assert (menu["tree"], menu["version"]) == (SALES_TREE, 1)
    assert (edited["name"], edited["tree"], edited["version"]) == ("Shop", SALES_TREE, 2)
    assert [one["id"] for one in await admin("GET", "/phone_menus", status=200)] == [menu["id"]]
    await admin("DELETE", f"/phone_menus/{menu['id']}", status=204)
    await admin("GET", f"/phone_menus/{menu['id']}", status=404)


async def test_all_that_is_wrong_with_a_menu_is_told_by_its_places(admin):
    tree = {
        "start": "main",
        "languages": ["en", "fa"],
        "nodes": {
            "main": {
                "kind": "menu",
                "prompt": {"en": "Press 2.", "fa": "۲"},
                "options": {"2": "tga"},
            }
        },
    }

    refused = await made(admin, tree, status=422)

    assert refused["field"] == "body.tree.nodes.main.options.2"
    assert refused["problems"] == [
        "tree.nodes.main.options.2: There is no node 'tga'.",
        "tree.nodes.main.prompt.fa: There is no voice for fa: give a recording, as play or prompt.",
    ]


async def test_a_menu_leads_to_queues_that_are_there(admin):
    tree = {"start": "to", "nodes": {"to": {"kind": "queue", "queue_id": 999_999}}}

    refused = await made(admin, tree, status=422)

    assert refused["field"] == "body.tree.nodes.to.queue_id"


async def test_a_name_is_taken_once(admin):
    await made(admin)
    other = await made(admin, name="Other")

    assert (await made(admin, status=409))["code"] == "name_taken"
    path = f"/phone_menus/{other['id']}"
    refused = await with_version(admin, "PATCH", path, {"name": "Main"}, status=409)
    assert refused["code"] == "name_taken"


async def test_what_a_caller_would_hear_is_shown(admin, agent):
    menu = await made(admin, SALES_TREE)
    entries = [{"digits": "1"}, {"said": "sales please"}, {"digits": "5"}]

    trial = await agent(
        "POST", f"/phone_menus/{menu['id']}/walks", {"entries": entries}, status=200
    )

    assert trial["unused"] == 1
    assert [step["node"] for step in trial["steps"]] == ["tongue", "main", "sales"]
    assert trial["steps"][0]["heard"][1:] == [
        "For English press 1.",
        "https://example.com/tongue.mp3",
    ]
    assert trial["steps"][2]["ends"] == "queue"


async def test_a_draft_is_tried_before_it_is_kept(admin):
    menu = await made(admin)
    await upload(admin)
    path = f"/phone_menus/{menu['id']}/walks"

    trial = await admin("POST", path, {"tree": SALES_TREE, "language": "fa"}, status=200)
    refused = await admin("POST", path, {"tree": {"start": "x"}}, status=422)
    unspoken = await admin("POST", path, {"language": "de"}, status=422)

    assert trial["steps"][0]["language"] == "fa"
    assert refused["field"] == "body.tree.start"
    assert unspoken["field"] == "body.language"


async def test_a_number_has_a_menu_and_a_menu_that_is_heard_stays(admin, table):
    menu = await made(admin)
    number = {"channel": "phone", "address": "+15005550006", "queue_id": 1}
    text = {"channel": "sms", "address": "+15005550006", "queue_id": 1}
    point = await admin(
        "POST", "/entry_points", {**number, "phone_menu_id": menu["id"]}, status=201
    )
    written = await admin("POST", "/entry_points", text, status=201)

    refused = await admin("DELETE", f"/phone_menus/{menu['id']}", status=409)

    assert (refused["code"], refused["entry_point_ids"]) == ("phone_menu_in_use", [point["id"]])
    assert (await admin("GET", f"/phone_menus/{menu['id']}", status=200))["entry_point_ids"] == [
        point["id"]
    ]
    for point_id, menu_id in ((written["id"], menu["id"]), (point["id"], 999_999)):
        path = f"/entry_points/{point_id}"
        refused = await with_version(admin, "PATCH", path, {"phone_menu_id": menu_id}, status=422)
        assert refused["field"] == "body.phone_menu_id"
    await with_version(admin, "PATCH", f"/entry_points/{point['id']}", {"phone_menu_id": None})
    await admin("DELETE", f"/phone_menus/{menu['id']}", status=204)


async def test_a_recording_is_served_to_whoever_knows_its_address_for_ever(admin, client):
    prompt = await upload(admin)

    served = await client.get(prompt["path"])
    own = await admin.send("GET", f"/prompts/{prompt['id']}/sound")

    assert (served.status, served.content_type) == (200, "audio/mpeg")
    assert await served.read() == await own.read() == MP3
    assert "immutable" in served.headers["Cache-Control"]
    assert len(prompt["path"].removeprefix("/media/prompts/")) == 43
    assert (await client.get("/media/prompts/" + "x" * 43)).status == 404
    assert (await client.get("/media/prompts/short")).status == 404


async def test_another_recording_is_at_another_address(admin, client):
    prompt = await upload(admin)
    path = f"/prompts/{prompt['id']}"

    after = await with_version(admin, "PUT", f"{path}/sound", data=WAV, of=path)

    assert (after["content_type"], after["size_bytes"], after["version"]) == (
        "audio/wav",
        len(WAV),
        2,
    )
    assert after["path"] != prompt["path"]
    assert (await client.get(prompt["path"])).status == 404


@pytest.mark.parametrize(
    "sound", [b"<html>", b"%PDF-1.4", b"OggS" + b"\0" * 40, b"\x89PNG\r\n\x1a\n"]
)
async def test_what_is_no_sound_for_telephones_is_refused_whatever_it_says_it_is(admin, sound):
    refused = await upload(admin, sound, status=422)

    assert refused["field"] == "body"


async def test_a_sound_that_is_too_large_is_refused(admin):
    large = io.BytesIO(b"ID3\x04" + b"\0" * (4 * 1024 * 1024))

    await upload(admin, large, status=413)


async def test_a_prompt_is_one_thing_and_once_in_a_language(admin):
    both = {"name": "a", "language": "en", "text": "x", "url": "https://example.com/a.mp3"}
    await admin("POST", "/prompts", both, status=422)
    await admin("POST", "/prompts", {"name": "a", "language": "en"}, status=422)
    await admin("POST", "/prompts", {**both, "text": None}, status=201)
    assert (await admin("POST", "/prompts", {**both, "url": None}, status=409))[
        "code"
    ] == "name_taken"


async def test_a_text_without_a_voice_is_refused(admin):
    persian = {"name": "a", "language": "fa", "text": "سلام"}

    refused = await admin("POST", "/prompts", persian, status=422)

    assert refused["field"] == "body.text"
    prompt = await upload(admin, name="b")
    refused = await with_version(
        admin, "PATCH", f"/prompts/{prompt['id']}", {"text": "سلام"}, status=422
    )
    assert refused["field"] == "body.text"


async def test_a_prompt_that_a_menu_says_stays(admin):
    prompts = [await upload(admin, name=name, language="en") for name in ("one", "two", "three")]
    tree = {
        "start": "a",
        "nodes": {
            "a": {"kind": "say", "prompt": "one", "next": "b"},
            "b": {"kind": "say", "prompt": {"en": {"prompt": "two"}}, "next": "agent"},
        },
    }
    await made(admin, tree)

    answers = []
    for prompt in prompts:
        response = await admin.send("DELETE", f"/prompts/{prompt['id']}")
        answers.append(response.status)
    assert answers == [409, 409, 204]


async def test_music_is_there_for_everybody(client):
    served = await client.get("/media/sounds/waiting.wav")
    content = await served.read()

    assert (served.status, served.content_type) == (200, "audio/wav")
    assert content[:4] + content[8:16] == b"RIFFWAVEfmt "
    assert len(content) == 44 + 2 * 8000 * 16
    assert int.from_bytes(content[40:44], "little") == len(content) - 44
