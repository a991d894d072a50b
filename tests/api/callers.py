"""Who calls the API in the tests: people with a session, programs with a token, nobody."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import msgspec
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from contactcenter.access import sessions

PASSWORD = "correct horse battery"


class Caller:
    """Somebody who calls the API: his client, and the headers he always sends."""

    def __init__(self, client: TestClient, user_id: int, headers: dict[str, str]) -> None:
        self.client = client
        self.user_id = user_id
        self.headers = headers

    async def __call__(
        self, method: str, path: str, json: Any = None, *, status: int | None = None, **more: Any
    ) -> Any:
        """Call, and return the JSON answered; with ``status`` it has to be that one."""
        response = await self.send(method, path, json, **more)
        body = await response.read()
        assert status is None or response.status == status, (response.status, body)
        return msgspec.json.decode(body) if body else None

    async def send(
        self, method: str, path: str, json: Any = None, headers: Any = None, **more: Any
    ) -> ClientResponse:
        """Call, and return the response."""
        if json is not None:
            more["json"] = json
        target = path if path.startswith("/api") else f"/api/v1{path}"
        return await self.client.request(
            method, target, headers={**self.headers, **(headers or {})}, **more
        )


class Staff:
    """Makes people who can sign in, without going through the API."""

    def __init__(self, client: TestClient, table: asyncpg.Connection, hashed: str) -> None:
        self._client = client
        self._table = table
        self._hashed = hashed

    async def account(self, role: str, *, name: str | None = None, **columns: Any) -> int:
        name = name or f"{role} {secrets.token_hex(3)}"
        user_id = await self._table.fetchval(
            """INSERT INTO user_account (email, name, role, password_hash, must_change_password)
               VALUES ($1, $2, $3, $4, $5) RETURNING id""",
            columns.get("email", f"{name.replace(' ', '.')}@desk.test".lower()),
            name,
            role,
            self._hashed,
            columns.get("must_change_password", False),
        )
        await self._table.execute("INSERT INTO agent (id) VALUES ($1)", user_id)
        return user_id

    async def signed_in(self, role: str, **columns: Any) -> Caller:
        """A new person with a session."""
        return await self.session_of(await self.account(role, **columns))

    async def session_of(self, user_id: int) -> Caller:
        now = await self._table.fetchval("SELECT clock_timestamp()")
        account = sessions.Account(id=user_id, password_hash=self._hashed, is_enabled=True)
        session = await sessions.begin(self._table, now, account, lifetime=timedelta(hours=1))
        assert session is not None
        headers = {
            "Cookie": f"contactcenter_session={session.token}",
            "X-CSRF-Token": session.csrf_token,
        }
        return Caller(self._client, user_id, headers)

    async def token_of(self, user_id: int, *scopes: str) -> Caller:
        """A program that acts for this person."""
        value = "cc_" + secrets.token_urlsafe(32)
        await self._table.execute(
            "INSERT INTO api_token (token_sha256, user_id, name, scopes) VALUES ($1, $2, 'p', $3)",
            sha256(value.encode()).digest(),
            user_id,
            list(scopes),
        )
        return Caller(self._client, user_id, {"Authorization": f"Bearer {value}"})
