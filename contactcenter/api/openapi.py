"""The OpenAPI 3.1 document, made from the operations themselves.

Source: https://spec.openapis.org/oas/v3.1.1
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, get_args

import msgspec

from contactcenter.api import guard, idempotency, patterns, problems
from contactcenter.api.call import Answer
from contactcenter.api.inputs import BodyInput, Id, QueryParameters
from contactcenter.api.operation import PUBLIC, Operation
from contactcenter.api.problems import Problem
from contactcenter.settings import Settings

Json = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"
_ABOUT: Final = """\
The programming interface of the contact centre.

**Signing in.** People: `POST /api/v1/session` sets a cookie and answers a `csrf_token`, which goes
into `X-CSRF-Token` of every change. Programs: a token from `POST /api/v1/tokens` goes into
`Authorization: Bearer …`.

**Problems.** What goes wrong is answered as `application/problem+json` (RFC 9457). Programs go by
`code`, which stays; `field` names the place of a refused value.

**Changes.** A `PUT` or `PATCH` needs `If-Match` with the `ETag` of the version it is based on. A
`POST` with an `Idempotency-Key` can be repeated for 24 hours: it is answered again, not done again.

**Lists** come in pages: `next` is the `cursor` of the following page, null at the end. Times are
RFC 3339 in UTC.

**Values.** Text is any Unicode but NUL, and comes back as it was sent; where it is changed, the
field says so. A whole number is written without a fraction. A field that is unknown, or given
twice, is refused.
"""
#: What each refusal means here.
_REFUSALS: Final[Mapping[int, str]] = {
    401: "Nobody is signed in.",
    403: "Not with this role, scope, CSRF token or origin.",
    404: "There is no such thing, or not for this person.",
    408: "The body did not arrive in time.",
    409: "The present state does not allow it.",
    412: "Somebody changed it since it was read.",
    413: "The body is too large.",
    415: "The content type is not taken.",
    422: "A value cannot be accepted; `field` names it.",
    428: "If-Match is missing.",
    429: "Too many attempts failed; Retry-After tells when the next one is looked at.",
    503: "The database cannot be reached. Try again.",
}

_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "description": lambda text: text.replace("``", "`"),
    "pattern": patterns.documented,
}


def document(operations: Sequence[Operation], settings: Settings) -> Json:
    """The whole document, ready to be encoded."""
    schemas = _Schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        described = _operation(operation, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.1",
        "info": {"title": "Contact centre", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": _tags(operations),
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {f"Problem{status}": _problem(status) for status in _REFUSALS},
            "securitySchemes": _security_schemes(settings),
        },
    }


class _Schemas:
    """The schemas of every type that comes in or goes out."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types: list[Any] = [Problem, Id]
        for operation in operations:
            types += _answered_types(operation)
            types += [p.type for p in operation.inputs.path if p.type is not int]
            body = operation.inputs.body
            if body is not None and not body.is_raw:
                types.append(body.type)
            if operation.takes is not None:
                types.append(operation.takes)
        unique = list({repr(t): t for t in types}.values())
        made, components = msgspec.json.schema_components(unique, ref_template=_REFERENCE)
        self._made = {repr(t): _finished(s) for t, s in zip(unique, made, strict=True)}
        self.components: Json = _finished(components)

    def of(self, annotation: Any) -> Json:
        """The schema of a type, as a reference where it is a struct."""
        schema: Json = self._made[repr(Id if annotation is int else annotation)]
        return schema


def _operation(operation: Operation, schemas: _Schemas) -> Json:
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary.rstrip("."),
        "description": "\n\n".join(filter(None, [operation.description, _needed(operation)])),
        "parameters": list(_parameters(operation, schemas)),
        "responses": _responses(operation, schemas),
        "security": _security(operation),
    }
    body = operation.inputs.body
    if body is not None:
        described["requestBody"] = {
            "required": not body.optional,
            "content": _taken(operation, body, schemas),
        }
    return described


def _taken(operation: Operation, body: BodyInput, schemas: _Schemas) -> Json:
    """What a body may be, by content type."""
    if operation.takes is not None:
        schema = schemas.of(operation.takes)
        return {"application/json": {"schema": schema}, "application/yaml": {"schema": schema}}
    if body.is_raw:
        file = {"type": "string", "format": "binary", "minLength": 1}
        return {"application/octet-stream": {"schema": file}}  # or any other: the bytes count
    return {"application/json": {"schema": schemas.of(body.type)}}


def _needed(operation: Operation) -> str:
    if operation.roles is PUBLIC:
        return ""
    role = operation.roles.name.lower()
    needed = "Open to everybody who is signed in" if role == "agent" else f"Needs the role `{role}`"
    scope = "closed to tokens" if operation.scope is None else f"a token needs `{operation.scope}`"
    return f"{needed}; {scope}."


def _parameters(operation: Operation, schemas: _Schemas) -> Iterable[Json]:
    for parameter in operation.inputs.path:
        schema = schemas.of(parameter.type)
        yield {"name": parameter.name, "in": "path", "required": True, "schema": schema}
    if operation.inputs.query is not None:
        yield from _query_parameters(operation.inputs.query)
    if operation.versioned:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag of the version this change is based on.",
            "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
        }
    if operation.idempotent:
        yield {
            "name": idempotency.HEADER,
            "in": "header",
            "description": "Makes it safe to repeat this request for 24 hours.",
            "schema": {"type": "string", "maxLength": 255, "pattern": "^[ -~]+$"},
        }


def _query_parameters(query: QueryParameters) -> Iterable[Json]:
    (reference,), components = msgspec.json.schema_components([query.type])
    struct = components[reference["$ref"].rpartition("/")[2]]
    for name, schema in struct["properties"].items():
        plain = _without_null(_finished(schema))
        parameter = {"name": name, "in": "query", "required": name in struct.get("required", ())}
        if "description" in plain:
            parameter["description"] = plain.pop("description")
        yield parameter | {"schema": plain}


def _without_null(schema: Json) -> Json:
    """A parameter is given or left out; it is never null."""
    plain = {key: value for key, value in schema.items() if key != "default" or value is not None}
    if "anyOf" in plain:
        options = [option for option in plain.pop("anyOf") if option != {"type": "null"}]
        plain |= options[0] if len(options) == 1 else {"anyOf": options}
    if None in plain.get("enum", ()):
        plain["enum"] = [value for value in plain["enum"] if value is not None]
    return plain


def _responses(operation: Operation, schemas: _Schemas) -> Json:
    done: Json = {"description": HTTPStatus(operation.status).phrase}
    content: Json = {m: {"schema": {"type": "string"}} for m in operation.produces}
    for answered in _answered_types(operation):
        content["application/json"] = {"schema": schemas.of(answered)}
    done |= {"content": content} if content else {}
    if headers := dict(_answer_headers(operation)):
        done["headers"] = headers
    refused = {str(s): {"$ref": f"#/components/responses/Problem{s}"} for s in _refused(operation)}
    gone = {"204": {"description": "Done, and out of sight."}} if _may_be_none(operation) else {}
    ranges = {"206": done, "416": {"description": "Too short."}} if operation.ranged else {}
    return {str(operation.status): done} | ranges | gone | refused


def _answer_headers(operation: Operation) -> Iterable[tuple[str, Json]]:
    for answered in _answered_types(operation):
        if "version" in getattr(answered, "__struct_fields__", ()):
            yield "ETag", {"schema": {"type": "string"}, "description": "For If-Match."}
    if operation.idempotent:
        schema = {"type": "string", "enum": ["true"]}
        yield "Idempotent-Replay", {"schema": schema, "description": "It was answered before."}


def _refused(operation: Operation) -> list[int]:
    inputs = operation.inputs
    takes_body = not operation.is_safe
    needed = {
        401: operation.roles is not PUBLIC,
        403: operation.roles is not PUBLIC or not operation.is_safe,
        404: bool(inputs.path),
        408: takes_body,
        409: not operation.is_safe,
        412: operation.versioned,
        413: takes_body,
        415: inputs.body is not None and not inputs.body.is_raw,
        422: True,  # an unknown parameter, at the least
        428: operation.versioned,
        429: False,  # only where somebody could guess
        503: True,
    }
    return [status for status in _REFUSALS if needed[status] or status in operation.refuses]


def _answered_types(operation: Operation) -> list[Any]:
    """The types answered as JSON: none for 204 and for files."""
    answers = operation.answers
    if answers in {type(None), Answer}:
        return []
    if Answer in get_args(answers) or _may_be_none(operation):
        return [part for part in get_args(answers) if part not in {Answer, type(None)}]
    return [answers]


def _may_be_none(operation: Operation) -> bool:
    return type(None) in get_args(operation.answers)


def _problem(status: int) -> Json:
    response: Json = {
        "description": _REFUSALS[status],
        "content": {
            problems.CONTENT_TYPE: {"schema": {"$ref": _REFERENCE.format(name=Problem.__name__)}}
        },
    }
    if status == HTTPStatus.UNAUTHORIZED:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return response


def _security(operation: Operation) -> list[Json]:
    if operation.roles is PUBLIC:
        return []
    session: Json = {"session": []} | ({} if operation.is_safe else {"csrf": []})
    return [session] if operation.scope is None else [session, {"token": []}]


def _security_schemes(settings: Settings) -> Json:
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": guard.cookie_name(settings)},
        "csrf": {"type": "apiKey", "in": "header", "name": guard.CSRF_HEADER},
        "token": {"type": "http", "scheme": "bearer"},
    }


def _tags(operations: Sequence[Operation]) -> list[Json]:
    """Each tag once; the first line of the module that has it first says what it is about."""
    modules = {o.tag: o.handler.__module__ for o in reversed(operations)}
    names = dict.fromkeys(o.tag for o in operations)
    about = {tag: (sys.modules[modules[tag]].__doc__ or "").partition("\n")[0] for tag in names}
    return [{"name": tag, "description": about[tag]} for tag in names]


def _finished(value: Any) -> Any:
    """The same JSON as its readers understand it: marks, patterns, and words typed as text."""
    if isinstance(value, dict):
        if all(isinstance(word, str) for word in value.get("enum", [None])):
            value = {"type": "string"} | value
        return {
            key: (_READERS.get(key, _finished) if isinstance(item, str) else _finished)(item)
            for key, item in value.items()
            if key != "uniqueItems"  # a set takes one value twice and keeps it once
        }
    if isinstance(value, list):
        return [_finished(item) for item in value]
    return value
