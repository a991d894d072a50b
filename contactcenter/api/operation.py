'''What an endpoint is: a handler, and what its decorator and annotations say of it.

How to write an endpoint. In a module of ``contactcenter/api/`` that ``api/__init__.py`` lists::

    class Filter(PageQuery, frozen=True, kw_only=True):          # api.paging
        queue_id: Id | None = None                               # api.inputs

    class NewEscalation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        note: Annotated[str, Meta(min_length=1, max_length=4000)]

    @operation("POST", "/tickets/{ticket_id}/escalations",
               tag="tickets", status=201, roles=AGENT, via="dispatch")
    async def escalate(call: Call, ticket_id: int, body: NewEscalation) -> Ticket:
        """Refer the ticket to a more specialised queue.

        The first line is the summary in OpenAPI, the rest its description.
        """
        return await escalation.escalate(call.conn, call.now, call.actor, ticket_id, body.note)

- ``via``: "read" gives ``call.conn`` without a transaction; "transaction" one that commits before
  the answer goes out; "dispatch" runs the handler under the routing lock with ``call.now``; "none"
  gives no connection (the handler opens its own). It may run twice (a lost race is tried again),
  so it has no effect outside the database; raising rolls everything back.
- Paths are relative to ``/api/v1``. ``{ticket_id}: int`` is an id; what is none answers 404.
- ``query: Struct`` and ``body: Struct`` forbid unknown fields; their integers have bounds (``Id``,
  ``Count``), their times an offset (``Instant``): checked at import. A tuple in the query may be
  repeated. ``body: bytes`` takes any content type up to ``max_bytes``. ``body: X | None`` may be
  missing.
- The return annotation is the schema: a struct, ``Page[Struct]``, a list, None (204), a struct or
  None (204 where there is nothing to show), or ``Answer`` for anything that is not JSON (then
  ``produces`` names its content types). A struct with a
  ``version`` is sent with an ETag; PUT and PATCH need If-Match: ``call.check_version(row.version)``
  (``versioned=False`` where there is no version).
- ``ranged`` is for a GET of something large: it may be answered 206 and 416 as well.
- Errors are raised as ``contactcenter.errors``; name the place: ``BadInput("body.queue_id", …)``.
- After a change the feed is woken by itself; ``call.ring("outbox")`` wakes others.
- A POST in a transaction or dispatched is repeated safely with Idempotency-Key;
  ``idempotent=False`` for an answer that must not be stored because it holds a secret.
- ``scope`` is what a token needs: by default ``read`` for GET, ``admin`` for ADMIN operations,
  else ``write``; None keeps programs out.
'''

import inspect
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Literal, get_args, get_type_hints

from msgspec import Struct

from contactcenter.access.actor import Role, Scope
from contactcenter.api import inputs
from contactcenter.api.call import Answer, Call, Handler
from contactcenter.api.inputs import Inputs

__all__ = [
    "ADMIN",
    "AGENT",
    "PUBLIC",
    "SUPERVISOR",
    "Answer",
    "Call",
    "Operation",
    "operation",
]

PUBLIC: Final = Role.PUBLIC
#: Anybody who is signed in.
AGENT: Final = Role.AGENT
SUPERVISOR: Final = Role.SUPERVISOR
ADMIN: Final = Role.ADMIN

PREFIX: Final = "/api/v1"
SAFE: Final = frozenset({"GET"})

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Via = Literal["read", "transaction", "dispatch", "none"]


class Operation(Struct, frozen=True, kw_only=True):
    """One method on one path: its guard, what it takes, what it answers, and who does it."""

    method: Method
    path: str
    handler: Handler
    tag: str
    status: int
    roles: Role
    scope: Scope | None
    via: Via
    versioned: bool
    idempotent: bool
    before_password_change: bool
    max_bytes: int | None
    ranged: bool
    produces: tuple[str, ...]
    takes: Any
    refuses: tuple[int, ...]
    inputs: Inputs
    answers: Any
    summary: str
    description: str

    @property
    def name(self) -> str:
        """The handler's name: unique, the operationId."""
        return getattr(self.handler, "__name__", "handler")

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE


def operation(
    method: Method,
    path: str,
    *,
    tag: str,
    roles: Role,
    via: Via,
    status: int | None = None,
    scope: Scope | Literal["default"] | None = "default",
    versioned: bool | None = None,
    idempotent: bool = True,
    before_password_change: bool = False,
    max_bytes: int | None = None,
    ranged: bool = False,
    produces: tuple[str, ...] = (),
    takes: Any = None,
    refuses: tuple[int, ...] = (),
) -> Callable[[Handler], Operation]:
    """Make an operation of a handler; see the top of this module.

    ``before_password_change`` opens it to somebody who must set a password first. ``takes`` is the
    type of what a raw body holds, as JSON or YAML. ``refuses`` adds
    statuses to the refusals that OpenAPI documents by itself.
    """

    def made(handler: Handler) -> Operation:
        hints = get_type_hints(handler, include_extras=True)
        answers = hints.pop("return")
        if hints.pop("call", None) is not Call:
            raise TypeError(f"{path}: the first parameter is call: Call")
        summary, _, description = (inspect.getdoc(handler) or "").partition("\n")
        if not summary:
            raise TypeError(f"{path}: the docstring is the operation's summary")
        return Operation(
            method=method,
            path=PREFIX + path,
            handler=handler,
            tag=tag,
            status=status or (HTTPStatus.NO_CONTENT if answers is type(None) else HTTPStatus.OK),
            roles=roles,
            scope=_scope(method, roles) if scope == "default" else scope,
            via=via,
            versioned=method in {"PUT", "PATCH"} if versioned is None else versioned,
            idempotent=idempotent and method == "POST" and _keeps(via, roles, answers),
            before_password_change=before_password_change,
            max_bytes=max_bytes,
            ranged=ranged,
            produces=produces,
            takes=takes,
            refuses=refuses,
            inputs=inputs.analysed(path, hints),
            answers=answers,
            summary=summary,
            description=re.sub(r"``", "`", description.strip()),
        )

    return made


def _scope(method: Method, roles: Role) -> Scope:
    if roles == ADMIN:
        return "admin"
    return "read" if method in SAFE else "write"


def _keeps(via: Via, roles: Role, answers: Any) -> bool:
    """Whether an answer can be stored: it is JSON, somebody's, and there is a transaction."""
    is_json = answers is not Answer and Answer not in get_args(answers)
    return is_json and roles > PUBLIC and via in {"transaction", "dispatch"}
