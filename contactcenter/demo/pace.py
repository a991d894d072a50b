"""How fast the demo runs: every wait of a customer or an agent is divided by the speed."""

import asyncio
import random
from typing import Final

#: Nobody types faster than this, whatever the speed: an answer follows what it answers.
_LEAST_S: Final = 0.05


class Pace:
    """Waits as people do: not always for the same time."""

    def __init__(self, speed: float, chance: random.Random) -> None:
        self.speed = speed
        self._chance = chance

    async def wait(self, least_s: float, most_s: float, *, at_least_s: float = _LEAST_S) -> None:
        """Wait somewhere between the two, in the demo's time."""
        wait_s = self._chance.uniform(least_s, most_s) / self.speed
        await asyncio.sleep(max(at_least_s, wait_s))
