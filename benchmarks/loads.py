"""How long it takes to build the store of every published table, and to load a large file."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.peak import peak_mb
from benchmarks.report import Row
from benchmarks.timing import Timings, say, spawn_json
from prevention.evidence.places import data_folder, store_file

PYTHON = sys.executable
YEARS = range(2017, 2026)
OTHER_MEASURES = 450
"""Measures of the tool that no table of ours holds: as many as it publishes."""
JOBS = {
    "build": "Every published table checked, stored and forecast",
    "load": "One large publication read, checked, kept on the record, the store renewed",
}


def load_rows() -> list[Row]:
    """Rows on building the store, and on loading a file as long as the longest published."""
    rows = []
    for job, name in JOBS.items():
        say(name)
        found = spawn_json([PYTHON, "-m", "benchmarks.loads", job], limit=900)
        rows.append(
            Row(
                f"{name}: {found['lines']:,} lines, {found['rows']:,} rows stored",
                found["wall_ms"],
                cpu=found["cpu_ms"],
                memory=found["peak_mb"],
                note=f"{found['steps']} steps shown on the way; the reader, in a process of its "
                f"own, holds up to {found['reader_mb']:.0f} MB",
            )
        )
    return rows


def _large_file(path: Path) -> int:
    """A file of the Local Authority Interactive Tool at its full length; lines (count)."""
    import pandas as pd

    from prevention.publications.lait import MEASURES
    from prevention.publications.places import places

    shorts = [*MEASURES, *(f"Other{number}" for number in range(OTHER_MEASURES))]
    totals = {short for short, name in MEASURES.items() if not name.endswith("unit_cost")}
    numbers = [place.dfe_code for place in places().values() if place.last_year == 9999]
    lines = [
        (short, f"{year - 1}-{year % 100:02d}", 20_000_000 + n if short in totals else 900 + n, la)
        for short in shorts
        for year in YEARS
        for n, la in enumerate(numbers)
    ]
    columns = ["Short Desc", "Years", "Values", "LA Number"]
    pd.DataFrame(lines, columns=columns).to_parquet(path)
    return len(lines)


def _run(job: str) -> dict[str, Any]:
    """One job in this process, in a folder of its own."""
    from prevention.evidence.build import build
    from prevention.evidence.loading import load_file

    data, steps, clock = data_folder(), [], Timings()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "evidence.duckdb"
        if job == "build":
            built = clock.time(lambda: build(data, store, lambda name, n, of: steps.append(name)))
            rows = lines = sum(built.rows.values())
        else:
            shutil.copyfile(store_file(), store)
            file = Path(folder) / "lait.parquet"
            lines = _large_file(file)
            loaded = clock.time(
                lambda: load_file(file, None, data, store, step=lambda n, of: steps.append(str(n)))
            )
            rows = loaded.rows_stored
    return {
        "rows": rows,
        "lines": lines,
        "steps": len(steps),
        "wall_ms": clock.median,
        "cpu_ms": clock.cpu_median,
        "peak_mb": peak_mb(),
        "reader_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def main(arguments: list[str]) -> None:
    """Run the job named, or print the rows of both."""
    if arguments:
        print(json.dumps(_run(arguments[0])))
        return
    for row in load_rows():
        memory, cpu = row.memory or 0, row.cpu or 0
        print(f"{row.what}: {row.ours:,.0f} ms, {cpu:,.0f} ms of processor, {memory:,.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
