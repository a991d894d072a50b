"""How somebody is to be treated is for agents: no customer, no export and no letter tells of it.

An operation without an account that is not listed fails the test: whoever adds one looks at what
it answers.
"""

import json
import re
from pathlib import Path

import factories
import pytest

from contactcenter import api
from contactcenter.administration import saved_replies
from contactcenter.api.operation import PUBLIC
from routing.temperament import LABELS, guidance

ROOT = Path(__file__).parents[2]
NOTE = "canary-of-a-note"
#: What tells of how somebody is to be treated; common words of the language are left out.
TRACES = (
    NOTE, "fault_finding", "temperament", "guidance", "خلق‌وخو",
    *(line for label in LABELS for lines in guidance(label).values() for line in lines),
)  # fmt: skip
#: Modules that write what leaves the house: to customers, or as a file. Whom a letter of information goes to
#: may be chosen by temperament; what writes it down does not know.
OUTWARD = (
    "contactcenter/sender.py", "contactcenter/outbound/outbox.py", "contactcenter/outbound/outbox.sql",
    "contactcenter/outbound/autoresponses.py", "contactcenter/outbound/autoresponses.sql", "contactcenter/speech.py",
    "contactcenter/mails/mails.py", "contactcenter/mails/mails.sql", "contactcenter/addressing.py",
    "contactcenter/outbound/opt_outs.py", "contactcenter/outbound/opt_outs.sql", "contactcenter/api/media.py",
    "contactcenter/administration/saved_replies.py", "contactcenter/audiences.py",
    "contactcenter/audiences.sql", "contactcenter/segmentation/segment_members.py", "contactcenter/segmentation/segment_members.sql",
    "contactcenter/behaviour/behaviour_csv.py", "contactcenter/assets/asset_csv.py", "contactcenter/whatif/csv.py",
)  # fmt: skip


@pytest.fixture
async def labelled(table, admin):
    """Everybody is fault-finding, and a person wrote why."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await factories.queue(table)
    await factories.entry_point(table, queue_id=queue_id)
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, temperament="fault_finding"
    )
    await table.execute(
        """INSERT INTO segment (contact_id, kind, value, source, confidence, actor, note, from_at)
           VALUES ($1, 'temperament', 'fault_finding', 'agent', 1, 'user:1', $2, now())""",
        ticket.contact_id,
        NOTE,
    )
    return ticket


def traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


async def test_no_route_that_customers_reach_tells_of_it(labelled, nobody, services):
    """Without an account: operations that anybody may call, pages, files, and what is not found."""
    paths = [o.path for o in api.operations() if o.is_safe]
    assert [o for o in api.operations() if o.roles is PUBLIC]
    for path in paths:
        filled = re.sub(r"{[^}]*}", str(labelled.id), path).removeprefix("/api/v1")
        response = await nobody.send("GET", filled)
        text = await response.text()
        assert response.status != 200 or path in {
            o.path for o in api.operations() if o.roles is PUBLIC
        }
        assert traces(text) == [], path


async def test_every_file_that_is_written_is_free_of_it(labelled, admin, supervisor):
    """Operations that answer with something else than JSON: tables, texts, documents."""
    for operation in api.operations():
        if not operation.is_safe or not operation.produces:
            continue
        path = operation.path.replace("{report}", "performance").removeprefix("/api/v1")
        path = re.sub(r"{[^}]*}", str(labelled.id), path)
        response = await admin.send("GET", f"{path}?format=csv" if "report" in path else path)
        text = await response.text()
        if "performance" in path:
            assert NOTE not in text
            continue
        assert traces(text) == [], operation.name


async def test_a_reply_is_filled_in_without_it(labelled, agent, table):
    known = await saved_replies.values(table, labelled.id, agent_id=agent.user_id)

    assert not {"temperament", "guidance", "note"} & set(saved_replies.PLACEHOLDERS)
    assert traces(str(known)) == []


@pytest.mark.parametrize("module", OUTWARD)
def test_what_goes_out_is_written_without_knowing_of_it(module):
    file = ROOT / module
    if file.exists():
        code = re.sub(r"^\s*(?:#|--).*", "", file.read_text("utf-8"), flags=re.MULTILINE)
        code = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
        if module.endswith("saved_replies.py"):
            code = code[code.index("class Values") :]  # for whom a reply is meant stands before it
            code = code[: code.index("_SQL")]
        assert "temperament" not in code


def test_channels_do_not_know_of_it():
    for file in (ROOT / "channels").rglob("*.py"):
        assert "temperament" not in file.read_text("utf-8"), file


def test_chats_do_not_know_of_it():
    """Whatever a visitor may be told, and what is asked of the database for it."""
    rooms = [ROOT / "contactcenter" / name for name in ("chats", "chatroom")]
    modules = [file for room in rooms for file in room.iterdir() if file.suffix in {".py", ".sql"}]
    assert {"chatroom.py", "chat_lines.sql", "chat_standing.sql"} <= {file.name for file in modules}
    for file in modules:
        said = file.read_text("utf-8")
        assert not re.search("temperament|guidance", said), file


def test_operations_without_an_account_are_these():
    """None of them reads a contact; what is added here must be looked at above."""
    public = {o.name for o in api.operations() if o.roles is PUBLIC}

    assert public == {"sign_in", "set_password_by_link", "take_behaviour_hook"}


async def test_lists_of_people_that_leave_the_house_have_no_place_for_it(agent):
    """Members and audiences are made to be handed on."""
    response = await agent.send("GET", "/api/openapi.json")
    document = await response.json()
    schemas = document["components"]["schemas"]
    handed_on = [
        (path, operations["get"])
        for path, operations in document["paths"].items()
        if "get" in operations and re.search(r"audience|export|/members|segment_rules", path)
    ]
    assert handed_on
    for path, operation in handed_on:
        answer = json.dumps(operation["responses"]["200"])
        seen: set[str] = set()
        todo = re.findall(r"#/components/schemas/([\w-]+)", answer)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += re.findall(r"#/components/schemas/([\w-]+)", json.dumps(schemas[name]))
        fields = {field for name in seen for field in schemas[name].get("properties", {})}
        assert not fields & {"temperament", "guidance", "evidence"}, path


def says_so(text: str) -> bool:
    """Whether somebody is called so; the name of a column for all of them is no such thing."""
    return bool(re.search(r':\s*"fault_finding"', text))


async def test_of_whoever_objects_nothing_shows_how_to_treat_him(labelled, admin, table):
    """Neither the person, nor his tickets, nor the check of a draft; what was said stays history."""
    ids = {"contact_id": labelled.contact_id, "ticket_id": labelled.id}
    paths = [
        o.path.removeprefix("/api/v1").format(**ids)
        for o in api.operations()
        if o.is_safe and not o.produces and set(re.findall(r"{(\w+)}", o.path)) <= ids.keys()
        and re.match(r"/api/v1/(?:contacts|tickets|offers)", o.path)
    ]  # fmt: skip
    told = {path: await (await admin.send("GET", path)).text() for path in paths}
    assert sum(map(says_so, told.values())) >= 4

    await admin("PUT", f"/contacts/{labelled.contact_id}/temperament/opt-out", status=200)

    # The trail of what was done and why is never rewritten.
    history = {
        f"/contacts/{labelled.contact_id}/temperament",
        f"/tickets/{labelled.id}/why",
    }
    for path in paths:
        text = await (await admin.send("GET", path)).text()
        assert path in history or not says_so(text), path
    checked = await admin("POST", f"/tickets/{labelled.id}/draft_checks", {"text": ""}, status=200)
    assert checked["temperament"] == "unknown"
