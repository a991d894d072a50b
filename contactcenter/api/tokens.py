"""One's own API tokens: access for programs."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from contactcenter.access import tokens
from contactcenter.access.actor import Role, Scope
from contactcenter.access.tokens import ApiToken
from contactcenter.api.inputs import MAX_ID, Instant, Line
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.errors import BadInput

_CURSOR: Final = Cursor("tokens", tuple[int])


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program's access. Without `expires_at` it lasts until it is revoked."""

    name: Line
    scopes: Annotated[frozenset[Scope], Meta(min_length=1)]
    expires_at: Instant | None = None


class CreatedToken(Struct, frozen=True, kw_only=True):
    """A token just made, with its value: told once, kept as a hash."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    value: str


@operation("GET", "/tokens", tag="tokens", roles=AGENT, via="read")
async def list_tokens(call: Call, query: PageQuery) -> Page[ApiToken]:
    """List one's own tokens that were not revoked, the newest first; never their values."""
    after = _CURSOR.read(query.cursor)
    found = await tokens.page(
        call.conn, call.actor.user_id, before=after[0] if after else MAX_ID, limit=query.limit + 1
    )
    return _CURSOR.page(found, query.limit, lambda token: (token.id,))


@operation(
    "POST",
    "/tokens",
    tag="tokens",
    status=201,
    roles=AGENT,
    via="transaction",
    scope=None,
    idempotent=False,
)
async def create_token(call: Call, body: NewToken) -> CreatedToken:
    """Make a token that acts for oneself, within its scopes.

    `read` allows every GET, `write` every change, `admin` what only administrators may do. The
    value is told now and never again. No token makes tokens.
    """
    now = await call.clock()
    if "admin" in body.scopes and not call.actor.is_at_least(Role.ADMIN):
        raise BadInput("body.scopes", "Only an administrator gives the scope admin.")
    if body.expires_at is not None and body.expires_at <= now:
        raise BadInput("body.expires_at", "This time is over.")
    token, value = await tokens.create(
        call.conn,
        now,
        call.actor,
        name=body.name.strip(),
        scopes=body.scopes,
        expires_at=body.expires_at,
    )
    return CreatedToken(
        id=token.id,
        name=token.name,
        scopes=tuple(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        value=value,
    )


@operation("DELETE", "/tokens/{token_id}", tag="tokens", roles=AGENT, via="transaction", scope=None)
async def revoke_token(call: Call, token_id: int) -> None:
    """Revoke one of one's own tokens; it stops working at once."""
    await tokens.revoke(call.conn, await call.clock(), call.actor, token_id)
