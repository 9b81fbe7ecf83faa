"""Run every benchmark and write results.md and results.json beside this file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from benchmarks import (
    accuracy,
    case,
    dashboard,
    environment,
    exports,
    fleet,
    forecasts,
    full_run,
    loads,
    peers,
    report,
    slider,
)
from benchmarks.report import Row
from benchmarks.timing import say

SECTIONS = {
    "One slider moved": slider.slider_rows,
    "The whole forecast": full_run.full_rows,
    "From a cold start": full_run.cold_rows,
    "Peak memory": full_run.memory_rows,
    "Interpolation": accuracy.interpolation_rows,
    "Sampling error": accuracy.sampling_rows,
    "Exports": exports.export_rows,
    "Many councils": fleet.fleet_rows,
    "The dashboard": dashboard.dashboard_rows,
    "Loads": loads.load_rows,
}

BROKE_DOWN = "This section could not be run"


def main() -> int:
    """Run all; 0 when done, targets met or not; 1 when a section broke down.

    A slow machine is no fault of the program.
    """
    faults = environment.prepare()
    started = time.perf_counter()
    state = [report.state("start")]
    found = {}
    beside = {
        "Peers": lambda: peers.peer_rows(faults),
        "The baseline's back-test": lambda: forecasts.forecast_rows(faults),
    }
    for name, rows in (SECTIONS | beside).items():
        found[name] = _tried(name, rows)
        state.append(report.state(name))
    about = report.machine() | {
        "case": f"{len(case.PROGRAMMES)} programmes of the library, Warrington, {case.YEARS} years "
        f"({12 * case.YEARS} months), 0 to 79 months of starts before the plan",
        "draws": case.DRAWS,
        "took": f"{time.perf_counter() - started:.0f} s",
    }
    report.write(found, about, state)
    missed = [row.what for rows in found.values() for row in rows if row.met is False]
    say(f"wrote benchmarks/results.md; targets missed: {len(missed)}")
    for what in missed:
        say(f"  missed: {what}")
    return int(any(row.what == BROKE_DOWN for rows in found.values() for row in rows))


def _tried(name: str, rows: Callable[[], Sequence[Row]]) -> Sequence[Row]:
    """A section's rows; one row that says why if it broke down, so that the others are not lost."""
    try:
        return rows()
    except Exception as fault:  # whatever it is, it is told in the table
        say(f"{name} broke down: {fault!r}")
        return [Row(BROKE_DOWN, note=f"{type(fault).__name__}: {fault}")]


if __name__ == "__main__":
    sys.exit(main())
