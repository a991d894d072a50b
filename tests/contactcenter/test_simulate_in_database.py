"""``contactcenter simulate --engine database``: it prints what memory prints, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from contactcenter.cli import main

SCENARIO = {
    "config": {"offer_timeout": 7.5, "wrap_up": 0.5},
    "agents": [
        {"id": "ann", "members": [{"queue": "a", "band": 2}]},
        {"id": "bob", "members": [{"queue": "a"}, {"queue": "b", "level": 2}]},
        {"id": "زهرا", "members": [{"queue": "b", "handicap": -1.5}]},
    ],
    "events": [
        *(
            {"at": 0, "do": "presence", "agent": a, "to": "available"}
            for a in ("ann", "bob", "زهرا")
        ),
        {"at": 10.000001, "do": "ticket", "id": 9, "queue": "a", "credit": 60},
        {"at": 11, "do": "ticket", "id": 10, "queue": "a", "sticky_agent": "bob", "sticky_for": 9},
        {"at": 12, "do": "accept", "ticket": 10},
    ],
    "tickets": [
        {"id": 1, "at": 11.5, "queue": "a", "service": [3, 2.25], "escalate": ["b"], "patience": 90}
    ],
}


def simulate(server_dsn, scenario, *options):
    return CliRunner().invoke(
        main,
        ["simulate", "-", *options],
        input=json.dumps(scenario),
        env={"CONTACTCENTER_DATABASE_URL": server_dsn},
    )


async def plays(server_dsn):
    conn = await asyncpg.connect(server_dsn)
    try:
        found = await conn.fetch("SELECT datname FROM pg_database WHERE datname LIKE '%play%'")
        return [row["datname"] for row in found]
    finally:
        await conn.close()


def test_both_engines_print_the_same_and_the_database_is_gone(server_dsn):
    in_memory = simulate(server_dsn, SCENARIO, "--json")

    in_database = simulate(server_dsn, SCENARIO, "--json", "--engine", "database")

    assert in_database.exit_code == 0, in_database.output
    assert in_database.stdout == in_memory.stdout
    assert len(json.loads(in_memory.stdout)["offers"]) == 3
    assert asyncio.run(plays(server_dsn)) == []


def test_what_the_database_has_no_room_for_is_refused_before_one_is_made(server_dsn):
    scenario = SCENARIO | {"config": {"wrap_up": 3_000_000_000}}

    refused = simulate(server_dsn, scenario, "--engine", "database")

    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        "config.wrap_up: 3000000000 is more seconds than the database counts"
    ]
    assert simulate(server_dsn, scenario).exit_code == 0, "memory has room for it"


def test_a_server_that_cannot_be_reached_is_told_in_a_sentence():
    refused = simulate("postgresql://somebody@127.0.0.1:9/x", SCENARIO, "--engine", "database")

    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "error: the database cannot be reached" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupted_play_drops_its_database(server_dsn, tmp_path: Path, how):
    long = {
        "agents": [{"id": "ann", "members": [{"queue": "a"}]}],
        "config": {"auto_accept": True},
        "events": [{"at": 0, "do": "presence", "agent": "ann", "to": "available"}],
        "tickets": [{"id": n, "at": n, "queue": "a", "service": [1]} for n in range(5_000)],
    }
    file = tmp_path / "long.json"
    file.write_text(json.dumps(long), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "contactcenter", "simulate", str(file), "--engine", "database",
        env=os.environ | {"CONTACTCENTER_DATABASE_URL": server_dsn},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        while not await plays(server_dsn):
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        process.send_signal(how)
        code = await process.wait()

    assert code in (130, 143)
    assert await plays(server_dsn) == []
