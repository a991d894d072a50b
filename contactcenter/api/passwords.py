"""Choosing a password: one's own while signed in, or by a one-time link."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.access import links, passwords, throttle, users
from contactcenter.api.operation import AGENT, PUBLIC, Call, operation
from contactcenter.errors import BadInput


class WrongPassword(BadInput):
    """The current password is wrong."""

    code = "wrong_password"


#: A password as a person types it; the rules for a new one are in ``access.passwords``.
Password = Annotated[str, Meta(min_length=1, max_length=passwords.MAX_LENGTH)]
NewPassword = Annotated[
    str,
    Meta(
        min_length=passwords.MIN_LENGTH,
        max_length=passwords.MAX_LENGTH,
        description="Not the e-mail address, not one character repeated.",
    ),
]


class PasswordByLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of an invitation or a reset, and the password chosen."""

    token: Annotated[str, Meta(max_length=100)]
    password: NewPassword


class PasswordChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present password proves who is at the keyboard."""

    current_password: Password
    new_password: NewPassword


@operation("POST", "/password", tag="session", roles=PUBLIC, via="none", refuses=(404, 429))
async def set_password_by_link(call: Call, body: PasswordByLink) -> None:
    """Set a password with the one-time link of an invitation or a reset.

    It signs nobody in, and ends every session of this person.
    """
    services = call.services
    async with services.db.transaction() as conn:
        attempt = await throttle.of_link(conn, call.client)
    async with services.db.read() as conn:
        owner = await links.find(conn, body.token)
    passwords.check_new(body.password, email=owner.email, field="body.password")
    password_hash = await services.passwords.hashed(body.password)
    async with services.db.transaction() as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        owner = await links.use(conn, now, body.token)
        actor = f"user:{owner.user_id}"
        await users.set_password(conn, now, owner.user_id, password_hash, actor=actor)
        await throttle.succeeded(conn, now, attempt)
        await throttle.forget(conn, owner.user_id, owner.email, call.client)


@operation(
    "PUT",
    "/session/password",
    tag="session",
    roles=AGENT,
    via="none",
    scope=None,
    versioned=False,
    before_password_change=True,
    refuses=(429,),
)
async def change_password(call: Call, body: PasswordChange) -> None:
    """Change one's own password; every other session of this person ends.

    Whoever gives a wrong present one again and again has to wait, as in signing in.
    """
    services, actor = call.services, call.actor
    async with services.db.transaction() as conn:
        attempt = await throttle.of_session(conn, actor.user_id, call.client)
        user = await users.find(conn, actor.user_id)
        password_hash = await users.password_hash(conn, actor.user_id)
    if not await services.passwords.is_right(password_hash, body.current_password):
        raise WrongPassword("body.current_password", "The current password is wrong.")
    async with services.db.transaction() as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        await throttle.succeeded(conn, now, attempt)
    passwords.check_new(body.new_password, email=user.email, field="body.new_password")
    if body.new_password == body.current_password:
        raise BadInput("body.new_password", "The new password is the old one.")
    new_hash = await services.passwords.hashed(body.new_password)
    async with services.db.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        await users.set_password(
            conn,
            now,
            actor.user_id,
            new_hash,
            actor=actor.reference,
            kept_session=actor.session_sha256,
        )
