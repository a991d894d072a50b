"""Figures of a run: one line of JSON a fault, for ``docs/trust.md``."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from fault_ledger import Line, acknowledged


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def report(fault: str, **figures: object) -> None:
    """Print the figures, and append them to the file that CONTACTCENTER_TEST_RESULTS names."""
    line = json.dumps({"fault": fault, "on": time.strftime("%Y-%m-%d", time.gmtime())} | figures)
    print(line)  # noqa: T201 -- with -s it is the result
    if path := os.environ.get("CONTACTCENTER_TEST_RESULTS"):
        with Path(path).open("a") as file:
            file.write(line + "\n")


def counted(lines: Sequence[Line], found: Sequence[str]) -> dict[str, object]:
    """What every fault on the way in reports."""
    return {
        "sent": len({line.id for line in lines}),
        "deliveries": sum(line.kind == "sent" for line in lines),
        "acknowledged": len(acknowledged(lines)),
        "lost": sum(text.startswith("ACKNOWLEDGED") for text in found),
        "double": sum(text.startswith("ON THE TIMELINE TWICE") for text in found),
    }
