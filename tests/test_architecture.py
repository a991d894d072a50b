"""The shape of the code: who may import whom, what is pure, how long and how named things are."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import channels

ROOT = Path(__file__).parents[1]
PACKAGES = ("contactcenter", "channels", "routing")
FILES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_BODY = 40

#: What may be longer, and why. No module needs to be.
LONG_MODULES: dict[str, str] = {}
LONG_BODIES = {
    "contactcenter/app.py serving": "everything is built here, in the order in which it needs one another",
}
#: Names that say nothing of what is inside.
SAYING_NOTHING = {"common", "helpers", "misc", "models", "types", "utils"}
#: Where there is no I/O, no clock and no chance.
PURE = ("routing", "contactcenter/statistics")
#: Where a rule could hear the time, chance or the outside.
IMPURE_MODULES = {
    "asyncio",
    "io",
    "locale",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "sys",
    "threading",
    "time",
    "urllib",
    "uuid",
    "zoneinfo",
}
IMPURE_CALLS = {"now", "utcnow", "today", "open", "print", "input", "perf_counter", "monotonic"}


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_every_channel_is_kept_from_the_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}

    named = contracts["channels-are-independent"]["modules"]
    assert named == [f"channels.{name}" for name in channels.names()]


def test_import_contracts_are_kept() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ]

    ran = subprocess.run(  # noqa: S603  our own command
        [*command, "--no-cache", "--no-logo"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 broken." in ran.stdout


@pytest.mark.parametrize(
    "file", sorted(file for room in PURE for file in (ROOT / room).rglob("*.py")), ids=name_of
)
def test_rules_and_statistics_are_pure(file: Path) -> None:
    own = next(room for room in PURE if file.is_relative_to(ROOT / room)).replace("/", ".")
    for node in ast.walk(parsed(file)):
        for module in _imported(node):
            top = module.partition(".")[0]
            ours = module == own or module.startswith(f"{own}.")
            assert ours or top in sys.stdlib_module_names, f"line {node.lineno}: {module}"
            assert top not in IMPURE_MODULES, f"line {node.lineno}: {module}"
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = called or getattr(node.func, "id", None)
            assert called not in IMPURE_CALLS, f"line {node.lineno}: {called}()"


def test_no_module_is_too_long() -> None:
    long = {
        name_of(file): lines
        for file in FILES
        if (lines := file.read_text(encoding="utf-8").count("\n")) > LONGEST_MODULE
    }

    assert long.keys() == LONG_MODULES.keys(), long


def test_no_function_is_too_long() -> None:
    long = {
        f"{name_of(file)} {function.name}": lines
        for file in FILES
        for function in _functions(parsed(file))
        if (lines := _body_lines(function)) > LONGEST_BODY
    }

    assert long.keys() == LONG_BODIES.keys(), long


def test_time_zones_are_those_that_are_installed_with_the_app() -> None:
    """Those of a machine may be years old, and another machine's say something else."""
    own = {
        name_of(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "ZoneInfo"
    }

    assert own == set()


def test_names_say_what_is_inside() -> None:
    named = {part for file in FILES for part in (*file.relative_to(ROOT).parts[:-1], file.stem)}

    assert {name.strip("_") for name in named} & SAYING_NOTHING == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: a relative import"
        return [node.module or ""]
    return []


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of what a function does: without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (
        0 if not body or function.end_lineno is None else function.end_lineno - body[0].lineno + 1
    )
