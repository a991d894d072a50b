"""What is to be sent: written with the change that causes it, kept in order a conversation.

A message is handed to the provider at most once without a person's decision. Who claims one and is
never heard of again leaves it ``unknown``: it may have been sent, and is not sent again blindly.
Only where the same message twice is one to its reader, as it is with mails, it goes out once more.
What was written after it in the same conversation does not wait for that to be cleared up: an agent
who goes on is not kept waiting for minutes, and a customer rather reads a second message than none.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from channels import Address, Deferred, Outbound, OutboundMail, RefusedCopy
from contactcenter import db, events, timers
from contactcenter.db import Conn
from contactcenter.outbound import deliveries

#: Longer than any attempt may take, so that a live sender never loses its claim.
CLAIM_S: Final = 30
#: An unknown outcome is first looked for after this: a provider lists what it took within seconds.
FIRST_LOOK_S: Final = 15
#: Longer than this no outcome stays unknown without an alarm.
ALARM_AFTER_S: Final = 15 * 60
#: A message that cannot be taken now waits this long, twice as long each time, up to the longest.
#: Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.4.1
DEFERRED_S: Final = 30 * 60
DEFERRED_AT_MOST_S: Final = 4 * 3600
#: The code of a message of which somebody who was to have a copy got none.
COPIES_REFUSED: Final = "copies_refused"
#: The code of a message that could not be sent in time.
EXPIRED: Final = "expired"

#: A claim begins with the messages that wait longest: so many are asked whose they are.
_OLDEST: Final = 256
#: How many senders share one claim, and how many messages are looked at for it.
_SENDERS: Final = 32
_LOOKED_AT: Final = 128


class Job(Struct, frozen=True, kw_only=True):
    """A claimed message with all a channel needs to send it; times are the database's.

    ``probing`` ones find out whether a provider that refused takes messages again.
    """

    id: int
    interaction_id: int
    correlation_id: str
    attempts: int
    created_at: datetime
    claimed_at: datetime
    probing: bool
    repeats: int
    deferrals: int
    channel: str
    body: str
    ticket_id: int | None
    contact_id: int
    author_id: int | None
    entry_point_id: int
    identity_id: int
    entry_point: str
    recipient_kind: str
    recipient: str
    media_tokens: list[str]

    def outbound(self, mail: OutboundMail | None, public_url: str, *, valid_s: int) -> Outbound:
        """The message as a channel takes it; ``valid_s`` is counted from when it was written."""
        age_s = (self.claimed_at - self.created_at).total_seconds()
        return Outbound(
            correlation_id=self.correlation_id,
            entry_point=self.entry_point,
            recipient=Address(kind=self.recipient_kind, value=self.recipient),
            text=self.body,
            media_urls=tuple(f"{public_url}/media/{token}" for token in self.media_tokens),
            valid_s=max(1, int(valid_s - age_s)),
            mail=mail,
        )


class _Waiting(Struct, frozen=True, kw_only=True):
    id: int
    messages: int
    may_send: bool


class _Ended(Struct, frozen=True, kw_only=True):
    id: int
    interaction_id: int


class _About(Struct, frozen=True, kw_only=True):
    ticket_id: int | None
    contact_id: int


_SQL = db.Statements(__name__)
_enqueue = _SQL.command("enqueue")
_oldest = _SQL.take("oldest", _Waiting)
_ready = _SQL.take("ready", int)
_claim = _SQL.take("claim", Job)
_expired = _SQL.take("expired", _Ended)
_repeat_abandoned = _SQL.command("repeat_abandoned")
_keep_claims = _SQL.command("keep_claims")
_abandoned = _SQL.take("abandoned", _Ended)
_doubted = _SQL.take("doubted", _Ended)
_finish = _SQL.command("finish")
_put_back = _SQL.command("put_back")
_defer = _SQL.command("defer")
_show_deferral = _SQL.command("show_deferral")
_repeat = _SQL.command("repeat")
_set_interaction = _SQL.take("set_interaction", _About)
_still_unknown = _SQL.take("still_unknown", int)


async def enqueue(
    conn: Conn, now: datetime, interaction_id: int, *, conversation: str, correlation_id: str
) -> None:
    """Have a message sent after those that were written before it in the same conversation."""
    await _enqueue.run(conn, interaction_id, conversation, correlation_id, now)


async def claim(
    conn: Conn,
    *,
    at_most: int,
    stopped: Collection[int] = (),
    probed: Collection[int] | None = None,
) -> list[Job]:
    """Take what is due; each is ours for ``CLAIM_S``. Commit before sending.

    Of the entry points ``stopped`` nothing is taken, or, where some are ``probed``, only of those.
    """
    only = None if probed is None else list(probed)
    oldest = await _oldest.all(conn, _OLDEST, list(stopped), only)
    first = [one.id for one in oldest if one.may_send][:_SENDERS]
    jobs = await _of_senders(conn, first, at_most=at_most, probing=probed is not None)
    if len(jobs) < at_most and sum(one.messages for one in oldest) == _OLDEST:
        others = await _ready.all(conn, _SENDERS, [*stopped, *first], only)
        places = at_most - len(jobs)
        jobs += await _of_senders(conn, others, at_most=places, probing=probed is not None)
    return jobs


async def _of_senders(
    conn: Conn, senders: Sequence[int], *, at_most: int, probing: bool
) -> list[Job]:
    if not senders:
        return []
    return await _claim.all(conn, at_most, CLAIM_S, senders, _LOOKED_AT, probing)


async def keep_claims(conn: Conn, ids: Sequence[int]) -> None:
    """Claim anew what is still under way."""
    await _keep_claims.run(conn, list(ids), CLAIM_S)


async def give_up_on_lost(conn: Conn, now: datetime, *, repeating: Sequence[str] = ()) -> int:
    """Mark what a lost sender had claimed as unknown; returns how many there were.

    On ``repeating`` channels it is sent once more first, by whoever claims it next.
    """
    await _repeat_abandoned.run(conn, list(repeating))
    lost = await _abandoned.all(conn, FIRST_LOOK_S)
    for row in lost:
        await _end(
            conn, now, row.interaction_id, "unknown", code=None, detail="the sender was lost"
        )
    return len(lost)


async def distrust(conn: Conn, now: datetime, *, at_most: int) -> int:
    """Mark what waits to be sent as unknown: the database is a backup, it may have been sent since.

    Returns how many there were, ``at_most`` at once.
    """
    doubted = await _doubted.all(conn, FIRST_LOOK_S, at_most)
    for row in doubted:
        detail = "the database was restored from a backup"
        await _end(conn, now, row.interaction_id, "unknown", code=None, detail=detail)
    return len(doubted)


async def give_up_on_late(conn: Conn, now: datetime, valid_s: Mapping[str, int]) -> int:
    """Let fail what could not be sent in the time of its channel; returns how many, 100 at most."""
    late = await _expired.all(conn, list(valid_s), list(valid_s.values()))
    for row in late:
        detail = "It could not be sent in time; the customer has not got it."
        await _end(conn, now, row.interaction_id, "failed", code=EXPIRED, detail=detail)
    return len(late)


async def sent(
    conn: Conn,
    now: datetime,
    job: Job,
    *,
    external_id: str,
    status: str,
    segments: int | None,
    refused: Sequence[RefusedCopy] = (),
) -> list[str]:
    """The provider took it; what it told about it before we knew its id is applied now.

    Returns the codes of failures among that. Of copies that were ``refused`` the message tells.
    """
    code = COPIES_REFUSED if refused else None
    detail = "; ".join(f"No copy for {one.address}: {one.detail}" for one in refused) or None
    await deliveries.lock(conn, external_id)
    await _finish.run(conn, job.id, "sent", None, FIRST_LOOK_S)
    about = await _set_interaction.one(
        conn, job.interaction_id, status, external_id, segments, code, detail
    )
    await events.record(
        conn,
        _fact("reply_sent", now, about, {"interaction_id": job.interaction_id, "status": status}),
    )
    return await deliveries.apply_kept(conn, external_id)


async def put_back(conn: Conn, job: Job, *, error: str, wait_s: float) -> None:
    """It was certainly not sent; it keeps its place and is tried again after ``wait_s``."""
    await _put_back.run(conn, job.id, error, wait_s)


async def defer(conn: Conn, job: Job, refusal: Deferred, *, share: float) -> None:
    """This one was not taken now, others are: it waits by itself, longer each time.

    ``share`` (0 to 1) of a quarter is waited more, so that what was deferred together does not
    come back together. The agent sees why it waits.
    """
    wait_s = min(DEFERRED_AT_MOST_S, DEFERRED_S * 2 ** min(job.deferrals, 10))
    await _defer.run(conn, job.id, str(refusal), wait_s * (1 + share / 4))
    await _show_deferral.run(conn, job.interaction_id, refusal.code, str(refusal))


async def repeat(conn: Conn, job: Job, *, error: str, wait_s: float) -> None:
    """Nobody knows whether it was taken: the same message once more."""
    await _repeat.run(conn, job.id, error, wait_s)


async def failed(
    conn: Conn,
    now: datetime,
    job: Job,
    outcome: Literal["failed", "unknown"],
    *,
    code: str | None,
    detail: str,
) -> None:
    """It will not be sent, or nobody knows whether it was; the agent is told.

    Unless the provider's first report was faster: then it was sent.
    """
    if await _finish.run(conn, job.id, outcome, detail, FIRST_LOOK_S):
        await _end(conn, now, job.interaction_id, outcome, code=code, detail=detail)


async def still_unknown(conn: Conn) -> int:
    """How many outcomes have been unknown for longer than ``ALARM_AFTER_S``: for an alarm."""
    return await _still_unknown.one(conn, ALARM_AFTER_S)


async def _end(
    conn: Conn, now: datetime, interaction_id: int, outcome: str, *, code: str | None, detail: str
) -> None:
    about = await _set_interaction.one(conn, interaction_id, outcome, None, None, code, detail)
    data = {"interaction_id": interaction_id, "outcome": outcome, "error_code": code}
    await events.record(conn, _fact("reply_failed", now, about, data))
    if outcome == "failed" and about.ticket_id is not None:
        await timers.set_for_message(conn, "sla_unsent", interaction_id, about.ticket_id, now)


def _fact(kind: str, now: datetime, about: _About, data: dict[str, object]) -> events.Event:
    return events.Event(
        kind=kind,
        at=now,
        actor="system",
        ticket_id=about.ticket_id,
        contact_id=about.contact_id,
        data=data,
    )
