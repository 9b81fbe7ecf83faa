"""Clocks, and subprocesses that report as JSON."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""


@dataclass(slots=True)
class Timings:
    """Wall and processor time of repeats of one job, in milliseconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall time."""
        return float(np.median(self.wall))

    @property
    def p95(self) -> float:
        """95th percentile of wall time."""
        return float(np.percentile(self.wall, 95))

    @property
    def cpu_median(self) -> float:
        """Median processor time, all threads together: neighbours move it less than wall time."""
        return float(np.median(self.cpu)) if self.cpu else float("nan")

    def time(self, job: Callable[[], Any]) -> Any:
        """Run a job once and keep how long it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = job()
        self.cpu.append((time.process_time() - cpu) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)
        return result

    def plus(self, other: Timings) -> Timings:
        """Each repeat of two jobs that follow one another, added."""
        return Timings(
            [a + b for a, b in zip(self.wall, other.wall, strict=True)],
            [a + b for a, b in zip(self.cpu, other.cpu, strict=True)],
        )


def say(text: str) -> None:
    """Progress, to standard error."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """A child's environment: this repository's packages first on its path."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": ""}


def spawn(
    command: Sequence[str], given: Any = None, limit: float = 120.0, clock: Timings | None = None
) -> str:
    """Run a command to its end; give its standard output, and keep its times in `clock`.

    Raises:
        RuntimeError: it failed or took longer than `limit` seconds; the last line says why.
    """
    text = None if given is None else json.dumps(given)
    started, before = time.perf_counter(), _cpu_of_children()
    try:
        done = subprocess.run(
            list(command),
            input=text,
            capture_output=True,
            text=True,
            timeout=limit,
            env=environment(),
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"took longer than {limit:.0f} s") from None
    if clock is not None:
        clock.wall.append((time.perf_counter() - started) * 1e3)
        clock.cpu.append((_cpu_of_children() - before) * 1e3)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise RuntimeError(lines[-1][:200])
    return done.stdout


def _cpu_of_children() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def spawn_json(
    command: Sequence[str], given: Any = None, limit: float = 120.0, clock: Timings | None = None
) -> dict[str, Any]:
    """As `spawn`, for a child whose last line of output is a JSON object."""
    found: dict[str, Any] = json.loads(spawn(command, given, limit, clock).strip().splitlines()[-1])
    return found
