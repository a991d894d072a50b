"""Plants faults one at a time and shows that each turns a test red.

    python tests/mutations.py             all of them
    python tests/mutations.py NAME…       these
    python tests/mutations.py --table     what there is, as docs/trust.md shows it

The working tree is never touched: every fault is planted in a copy of it. First the chosen tests
run without a fault and must be green. The exit code is 1 where a fault survives, where the tests
are red without one, or where a fault no longer fits the code.
"""

# ruff: noqa: T201  a command prints

import argparse
import asyncio
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from planted_faults import FAULTS, Fault

from contactcenter.postgres import EmbeddedPostgres, throwaway_data_dir

TREE = Path(__file__).parents[1]
COPIED = ("channels", "contactcenter", "migrations", "routing", "tests", "pyproject.toml")
#: A test that has not ended by then counts as failed.
TEST_TIMEOUT_S = 100
#: A race is only probably lost: it is run again this often before a fault has survived.
TRIES = 3
#: One for each core of a small machine.
JOBS = 2
_PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-x",
    "-m",
    "not full",
    "-p",
    "no:cacheprovider",
    "-rf",
)


class Stale(Exception):
    """A fault does not fit the code any more; the message says how to go on."""


class Run(NamedTuple):
    """What pytest made of the tests: its exit code, its output, and how long it took."""

    code: int
    output: str
    took_s: float

    @property
    def is_red(self) -> bool:
        """Whether a test failed, which is more than that it could not run."""
        return self.code == 1 and "\nFAILED " in self.output

    @property
    def reason(self) -> str:
        """The line that names the first failed test."""
        lines = [line for line in self.output.splitlines() if line.startswith("FAILED ")]
        return lines[0].removeprefix("FAILED ") if lines else f"exit code {self.code}"


def planted(text: str, fault: Fault) -> str:
    """The text of the file with the fault in it; raises ``Stale``."""
    count = text.count(fault.old)
    if count != 1:
        raise Stale(
            f"{fault.name}: {fault.file} has {count} places that read {fault.old!r};"
            " there must be one. Adapt the fault in tests/planted_faults.py."
        )
    return text.replace(fault.old, fault.new)


def table() -> list[str]:
    """The faults as rows of a table: what is planted, where, and who notices."""
    rows = ["| planted | in | noticed by |", "|---|---|---|"]
    for fault in FAULTS:
        tests = ", ".join(f"`{path}`" for path in sorted({t.split("::")[0] for t in fault.tests}))
        rows.append(f"| {fault.name.replace('_', ' ')} | `{fault.file}` | {tests} |")
    return rows


def check_fits(fault: Fault) -> None:
    """Raise ``Stale`` where the fault, or a test that is to notice it, is not to be found."""
    file = TREE / fault.file
    if not file.exists():
        raise Stale(f"{fault.name}: there is no {fault.file}")
    if planted(file.read_text(encoding="utf-8"), fault) == file.read_text(encoding="utf-8"):
        raise Stale(f"{fault.name}: it changes nothing")
    for test in fault.tests:
        path, *names = test.split("::")
        if not (TREE / path).exists():
            raise Stale(f"{fault.name}: there is no {path}")
        name = names[-1].partition("[")[0] if names else ""
        if name and f"def {name}(" not in (TREE / path).read_text(encoding="utf-8"):
            raise Stale(f"{fault.name}: {path} has no test {name}")


@contextmanager
def copies(count: int) -> Iterator[queue.Queue[Path]]:
    """Copies of the tree to plant faults in; whoever takes one puts it back as it was."""
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        free: queue.Queue[Path] = queue.Queue()
        for n in range(count):
            copy = Path(folder) / str(n)
            copy.mkdir()
            for name in COPIED:
                _copy(TREE / name, copy / name)
            free.put(copy)
        yield free


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copy(source, target)


@contextmanager
def fault_in(copy: Path, fault: Fault) -> Iterator[None]:
    """Plant a fault in a copy, and take it out again."""
    file = copy / fault.file
    before = file.read_text(encoding="utf-8")
    file.write_text(planted(before, fault), encoding="utf-8")
    _forget_compiled(file)
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")
        _forget_compiled(file)


def _forget_compiled(file: Path) -> None:
    """Two versions of one size and second look alike to Python."""
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        compiled.unlink()


def run(copy: Path, tests: Sequence[str], dsn: str, *, workers: int = 0) -> Run:
    """Run tests against the code of this copy and no other, in this process or in several."""
    environ = os.environ | {"PYTHONPATH": str(copy), "CONTACTCENTER_TEST_DATABASE_URL": dsn}
    began_s = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  our own command
        [*_PYTEST, f"--timeout={TEST_TIMEOUT_S}", f"-n{workers}", *tests],
        cwd=copy,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=len(tests) * TEST_TIMEOUT_S * 3)
    except subprocess.TimeoutExpired:
        output = "\nFAILED it did not end"
    finally:
        _end(process)
    return Run(process.returncode or 0, output, time.monotonic() - began_s)


def _end(process: subprocess.Popen[str]) -> None:
    """End what the tests may have left running."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def notices(fault: Fault, free: queue.Queue[Path], dsn: str) -> bool:
    """Plant one fault and tell whether a test turns red; prints the outcome."""
    copy = free.get()
    try:
        with fault_in(copy, fault):
            for _ in range(TRIES):
                result = run(copy, fault.tests, dsn)
                if result.code != 0:
                    break
    finally:
        free.put(copy)
    word = "noticed" if result.is_red else "SURVIVED" if result.code == 0 else "BROKEN"
    print(f"{word:9} {fault.name:36} {result.took_s:5.1f} s  {result.reason}", flush=True)
    if word == "BROKEN":
        print(result.output[-4000:])
    return result.is_red


def main(names: Sequence[str]) -> int:
    """Plant the named faults, or all; returns the exit code."""
    faults = [fault for fault in FAULTS if not names or fault.name in names]
    if unknown := set(names) - {fault.name for fault in FAULTS}:
        print(f"there is no fault {', '.join(sorted(unknown))}")
        return 2
    try:
        for fault in faults:
            check_fits(fault)
    except Stale as stale:
        print(stale)
        return 1
    began_s = time.monotonic()
    with throwaway_data_dir() as folder, copies(JOBS) as free:
        server = EmbeddedPostgres(folder, durable=False)
        dsn = asyncio.run(server.start())
        try:
            noticed = _all(faults, free, dsn)
        finally:
            asyncio.run(server.stop())
    print(f"{len(faults)} faults planted, {noticed} noticed, in {time.monotonic() - began_s:.0f} s")
    return 0 if noticed == len(faults) else 1


def _all(faults: Sequence[Fault], free: queue.Queue[Path], dsn: str) -> int:
    """Run the tests without a fault, then with each; returns how many were noticed."""
    copy = free.get()
    tests = sorted({test for fault in faults for test in fault.tests})
    sound = run(copy, tests, dsn, workers=JOBS)
    free.put(copy)
    if sound.code != 0:
        print(f"the tests are red without a fault:\n{sound.output[-4000:]}")
        return 0
    print(f"green without a fault, {sound.took_s:.1f} s", flush=True)
    with ThreadPoolExecutor(JOBS) as pool:
        return sum(pool.map(lambda fault: notices(fault, free, dsn), faults))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--table", action="store_true", help="show the faults and end")
    arguments = parser.parse_args()
    if arguments.table:
        print("\n".join(table()))
        sys.exit(0)
    sys.exit(main(arguments.names))
