"""The timers of the router in memory: one for each thing that waits, the next due first."""

import heapq

from routing.timing import Kind, place

#: What a timer is about: a ticket or an agent, and for the end of an exclusion both.
Subject = tuple[int | str, ...]
Key = tuple[Kind, Subject]


class AlarmClock:
    """What becomes due, and when.

    A timer that is dropped or moved leaves its place in the heap behind, which is passed over when
    its turn comes: that is cheaper than searching for it.
    """

    def __init__(self) -> None:
        self._due: dict[Key, int] = {}
        self._heap: list[tuple[tuple[int, int, str], Key]] = []

    def set(self, kind: Kind, subject: Subject, due_us: int) -> None:
        """Let it ring then, and only then."""
        self._due[kind, subject] = due_us
        heapq.heappush(self._heap, (place(due_us, kind, subject[0]), (kind, subject)))

    def drop(self, kind: Kind, subject: Subject) -> None:
        """Let it not ring; nothing happens where it was not set."""
        self._due.pop((kind, subject), None)

    def due_us(self, kind: Kind, subject: Subject) -> int | None:
        """When this one rings; None where it is not set."""
        return self._due.get((kind, subject))

    def next_due_us(self) -> int | None:
        """When the next one rings."""
        while self._heap:
            (due_us, _, _), key = self._heap[0]
            if self._due.get(key) == due_us:
                return due_us
            heapq.heappop(self._heap)
        return None

    def take(self, until_us: int) -> tuple[int, Key] | None:
        """The next timer due by then and its time; it is off the list."""
        due_us = self.next_due_us()
        if due_us is None or due_us > until_us:
            return None
        _, key = heapq.heappop(self._heap)
        del self._due[key]
        return due_us, key

    def pending(self) -> dict[Key, int]:
        """Every timer that is set, with its time."""
        return dict(self._due)
