"""Reads from the source which data each kind of event is recorded with.

Only what stands there in words is seen: a kind that is computed, or data that is passed on, is not.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from contactcenter.events import KINDS

PACKAGE = Path(__file__).parents[1] / "contactcenter"
#: Functions that make an event, and what among their keywords is not its data.
MAKERS = {"fact", "_fact", "Event"}
NOT_DATA = {"kind", "at", "actor", "agent_id", "ticket_id", "version", "contact_id", "team_ids"}
#: What ``tickets.fact`` puts into the data of every event.
OF_TICKET = {"state", "queue_id", "tier", "category_id"}


@cache
def recorded_fields() -> dict[str, set[str]]:
    """The fields of the data of each kind, by kind, as far as they can be read."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        adds_ticket = _speaks_of_tickets(file, tree)
        for call, function in _calls(tree):
            kind = _kind(call)
            if kind is not None:
                found[kind] |= _fields(call, function) | (OF_TICKET if adds_ticket(call) else set())
    for kind, fields in _in_sql():
        found[kind] |= fields
    return dict(found)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _name(node) in MAKERS:
                    yield node, function


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _kind(call: ast.Call) -> str | None:
    values = [*call.args, *(k.value for k in call.keywords if k.arg == "kind")]
    named = [v.value for v in values if isinstance(v, ast.Constant) and v.value in KINDS]
    return named[0] if named else None


def _speaks_of_tickets(file: Path, tree: ast.Module) -> Callable[[ast.Call], bool]:
    """Whether a call is one of ``tickets.fact``, which adds what every ticket has."""
    imports = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "contactcenter.tickets.tickets"
        and any(alias.name == "fact" for alias in node.names)
        for node in tree.body
    )
    here = imports or file == PACKAGE / "tickets" / "tickets.py"
    return lambda call: here and isinstance(call.func, ast.Name) and call.func.id == "fact"


def _fields(call: ast.Call, function: ast.AST) -> set[str]:
    fields = set()
    for keyword in call.keywords:
        if keyword.arg == "data":
            fields |= _keys(keyword.value, function)
        elif keyword.arg is not None and keyword.arg not in NOT_DATA:
            fields.add(keyword.arg)
    for value in call.args:
        fields |= _keys(value, function)
    return fields


def _keys(value: ast.expr, function: ast.AST) -> set[str]:
    """The keys of a dictionary that is written out, here or where its name is given to it."""
    if isinstance(value, ast.Name):
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(t, ast.Name) and t.id == value.id for t in targets):
                return _keys(node.value, function) if isinstance(node.value, ast.Dict) else set()
    if isinstance(value, ast.Dict):
        return {key.value for key in value.keys if isinstance(key, ast.Constant)}
    return set()


def _in_sql() -> Iterator[tuple[str, set[str]]]:
    """Where a statement writes its events itself: a kind, and later in the same row its data."""
    for file in sorted(PACKAGE.rglob("*.sql")):
        statements = file.read_text(encoding="utf-8").split("-- name: ")
        for written in (
            part for text in statements for part in text.split("INSERT INTO event")[1:]
        ):
            for row in written.split("UNION ALL"):
                kinds = [word for word in re.findall(r"'([a-z_]+)'", row) if word in KINDS]
                built = re.search(r"jsonb_build_object\(([^)]*)\)", row)
                if kinds:
                    yield kinds[0], _keys_in_sql(built[1]) if built else set()


def _keys_in_sql(arguments: str) -> set[str]:
    """Every other argument of jsonb_build_object is a key; no argument here has a comma."""
    return {argument.strip().strip("'") for argument in arguments.split(",")[::2]}
