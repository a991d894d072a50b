"""Mails out of a mailbox, a few at a time, each as something the inbox takes."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import structlog
from msgspec import Struct

from channels._email.imap.connection import Connection
from channels._email.imap.failures import NotAnswered
from channels._email.imap.recipients import recipient
from channels._email.imap.session import Body
from channels._email.receiving import MAIL, NAME, Receiver
from channels._messages import Inbound, Raw, Unreadable

#: What is held in memory at once: so many mails, so many bytes; a larger mail comes alone.
BATCH: Final = 50
BATCH_BYTES: Final = 8 * 1024 * 1024
#: A larger mail would not be read, so it is not fetched.
MOST_BYTES: Final = 60_000_000
#: What is kept of a mail that is too large.
_KEPT_BYTES: Final = 65_536
#: A mail at which a sound connection broke so often is passed by.
_STUMBLES: Final = 3

log = structlog.get_logger()


class Place(Struct, frozen=True, kw_only=True):
    """The mailbox mails come out of, in words, and the addresses of ours they may be for."""

    entry_points: tuple[str, ...]
    mailbox: str


class Taken(Struct, frozen=True, kw_only=True):
    """A mail as the inbox takes it. One that ``is_whole`` need not lie in the mailbox any more."""

    uid: int
    item: Inbound | Unreadable
    is_whole: bool


class Stumbles:
    """At which mails connections broke; kept from one connection to the next."""

    def __init__(self) -> None:
        self._at: Sequence[int] = ()
        self._is_sound = False
        self._suspect: set[int] = set()
        self._broke_alone: set[int] = set()
        self._broken: Counter[int] = Counter()
        self.turns = itertools.count()

    def begin(self, uids: Sequence[int], *, is_sound: bool) -> None:
        """These are fetched now; whether the connection has just given another mail."""
        self._at, self._is_sound = uids, is_sound

    def end(self) -> None:
        """They came."""
        for uid in self._at:
            self._suspect.discard(uid)
            self._broke_alone.discard(uid)
            del self._broken[uid]
        self._at = ()

    def broke(self) -> None:
        """The connection is gone. Where it was sound before, that is the mail's doing."""
        self._suspect.update(self._at)
        if len(self._at) == 1:
            self._broke_alone.update(self._at)
        if self._is_sound:
            self._broken.update(self._at)
        self._at = ()

    def is_suspect(self, uid: int) -> bool:
        """Whether to fetch it alone."""
        return uid in self._suspect

    def needs_proof(self, uid: int) -> bool:
        """Whether to see before that the connection gives other mails."""
        return uid in self._broke_alone

    def is_stuck(self, uid: int) -> bool:
        """Whether to pass it by."""
        return self._broken[uid] >= _STUMBLES


def batches(sizes: Mapping[int, int], stumbles: Stumbles) -> Iterator[Sequence[int]]:
    """Mails in order, so many at a time as may be held at once."""
    batch: list[int] = []
    held_bytes = 0
    for uid in sorted(sizes):
        alone = stumbles.is_suspect(uid) or sizes[uid] > MOST_BYTES
        if batch and (alone or len(batch) == BATCH or held_bytes + sizes[uid] > BATCH_BYTES):
            yield batch
            batch, held_bytes = [], 0
        batch.append(uid)
        held_bytes += sizes[uid]
        if alone:
            yield batch
            batch, held_bytes = [], 0
    if batch:
        yield batch


class Fetching:
    """Fetches from one connection; what cannot be had becomes an ``Unreadable`` that says so."""

    def __init__(
        self, place: Place, connection: Connection, receiver: Receiver, stumbles: Stumbles
    ) -> None:
        self._place = place
        self._session = connection.session
        self._ask = connection.ask
        self._receiver = receiver
        self._turns = stumbles.turns
        self.stumbles = stumbles

    async def take(
        self, batch: Sequence[int], sizes: Mapping[int, int], *, within_s: float
    ) -> Sequence[Taken]:
        """What the inbox is to take for these mails, without those that are gone."""
        is_sound = await self._is_sound(batch, sizes, within_s)
        self.stumbles.begin(batch, is_sound=is_sound)
        taken: Sequence[Taken]
        if is_sound and self.stumbles.is_stuck(batch[0]):
            taken = [self._lost(batch[0], "the connection breaks each time it is asked for")]
        elif len(batch) == 1 and sizes[batch[0]] > MOST_BYTES:
            taken = [await self._too_large(batch[0], sizes[batch[0]], within_s)]
        else:
            taken = await self._read(await self._bodies(batch, within_s))
        self.stumbles.end()
        return taken

    async def _is_sound(
        self, batch: Sequence[int], sizes: Mapping[int, int], within_s: float
    ) -> bool:
        """Whether, before a mail at which a connection broke, this one gives another."""
        others = [uid for uid in sizes if uid not in batch]
        if not others or not self.stumbles.needs_proof(batch[0]):
            return False
        self.stumbles.begin((), is_sound=False)
        other = others[next(self._turns) % len(others)]  # not always one that breaks it, too
        await self._ask(lambda: self._session.head(other), within_s)
        return True

    async def _bodies(
        self, batch: Sequence[int], within_s: float
    ) -> Sequence[tuple[int, Body | Taken]]:
        try:
            found = await self._ask(
                lambda: self._session.bodies(batch, most_bytes=MOST_BYTES + 1), within_s
            )
        except NotAnswered:
            found = {}
        bodies: list[tuple[int, Body | Taken]] = []
        for uid in batch:
            one = found.get(uid) or await self._alone(uid, within_s)
            if one is not None:
                bodies.append((uid, one))
        return bodies

    async def _alone(self, uid: int, within_s: float) -> Body | Taken | None:
        """One that did not come with the others; None if it is gone."""
        if not await self._ask(lambda: self._session.is_there(uid), within_s):
            return None
        try:
            found = await self._ask(
                lambda: self._session.bare(uid, most_bytes=MOST_BYTES + 1), within_s
            )
        except NotAnswered as error:
            return self._lost(uid, f"the server says {str(error)[:160]!r}")
        return found or self._lost(uid, "the server does not send it")

    async def _read(self, bodies: Sequence[tuple[int, Body | Taken]]) -> Sequence[Taken]:
        async def one(uid: int, body: Body | Taken) -> Taken:
            if isinstance(body, Taken):
                return body
            if len(body.raw) > MOST_BYTES:
                return self._large(uid, body.raw[:_KEPT_BYTES], f"over {MOST_BYTES}")
            return Taken(uid=uid, item=await self._understood(body), is_whole=True)

        return await asyncio.gather(*(one(uid, body) for uid, body in bodies))

    async def _understood(self, body: Body) -> Inbound | Unreadable:
        found = recipient(body.raw, self._receiver, self._place.entry_points)
        entry_point = found.entry_point if found else self._place.entry_points[0]
        try:
            return await self._receiver.understood(
                body.raw,
                entry_point=entry_point,
                recipient=found.written if found else None,
                received_at=body.received_at,
            )
        except Exception as error:  # whatever it is, the next mail is to be read
            log.exception("mail_not_understood", entry_point=entry_point)
            return Unreadable(
                channel=NAME,
                reason="unexpected",
                detail=f"Reading it failed: {type(error).__name__}.",
                raw=Raw(body=body.raw, content_type=MAIL, headers={"entry_point": entry_point}),
            )

    async def _too_large(self, uid: int, size_bytes: int, within_s: float) -> Taken:
        try:
            head = await self._ask(lambda: self._session.head(uid), within_s)
        except NotAnswered:
            head = b""
        return self._large(uid, head, str(size_bytes))

    def _large(self, uid: int, head: bytes, size_bytes: str) -> Taken:
        detail = (
            f"It has {size_bytes} bytes, and {MOST_BYTES} is the most that is read. It lies in the "
            f"mailbox {self._place.mailbox} as number {uid}; here is its beginning."
        )
        return self._refused(uid, "too_large", detail, head)

    def _lost(self, uid: int, why: str) -> Taken:
        detail = (
            f"It cannot be fetched: {why}. It lies in the mailbox {self._place.mailbox} as "
            f"number {uid}."
        )
        return self._refused(uid, "not_fetched", detail, detail.encode())

    def _refused(self, uid: int, reason: str, detail: str, kept: bytes) -> Taken:
        raw = Raw(
            body=kept, content_type=MAIL, headers={"entry_point": self._place.entry_points[0]}
        )
        item = Unreadable(channel=NAME, reason=reason, detail=detail, raw=raw)
        return Taken(uid=uid, item=item, is_whole=False)
