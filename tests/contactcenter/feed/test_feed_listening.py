"""A part of the process hears every event, whoever may see it, though nobody is connected."""

import asyncio
from collections.abc import Callable

from screens import PATIENCE_S, tell

from contactcenter.feed import Feed


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_true():
            await asyncio.sleep(0.01)


async def test_a_listener_hears_every_event_in_order_and_none_after_it_left(
    feed: Feed, table, bell
) -> None:
    calls: list[list[int]] = []

    def heard() -> list[int]:
        return [event_id for call in calls for event_id in call]

    with feed.listening(lambda entries: calls.append([e.id for e in entries])):
        await until(lambda: calls == [[]])  # the feed has its place now: look for yourself

        told = await tell(table, bell, "contact_created", "asset_created")
        told += await tell(table, bell, "segment_set")
        await until(lambda: len(heard()) == len(told))

    others: list[int] = []
    with feed.listening(lambda entries: others.extend(e.id for e in entries)):
        later = await tell(table, bell, "contact_created")
        await until(lambda: others[-1:] == later)

    assert heard() == told
