"""The memory and the time of a process and its children, as Linux accounts for them."""

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

_KIB: Final = 1024
_MB: Final = 1_000_000


class Memory(Struct, frozen=True, kw_only=True):
    """Resident and proportional set size in MB; None where the system does not tell.

    The proportional size counts a page shared by several processes once in all.
    """

    rss_mb: float | None
    pss_mb: float | None


def memory_of(pid: int) -> Memory:
    """What the process and all its descendants take together."""
    pids = _family(pid)
    return Memory(rss_mb=_sum_mb(pids, "Rss"), pss_mb=_sum_mb(pids, "Pss"))


def cpu_s_of(pid: int) -> float:
    """The CPU time the process and all its descendants have used so far; 0.0 if nobody tells."""
    ticks = 0
    for one in _family(pid):
        try:
            after_name = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(") ")[2]
        except OSError:
            continue  # it has ended meanwhile
        parents[int(stat.parent.name)] = int(after_name.split()[1])
    family = [pid]
    for one in family:  # it grows while we look
        family += [child for child, parent in parents.items() if parent == one]
    return family


def _sum_mb(pids: list[int], name: str) -> float | None:
    found = [kib for pid in pids if (kib := _kib(pid, name)) is not None]
    return round(sum(found) * _KIB / _MB, 1) if found else None


def _kib(pid: int, name: str) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), None)
