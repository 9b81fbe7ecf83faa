"""Many councils at once: the fleet's own processes beside Dask's, two of each, same tasks."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.report import Row
from benchmarks.timing import Timings, say
from prevention.fleet.cluster import cluster
from prevention.fleet.planning import tasks_of
from prevention.fleet.running import run_here
from prevention.fleet.task import Task
from prevention.fleet.work import Outcome, work
from prevention.jobs import Request, Workbench

WORKERS, COUNCILS, PAIRS = 2, 30, 3
SHARE = 1 / 1.2
"""Most of Dask's time that ours may take."""


def fleet_rows() -> list[Row]:
    """Rows on every council by the scenarios shipped, and on a part of it beside Dask."""
    tasks = tasks_of(Workbench(), "all", None, Request(draws=0))
    scenarios = len(tasks[0].job.variants)
    say(f"fleet: {len(tasks)} councils x {scenarios} scenarios")
    whole = Timings()
    _time(whole, lambda: _own(tasks))
    name = f"{len(tasks)} councils x {scenarios} scenarios, central, {WORKERS} processes"
    return [Row(name, whole.median, cpu=whole.cpu_median), _beside_dask(tasks[:COUNCILS])]


def _beside_dask(tasks: Sequence[Task]) -> Row:
    """In turn, start and end of the processes included."""
    name = f"{len(tasks)} of these councils, start of {WORKERS} workers included"
    try:
        from distributed import __version__ as dask
    except ImportError:
        return Row(name, note="Dask is not installed: make setup")
    ours, peer = Timings(), Timings()
    for pair in range(PAIRS):
        say(f"fleet: beside Dask, {pair + 1} of {PAIRS}")
        _time(ours, lambda: _own(tasks))
        _time(peer, lambda: _dask(tasks))
    return Row.timed(name, ours, peer, f"Dask distributed {dask}", SHARE)


def _own(tasks: Sequence[Task]) -> None:
    _all_done(tasks, list(run_here(work, tasks, WORKERS)))


def _dask(tasks: Sequence[Task]) -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as started,
        cluster(started.scheduler_address, work) as share_out,
    ):
        _all_done(tasks, list(share_out(tasks)))


def _all_done(tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
    assert len(outcomes) == len(tasks)
    assert all(outcome.done for outcome in outcomes)


def _time(clock: Timings, job: Callable[[], None]) -> None:
    """Wall time, and processor time of this process and of those it started and saw end."""
    wall, cpu = time.perf_counter(), _processor()
    job()
    clock.wall.append((time.perf_counter() - wall) * 1e3)
    clock.cpu.append((_processor() - cpu) * 1e3)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Print the rows on their own."""
    for row in fleet_rows():
        beside = (
            f"; beside {row.peer_name}: {row.ratio} of the time; {row.note}" if row.peer else ""
        )
        sys.stdout.write(
            f"{row.what}: {row.ours:,.0f} ms, {row.cpu or 0:,.0f} ms of processor{beside}\n"
        )


if __name__ == "__main__":
    main()
