"""Accounts: inviting, editing, disabling. Each is also an agent, with the same id."""

import re
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.access import links, sessions, tokens
from contactcenter.access.actor import RoleName
from contactcenter.access.links import Link
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.events import Event, record

Language = Literal["en", "fa"]

#: Plain ASCII, so that no address looks like another one; $ would let a line end follow.
EMAIL_PATTERN: Final = r"^[!-?A-~]+@[!-?A-~]+\Z"
MAX_EMAIL_LENGTH: Final = 254


class User(Struct, frozen=True, kw_only=True):
    """A row of ``user_account`` without its secrets.

    ``has_password`` is false until an invited person has chosen one.
    """

    id: int
    email: str
    name: str
    role: RoleName
    language: Language
    has_password: bool
    must_change_password: bool
    version: int
    created_at: datetime
    disabled_at: datetime | None


class Invited(Struct, frozen=True, kw_only=True):
    """A new account, and the link by which its owner chooses a password."""

    user: User
    link: Link


class EmailTaken(Conflict):
    """There is an account with this e-mail address already."""

    code = "email_taken"


class LastAdmin(Conflict):
    """This is the last administrator who can sign in."""

    code = "last_admin"


class AlreadyDisabled(Conflict):
    """This account is disabled already."""

    code = "already_disabled"


class NotDisabled(Conflict):
    """This account is not disabled."""

    code = "not_disabled"


class IsDisabled(Conflict):
    """This account is disabled; enable it first."""

    code = "is_disabled"


_SQL = db.Statements(__name__)
_page = _SQL.take("page", User)
_find = _SQL.take("find", User)
_find_by_email = _SQL.take("find_by_email", User)
_lock = _SQL.take("lock", User)
_enabled_admins = _SQL.take("enabled_admins", int)
_invite = _SQL.take("invite", User)
_add_agent = _SQL.command("add_agent")
_change = _SQL.take("change", User)
_disable = _SQL.take("disable", User)
_enable = _SQL.take("enable", User)
_password_hash = _SQL.take("password_hash", str)
_set_password = _SQL.take("set_password", User)


async def page(
    conn: Conn,
    *,
    after: int,
    limit: int,
    role: RoleName | None = None,
    disabled: bool | None = None,
) -> list[User]:
    """Accounts by id, above the id ``after``."""
    return await _page.all(conn, after, limit, role, disabled)


async def find(conn: Conn, user_id: int) -> User:
    """One account; raises ``NotFound``."""
    return _present(await _find.first(conn, user_id))


async def find_by_email(conn: Conn, email: str) -> User:
    """The account of an address in any case; raises ``NotFound``."""
    user = await _find_by_email.first(conn, email.strip().lower())
    if user is None:
        raise NotFound("There is no account with this e-mail address.")
    return user


async def lock(conn: Conn, user_id: int) -> User:
    """One account, locked until the end of the transaction; raises ``NotFound``.

    The enabled administrators are locked with it, so that two of them cannot go at once.
    """
    locked = await _lock.all(conn, user_id)
    return _present(next((user for user in locked if user.id == user_id), None))


async def invite(
    conn: Conn,
    now: datetime,
    *,
    actor: str,
    email: str,
    name: str,
    role: RoleName,
    language: Language,
) -> Invited:
    """Make an account whose owner has a week to choose a password.

    Raises ``EmailTaken``, or ``BadInput`` for what is no e-mail address or no name.
    """
    if not re.match(EMAIL_PATTERN, email) or len(email) > MAX_EMAIL_LENGTH:
        raise BadInput("body.email", "This is not an e-mail address.")
    if not name.strip():
        raise BadInput("body.name", "The name is empty.")
    user = await _invite.first(conn, email.lower(), name.strip(), role, language, now)
    if user is None:
        raise EmailTaken
    await _add_agent.run(conn, user.id)
    link = await links.make(conn, now, user.id, "invitation")
    await record(
        conn, _fact("user_invited", now, actor, user.id, role=role, changed=_told(None, user))
    )
    return Invited(user=user, link=link)


async def change(
    conn: Conn,
    now: datetime,
    before: User,
    *,
    actor: str,
    name: str,
    role: RoleName,
    language: Language,
) -> User:
    """Edit the locked account ``before``; raises ``LastAdmin``.

    A new role holds at once and ends the sessions that began with the old one: what a console
    shows follows the role it signed in with.
    """
    if before.role == "admin" and role != "admin" and before.disabled_at is None:
        await _keep_an_admin(conn, before.id)
    user = _present(await _change.first(conn, before.id, name.strip(), role, language))
    if role != before.role:
        await sessions.end_all(conn, user.id)
    await record(
        conn, _fact("user_changed", now, actor, user.id, role=role, changed=_told(before, user))
    )
    return user


async def disable(conn: Conn, now: datetime, user_id: int, *, actor: str) -> User:
    """End the account's sessions, tokens and links at once; it cannot sign in any more.

    Raises ``NotFound``, ``AlreadyDisabled`` or ``LastAdmin``. The caller gives the tickets back.
    """
    before = await lock(conn, user_id)
    if before.disabled_at is not None:
        raise AlreadyDisabled
    if before.role == "admin":
        await _keep_an_admin(conn, user_id)
    user = _present(await _disable.first(conn, user_id, now))
    await sessions.end_all(conn, user_id)
    await tokens.revoke_all(conn, now, user_id)
    await links.withdraw(conn, user_id)
    await record(conn, _fact("user_disabled", now, actor, user_id, changed=_told(before, user)))
    return user


async def enable(conn: Conn, now: datetime, user_id: int, *, actor: str) -> User:
    """Let the account sign in again; its old sessions and tokens stay ended.

    Raises ``NotFound`` or ``NotDisabled``.
    """
    before = await lock(conn, user_id)
    if before.disabled_at is None:
        raise NotDisabled
    user = _present(await _enable.first(conn, user_id))
    await record(conn, _fact("user_enabled", now, actor, user_id, changed=_told(before, user)))
    return user


async def request_reset(conn: Conn, now: datetime, user_id: int, *, actor: str) -> Link:
    """Make a link to choose a new password; earlier links end. Raises ``IsDisabled``."""
    user = await lock(conn, user_id)
    if user.disabled_at is not None:
        raise IsDisabled
    link = await links.make(conn, now, user_id, "reset" if user.has_password else "invitation")
    made = {"link": {"from": None, "to": link.purpose}}
    await record(conn, _fact("password_reset_requested", now, actor, user_id, changed=made))
    return link


async def password_hash(conn: Conn, user_id: int) -> str | None:
    """The hash to check a password against; None while none was chosen."""
    return await _password_hash.first(conn, user_id)


async def set_password(
    conn: Conn,
    now: datetime,
    user_id: int,
    new_hash: str,
    *,
    actor: str,
    kept_session: bytes | None = None,
) -> User:
    """Set the password, and end every session but the one whose SHA-256 is ``kept_session``."""
    before = await find(conn, user_id)
    user = _present(await _set_password.first(conn, user_id, new_hash))
    await sessions.end_all(conn, user_id, but=kept_session)
    await links.withdraw(conn, user_id)
    changed = {"password": {"from": "set" if before.has_password else None, "to": "replaced"}}
    await record(conn, _fact("password_changed", now, actor, user_id, changed=changed))
    return user


async def _keep_an_admin(conn: Conn, user_id: int) -> None:
    if await _enabled_admins.all(conn) == [user_id]:
        raise LastAdmin


def _present(user: User | None) -> User:
    if user is None:
        raise NotFound
    return user


def _told(before: User | None, after: User) -> dict[str, Any]:
    return configuration.differences(before, after, sized=("email", "name"))


def _fact(kind: str, now: datetime, actor: str, user_id: int, **data: object) -> Event:
    return Event(kind=kind, at=now, actor=actor, agent_id=user_id, data=data)
