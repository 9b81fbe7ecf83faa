"""Peak memory of a process."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mb(process: int | str = "self") -> float:
    """Most memory this process, or the one of an id, has held, MB.

    From /proc where there is one: ru_maxrss starts, in a child, from what the parent held
    when it forked, and would report a large parent's memory as its own.
    """
    status = Path(f"/proc/{process}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
