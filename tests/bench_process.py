"""``contactcenter bench`` as a process of its own, with nothing of the run's settings."""

import asyncio
import json
import os
import sys
from typing import Any


async def bench(*words: str) -> tuple[dict[str, Any], str]:
    """Run it to its end; returns the result, which is its last line, and what it said meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactcenter",
        "bench",
        *words,
        "--json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")},
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    result: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return result, err.decode()
