"""What the documents claim is so: compared with the code, in both directions where it can be.

Run as a program it writes ``.env.example`` anew.
"""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import aiohttp
import asyncpg
import click
import factories
import pytest
from recording_events import OF_TICKET, recorded_fields

import channels
from contactcenter import migrate, timers
from contactcenter.cli import main as command_line
from contactcenter.dispatch import ending, holding, pausing, presence, seek
from contactcenter.events import KINDS
from contactcenter.settings import describe
from routing.states import TRANSITIONS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
MIGRATIONS = "\n".join(
    [
        *(f.read_text(encoding="utf-8") for f in (ROOT / "migrations").glob("*.sql")),
        migrate._TABLE.replace("IF NOT EXISTS ", ""),  # the runner's own
    ]
)


def section(document: str, heading: str) -> str:
    """The part of a document under a heading that starts so, to the next one of its level."""
    found = re.search(
        rf"^## {re.escape(heading)}.*?\n(.*?)(?=^## |\Z)", document, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"there is no section {heading}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without headings and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [n for n, row in enumerate(cells) if set("".join(row)) <= set("-: ")]
    return [row for n, row in enumerate(cells) if n not in rules and n + 1 not in rules]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# Events -----------------------------------------------------------------------------------------


def documented_events() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    return {words(row[0])[0]: row for row in rows(text)}


def documented_fields() -> dict[str, set[str]]:
    fields = {}
    for kind, row in documented_events().items():
        said = re.sub(r"\([^)]*\)", "", row[2])
        fields[kind] = set(words(said)) | (OF_TICKET if "ticket +" in said else set())
        if "routed +" in said:
            fields[kind] |= OF_TICKET | {"configuration"}
    return fields


def test_every_event_is_documented_with_the_words_of_the_code() -> None:
    documented = {kind: row[1] for kind, row in documented_events().items()}

    assert documented == dict(KINDS)


def test_documented_data_of_events_is_what_the_code_records() -> None:
    documented = documented_fields()

    for kind, fields in recorded_fields().items():
        said_by_the_statement = {"configuration"}
        assert fields | said_by_the_statement == documented[kind] | said_by_the_statement, kind


def test_every_event_is_recorded_somewhere() -> None:
    computed = {"offer_declined", "offer_expired", "offer_rescinded", "ticket_held"}  # see below
    assert set(KINDS) - recorded_fields().keys() - computed == set()


async def test_documented_data_of_events_is_what_a_ticket_leaves_behind(
    conn: asyncpg.Connection,
) -> None:
    await factories.prepare(conn)
    now = await timers.clock(conn)
    queue_id = await factories.queue(conn)
    agents = [await factories.agent(conn, now, queues=[queue_id]) for _ in range(2)]
    ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
    await seek.agent_for(conn, now, ticket)

    async def ringing() -> int:
        return await conn.fetchval("SELECT agent_id FROM offer WHERE state = 'pending'")

    await holding.decline(conn, now, ticket.id, await ringing())
    await holding.expire(conn, now, ticket.id)
    now += timedelta(minutes=2)
    await presence.change(conn, now, agents[0], "away", "lunch", actor="system")
    await seek.tickets_for(conn, now, agents[1])
    await presence.change(conn, now, agents[1], "draining", None, actor="system")
    for agent_id in agents:
        await presence.change(conn, now, agent_id, "available", None, actor="system")
    await holding.accept(conn, now, ticket.id, await ringing())
    wake_at = now + timedelta(days=1)
    await pausing.pend(conn, now, ticket.id, actor="system", wake_at=None)
    await pausing.hold(conn, now, ticket.id, actor="system", reason="part", wake_at=wake_at)
    await ending.solve(
        conn, now, ticket.id, actor="system", disposition="solved", reopen_window_s=60
    )
    found = await conn.fetch(
        "SELECT kind, array_agg(DISTINCT field) AS fields FROM event, jsonb_object_keys(data) field"
        " WHERE kind NOT IN ('ticket_opened', 'interaction_received') GROUP BY kind"
    )

    documented = documented_fields()
    recorded = {row["kind"]: set(row["fields"]) for row in found}
    assert {kind: documented[kind] for kind in recorded} == recorded
    assert recorded.keys() >= {
        "offer_declined",
        "offer_expired",
        "offer_rescinded",
        "ticket_pending",
        "ticket_held",
    }


def test_documented_readers_of_events_are_the_report() -> None:
    files = (ROOT / "contactcenter" / "history").glob("*.py")
    told = "".join(file.read_text(encoding="utf-8") for file in files)
    read = {word for word in re.findall(r'"([a-z_]+)"', told) if word in KINDS}

    assert {k for k, row in documented_events().items() if "report" in row[3]} == read


# Architecture -----------------------------------------------------------------------------------


def test_ticket_states_are_those_of_the_rules() -> None:
    documented = {
        (state, words(action)[0]): words(to)[0]
        for action, states, to, _who in rows(section(ARCHITECTURE, "Ticket states"))
        for state in words(states)
    }

    assert documented == dict(TRANSITIONS)


def test_timers_are_those_of_the_code() -> None:
    documented = [words(row[0])[0] for row in rows(section(ARCHITECTURE, "Timers"))]

    assert sorted(documented) == sorted(get_args(timers.Kind))


def functions(file: str) -> set[str]:
    """The functions of a file, those of classes with the name of the class."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    of_classes = {
        f"{c.name}.{f.name}"
        for c in tree.body
        if isinstance(c, ast.ClassDef)
        for f in c.body
        if isinstance(f, kinds)
    }
    return of_classes | {f.name for f in tree.body if isinstance(f, kinds)}


@pytest.mark.parametrize("what", ["message", "call"])
def test_every_step_on_its_way_is_a_function_that_exists(what: str) -> None:
    steps = rows(section(ARCHITECTURE, f"One {what}, end to end"))

    assert len(steps) > 15
    for _, file, function, _ in steps:
        assert words(function)[0] in functions(words(file)[0]), f"{file} has no {function}"


def test_every_keeper_of_an_invariant_exists() -> None:
    code = "\n".join(f.read_text(encoding="utf-8") for f in ROOT.glob("contactcenter/**/*.py"))

    for row in rows(section(ARCHITECTURE, "What may never happen")):
        for keeper in words(row[1]):
            name = keeper.rpartition(".")[2]
            is_constraint = re.search(rf"\b{name}\b", MIGRATIONS)
            is_file = keeper.endswith((".py", ".sql"))
            is_function = f"def {name}(" in code
            is_statement = f'"{name}"' in code
            assert is_constraint or is_file or is_function or is_statement, keeper


def test_every_file_the_documents_name_exists() -> None:
    pattern = r"`((?:contactcenter|channels|routing|migrations|tests|docs)/[\w./-]*)`"

    for document in DOCUMENTS:
        for named in re.findall(pattern, document.read_text(encoding="utf-8")):
            is_pattern = re.search("[A-Z]{4}", named)
            assert is_pattern or (ROOT / named).exists(), f"{document.name}: {named}"


# Words, settings, links -------------------------------------------------------------------------


def test_every_test_the_documents_name_exists() -> None:
    named = [
        (document.name, file, test)
        for document in DOCUMENTS
        for file, test in re.findall(
            r"`(tests/[\w/]+\.py)::(\w+)`", document.read_text(encoding="utf-8")
        )
    ]

    assert named
    for document, file, test in named:
        assert test in functions(file), f"{document}: {file} has no {test}"


def test_every_trap_of_calls_names_a_test() -> None:
    trust = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    traps = [row for row in rows(section(trust, "Telephones")) if "::" in row[-1]]

    assert len(traps) == 10
    for trap in traps:
        assert words(trap[2]), trap[0]
        assert all("::test_" in word for word in words(trap[2])), trap[0]


def test_every_table_is_in_the_glossary() -> None:
    glossary = set(words((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")))
    named = {word.partition(".")[0] for word in glossary}

    assert set(re.findall(r"^CREATE TABLE (\w+)", MIGRATIONS, re.MULTILINE)) <= named


def exists(named: str) -> bool:
    """Whether there is such a table, column, module, or name in a module of one of the packages."""
    table, _, column = named.partition(".")
    block = re.search(rf"^CREATE TABLE {table} \((.*?)^\)", MIGRATIONS, re.MULTILINE | re.DOTALL)
    if block is not None and (not column or re.search(rf"^ +{column} ", block[1], re.MULTILINE)):
        return True
    if f"CREATE FUNCTION {named}(" in MIGRATIONS:
        return True
    for whole in (f"contactcenter.{named}", f"channels.{named}", named):
        for cut in range(len(whole.split(".")), 0, -1):
            module, names = ".".join(whole.split(".")[:cut]), whole.split(".")[cut:]
            try:
                found = importlib.import_module(module)
            except ModuleNotFoundError:
                continue
            for name in names:
                found = getattr(found, name, None)
            if found is not None:
                return True
    return False


def test_every_table_and_type_in_the_glossary_exists() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    for row in rows(glossary):
        for named in words(row[3]):
            assert exists(named.partition(" ")[0]), f"{row[0]}: {named}"


def env_example() -> str:
    """Every setting there is, with what it is for and a safe example."""
    lines = [
        "# Every setting of contactcenter. All are optional: without any it runs by itself.",
        "#",
        "# docker compose reads this file as .env; a service manager as its environment file; a shell",
        "# by `set -a; . ./.env; set +a`. The same keys, in lower case and without the prefix, may",
        "# stand in contactcenter.toml. An empty value is as good as none, an unknown one is refused.",
        "# Written by `python tests/test_docs.py`.",
    ]
    for one in describe(channels.settings()):
        lines += ["", f"# {one.help}"]
        lines += ["# Secret."] if one.secret else []
        lines += [f"# Default: {one.default}"] if one.default else []
        lines.append(f"#{one.variable}={one.example}")
    return "\n".join(lines) + "\n"


def test_env_example_has_every_setting() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_every_setting_a_document_names_exists() -> None:
    known = {one.variable for one in describe(channels.settings())} | {"CONTACTCENTER_CONFIG"}
    files = [*DOCUMENTS, ROOT / "docker-compose.yml", ROOT / "Dockerfile"]

    for file in files:
        named = set(re.findall(r"\bCONTACTCENTER_[A-Z_]+\b", file.read_text(encoding="utf-8")))
        unknown = {n for n in named - known if not n.startswith("CONTACTCENTER_TEST_")}
        assert not unknown, f"{file.name}: {unknown}"


def links() -> Iterator[tuple[Path, str]]:
    for document in DOCUMENTS:
        text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            yield document, target


@pytest.mark.parametrize(("document", "target"), list(links()))
def test_every_link_leads_somewhere(document: Path, target: str) -> None:
    if target.startswith(("http:", "https:", "#")):
        return
    assert (document.parent / target.partition("#")[0]).exists(), f"{document.name}: {target}"


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(f.name for f in folder.glob("0*.md"))

    assert re.findall(r"\]\((0[^)]+)\)", index) == records
    numbers = [name[:4] for name in records]
    assert len(set(numbers)) == len(numbers)


# The first five minutes -------------------------------------------------------------------------


def test_readme_gives_the_two_commands_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert "pip install -e . && contactcenter demo" in README
    assert "pip install -e '.[dev]' && pytest" in README
    assert re.search(r"pip install (-q )?-e '\.\[dev\]' && pytest", ci)


def test_every_command_a_document_names_exists() -> None:
    named = defaultdict(set)
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for command in re.findall(r"(?:^|[`&] ?)contactcenter ([a-z-]+)\b", text, re.MULTILINE):
            named[command].add(document.name)

    there_are = command_line.list_commands(click.Context(command_line))
    for command, where in named.items():
        assert command in there_are, f"{command}, in {where}"
    assert named.keys() == set(there_are), "each is told of"


async def test_hooks_in_the_documents_are_those_of_the_channels() -> None:
    class Nowhere:
        pass

    async with aiohttp.ClientSession() as http:
        env = channels.Env(settings={}, public_url="https://x", region="IR", http=http)
        routes = {
            route.path
            for channel in channels.load(env).values()
            for route in channel.routes(Nowhere())
        }

    pages = [
        (ROOT / "docs" / name).read_text(encoding="utf-8")
        for name in ("email.md", "phone.md", "webchat.md")
    ]
    told = "\n".join([README, *pages])
    assert set(re.findall(r"/hooks/[a-z]+(?:/[a-z{}-]+(?:\.js(?:on)?)?)+", told)) == routes


if __name__ == "__main__":
    (ROOT / ".env.example").write_text(env_example(), encoding="utf-8")
