"""``serve --workers``: several processes behind one port, as an operator runs them."""

import ast
import asyncio
import io
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from serve_processes import COMMAND, ENVIRON, START_S, is_alive, is_answered, served, until
from structlog.testing import capture_logs

import channels
from contactcenter.settings import Settings
from contactcenter.workers import (
    FAILED_STARTS,
    Job,
    Workers,
    WorkersFailed,
    _written,
    take_job,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


async def test_a_dead_worker_is_replaced_and_all_stop_together(tmp_path: Path, dsn: str) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        assert "Workers: 2\n" in serving.printed
        first = await serving.workers()
        assert first.keys() == {1, 2}

        os.kill(first[1], signal.SIGKILL)

        async def is_replaced() -> bool:
            return (await serving.workers()).get(1, first[1]) != first[1]

        await until(is_replaced)
        assert await is_answered(serving.url)  # by the other, if not by the new one
        (died,) = serving.logged("worker_died")
        assert (died["worker"], died["signal"]) == (1, "SIGKILL")
        assert (await serving.workers())[2] == first[2]

        for number in (1, 2):  # every process of the group is told, as a service manager does
            with suppress(ProcessLookupError):
                os.kill((await serving.workers())[number], signal.SIGTERM)
        serving.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_S):
            assert await serving.process.wait() == 0
        assert not serving.logged("worker_killed")  # they had finished within the deadline
        assert not await is_answered(serving.url)
        assert {line["worker"] for line in serving.logged("request_finished")} <= {1, 2}


async def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path, dsn: str) -> None:
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}
    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        pids = (await serving.workers()).values()
        assert len(pids) == 2

        serving.process.kill()

        async def all_gone() -> bool:
            return not any(is_alive(pid) for pid in pids)

        await until(all_gone)


async def test_a_port_that_is_taken_is_refused_though_it_could_be_shared(dsn: str) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "serve",
            "--workers",
            "2",
            "--port",
            str(taken.getsockname()[1]),
            env=ENVIRON | {"CONTACTCENTER_DATABASE_URL": dsn},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(START_S):
            _, err = await process.communicate()

    assert process.returncode == 1
    assert b"cannot listen on 127.0.0.1" in err
    assert b"Traceback" not in err


def test_every_setting_reaches_a_worker_as_it_is() -> None:
    environ = {
        "CONTACTCENTER_TRUSTED_PROXIES": "10.0.0.0/8",
        "CONTACTCENTER_DATA_DIR": "/srv/data",
        "CONTACTCENTER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    }
    settings = Settings.load(environ, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only="web")

    assert take_job(io.BytesIO(_written(job))) == job


@pytest.mark.parametrize("said", ["", "ready"], ids=["before", "after it was ready"])
async def test_workers_that_end_right_after_their_start_end_the_whole(
    tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.workers._FIRST_PAUSE_S", 0.05)
    began_at_s = time.monotonic()
    starts = tmp_path / "starts"
    dying = (
        sys.executable,
        "-c",
        f"open({str(starts)!r}, 'a').write('x'); print({said!r}); raise SystemExit(3)",
    )
    settings = Settings.load({}, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only=None)
    begun: list[bool] = []
    workers = Workers(job, 1, ready=lambda: begun.append(True), command=dying)

    async with asyncio.timeout(START_S):
        with pytest.raises(WorkersFailed, match="worker 1 ended 5 times right"):
            await workers.run(asyncio.Event())

    assert time.monotonic() - began_at_s > 0.05 * (2 + 4 + 8 + 16), "each pause is a longer one"
    assert starts.read_text() == "x" * FAILED_STARTS
    assert begun == ([True] if said else [])


def job_for(port: int) -> Job:
    settings = Settings.load({}, channel_settings=channels.settings())
    return Job(settings=settings, database_url="postgresql://nowhere/none", port=port, only=None)


async def failed_starts(tmp_path: Path, script: str, *, at_least: int) -> int:
    """Let workers that run this script die; how many were started by the time all was given up.

    None is given up on where ``at_least`` as many were started before.
    """
    starts = tmp_path / "starts"
    command = (sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x'); {script}")
    stop = asyncio.Event()
    running = asyncio.create_task(
        Workers(job_for(1), 1, ready=lambda: None, command=command).run(stop)
    )
    async with asyncio.timeout(START_S):
        while not running.done():
            if starts.exists() and len(starts.read_text()) >= at_least:
                stop.set()
            await asyncio.sleep(0.02)
    if isinstance(running.exception(), WorkersFailed):
        return len(starts.read_text())
    await running
    return 0


async def test_a_worker_that_never_began_has_failed_however_long_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.workers.YOUNG_S", 0.0)
    monkeypatch.setattr("contactcenter.workers._FIRST_PAUSE_S", 0.01)

    assert await failed_starts(tmp_path, "raise SystemExit(3)", at_least=9) == FAILED_STARTS


async def test_a_worker_that_served_for_a_while_is_replaced_as_often_as_it_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.workers.YOUNG_S", 0.0)

    assert await failed_starts(tmp_path, "print('ready')", at_least=FAILED_STARTS + 2) == 0


async def test_one_place_where_workers_do_not_stay_alive_ends_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("contactcenter.workers._FIRST_PAUSE_S", 0.01)
    script = (
        "import os, sys, time; n = sys.argv[1]\n"
        "if n == '1': raise SystemExit(3)\n"
        "os.write(1, b'ready\\n'); time.sleep(600)"
    )
    begun: list[bool] = []
    workers = Workers(
        job_for(1), 2, ready=lambda: begun.append(True), command=(sys.executable, "-c", script)
    )

    async with asyncio.timeout(START_S):
        with pytest.raises(WorkersFailed, match="worker 1 ended 5 times right"):
            await workers.run(asyncio.Event())

    assert workers._processes[2].returncode == -signal.SIGTERM
    assert begun == [], "not all of them ever served"


async def test_what_a_dead_worker_counted_stays_and_what_it_had_open_does_not(
    tmp_path: Path,
) -> None:
    seen = tmp_path / "seen"
    script = (
        "import os, time; folder = os.environ['PROMETHEUS_MULTIPROC_DIR']\n"
        f"names = sorted(os.listdir(folder)); open({str(seen)!r}, 'a').write(repr(names) + '\\n')\n"
        "for kind in ('counter', 'gauge_livesum', 'gauge_livemax', 'gauge_mostrecent'):\n"
        "    if not names: open(f'{folder}/{kind}_{os.getpid()}.db', 'w').close()\n"
        "if not names: os._exit(1)\n"
        "os.write(1, b'ready\\n'); time.sleep(600)"
    )
    ready = asyncio.Event()
    workers = Workers(job_for(1), 1, ready=ready.set, command=(sys.executable, "-c", script))

    async with asyncio.timeout(START_S):
        await workers.run(ready)

    first, second = (line for line in seen.read_text().splitlines())
    kept = [name.rpartition("_")[0] for name in ast.literal_eval(second)]
    assert first == "[]"
    assert kept == ["counter", "gauge_mostrecent"]


@pytest.mark.parametrize(
    ("on_sigterm", "drain_s", "status"),
    [("SIG_DFL", 600.0, -signal.SIGTERM), ("SIG_IGN", 0.3, 1)],
    ids=["it is told", "it hangs"],
)
async def test_a_worker_ends_when_its_parent_is_gone(
    on_sigterm: str, drain_s: float, status: int
) -> None:
    orphaned = (
        f"import signal, time; signal.signal(signal.SIGTERM, signal.{on_sigterm});"
        f"from contactcenter import workers; workers.DRAIN_S = {drain_s};"
        "workers.end_with_parent(); workers.tell_ready(); time.sleep(600)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        orphaned,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(START_S):
        assert await process.stdout.readline() == b"ready\n"
        process.stdin.close()
        assert await process.wait() == status


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_sigterm_is_expected_and_a_second_ctrl_c_does_not_wait(
    first: signal.Signals,
) -> None:
    finishing = (
        "import asyncio\n"
        "from contactcenter import server\n"
        "async def main():\n"
        "    asyncio.get_running_loop().call_later(0.1, lambda: print('up', flush=True))\n"
        "    await server.told_to_stop()\n"
        "    print('stopping', flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        finishing,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(START_S):
        assert await process.stdout.readline() == b"up\n"
        process.send_signal(first)
        assert await process.stdout.readline() == b"stopping\n"
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert process.returncode is None
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    assert process.returncode != 0
    assert b"KeyboardInterrupt" in err


async def test_ctrl_c_is_left_to_the_parent() -> None:
    """A terminal sends it to all processes; the parent tells the workers, once."""
    stubborn = (
        "import sys, time; from contactcenter import workers;"
        "workers.end_with_parent(); workers.tell_ready(); time.sleep(600)"
    )
    settings = Settings.load({}, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only=None)
    ready, stop = asyncio.Event(), asyncio.Event()
    workers = Workers(job, 1, ready=ready.set, command=(sys.executable, "-c", stubborn))
    running = asyncio.create_task(workers.run(stop))
    async with asyncio.timeout(START_S):
        await ready.wait()
        (process,) = workers._processes.values()
        process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        assert process.returncode is None
        with capture_logs() as logs:
            stop.set()
            await running

    assert process.returncode == -signal.SIGTERM
    assert logs == [], "who is told to stop has not died"


async def test_a_worker_that_does_not_finish_is_killed_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.workers.DRAIN_S", 0.5)
    stubborn = (
        "import signal, os, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "os.write(1, b'ready\\n'); time.sleep(600)"
    )
    settings = Settings.load({}, channel_settings=channels.settings())
    job = Job(settings=settings, database_url="postgresql://nowhere/none", port=1, only=None)
    stop = asyncio.Event()
    workers = Workers(job, 1, ready=stop.set, command=(sys.executable, "-c", stubborn))

    async with asyncio.timeout(START_S):
        await workers.run(stop)

    assert [p.returncode for p in workers._processes.values()] == [-signal.SIGKILL]
