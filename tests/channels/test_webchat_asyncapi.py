"""The protocol as it is told of: the AsyncAPI document and the page, both as the code has it."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from chat_browser import ServedChat

from channels._webchat import codes, frames

PAGE = (Path(__file__).parents[2] / "docs" / "webchat.md").read_text(encoding="utf-8")


def section(heading):
    found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def table(heading):
    """The rows of a section's table: of each the words of its cells."""
    lines = [
        line
        for line in section(heading).splitlines()
        if line.startswith("| `") or re.match(r"\| \d", line)
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def words(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture
async def document(aiohttp_client):
    chat = await ServedChat().start(aiohttp_client)
    response = await chat.client.get("/hooks/webchat/asyncapi.json")
    assert response.content_type == "application/json"
    return await response.json()


async def test_document_has_every_frame_and_every_reference_leads_somewhere(document):
    assert document["asyncapi"] == "3.0.0"
    assert document["servers"]["contactcenter"] == {"host": "desk.example", "protocol": "wss"}
    named = {one["name"] for one in document["components"]["messages"].values()}
    assert named == {str(one.__struct_config__.tag) for one in (*frames.FRAMES, *frames.SENT)}
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        at = document
        for part in reference.split("/"):
            at = at[part]
        assert at, reference


async def test_document_tells_every_code(document):
    told = json.dumps(document)

    for code in codes.ERRORS:
        assert f"`{code}`" in told
    for code in codes.CLOSINGS:
        assert f"- {code}: " in told


@pytest.mark.parametrize(
    ("heading", "structs"), [("From the browser", frames.FRAMES), ("To the browser", frames.SENT)]
)
def test_page_has_the_fields_of_every_frame(heading, structs):
    told = {words(row[0])[0]: row[1] for row in table(heading)}

    assert told.keys() == {str(one.__struct_config__.tag) for one in structs}
    for one in structs:
        fields = {field.encode_name: field.required for field in msgspec.structs.fields(one)}
        cell = re.sub(r"\([^)]*\)", "", told[str(one.__struct_config__.tag)])
        said = {name: mark != "?" for name, mark in re.findall(r"`(\w+)`(\??)", cell)}
        assert said == fields, one


def test_page_has_every_code_of_an_error_and_of_a_close():
    assert [words(row[0])[0] for row in table("Errors")] == list(codes.ERRORS)
    assert [int(row[0]) for row in table("How the socket is closed")] == list(codes.CLOSINGS)
    reasons = {
        one.code: one.reason for one in vars(codes).values() if isinstance(one, codes.Ending)
    }
    told = {int(row[0]): words(row[1])[:1] for row in table("How the socket is closed")}
    assert {code: words for code, words in told.items() if words} == {
        code: [reason] for code, reason in reasons.items()
    }
