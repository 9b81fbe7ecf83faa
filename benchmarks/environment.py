"""A virtual environment of its own for the peers that are no dependency of the product."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.timing import ROOT, say, spawn_json

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / ".venv-bench"
PINS = HERE / "peers.txt"
INSTALL_SECONDS = 600
"""All peers together; past this the slowest is given up on."""


def python() -> Path:
    """The peers' Python; PREVENTION_BENCH_PYTHON names one made elsewhere."""
    named = os.environ.get("PREVENTION_BENCH_PYTHON")
    return Path(named) if named else FOLDER / "bin" / "python"


def prepare() -> dict[str, str]:
    """Make the environment when it is missing.

    Returns:
        By pinned peer, why it could not be installed; empty when all are there.
    """
    if os.environ.get("PREVENTION_BENCH_PYTHON"):
        return {}
    if not python().exists():
        say(f"making {FOLDER.name} for the peers (once)")
        fault = _tried([sys.executable, "-m", "venv", str(FOLDER)])
        if fault:
            return dict.fromkeys(_pins(), f"no environment: {fault}")
        # Neither version control nor the linter is to look inside.
        (FOLDER / ".gitignore").write_text("*\n")
    faults = {}
    for pin in _pins():
        marker = FOLDER / f"installed-{pin}"
        if marker.exists():
            continue
        say(f"installing {pin}")
        # A peer each, so that one that cannot be had does not take the others with it.
        fault = _tried([str(python()), "-m", "pip", "install", "--quiet", pin])
        if fault:
            faults[pin] = fault
        else:
            marker.touch()
    return faults


def _pins() -> list[str]:
    return [line for line in PINS.read_text().split() if line]


def _tried(command: Sequence[str]) -> str:
    """Run a command; why it failed, or nothing."""
    try:
        done = subprocess.run(
            list(command), capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return type(fault).__name__
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return (lines or ["pip failed"])[-1][:160]


def measured(script: str, given: Any, limit: float = 120.0) -> dict[str, Any]:
    """Run one peer's script on the given numbers; what it printed.

    Raises:
        RuntimeError: it failed; says why.
    """
    return spawn_json([str(python()), str(HERE / script)], given, limit)
