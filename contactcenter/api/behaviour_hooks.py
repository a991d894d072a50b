"""Hooks of shops: what customers did, posted by whoever can sign it."""

import hmac
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from contactcenter.api.behaviour import BehaviourFacts, Source, lines_of
from contactcenter.api.inputs import BodyInput, Inputs
from contactcenter.api.operation import ADMIN, PREFIX, PUBLIC, Call, operation
from contactcenter.behaviour import behaviour
from contactcenter.behaviour.behaviour import Taken
from contactcenter.errors import Forbidden

SIGNATURE_HEADER: Final = "X-Signature-256"
MAX_BYTES: Final = 1 << 20

_Events = Annotated[list[BehaviourFacts], Meta(min_length=1, max_length=1000)]
_BODY: Final = Inputs(
    path=(),
    query=None,
    body=BodyInput(_Events, optional=False, decode=msgspec.json.Decoder(_Events).decode),
)


class SignatureWrong(Forbidden):
    """The body is not signed with the secret of this source."""

    code = "signature_wrong"


class BehaviourHook(Struct, frozen=True, kw_only=True):
    """Where a source posts, and what it signs the body with, as HMAC-SHA256."""

    source: str
    path: str
    header: str
    secret: str


@operation("GET", "/behaviour_hooks/{source}", tag="behaviour", roles=ADMIN, via="read", scope=None)
async def read_behaviour_hook(call: Call, source: Source) -> BehaviourHook:
    """Read where a source posts what customers did, and the secret it signs with."""
    return BehaviourHook(
        source=source,
        path=f"{PREFIX}/behaviour_hooks/{source}",
        header=SIGNATURE_HEADER,
        secret=_secrets(call, source)[0],
    )


@operation(
    "POST",
    "/behaviour_hooks/{source}",
    tag="behaviour",
    roles=PUBLIC,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
    takes=_Events,
    refuses=(403, 413),
)
async def take_behaviour_hook(call: Call, source: Source, body: bytes) -> Taken:
    """Tell what customers did, signed: all events, or none if one is refused.

    `X-Signature-256` is `sha256=` and the HMAC-SHA256 of the body under the secret of the source,
    in hexadecimal. What is known already changes nothing; an address that nobody has makes a
    contact.
    """
    _check_signature(call, source, body)
    events: Sequence[BehaviourFacts] = _BODY.from_body(body)["body"]
    return await behaviour.tell(
        call.conn,
        await call.clock(),
        lines_of(call, events, [source] * len(events)),
        create_unknown=True,
        actor=f"hook:{source}",
    )


def _check_signature(call: Call, source: str, body: bytes) -> None:
    given = (call.header(SIGNATURE_HEADER) or "").encode("utf-8", "surrogateescape")
    wanted = [
        b"sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest().encode()
        for secret in _secrets(call, source)
    ]
    if not any([hmac.compare_digest(given, one) for one in wanted]):  # noqa: C419 -- all are looked at
        raise SignatureWrong


def _secrets(call: Call, source: str) -> list[str]:
    """The secrets of a source, the first to be used; one for each key of ours."""
    return [key.hex() for key in call.services.secret_keys.derived(f"behaviour-hook:{source}")]
