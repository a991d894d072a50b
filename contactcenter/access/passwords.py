"""Passwords: the rules for a new one, and slow hashing that does not stop the event loop.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
(argon2id with 19 MiB, two passes, one lane).
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contactcenter.errors import BadInput

T = TypeVar("T")

MIN_LENGTH: Final = 10
#: Longer input only costs time.
MAX_LENGTH: Final = 256
#: How many hashes are computed at once; each takes a core for about 40 ms and 19 MiB.
AT_ONCE: Final = 2

_ARGON2: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: The hash of nobody's password: checking against it takes as long as checking a real one. Written
#: out, since every start would take 40 ms to compute it.
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$kmFBCw6WEAMp0F+zTGer5A$"
    "lFAdLiWPlze9mfdmDVofC9nZfayyErxC4pm/sJGkkqc"
)


class Passwords:
    """Computes and checks hashes on threads of its own, a few at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")

    async def hashed(self, password: str) -> str:
        """Return the argon2id hash to store."""
        return await self._run(lambda: hashed(password))

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; as slow for None, which is never right."""
        return await self._run(lambda: _matches(password_hash, password))

    def close(self) -> None:
        """Let go of the threads; hashes that wait are not computed."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def hashed(password: str) -> str:
    """The argon2id hash; holds up its thread for about 40 ms."""
    return _ARGON2.hash(_normal(password))


def check_new(password: str, *, email: str, field: str) -> None:
    """Refuse what is guessed first; raises ``BadInput`` on ``field``."""
    text = _normal(password)
    if len(text) < MIN_LENGTH:
        raise BadInput(field, f"A password has at least {MIN_LENGTH} characters.")
    if len(text) > MAX_LENGTH:
        raise BadInput(field, f"A password has at most {MAX_LENGTH} characters.")
    if len(set(text)) == 1:
        raise BadInput(field, "A password is not one character repeated.")
    if text.casefold() in {email.casefold(), email.partition("@")[0].casefold()}:
        raise BadInput(field, "A password is not the e-mail address.")


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        _ARGON2.verify(password_hash or _NOBODY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _normal(password: str) -> str:
    """One spelling for what different keyboards type: NFKC, as NIST SP 800-63B 5.1.1.2 advises."""
    return unicodedata.normalize("NFKC", password)
