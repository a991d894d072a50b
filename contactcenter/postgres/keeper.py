"""Runs one PostgreSQL server for as long as somebody uses it.

A process of its own, started by whoever starts the server (``python keeper.py JOB``), in a session
of its own, so that neither Ctrl-C nor ``kill -9`` of a client reaches the server. It is the
parent of the postmaster: it reaps it, starts it again if it dies, and stops it when the last user
lets go of the ``users`` lock. It needs the standard library only and imports nothing of ours.

JOB is a JSON object: ``home`` and ``socket_dir`` (paths), ``command`` (the postmaster's arguments),
``environment``, ``uid`` and ``gid`` (the account to run it as; null: this one), ``lock`` (the
caller's open lock on ``starting``, inherited, so that it outlives a caller who is killed).
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.1
TAKE_LOCK_S = 10.0
ASK_AGAIN_S = 1.0
FAST_STOP_S = 120.0
IMMEDIATE_STOP_S = 20.0
STEADY_AFTER_S = 5.0  # a server that ran this long was healthy
LONGEST_PAUSE_S = 5.0
MOST_RESTARTS = 10  # in a row, none of them steady


def main() -> None:
    """Take the keeper's lock, leave the caller's process tree, and keep the server."""
    job = json.loads(sys.argv[1])
    home, socket_dir = Path(job["home"]), Path(job["socket_dir"])
    starting, users, keeper = (
        os.open(home / name, os.O_RDWR) for name in ("starting", "users", "keeper")
    )
    deadline = time.monotonic() + TAKE_LOCK_S
    while not try_lock(keeper):  # others look at it for an instant, to see whether we are here
        if time.monotonic() > deadline:
            sys.exit("keeper: another keeper is there")
        time.sleep(0.005)
    os.setsid()
    if os.fork():  # the caller waits for this process; the other one belongs to nobody
        os._exit(0)
    os.close(job["lock"])
    # Users leaving is the only reason to stop. A handler that does nothing, as SIG_IGN would be
    # inherited by the server, and a SIGINT too early in its life would be lost.
    for unheeded in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(unheeded, lambda *_: None)
    keep(job, starting, users)
    if home not in socket_dir.parents:
        shutil.rmtree(socket_dir, ignore_errors=True)


def keep(job: dict[str, Any], starting: int, users: int) -> None:
    """Run the server again and again until nobody uses it or it cannot run."""
    restarts = 0
    while True:
        began = time.monotonic()
        server = launch(job)
        while server.poll() is None:
            if nobody_uses_it(starting, users):
                stop(server)
                return
            time.sleep(LOOK_EVERY_S)
        steady = time.monotonic() - began >= STEADY_AFTER_S
        # 0: stopped on purpose by somebody else. Over 0 at once: it cannot run; its log says why.
        cannot_run = server.returncode > 0 and not steady and restarts == 0
        if server.returncode == 0 or cannot_run or restarts == MOST_RESTARTS:
            return
        restarts = 1 if steady else restarts + 1
        sys.stderr.write(f"keeper: the server ended ({server.returncode}); starting it again\n")
        time.sleep(min(0.05 * 2**restarts, LONGEST_PAUSE_S))
        if nobody_uses_it(starting, users):
            return


def launch(job: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the postmaster as the server's account."""
    data = Path(job["home"]) / "data"
    for lock in (data / "postmaster.pid", *Path(job["socket_dir"]).glob(".s.PGSQL.*.lock")):
        disown(lock, data)
    # Root hands its extra groups on otherwise, and with them what they may read.
    groups: list[int] | None = None if job["uid"] is None else []
    return subprocess.Popen(  # noqa: S603 -- the caller, the same account, wrote the command
        job["command"],
        env=job["environment"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        user=job["uid"],
        group=job["gid"],
        extra_groups=groups,
    )


def disown(lock: Path, data: Path) -> None:
    """Let PostgreSQL see that a lock file's process is not a server over ``data`` any more.

    PostgreSQL believes any living process of its account whose number stands in the file, and a
    zombie counts as living: in a container nobody may ever reap it. It does look past its own
    parent's number, and then still checks by shared memory that no old backend is left. So the
    parent's number, ours, is written in place of a number that cannot be a server's.
    """
    try:
        lines = lock.read_text().splitlines(keepends=True)
        pid = abs(int(lines[0]))
    except (OSError, ValueError, IndexError):
        return
    if not is_postmaster(pid, data):
        lines[0] = f"{os.getpid()}\n"
        lock.write_text("".join(lines))


def is_postmaster(pid: int, data: Path) -> bool:
    """Tell whether ``pid`` may be a living PostgreSQL server over ``data``; in doubt, yes."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return says_ps(pid)
    name, _, rest = fields.partition("(")[2].rpartition(")")
    if rest.split()[0] in "ZX" or name != "postgres":
        return False
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return True


def says_ps(pid: int) -> bool:
    """Ask ``ps`` where there is no /proc, as on macOS."""
    try:
        said = subprocess.run(  # noqa: S603 -- fixed program and arguments
            ["/bin/ps", "-o", "stat=", "-o", "comm=", "-p", str(pid)],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        ).stdout.split(maxsplit=1)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return len(said) != 2 or ("Z" not in said[0] and "postgres" in said[1])  # noqa: PLR2004


def nobody_uses_it(starting: int, users: int) -> bool:
    """Take both locks and return True if no process uses the server or is about to.

    They are kept until this process ends: whoever comes now waits for the end of the stop.
    """
    if not try_lock(starting):
        return False
    if not try_lock(users):
        fcntl.flock(starting, fcntl.LOCK_UN)
        return False
    return True


def try_lock(file: int) -> bool:
    """Take the lock at once, or return False."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the postmaster: at once for its clients, cleanly for the data, by force at last."""
    for signum, patience_s in (
        (signal.SIGINT, FAST_STOP_S),
        (signal.SIGQUIT, IMMEDIATE_STOP_S),
        (signal.SIGKILL, IMMEDIATE_STOP_S),
    ):
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            server.send_signal(signum)  # again and again: the first may come before it can listen
            asked_again_at = time.monotonic() + ASK_AGAIN_S
            while time.monotonic() < asked_again_at:
                if server.poll() is not None:
                    return
                time.sleep(0.005)


if __name__ == "__main__":
    main()
