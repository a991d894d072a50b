"""Whatever an operation takes: nothing more is taken, nothing twice, and nothing done twice."""

import json
import re
from typing import Any

import pytest
from house import House
from world import World
from written import OPERATIONS, WITH_BODY, Calls

pytestmark = pytest.mark.slow

#: What nobody may set by the way, and what no operation knows.
FOREIGN = ("id", "role", "is_admin", "version", "created_at", "team_ids", "__proto__", "")

#: A line of each table that is replaced by an empty one where operations are tried.
EMPTY_TABLES: dict[str, dict[str, Any]] = {
    "replace_entry_rules": {"queue_id": 1, "condition": {}},
    "replace_follow_up_rules": {
        "disposition": "solved",
        "temperament": "haggler",
        "due_after_s": 60,
        "what_en": "x",
        "what_fa": "x",
    },
}


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return World(house)


def ids(operation: Any) -> str:
    return operation.name


def _headers(operation: Any) -> dict[str, str]:
    return {"If-Match": '"1"'} if operation.versioned else {}


@pytest.mark.parametrize("operation", WITH_BODY, ids=ids)
def test_a_field_that_is_not_known_is_refused_and_named(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    body = calls.body()
    place, known = ("body", body)
    own = set() if isinstance(body, list) else _fields(operation)
    if isinstance(body, list):
        place, known = "body[0]", body[0] if body else EMPTY_TABLES[operation.name]
        own = {"id", *known}

    for name in set(FOREIGN) - own:
        more = {**known, name: 1}
        if isinstance(body, list):
            more = [more]
        answer = calls.send(body=json.dumps(more).encode(), headers=_headers(operation))

        assert (answer.status, answer.json()["field"]) == (422, f"{place}.{name}"), answer.body


@pytest.mark.parametrize("operation", WITH_BODY, ids=ids)
def test_a_field_that_is_given_twice_is_refused_and_named(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    body = calls.body()
    if isinstance(body, list):
        line = body[0] if body else EMPTY_TABLES[operation.name]
        raw = f"[{_with_first_twice(line)}]".encode()
        field = f"body[0].{next(iter(line))}"
    elif body:
        raw = _with_first_twice(body).encode()
        field = f"body.{next(iter(body))}"
    else:
        raw, field = b'{"level": 1, "level": 2}', "body.level"

    answer = calls.send(body=raw, headers=_headers(operation))

    assert (answer.status, answer.json()["field"]) == (422, field), answer.body


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS if not o.is_safe and o.inputs.body is None], ids=ids
)
def test_a_body_where_none_is_taken_is_refused(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()

    answer = calls.send(body=b'{"role": "admin"}', headers=_headers(operation))

    assert (answer.status, answer.json()["field"]) == (422, "body"), answer.body


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_a_parameter_that_is_not_known_or_given_twice_is_refused_and_named(
    operation: Any, world: World
) -> None:
    calls = Calls(world, operation)
    calls.renew()
    raw = operation.inputs.body is not None and operation.inputs.body.is_raw
    body = b"x" if raw else json.dumps(calls.body()).encode() if operation.inputs.body else None
    taken = operation.inputs.query

    asked = {"zz": "zz=1"}
    if taken is not None:
        asked |= {name: f"{name}=1&{name}=1" for name in taken.names - taken.repeated}
        asked |= {name: f"{name}=null" for name in taken.written}
    for name, query in asked.items():
        answer = calls.send(query=query, body=body, headers=_headers(operation))

        assert (answer.status, answer.json()["field"]) == (422, f"query.{name}"), answer.body


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.idempotent], ids=ids)
def test_a_post_with_the_same_key_is_answered_again_and_not_done_again(
    operation: Any, world: World
) -> None:
    calls = Calls(world, operation)
    calls.renew()
    body = calls.body()
    raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    key = {"Idempotency-Key": f"{operation.name} 1"}
    if operation.versioned:
        key["If-Match"] = calls.etag()
    before = world.house.value("SELECT coalesce(max(id), 0) FROM event")

    first = calls.send(body=raw, headers=key)
    events = _events_since(world, before)
    again = calls.send(body=raw, headers=key)

    if first.status not in {200, 201, 204}:
        assert first.status in calls.line.answers  # a refusal is not kept: the retry may succeed
        return
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers.get("etag") == first.headers.get("etag")
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert _events_since(world, before) == events
    other = calls.send(body=b'{"zz": 1}' if raw is None else raw + b" ", headers=key)
    assert other.status == 422


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.versioned], ids=ids)
def test_a_change_says_what_it_is_based_on(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    body = calls.body()
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    answers = {
        given: calls.send(body=raw, headers={} if given is None else {"If-Match": given})
        for given in (None, '"999999"', "*", "", '"x"', 'W/"1"', "\xff")
    }

    assert answers.pop(None).status == 428
    assert {answer.status for answer in answers.values()} == {412}


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_methods_that_are_not_there_are_refused_and_the_others_named(
    operation: Any, world: World
) -> None:
    path = re.sub(r"{\w+}", "1", operation.path)
    methods = {
        o.method for o in OPERATIONS if re.fullmatch(re.sub(r"{\w+}", "[^/]+", o.path), path)
    }
    nobody = world.house.caller({})

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods:
        answer = nobody(method, path)
        allowed = set(answer.headers.get("allow", "").split(","))

        assert answer.status == 405, method
        assert answer.code == "method_not_allowed"
        assert methods <= allowed


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.is_safe], ids=ids)
def test_head_is_guarded_like_get_and_has_no_body(operation: Any, world: World) -> None:
    path = re.sub(r"{\w+}", "1", operation.path)

    answer = world.house.caller({})("HEAD", path)

    assert answer.status in {401, 405}
    assert answer.body == b""


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if not o.is_safe], ids=ids)
def test_a_body_over_the_limit_is_refused(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    too_long = (operation.max_bytes or 1 << 20) + 1
    nobody = world.house.caller({})
    path = re.sub(r"{\w+}", "1", operation.path)

    announced = {"Content-Length": str(too_long), "Content-Type": "application/json"}
    refused = nobody(operation.method, path, headers=announced)
    assert refused.status == (413 if calls.line.role == "nobody" else 401)
    nobody.close()

    if calls.line.role != "nobody":
        who = world.house.caller(calls.who.call.headers)
        answer = who(operation.method, calls.path, headers={**announced, **_headers(operation)})
        who.close()
        assert (answer.status, answer.code) == (413, "too_large")


def _with_first_twice(body: dict[str, Any]) -> str:
    name = next(iter(body))
    return f"{{{json.dumps({name: body[name]})[1:-1]}, {json.dumps(body)[1:-1]}}}"


def _fields(operation: Any) -> set[str]:
    kind = operation.inputs.body.type
    fields = getattr(kind, "__struct_encode_fields__", None)
    if fields is None:  # a body that may be missing
        kinds = [k for k in kind.__args__ if k is not type(None)]
        fields = kinds[0].__struct_encode_fields__
    return set(fields)


def _events_since(world: World, event_id: int) -> int:
    statement = "SELECT count(*) FROM event WHERE id > $1 AND actor LIKE 'user:%'"
    return world.house.value(statement, event_id)
