"""A mailroom in memory, for channels under test: one holder of each lease, checkpoints by hand."""

import asyncio

from recording_inbox import RecordingInbox

from channels import Checkpoint, Lease, LeaseLost, NotStored


class RecordingMailroom:
    """Keeps what it is told. While ``is_away`` it fails as one does whose database is gone."""

    def __init__(self) -> None:
        self.fences: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.points: dict[tuple[str, str], tuple[int, int]] = {}
        self.working: dict[str, int] = {}
        self.errors: dict[str, list[str]] = {}
        self.is_away = False

    async def take(self, entry_point: str, mailbox: str, *, lease_s: int) -> Lease | None:
        self._there()
        name = f"{entry_point} {mailbox}"
        if name in self.held:
            return None
        self.fences[name] = self.held[name] = self.fences.get(name, 0) + 1
        return Lease(name=name, fence=self.fences[name])

    async def renew(self, lease: Lease, *, lease_s: int) -> bool:
        self._there()
        return self.held.get(lease.name) == lease.fence

    async def let_go(self, lease: Lease) -> None:
        self._there()
        if self.held.get(lease.name) == lease.fence:
            del self.held[lease.name]

    async def reached(self, entry_point: str, mailbox: str) -> tuple[int, int] | None:
        self._there()
        return self.points.get((entry_point, mailbox))

    async def works(self, entry_point: str, way: str) -> None:
        self._there()
        self.working[entry_point] = self.working.get(entry_point, 0) + 1
        self.errors.pop(entry_point, None)

    async def fails(self, entry_point: str, way: str, error: str) -> None:
        self._there()
        self.errors.setdefault(entry_point, []).append(error)

    def advance(self, checkpoint: Checkpoint) -> None:
        if self.held.get(checkpoint.lease.name) != checkpoint.lease.fence:
            raise LeaseLost
        at = (checkpoint.entry_point, checkpoint.mailbox)
        self.points[at] = (checkpoint.uid_validity, checkpoint.last_uid)

    def _there(self) -> None:
        if self.is_away:
            raise NotStored("the database is away")


class FencedInbox(RecordingInbox):
    """Stores a mail once by its key, and a checkpoint with it, as the app does."""

    def __init__(self, mailroom: RecordingMailroom) -> None:
        super().__init__()
        self.mailroom = mailroom
        self.doubles = 0
        self.refuses: set[str] = set()
        self.news = asyncio.Event()

    async def receive(self, items, *, checkpoint=None):
        await self._pass()
        if any(getattr(one, "text", "").strip() in self.refuses for one in items):
            raise NotStored("it breaks the database")
        if checkpoint is not None:
            self.mailroom.advance(checkpoint)
            self.checkpoints.append(checkpoint)
        known = {(one.external_id, one.raw.headers["entry_point"]) for one in self.received}
        outcomes = []
        for one in items:
            is_known = (one.external_id, one.raw.headers["entry_point"]) in known
            if is_known and one.external_id is not None:
                self.doubles += 1
            else:
                self.received.append(one)
            outcomes.append("duplicate" if is_known else "stored")
        self.news.set()
        return outcomes
