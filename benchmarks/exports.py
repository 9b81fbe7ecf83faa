"""How long exports take: a full scenario of each kind, and many councils to Parquet."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Row
from benchmarks.timing import Timings, say
from prevention.evidence.councils import councils
from prevention.evidence.store import open_store
from prevention.jobs import Request, Workbench
from prevention.model.projection import Projection
from prevention.reports.exporting import Kind, content_of
from prevention.reports.tables import annual_parquet

COUNCILS, SCENARIOS = 150, 20
TARGET_MS = 2_000


def export_rows() -> list[Row]:
    """Rows on each kind of export of a full scenario, and on a fleet to Parquet."""
    bench = Workbench()
    citations = bench.citations()
    rows = []
    for scenario in ("step-up", "whole-system"):
        projection = bench.forecast(Request(scenario=scenario, draws=0))
        for kind in Kind:
            say(f"export: {scenario}, {kind.value}")
            clock = Timings()
            for _ in range(3):
                clock.time(lambda p=projection, k=kind: content_of([p], k, citations))
            row = Row(f"Export of {scenario}: {kind.value}", clock.median, clock.p95)
            row.cpu = clock.cpu_median
            row.target, row.met = "under 2 s", clock.median < TARGET_MS
            rows.append(row)
    return [*rows, _fleet(bench)]


def _fleet(bench: Workbench) -> Row:
    """Central results of many councils and scenarios, each to its own Parquet file."""
    say(f"export: {COUNCILS} councils x {SCENARIOS} scenarios to Parquet")
    with open_store(bench.store) as store:
        codes = [council.code for council in councils(store)][:COUNCILS]
    lags = [12.0 + 2 * step for step in range(SCENARIOS)]
    clock, size, files = Timings(), 0, 0

    def everything(folder: Path) -> None:
        for code in codes:
            for place, lag in enumerate(lags):
                found = _one(bench, code, lag)
                (folder / f"{code}-{place:02d}.parquet").write_bytes(annual_parquet(found))

    with tempfile.TemporaryDirectory() as folder:
        clock.time(lambda: everything(Path(folder)))
        files = len(os.listdir(folder))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    name = f"{len(codes)} councils x {SCENARIOS} scenarios, central, to {files:,} Parquet files"
    row = Row(f"{name} ({size / 1e6:.0f} MB)", clock.median)
    row.cpu = clock.cpu_median
    return row


def _one(bench: Workbench, code: str, lag: float) -> Projection:
    change = (("programmes.no-wrong-door.onset_lag", lag),)
    request = Request(council=code, scenario="step-up", changes=change, draws=0)
    return bench.forecast(request)


def main() -> None:
    """Print the rows on their own."""
    for row in export_rows():
        sys.stdout.write(f"{row.what}: {row.ours:,.0f} ms, {row.cpu or 0:,.0f} ms of processor\n")


if __name__ == "__main__":
    main()
