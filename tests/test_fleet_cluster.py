"""`fleet --scheduler` on a real scheduler with two workers; without Dask how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from fleet_work import dies_once
from prevention.cli import app
from prevention.fleet import cluster as on_cluster
from prevention.fleet.planning import tasks_of
from prevention.fleet.task import Task
from prevention.fleet.work import TABLES, work
from prevention.jobs import Request, Workbench

COUNCILS, SCENARIOS = "Warrington,Bolton,Isles of Scilly", "current-plan,adults-first"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, spoken to over TCP; threads, so that none is left over."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address=":0",
        silence_logs=50,
    ) as started:
        yield started.scheduler_address


@pytest.fixture(scope="module")
def tasks(store_path: Path) -> list[Task]:
    return tasks_of(Workbench(store=store_path), COUNCILS, SCENARIOS, Request(draws=0))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_a_cluster_comes_to_the_same_files(
    address: str, tasks: list[Task], tmp_path: Path, store_path: Path
) -> None:
    asked = ("--councils", COUNCILS, "--scenarios", SCENARIOS, "--output", str(tmp_path / "out"))
    came = run(
        "fleet", *asked, "--scheduler", address, "--format", "json", "--store", str(store_path)
    )
    assert came.exit_code == 0, came.output
    assert json.loads(came.stdout)["runs"] == 6
    for task in tasks:
        wanted = work(task).files
        for name in TABLES:
            found = (tmp_path / "out" / name / f"{task.council.code}.parquet").read_bytes()
            assert found == wanted[name]
    assert len(pd.read_parquet(tmp_path / "out" / "runs")) == 6


@pytest.fixture
def two_processes(tmp_path: Path) -> Iterator[str]:
    """A scheduler and two workers started as the README says, that nobody starts again."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    where = tmp_path / "scheduler.json"
    tests = str(Path(__file__).parent)
    env = os.environ | {"PYTHONPATH": tests, "FLEET_MARK": str(tmp_path), "FLEET_DEATHS": "1"}
    worker = ["worker", "--no-nanny", "--nthreads", "1", "--no-dashboard"]
    with ExitStack() as started:
        for command in (["scheduler", "--port", "0", "--no-dashboard"], worker, worker):
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command, "--scheduler-file", str(where)],
                env=env,
                stderr=subprocess.DEVNULL,
            )
            started.callback(process.wait)
            started.callback(process.kill)
        started_by = time.monotonic() + 60
        while not (where.exists() and where.read_text()) and time.monotonic() < started_by:
            time.sleep(0.05)
        yield json.loads(where.read_text())["address"]


def test_a_killed_worker_loses_no_task(
    two_processes: str, tasks: list[Task], tmp_path: Path
) -> None:
    reasons: dict[str, str] = {}

    def share() -> None:
        with on_cluster.cluster(two_processes, dies_once) as share_out:
            reasons.update({o.task.council.name: o.reason for o in share_out(tasks)})

    # Were a task lost, it would be waited for without end.
    waiting = Thread(target=share, daemon=True)
    waiting.start()
    waiting.join(120)
    assert reasons == dict.fromkeys(COUNCILS.split(","), "")
    assert len((tmp_path / "E08000001").read_text()) == 2  # the other worker had it after


def test_a_worker_with_another_program_is_not_believed(
    address: str, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = iter([("one", {}), ("another", {})])  # who asks first, and then its worker
    monkeypatch.setattr(on_cluster, "made_with", lambda: next(programs))
    with on_cluster.cluster(address, work) as share_out:
        (outcome,) = share_out(tasks[:1])
    assert outcome.done is None
    assert "another version of this program" in outcome.reason


def test_nobody_at_the_address(
    tmp_path: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(on_cluster, "PATIENCE", 1)
    asked = ("--councils", "Bolton", "--output", str(tmp_path / "out"))
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        came = run("fleet", *asked, "--scheduler", address, "--store", str(store_path))
        assert came.exit_code == 2
        assert "No scheduler answers" in came.stderr
    assert not (tmp_path / "out").exists()


def test_without_dask_it_says_what_to_install(
    tmp_path: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    asked = ("--councils", "Bolton", "--output", str(tmp_path / "out"), "--scheduler", "tcp://x:1")
    came = run("fleet", *asked, "--store", str(store_path))
    assert came.exit_code == 2
    assert 'pip install ".[cluster]"' in came.stderr
    assert not (tmp_path / "out").exists()
