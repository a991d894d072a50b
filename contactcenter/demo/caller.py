"""A client of the public interface, as an agent console is one: a session, its CSRF token, JSON."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any, Final, Self

import aiohttp

_TIMEOUT_S: Final = 20.0
_TRIES: Final = 4
_PAGE: Final = 200


class Refused(Exception):
    """The server did not do it; ``code`` is the problem's stable name."""

    def __init__(self, method: str, path: str, status: int, problem: Any) -> None:
        known = problem if isinstance(problem, dict) else {}
        self.status = status
        self.code = str(known.get("code", ""))
        detail = known.get("detail") or known.get("title") or problem
        super().__init__(f"{method} {path} was answered {status}: {detail}")


class Caller:
    """One person's browser. Use it as an asynchronous context manager."""

    def __init__(self, address: str) -> None:
        self.user_id = 0
        self._address = address
        self._base = f"{address}/api/v1"
        self._csrf: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # which means: also for an IP address
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def sign_in(self, email: str, password: str) -> None:
        """Begin a session; the calls that follow belong to it."""
        session = await self.send("POST", "/session", {"email": email, "password": password})
        self.user_id = session["user_id"]
        self._csrf = {"X-CSRF-Token": session["csrf_token"]}

    async def get(self, path: str, **query: Any) -> Any:
        """Read something; a list as a value repeats the parameter."""
        return await self._tried("GET", path, params=_params(query))

    async def all(self, path: str, **query: Any) -> list[Any]:
        """Read every page of a list."""
        page = await self.get(path, limit=_PAGE, **query)
        items: list[Any] = page["items"]
        while page["next"]:
            page = await self.get(path, limit=_PAGE, cursor=page["next"], **query)
            items += page["items"]
        return items

    async def post(self, path: str, body: Any = None) -> Any:
        """Do something once, however often it has to be asked."""
        headers = self._csrf | {"Idempotency-Key": secrets.token_hex(16)}
        return await self._tried("POST", path, json=body, headers=headers)

    async def upload(self, path: str, content: bytes, content_type: str) -> Any:
        """Hand over the bytes of a file."""
        headers = self._csrf | {
            "Content-Type": content_type,
            "Idempotency-Key": secrets.token_hex(16),
        }
        return await self._asked("POST", path, data=content, headers=headers)

    async def heard(self, path: str) -> int:
        """Listen to a sound to its end; returns how many bytes that were."""
        async with self._http.get(self._base + path) as answer:
            sound = await answer.read()
            if not answer.ok:
                raise Refused("GET", path, answer.status, sound.decode(errors="replace"))
            return len(sound)

    async def send(self, method: str, path: str, body: Any = None, *, version: int = 0) -> Any:
        """Make any other change, once; ``version`` is that of what was read."""
        headers = self._csrf | ({"If-Match": f'"{version}"'} if version else {})
        return await self._asked(method, path, json=body, headers=headers)

    async def feed(self, cursor: str = "") -> AsyncGenerator[Any, None]:
        """What happens from now on, or after ``cursor``, frame by frame, until the socket ends."""
        origin = {"Origin": self._address}
        async with self._http.ws_connect(f"{self._base}/feed", headers=origin) as socket:
            wanted = {"cursor": cursor} if cursor else {}
            await socket.send_json({"id": 1, "type": "subscribe"} | wanted)
            async for message in socket:
                yield message.json()

    async def _tried(self, method: str, path: str, **options: Any) -> Any:
        """Ask again where asking again is safe: nothing was changed, or the key tells it is us."""
        for _ in range(_TRIES - 1):
            try:
                return await self._asked(method, path, **options)
            except Refused as refused:
                if refused.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            except (aiohttp.ClientConnectionError, TimeoutError):
                pass
            await asyncio.sleep(0.2)
        return await self._asked(method, path, **options)

    async def _asked(self, method: str, path: str, **options: Any) -> Any:
        async with self._http.request(method, self._base + path, **options) as answer:
            is_json = answer.content_type.endswith("json")
            content = await (answer.json(content_type=None) if is_json else answer.text())
            if not answer.ok:
                raise Refused(method, path, answer.status, content)
            return content


def _params(query: dict[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values]
    return pairs
