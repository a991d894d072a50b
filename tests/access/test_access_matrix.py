"""Every route, by everybody, on a thing of one's own team, of another, of a restricted one, of none."""

import re
from typing import Any, Final

import pytest
from access_table import OUTSIDE, TABLE, Line
from house import HASHED, Caller, House, Response
from world import KINDS, NOTHING, Kind, Who, World
from written import KEYS, VERSIONS

from contactcenter import api
from contactcenter.access.actor import SCOPES, Role
from contactcenter.api.operation import PREFIX

RANKS: Final = {"nobody": 0, "agent": 1, "supervisor": 2, "admin": 3}


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return World(house)


def named(operation: Any) -> str:
    return f"{operation.method} {operation.path.removeprefix(PREFIX)}"


def test_every_operation_has_a_line_and_every_line_an_operation() -> None:
    assert {named(o) for o in api.operations()} == set(TABLE)


def test_every_route_of_the_application_is_in_a_table(house: House) -> None:
    routes = {
        f"{route.method} {resource.canonical}"
        for resource in house.app.router.resources()
        for route in resource
        if route.method != "HEAD"
    }

    operations = {f"{o.method} {o.path}" for o in api.operations()}
    assert routes - operations == set(OUTSIDE)
    assert operations <= routes


@pytest.mark.parametrize("operation", api.operations(), ids=lambda o: o.name)
def test_every_operation_declares_the_guard_its_line_asks_for(operation: Any) -> None:
    line = TABLE[named(operation)]

    assert operation.roles is (Role.PUBLIC if line.role == "nobody" else Role[line.role.upper()])
    if operation.roles is not Role.PUBLIC:
        assert operation.scope == line.scope
        assert line.scope is None or line.scope in SCOPES
    assert operation.before_password_change is line.newcomer


@pytest.mark.parametrize("route", OUTSIDE)
def test_what_is_no_operation_is_open_exactly_as_far_as_its_line_says(
    route: str, house: House
) -> None:
    method, path = route.split(" ")
    path = path.replace("{name}", "docs.js").replace("{token}", "x" * 32)

    assert house.caller({})(method, path).status == OUTSIDE[route]


@pytest.mark.slow
@pytest.mark.parametrize("operation", api.operations(), ids=lambda o: o.name)
def test_everybody_may_do_what_the_table_says_and_nothing_else(
    operation: Any, world: World
) -> None:
    line = TABLE[named(operation)]
    wrong = []
    for who in world.callers:
        kinds = KINDS if line.sight != "nothing" and who.is_known else KINDS[:1]
        for kind in kinds:
            answer = _call(world, operation, line, who, kind)
            expected = _expected(line, who, kind)
            given = (answer.status, answer.code)
            if given[0] not in expected[0] or expected[1] not in {None, given[1]}:
                wrong.append(f"{who.name}, {kind}: {given}, not {expected}: {answer.body[:200]!r}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "operation",
    [
        o
        for o in api.operations()
        if TABLE[named(o)].sight in {"reader", "worker", "keeper", "owner", "mate"}
    ],
    ids=lambda o: o.name,
)
def test_what_one_may_not_know_of_is_answered_like_what_is_not_there(
    operation: Any, world: World
) -> None:
    line = TABLE[named(operation)]
    who = next(w for w in world.callers if w.name == "own")
    if line.role == "supervisor":
        who = next(w for w in world.callers if w.name == "supervisor")
    seen = {}
    for kind in ("foreign", "restricted", "missing"):
        answer = _call(world, operation, line, who, kind)
        seen[kind] = _without_ids(answer, world, kind)

    assert seen["foreign"] == seen["missing"]
    assert seen["restricted"] == seen["missing"]


def _call(world: World, operation: Any, line: Line, who: Who, kind: Kind) -> Response:
    names = re.findall(r"{(\w+)}", operation.path)
    things = _things(world, operation, line, who, kind)
    headers = {}
    if operation.versioned:
        headers["If-Match"] = f'"{_version(world, operation, names, things)}"'
    world.ids = things
    body = None if line.body is None else line.body(world)
    caller = who.call
    if line.ends_session and who.scopes is None and who.role:
        caller = world.house.session(who.call.id)
    path = PREFIX + named(operation).partition(" ")[2].format(**things)
    if isinstance(body, bytes):
        return caller(operation.method, path, body=body, headers=headers)
    answer = caller(operation.method, path, body, headers=headers)
    if line.ends_session and answer.status == 204:
        _undo(world, who.call)
    return answer


def _things(world: World, operation: Any, line: Line, who: Who, kind: Kind) -> dict[str, Any]:
    """New things for a call that may change them; all others ask for the same."""
    names = re.findall(r"{(\w+)}", operation.path)
    if not names or kind == "missing":
        return world.things(names, kind, owner_id=0)
    owner_id = who.call.id if kind == "own" and who.is_known else world.mate
    is_change = not operation.is_safe and _expected(line, who, kind)[0][0] < 400
    key = (operation.name, kind, owner_id if line.sight == "owner" else 0)
    if is_change:
        return world.things(names, kind, owner_id=owner_id)
    if key not in world.shared:
        world.shared[key] = world.things(names, kind, owner_id=owner_id)
    return world.shared[key]


def _undo(world: World, caller: Caller) -> None:
    """A password was changed, which ended the other sessions: all is as it was."""
    world.house.value("UPDATE user_account SET password_hash = $2 WHERE id = $1", caller.id, HASHED)
    fresh = world.house.session(caller.id)
    for who in world.callers:
        if who.call.id == caller.id and who.scopes is None and who.is_known:
            who.call.headers = fresh.headers
            if who.is_newcomer:
                world.house.value(
                    "UPDATE user_account SET must_change_password = true WHERE id = $1", caller.id
                )


def _version(world: World, operation: Any, names: list[str], things: dict[str, Any]) -> int:
    if "/configuration" in operation.path:
        return world.configuration
    if "/value_setting" in operation.path:
        return world.house.value("SELECT version FROM value_setting")
    if operation.path.endswith("/recording"):
        return 0  # nobody has said anything of the number
    if not names:
        admin = next(w for w in world.callers if w.name == "admin")
        return admin.call("GET", operation.path).json()["version"]
    table = VERSIONS[names[0]]
    found = world.house.value(
        f"SELECT version FROM {table} WHERE {KEYS.get(table, 'id')}::text = $1",
        str(things[names[0]]),
    )
    return found or 1


def _expected(line: Line, who: Who, kind: Kind) -> tuple[tuple[int, ...], str | None]:
    """The law: the statuses that may be answered, and the code of the problem where it is one."""
    if line.role == "nobody":
        return line.answers, None
    if not who.is_known:
        return (401,), "not_signed_in"
    code = None
    if who.is_newcomer and not line.newcomer:
        code = "password_change_required"
    elif RANKS[who.role] < RANKS[line.role]:
        code = "forbidden"
    elif who.scopes is not None and line.scope not in who.scopes:
        code = "scope_missing"
    return ((403,), code) if code is not None else _by_sight(line, who, kind)


def _by_sight(line: Line, who: Who, kind: Kind) -> tuple[tuple[int, ...], str | None]:
    is_theirs = kind == who.team or who.role == "admin"
    match line.sight:
        case "nothing":
            pass
        case _ if kind == "missing":
            return (404,), "not_found"
        case "owner" if kind != "own":
            return (404,), "not_found"
        case "mate" | "reader" | "worker" | "keeper" if not is_theirs:
            return (404,), "not_found"
        case "worker" | "keeper" if who.role == "agent" and who.name == "agent":
            return (403,), "not_your_ticket" if line.sight == "worker" else "not_yours"
        case "merger" if not is_theirs and who.role == "agent":
            return (403,), "forbidden"
    return line.answers, None


def _without_ids(answer: Response, world: World, kind: Kind) -> Any:
    problem = answer.json()
    problem.pop("request_id")
    problem.pop("status")  # it is that of the answer, and may be somebody's id
    text = str(problem)
    for value in {str(v) for k, v in world.ids.items() if k != "kind"} | {str(NOTHING)}:
        text = re.sub(rf"(?<!'status': )\b{re.escape(value)}\b", "N", text)
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"date", "x-request-id", "content-length"}
    }
    return answer.status, headers, text
