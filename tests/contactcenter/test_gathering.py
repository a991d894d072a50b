"""Many who ask at once are asked for together, and each gets his own answer."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from contactcenter.gathering import Gathering


async def test_who_asks_meanwhile_is_asked_for_with_the_next() -> None:
    asked: list[list[int]] = []
    gate = asyncio.Event()

    async def answer(keys: Sequence[int]) -> Mapping[int, str]:
        asked.append(list(keys))
        await gate.wait()
        return {key: str(key) for key in keys if key != 3}

    gathering = Gathering(answer)
    tasks = [asyncio.create_task(gathering.ask(0))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gathering.ask(n)) for n in (1, 2, 2, 3)]
    await asyncio.sleep(0)
    gate.set()

    assert await asyncio.gather(*tasks) == ["0", "1", "2", "2", None]
    assert asked == [[0], [1, 2, 3]]


async def test_an_error_is_everybodys_who_was_asked_for_and_nobody_elses() -> None:
    async def answer(keys: Sequence[int]) -> Mapping[int, str]:
        if 1 in keys:
            raise ConnectionError
        return {key: str(key) for key in keys}

    gathering = Gathering(answer)

    with pytest.raises(ConnectionError):
        await gathering.ask(1)
    assert await gathering.ask(2) == "2"


async def test_who_gives_up_takes_no_answer_from_others() -> None:
    gate = asyncio.Event()

    async def answer(keys: Sequence[int]) -> Mapping[int, str]:
        await gate.wait()
        return {key: str(key) for key in keys}

    gathering = Gathering(answer)
    lost = asyncio.create_task(gathering.ask(1))
    kept = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(0)
    lost.cancel()
    gate.set()

    assert await kept == "1"
