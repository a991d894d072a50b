"""An open loop in a process of its own: requests begin when they are due, answered or not.

A closed loop waits for answers and so asks less of a slow server; this one does not relent.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

import aiohttp

#: More than this at once is more than a few hundred consoles would have open.
_AT_ONCE = 2000


async def flood(url: str, cookie: str, paths: list[str], per_s: float, seconds: float) -> dict:
    """Ask for ``paths`` in turn; returns the answers by status and how long the refusals took."""
    answers: Counter[str] = Counter()
    refusals_s: list[float] = []
    tasks: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=15),
        headers={"Cookie": cookie},
    ) as http:

        async def ask(path: str) -> None:
            began = time.monotonic()
            try:
                async with http.get(url + path) as answer:
                    await answer.read()
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                answers[type(error).__name__] += 1
                return
            kind = path.split("/")[3].partition("?")[0]
            answers[f"{kind} {answer.status}"] += 1
            if answer.status == 503:
                refusals_s.append(time.monotonic() - began)

        began = time.monotonic()
        asked = 0
        while (now := time.monotonic()) < began + seconds:
            while asked < (now - began) * per_s:
                if len(tasks) < _AT_ONCE:
                    task = asyncio.create_task(ask(paths[asked % len(paths)]))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                else:
                    answers["not asked"] += 1
                asked += 1
            await asyncio.sleep(0.002)
        while tasks:
            await asyncio.sleep(0.05)
    refusals_s.sort()
    return {
        "asked": asked,
        "answers": dict(sorted(answers.items())),
        "refusal_p50_s": round(refusals_s[len(refusals_s) // 2], 3) if refusals_s else None,
    }


def main() -> None:
    """Read what to do from the file named, and print what came of it."""
    job = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps(asyncio.run(flood(**job))))  # noqa: T201 -- it says so


if __name__ == "__main__":
    main()
