"""Guessing is made slow: who fails again and again waits longer each time.

Counted before the password is looked at, in the database, so that many attempts at once, at any
process, are many attempts. What is counted:

- failures of one account in a row, from places that never signed in to it. A place that did counts
  by itself: strangers cannot keep a person out of where he always works.
- failures from one client's address, over all accounts.

An account that does not exist is counted as one that does.

Source: https://pages.nist.gov/800-63-4/sp800-63b.html 3.2.2 (at most 100 failures of an account in
a row; waits that grow to an hour; a success forgets them), OWASP ASVS 5.0 6.1.1 and 6.3.1.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import DomainError


class Rule(Struct, frozen=True, kw_only=True):
    """How many failures are free, and how the wait grows after them.

    It doubles from ``first_wait_s`` to ``longest_wait_s``. After ``last`` failures there are no
    more attempts until they are forgotten, which is after ``forget_after`` without one.
    """

    free: int
    first_wait_s: float
    longest_wait_s: float
    forget_after: timedelta
    last: int | None = None

    def wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row."""
        if self.last is not None and failures >= self.last:
            return self.forget_after
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 40)
        return timedelta(seconds=min(self.first_wait_s * 2.0**doublings, self.longest_wait_s))


#: Of one account: five slips are free, the hundredth is the last.
ACCOUNT: Final = Rule(
    free=5, first_wait_s=1, longest_wait_s=3600, forget_after=timedelta(days=30), last=100
)
#: From one address: an office of many people may lie behind it, so much more is free.
CLIENT: Final = Rule(free=50, first_wait_s=1, longest_wait_s=900, forget_after=timedelta(hours=1))
#: How long a place is known after the last sign-in from there.
PLACE_KNOWN_FOR: Final = timedelta(days=90)


class TooManyAttempts(DomainError):
    """Too many attempts failed; try again later."""

    code = "too_many_attempts"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait: timedelta) -> None:
        """``wait`` is told as ``retry_after_s`` and as Retry-After."""
        super().__init__(retry_after_s=max(1, ceil(wait.total_seconds())))


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt that was counted as a failure until ``succeeded`` tells otherwise.

    ``account`` and ``client`` are the keys of what was counted, ``place`` is the account and the
    client together, None where there is no account to know it by.
    """

    account: bytes | None
    client: bytes
    place: bytes | None


class _Count(Struct, frozen=True, kw_only=True):
    key_sha256: bytes
    failures: int
    failed_at: datetime
    free_at: datetime
    locked_at: datetime


_SQL = db.Statements(__name__)
_is_known = _SQL.take("is_known", bool)
_lock = _SQL.take("lock", _Count)
_count = _SQL.command("count")
_forget = _SQL.command("forget")
_give_back = _SQL.command("give_back")
_know = _SQL.command("know")


async def of_account(conn: Conn, email: str, client: str) -> Attempt:
    """Count an attempt at signing in; raises ``TooManyAttempts``.

    ``email`` is as it was given, ``client`` the network address it came from.
    """
    account = email.strip().lower()
    place = _key("place", account, client)
    known = await _is_known.one(conn, place, PLACE_KNOWN_FOR)
    attempt = Attempt(
        account=place if known else _key("account", account),
        client=_key("client", client),
        place=place,
    )
    return await _taken(conn, attempt)


async def of_session(conn: Conn, user_id: int, client: str) -> Attempt:
    """Count an attempt of somebody signed in to prove that he knows the password."""
    attempt = Attempt(
        account=_key("session", str(user_id)), client=_key("client", client), place=None
    )
    return await _taken(conn, attempt)


async def of_link(conn: Conn, client: str) -> Attempt:
    """Count an attempt to use a one-time link, of nobody yet knows whom."""
    return await _taken(conn, Attempt(account=None, client=_key("client", client), place=None))


async def succeeded(conn: Conn, now: datetime, attempt: Attempt) -> None:
    """Forget the failures of the account, and take this attempt back from the client's.

    Not all of the client's: whoever has an account of his own could go on guessing for ever.
    """
    if attempt.account is not None:
        await _forget.run(conn, [attempt.account])
    await _give_back.run(conn, attempt.client)
    if attempt.place is not None:
        await _know.run(conn, attempt.place, now)


async def forget(conn: Conn, user_id: int, email: str, client: str) -> None:
    """Begin anew for an account whose owner has chosen a password by a link."""
    account = email.lower()
    keys = [
        _key("account", account),
        _key("place", account, client),
        _key("session", str(user_id)),
    ]
    await _forget.run(conn, keys)


async def _taken(conn: Conn, attempt: Attempt) -> Attempt:
    """Count it for every rule, or raise for the longest wait and count nothing."""
    rules = {attempt.client: CLIENT}
    if attempt.account is not None:
        rules[attempt.account] = ACCOUNT
    counts = await _lock.all(conn, list(rules))
    now = max(count.locked_at for count in counts)
    wait = timedelta(0)
    counted = []
    for count in counts:
        rule = rules[count.key_sha256]
        is_forgotten = now - count.failed_at >= rule.forget_after
        failures = 1 if is_forgotten else count.failures + 1
        wait = max(wait, timedelta(0) if is_forgotten else count.free_at - now)
        counted.append((count.key_sha256, failures, now, now + rule.wait(failures)))
    if wait > timedelta(0):
        raise TooManyAttempts(wait)
    await _count.many(conn, counted)
    return attempt


def _key(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
