"""How much of the processor a family of processes has used, from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14
"""Places in /proc/<pid>/stat after the name, which may hold blanks."""


def _stat(pid: int) -> list[str] | None:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it has ended meanwhile


def parent_of(pid: int) -> int | None:
    found = _stat(pid)
    return int(found[PARENT]) if found else None


def used_by_family(root: int) -> float:
    """Seconds of CPU that a process, all below it, and those below it that have ended have used."""
    stats = {int(path.name): _stat(int(path.name)) for path in PROC.glob("[0-9]*")}
    family = [root]
    for parent in family:
        family += [pid for pid, stat in stats.items() if stat and int(stat[PARENT]) == parent]
    kinds = (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM)
    return sum(int(stat[kind]) for pid in family if (stat := stats.get(pid)) for kind in kinds) / TICKS


def used_by_all() -> float:
    """Seconds of CPU that everything on this machine has used."""
    user, nice, system, _idle, _waiting, irq, soft = map(int, (PROC / "stat").read_text().split()[1:8])
    return (user + nice + system + irq + soft) / TICKS


def used_by_us() -> float:
    """Seconds of CPU of this process: what the load itself costs."""
    return sum(os.times()[:2])


def family_of_database(backend: int) -> int | None:
    """The postmaster above a backend; None when PostgreSQL does not run on this machine."""
    try:
        name = (PROC / str(backend) / "comm").read_text()
    except OSError:
        return None
    return parent_of(backend) if name.startswith("postgres") else None
