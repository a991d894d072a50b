"""Looks at everything that can be wrong and says what to do about it."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from channels import Channel
from contactcenter import call_findings, checkpoints, db, migrate, partitions
from contactcenter.administration import entry_point_secrets
from contactcenter.calls import dial_guard
from contactcenter.db import Conn, OwnConnection
from contactcenter.feed.health import health
from contactcenter.finding import Finding, failure, ok, warning
from contactcenter.outbound import outbox
from contactcenter.secret_keys import KeyMissing, NotDecrypted, SecretKeys
from contactcenter.settings import Settings

OLDEST_VERSION: Final = 150_000
#: Deadlines come from the database's clock; people compare them with this machine's.
CLOCKS_APART: Final = timedelta(seconds=2)
#: The feed is held back by the oldest writing transaction; none of ours lasts over a second.
FEED_LAG_S: Final = 5.0
#: Three rounds of the sweeper.
SWEPT_WITHIN_S: Final = 1800


class _Facts(Struct, frozen=True, kw_only=True):
    version: str
    version_number: int
    encoding: str
    persian_trigrams: int
    isolation: str
    fsync: str
    synchronous_commit: str
    full_page_writes: str
    wal_compression: str
    now: datetime


class _Calls(Struct, frozen=True, kw_only=True):
    unknown: int
    unsettled: int


_SQL = db.Statements(__name__)
_facts = _SQL.take("facts", _Facts)
_administrators = _SQL.take("administrators", int)
_empty_queues = _SQL.take("empty_queues", str)
_late_timers = _SQL.take("late_timers", int)
_held_payloads = _SQL.take("held_payloads", int)
_alerts_untold = _SQL.take("alerts_untold", int)
_calls_told_in_part = _SQL.take("calls_told_in_part", _Calls)


async def examine(
    conn: OwnConnection, settings: Settings, channels: Mapping[str, Channel], *, here: datetime
) -> AsyncIterator[Finding]:
    """Look at everything, in the order in which one would mend it; ``here`` is our own clock."""
    waiting = await migrate.pending(conn)
    yield _migrations(waiting)
    if waiting:
        return
    facts = await _facts.one(conn)
    for finding in _server(facts):
        yield finding
    yield _clock(facts.now, here)
    yield _partitions(await partitions.months_ahead(conn, facts.now))
    yield await _feed(conn)
    for finding in await _work(conn):
        yield finding
    for finding in await _messages(conn, channels):
        yield finding
    guard = dial_guard.of(settings, channels)
    for finding in await call_findings.look(conn, channels, guard):
        yield finding
    for finding in await _secrets(conn, SecretKeys(settings)):
        yield finding
    for finding in _settings(settings, channels):
        yield finding


def _migrations(waiting: list[str]) -> Finding:
    if waiting:
        return failure(
            "migrations", f"not applied: {', '.join(waiting)}", "run `contactcenter migrate`"
        )
    return ok("migrations", "all applied")


def _server(facts: _Facts) -> list[Finding]:
    durable = (facts.fsync, facts.synchronous_commit, facts.full_page_writes)
    return [
        ok("database", f"PostgreSQL {facts.version}")
        if facts.version_number >= OLDEST_VERSION
        else failure("database", f"PostgreSQL {facts.version}", "use PostgreSQL 15 or newer"),
        ok("locale", "Persian words have trigrams")
        if facts.persian_trigrams and facts.encoding == "UTF8"
        else failure(
            "locale",
            f"encoding {facts.encoding}, and show_trgm('سلام') finds nothing",
            "create the database with ENCODING 'UTF8' and LC_CTYPE 'C.UTF-8' (or another UTF-8 "
            "locale), and restore into it: search cannot find Persian here",
        ),
        ok("isolation", facts.isolation)
        if facts.isolation == "read committed"
        else failure(
            "isolation",
            facts.isolation,
            "set default_transaction_isolation to read committed: routing reads after its lock",
        ),
        ok("durability", "a commit is on disk")
        if durable == ("on", "on", "on")
        else failure(
            "durability",
            "fsync {}, synchronous_commit {}, full_page_writes {}".format(*durable),
            "switch all three on: a message that was acknowledged may be lost in a crash",
        ),
        ok("wal_compression", facts.wal_compression)
        if facts.wal_compression not in ("on", "pglz")
        else warning(
            "wal_compression",
            facts.wal_compression,
            "use lz4, or off: pglz slows intake to a tenth once the tables are large",
        ),
    ]


def _clock(database: datetime, here: datetime) -> Finding:
    apart = abs(database - here)
    detail = f"{apart.total_seconds():.1f} s apart"
    if apart <= CLOCKS_APART:
        return ok("clock", detail)
    return warning("clock", detail, "synchronise the clocks of this machine and the database's")


def _partitions(months: int) -> Finding:
    if months >= partitions.MONTHS_NEEDED:
        return ok("partitions", f"made for {months} months ahead")
    return failure(
        "partitions",
        f"made for {months} months ahead",
        "start `contactcenter serve`, which makes a year's; without them messages are refused",
    )


async def _feed(conn: Conn) -> Finding:
    found = await health(conn)
    if found.lag_s < FEED_LAG_S:
        return ok("feed", f"{found.lag_s:.1f} s behind")
    oldest = found.writers[0] if found.writers else None
    who = f"{oldest.name} in {oldest.database}, pid {oldest.pid}" if oldest else "a transaction"
    return warning(
        "feed", f"{found.lag_s:.1f} s behind", f"held back by {who}: end that transaction"
    )


async def _work(conn: Conn) -> list[Finding]:
    findings = []
    if not await _administrators.one(conn):
        findings.append(
            warning("people", "no administrator", "start `contactcenter serve`, which makes one")
        )
    if empty := await _empty_queues.all(conn):
        advice = "add agents to them: their tickets wait for nobody"
        findings.append(warning("queues", f"without agents: {', '.join(empty)}", advice))
    if late := await _late_timers.one(conn):
        advice = "is `contactcenter serve` running? Its dispatcher fires them"
        findings.append(warning("timers", f"{late} are late by more than 30 s", advice))
    if held := await _held_payloads.one(conn):
        advice = "look at them with `contactcenter quarantine list`"
        findings.append(warning("quarantine", f"{held} payloads wait", advice))
    calls = await _calls_told_in_part.one(conn)
    if calls.unknown:
        detail = f"{calls.unknown} hooks of today tell of calls that nobody knows"
        advice = "does the number's voice URL lead here, and does another system use its account?"
        findings.append(warning("calls", detail, advice))
    if calls.unsettled:
        detail = f"of {calls.unsettled} calls routing does not know what became of them"
        findings.append(warning("calls", detail, "is `contactcenter serve` running? It looks"))
    if untold := await _alerts_untold.one(conn):
        advice = "`GET /api/v1/alerts` says whom and why"
        findings.append(
            warning("alerts", f"of {untold} of the last day somebody is not told", advice)
        )
    return findings or [ok("work", "nothing waits that should not")]


async def _secrets(conn: Conn, keys: SecretKeys) -> list[Finding]:
    findings = []
    sealed = await entry_point_secrets.every(conn)
    for one in sealed:
        try:
            keys.open((one.entry_point_id, one.name), one.sealed)
        except (KeyMissing, NotDecrypted):
            detail = f"{one.name} of {one.channel} {one.address} cannot be decrypted"
            advice = "bring back its key, or `contactcenter entry-point secret set` it anew"
            findings.append(failure("secrets", detail, advice))
    if keys.file is not None and keys.are_there:
        mode = keys.file.stat().st_mode & 0o777
        if mode & 0o077:
            detail = f"{keys.file} may be read by others (mode {mode:o})"
            findings.append(failure("secrets", detail, f"chmod 600 {keys.file}"))
    return findings or [ok("secrets", f"{len(sealed)} kept, all can be decrypted")]


async def _messages(conn: Conn, channels: Mapping[str, Channel]) -> list[Finding]:
    findings = []
    if unknown := await outbox.still_unknown(conn):
        findings.append(
            warning(
                "outcomes",
                f"{unknown} messages may or may not have been sent, for over 15 minutes",
                "look at them: the log names each as outcome_still_unknown",
            )
        )
    ready = [name for name, channel in sorted(channels.items()) if not channel.missing]
    if late := await checkpoints.late(conn, ready, after_s=SWEPT_WITHIN_S):
        findings.append(
            warning(
                "sweep",
                f"not swept for half an hour: {', '.join(late)}",
                "is `contactcenter serve` running, and does the provider answer? Messages it could "
                "not hand over are not looked for",
            )
        )
    return findings or [ok("messages", "no outcome is unknown for long, and all is swept")]


def _settings(settings: Settings, channels: Mapping[str, Channel]) -> list[Finding]:
    findings = []
    for name, channel in sorted(channels.items()):
        if channel.missing:
            detail = f"needs {', '.join(channel.missing)}"
            findings.append(warning(f"channel {name}", detail, "set them to use this channel"))
        else:
            findings.append(ok(f"channel {name}", "ready"))
    url = urlsplit(settings.public_url)
    if url.hostname in ("127.0.0.1", "localhost", "::1"):
        advice = "set CONTACTCENTER_PUBLIC_URL to the address providers reach this machine at"
        findings.append(warning("public_url", f"{settings.public_url} is only here", advice))
    elif url.scheme != "https":
        advice = "use https: hooks and passwords travel over it"
        findings.append(warning("public_url", settings.public_url, advice))
    else:
        findings.append(ok("public_url", settings.public_url))
    return findings
