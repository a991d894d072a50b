"""Accounts: who may sign in, and as what. For administrators."""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.access import users
from contactcenter.access.actor import RoleName
from contactcenter.access.links import Link
from contactcenter.access.users import Invited, Language, User
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery

Email = Annotated[
    str,
    Meta(
        max_length=users.MAX_EMAIL_LENGTH,
        pattern=users.EMAIL_PATTERN,
        description="Letter case does not matter.",
        examples=["sara@example.com"],
    ),
]

_CURSOR: Final = Cursor("users", tuple[int])


class UserFilter(PageQuery, frozen=True, kw_only=True):
    """Which accounts."""

    role: RoleName | None = None
    state: Literal["enabled", "disabled"] | None = None


class NewUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is invited."""

    email: Email
    name: Line
    role: RoleName = "agent"
    language: Language = "en"


class UserChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    name: Line | UnsetType = UNSET
    role: RoleName | UnsetType = UNSET
    language: Language | UnsetType = UNSET


@operation("GET", "/users", tag="users", roles=ADMIN, via="read")
async def list_users(call: Call, query: UserFilter) -> Page[User]:
    """List accounts, the oldest first."""
    after = _CURSOR.read(query.cursor)
    found = await users.page(
        call.conn,
        after=after[0] if after else 0,
        limit=query.limit + 1,
        role=query.role,
        disabled=None if query.state is None else query.state == "disabled",
    )
    return _CURSOR.page(found, query.limit, lambda user: (user.id,))


@operation("GET", "/users/{user_id}", tag="users", roles=ADMIN, via="read")
async def find_user(call: Call, user_id: int) -> User:
    """Find one account."""
    return await users.find(call.conn, user_id)


@operation(
    "POST", "/users", tag="users", status=201, roles=ADMIN, via="transaction", idempotent=False
)
async def invite_user(call: Call, body: NewUser) -> Invited:
    """Invite a person: make the account, and a link by which its owner chooses a password.

    The link's token is told now and never again, works once and for seven days. Whoever has it
    sends it to `POST /password`. The answer is not stored, so an Idempotency-Key has no effect; a
    second invitation of the same address is answered `email_taken`.
    """
    return await users.invite(
        call.conn,
        await call.clock(),
        actor=call.actor.reference,
        email=body.email,
        name=body.name,
        role=body.role,
        language=body.language,
    )


@operation("PATCH", "/users/{user_id}", tag="users", roles=ADMIN, via="transaction")
async def change_user(call: Call, user_id: int, body: UserChange) -> User:
    """Edit an account. A new role holds at once, and ends the person's sessions."""
    before = await users.lock(call.conn, user_id)
    call.check_version(before.version)
    return await users.change(
        call.conn,
        await call.clock(),
        before,
        actor=call.actor.reference,
        name=before.name if body.name is UNSET else body.name,
        role=before.role if body.role is UNSET else body.role,
        language=before.language if body.language is UNSET else body.language,
    )


@operation(
    "POST", "/users/{user_id}/disablements", tag="users", status=201, roles=ADMIN, via="dispatch"
)
async def disable_user(call: Call, user_id: int) -> User:
    """Disable an account: its sessions and tokens end at once, its tickets go back.

    The last administrator who can sign in cannot be disabled.
    """
    user = await users.disable(call.conn, call.now, user_id, actor=call.actor.reference)
    await call.services.on_disabled(call.conn, call.now, user_id)
    return user


@operation(
    "POST", "/users/{user_id}/enablements", tag="users", status=201, roles=ADMIN, via="transaction"
)
async def enable_user(call: Call, user_id: int) -> User:
    """Enable an account again. Old sessions and tokens stay ended."""
    return await users.enable(call.conn, await call.clock(), user_id, actor=call.actor.reference)


@operation(
    "POST",
    "/users/{user_id}/password_resets",
    tag="users",
    status=201,
    roles=ADMIN,
    via="transaction",
    idempotent=False,
)
async def reset_password(call: Call, user_id: int) -> Link:
    """Make a one-time link by which the owner chooses a new password.

    The present password works until then. Links made before stop working. The token is told now
    and never again; the answer is not stored.
    """
    return await users.request_reset(
        call.conn, await call.clock(), user_id, actor=call.actor.reference
    )
