"""The command `fleet`: the same figures as `forecast`, whole files, nothing lost or hidden."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fleet_work import breaks, dies_once, name_of
from prevention.cli import app
from prevention.evidence.store import open_store
from prevention.fleet import running
from prevention.fleet.folder import Folder
from prevention.fleet.planning import settings_of, tasks_of
from prevention.fleet.running import TRIES, run_here
from prevention.fleet.task import Task
from prevention.fleet.whole import run_fleet
from prevention.fleet.work import Outcome, work
from prevention.jobs import Request, Workbench
from prevention.model.summary import document

COUNCILS = {"E06000007": "Warrington", "E08000001": "Bolton", "E06000053": "Isles of Scilly"}
SCENARIOS = ("current-plan", "adults-first")
FAILED = 3

OWN = 'id = "own"\ntitle = "Own"\ndiffers_from = "step-up"\nprogrammes = ["reablement"]\n'
HOSTILE = {
    "not-toml.toml": "id = [",
    "unknown.toml": 'id = "unknown"\ntitle = "X"\nprogrammes = ["no-such-programme"]\n',
    "bytes.toml": "\udcff",
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def store(store_path: Path) -> tuple[str, str]:
    return ("--store", str(store_path))


@pytest.fixture(scope="module")
def bench(store_path: Path) -> Workbench:
    return Workbench(store=store_path)


@pytest.fixture(scope="module")
def tasks(bench: Workbench) -> list[Task]:
    return tasks_of(bench, ",".join(COUNCILS), ",".join(SCENARIOS), Request(draws=0))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, store: tuple[str, str]) -> Path:
    """Three councils by two scenarios, through the command, by two processes."""
    folder = tmp_path_factory.mktemp("fleet") / "out"
    came = run("fleet", *_asked(folder), "--workers", "2", *store)
    assert came.exit_code == 0, came.output
    return folder


def _asked(folder: Path, scenarios: str = ",".join(SCENARIOS)) -> tuple[str, ...]:
    councils = "Warrington,E08000001,Isles of Scilly"
    return ("--councils", councils, "--scenarios", scenarios, "--output", str(folder))


def here(tasks: Sequence[Task]) -> Any:
    """Outcomes worked out in this process."""
    return (Outcome(task, work(task)) for task in tasks)


def quiet(done: int, of: int) -> None:
    """Progress that nobody watches."""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("code", COUNCILS)
def test_every_figure_is_that_of_forecast(
    code: str, scenario: str, made: Path, store: tuple[str, str]
) -> None:
    came = run("forecast", "--council", code, "--scenario", scenario, "--draws", "0",
               "--format", "json", *store)  # fmt: skip
    wanted = json.loads(came.stdout)
    run_ = wanted["run"]
    for table in ("annual", "baseline", "appraisal"):
        rows = _rows(made, table, code, scenario)
        assert len(rows) == len(wanted[table])
        for row, other in zip(rows, wanted[table], strict=True):
            head = {name: row.pop(name) for name in ("run_id", "council", "council_name")}
            assert head == {name: run_[name] for name in head}
            assert row.pop("scenario") == scenario
            assert {k: v for k, v in row.items() if v is not None or k in other} == other
    (kept,) = _rows(made, "runs", code, scenario)
    assert kept["missing"].split("\n") == wanted["missing"]
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["runs"][code][scenario] == run_["run_id"] == kept["run_id"]


def test_with_draws_too_whatever_was_worked_out_before(bench: Workbench) -> None:
    """What one council leaves in a process for the next changes no figure of it."""
    request = Request(scenario="adults-first", draws=64)
    found = [work(task) for task in tasks_of(bench, "Bolton,Bury", request.scenario, request)]
    alone = document(bench.forecast(replace(request, council="Bury")))
    for table in ("annual", "baseline", "appraisal"):
        rows = pq.read_table(io.BytesIO(found[1].files[table])).to_pylist()
        names = [name for name in rows[0] if name in alone[table][0]]
        assert set(names) == set(alone[table][0])
        assert [{name: row[name] for name in names} for row in rows] == alone[table]


def _rows(made: Path, table: str, code: str, scenario: str) -> list[dict[str, Any]]:
    """Read as the README says, in the order written."""
    found = duckdb.execute(
        f"SELECT * FROM '{made}/{table}/*.parquet' WHERE council = ? AND scenario = ?",
        [code, scenario],
    )
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_folder_is_one_table_in_pandas(made: Path) -> None:
    whole = pd.read_parquet(made / "annual")
    assert set(whole["council"]) == set(COUNCILS)
    assert set(whole["scenario"]) == set(SCENARIOS)


def test_what_is_not_published_of_a_council_is_reported(made: Path) -> None:
    left_out = pd.read_parquet(made / "failures")
    scilly = left_out[left_out["council_name"] == "Isles of Scilly"]
    assert set(scilly["scenario"]) == set(SCENARIOS)
    assert (
        "Mockingbird constellations: no figures for childrens homes" in scilly["reason"].str.cat()
    )
    assert not left_out["failed"].any()
    assert set(left_out["council_name"]) == {"Isles of Scilly"}


def test_started_again_it_does_only_what_is_missing(made: Path, store: tuple[str, str]) -> None:
    before = files_of(made)
    gone = made / "runs" / "E08000001.parquet"
    stamps = {path: path.stat().st_mtime_ns for path in made.glob("annual/*")}
    gone.unlink()
    (made / "annual" / ".E08000001.parquet.1.partial").write_bytes(b"half")
    came = run("fleet", *_asked(made), "--workers", "1", "--format", "json", *store)
    found = json.loads(came.stdout)
    assert (found["done_before"], found["done_now"], found["runs"]) == (2, 1, 6)
    assert files_of(made) == before
    again = {path.stem for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp}
    assert again == {"E08000001"}
    said = run("fleet", *_asked(made), *store).stdout
    assert "3 councils were done before; 0 done now." in said


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (("--draws", "8"), "(draws)"),
        (("--seed", "2"), "(seed)"),
        (("--years", "4"), "(scenarios)"),
        (("--councils", "Bolton"), "(councils)"),
    ],
)
def test_other_settings_are_refused(
    other: tuple[str, str], named: str, made: Path, store: tuple[str, str]
) -> None:
    before = files_of(made)
    came = run("fleet", *_asked(made), *other, *store)
    assert came.exit_code == 2
    assert named in came.stderr
    assert "Name another folder" in came.stderr
    assert files_of(made) == before


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, store: tuple[str, str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    came = run("fleet", *_asked(tmp_path), *store)
    assert came.exit_code == 2
    assert "has other files in it" in came.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_in_which_a_fleet_is_at_work_is_refused(
    made: Path, tasks: list[Task], store: tuple[str, str]
) -> None:
    before = files_of(made)
    with Folder(made).claimed(settings_of(tasks)):
        came = run("fleet", *_asked(made), *store)
    assert came.exit_code == 2
    assert "A fleet is at work in" in came.stderr
    assert files_of(made) == before
    assert run("fleet", *_asked(made), *store).exit_code == 0


@pytest.mark.parametrize("deaths", [TRIES - 1, TRIES])
def test_a_killed_process_loses_no_task(
    deaths: int, tasks: list[Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEET_MARK", str(tmp_path))
    monkeypatch.setenv("FLEET_DEATHS", str(deaths))
    outcomes = {o.task.council.name: o for o in run_here(dies_once, tasks, 2)}
    assert set(outcomes) == set(COUNCILS.values())
    lost = {name: o.reason for name, o in outcomes.items() if o.done is None}
    assert lost == ({} if deaths < TRIES else {"Bolton": f"Its process died {TRIES} times."})
    tried = {path.name: len(path.read_text()) for path in tmp_path.iterdir()}
    assert tried == {"E06000007": 1, "E06000053": 1, "E08000001": TRIES}


def test_a_process_killed_while_idle_is_replaced(tasks: list[Task]) -> None:
    process = running._process()
    assert process.submit(os.getpid).result() != os.getpid()
    (worker,) = process._processes.values()
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join()
    while not process._broken:
        pass
    future, attempt = running._start(name_of, process, tasks[0], 1)
    assert future.result().files == {"who": tasks[0].council.name.encode()}
    attempt.process.shutdown()


def test_what_could_not_be_done_is_reported_and_tried_again(
    tasks: list[Task], tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "out")

    def one_lost(given: Sequence[Task]) -> Any:
        return (Outcome(t, None, "Its process died.") if t is tasks[0] else Outcome(t, work(t))
                for t in given)  # fmt: skip

    report = run_fleet(tasks[:2], folder, one_lost, quiet)
    assert report.not_done == (tasks[0].council.code,)
    assert [(row["scenario"], row["reason"]) for row in report.failed] == [
        (scenario, "Its process died.") for scenario in SCENARIOS
    ]
    assert folder.to_do(tasks[:2]) == [tasks[0]]
    again = run_fleet(tasks[:2], folder, here, quiet)
    assert again.failed == []
    assert (again.done_before, again.not_done) == (1, ())


def test_an_unforeseen_fault_is_a_reason(tasks: list[Task]) -> None:
    (outcome,) = run_here(breaks, tasks[:1], 1)
    assert outcome.done is None
    assert outcome.reason == "Something unexpected went wrong: ZeroDivisionError: division by zero"


def test_a_file_that_is_no_scenario_is_reported_and_the_others_done(
    tmp_path: Path, store: tuple[str, str]
) -> None:
    files = tmp_path / "scenarios"
    files.mkdir()
    (files / "own.toml").write_text(OWN)
    for name, text in HOSTILE.items():
        (files / name).write_text(text, errors="surrogateescape")
    asked = ("--councils", "Bolton", "--scenarios", str(files), "--output", str(tmp_path / "out"))
    came = run("fleet", *asked, "--workers", "1", "--format", "json", *store)
    assert came.exit_code == FAILED
    found = json.loads(came.stdout)
    failed = {row["scenario"]: row["reason"] for row in found["failures"]}
    assert set(failed) == {name.removesuffix(".toml") for name in HOSTILE}
    for name, reason in failed.items():
        assert f"{name}.toml" in reason
    assert "no-such-programme" in failed["unknown"]
    assert found["runs"] == 1
    done = pd.read_parquet(tmp_path / "out" / "annual")
    assert set(done["scenario"]) == {"own"}
    assert (done["measure"] == "cashable_saving").any()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--councils", "Boltn"), "The nearest is Bolton"),
        (("--councils", " , "), "--councils names none"),
        (("--scenarios", "step-upp"), "Did you mean 'step-up'?"),
        (("--scenarios", "step-up,step-up"), "Two scenarios are called 'step-up'"),
        (("--scenarios", "EMPTY"), "no scenario to run"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest(
    asked: tuple[str, str], said: str, tmp_path: Path, store: tuple[str, str]
) -> None:
    (tmp_path / "empty").mkdir()
    option, value = asked
    value = str(tmp_path / "empty") if value == "EMPTY" else value
    came = run("fleet", *_asked(tmp_path / "out"), option, value, *store)
    assert came.exit_code == 2
    assert said in came.stderr
    assert not (tmp_path / "out").exists()


def test_names_with_commas_and_all(bench: Workbench) -> None:
    text = "bristol, city of,Bournemouth, Christchurch and Poole,Bolton,E08000001"
    found = tasks_of(bench, text, "step-up", Request(draws=0))
    assert [task.council.name for task in found] == [
        "Bolton",
        "Bournemouth, Christchurch and Poole",
        "Bristol, City of",
    ]
    every = tasks_of(bench, "all", None, Request(draws=0))
    with open_store(bench.store) as store:
        (count,) = store.rows("SELECT count(*) FROM councils WHERE successors IS NULL")[0]
    assert len(every) == count > 150
    assert len(settings_of(every)["scenarios"]) == len(bench.on_file.scenarios)
