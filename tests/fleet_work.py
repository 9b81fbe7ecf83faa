"""Work for processes of a fleet: in a module that a process started afresh can import."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from prevention.fleet.task import Task
from prevention.fleet.work import Done


def dies_once(task: Task) -> Done:
    """Kills its own process, the hard way, the first times it is given Bolton."""
    mark = Path(os.environ["FLEET_MARK"]) / task.council.code
    tries = len(mark.read_text()) if mark.exists() else 0
    mark.write_text("x" * (tries + 1))
    limit = int(os.environ["FLEET_DEATHS"])
    if task.council.name == "Bolton" and tries < limit:
        os.kill(os.getpid(), signal.SIGKILL)
    return Done({"who": task.council.code.encode()})


def name_of(task: Task) -> Done:
    """The name of its council."""
    return Done({"who": task.council.name.encode()})


def breaks(task: Task) -> Done:
    """Meets a fault that nobody thought of."""
    raise ZeroDivisionError("division by zero")
