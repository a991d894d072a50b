"""The first administrator of an empty system, so that somebody can sign in."""

import asyncio
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.access import opaque, passwords
from contactcenter.db import Database
from contactcenter.events import Event, record

EMAIL: Final = "admin@localhost"


class FirstAdmin(Struct, frozen=True, kw_only=True):
    """An administrator just made. The password is told once and must be changed at sign-in."""

    email: str
    password: str


_SQL = db.Statements(__name__)
_anybody = _SQL.take("anybody", bool)
_create = _SQL.take("create", int)


async def ensure_first_admin(database: Database) -> FirstAdmin | None:
    """Make an administrator if there is no account at all; of several processes one does."""
    async with database.read() as conn:
        if await _anybody.one(conn):
            return None
    admin = FirstAdmin(email=EMAIL, password=opaque.new_password())
    password_hash = await asyncio.to_thread(passwords.hashed, admin.password)
    async with database.transaction() as conn:
        user_id = await _create.first(conn, admin.email, password_hash)
        if user_id is None:
            return None
        now = await conn.fetchval("SELECT clock_timestamp()")
        fact = Event(
            kind="user_invited", at=now, actor="system", agent_id=user_id, data={"role": "admin"}
        )
        await record(conn, fact)
    return admin
