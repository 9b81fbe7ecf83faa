"""The record from a terminal: plain words, exit codes, and nothing kept waiting for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from prevention.cli import app
from prevention.model.scenarios import Scenario
from prevention.record import Record, open_record
from prevention.record.scenarios import save_scenario
from record.saving import save, saved

LAG = "programmes.no-wrong-door.onset_lag"


@pytest.fixture
def place(store_path: Path, tmp_path: Path) -> Path:
    """The published figures, with a record of this test's own."""
    place = tmp_path / "evidence.duckdb"
    place.symlink_to(store_path)
    return place


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--store", str(place)])


def saved_twice(place: Path) -> Record:
    record = open_record(place)
    for lag in (12, 36):
        scenario = Scenario(
            id="ours", title="Our plan", differs_from="current-plan", changes={LAG: lag}
        )
        save_scenario(record, scenario, "Ann", f"Lag of {lag}", parent=0 if lag == 12 else 1)
    return record


def test_scenarios_on_file_and_on_the_record_are_listed(place: Path) -> None:
    saved_twice(place)
    listed = json.loads(run(place, "scenarios", "--format", "json").stdout)["scenarios"]
    assert [row["scenario"] for row in listed if row["kept"] == "on file"] == [
        "adults-first", "current-plan", "do-nothing", "step-up", "whole-system",
    ]  # fmt: skip
    (ours,) = (row for row in listed if row["kept"] == "on the record")
    assert (ours["scenario"], ours["version"], ours["status"]) == ("ours", 2, "draft")
    assert (ours["who"], ours["why"]) == ("Ann", "Lag of 36")
    text = run(place, "scenarios").stdout
    assert "step-up: Step up Mockingbird and No Wrong Door" in text
    assert "ours: Our plan\n    version 2, draft, saved by Ann on" in text
    assert run(place, "scenarios", "--format", "csv").stdout.count("\n") >= 7


def test_the_history_of_a_scenario_says_what_changed(place: Path) -> None:
    saved_twice(place)
    first, second = json.loads(run(place, "scenarios", "ours", "--format", "json").stdout)[
        "scenarios"
    ]
    assert (first["scenario"], first["made_from"]) == ("ours@1", None)
    assert second["changes"] == [{"assumption": LAG, "unit": "months", "from": 12, "to": 36}]
    assert f"{LAG}: 12 -> 36" in run(place, "scenarios", "ours").stdout
    missing = run(place, "scenarios", "theirs")
    assert missing.exit_code == 2
    assert "no scenario 'theirs' on the record" in missing.stderr


def test_a_saved_scenario_is_forecast_kept_and_replayed(place: Path) -> None:
    record = saved_twice(place)
    central = {}
    for name in ("ours", "ours@1"):
        done = run(place, "forecast", "--scenario", name, "--draws", "0", "--format", "json")
        found = json.loads(done.stdout)
        central[name] = found
        assert done.stderr == ""
        assert saved(record)[-1] == found["run"]["run_id"]
    assert central["ours"]["annual"] != central["ours@1"]["annual"]
    run_id = central["ours@1"]["run"]["run_id"]
    again = run(place, "replay", run_id[:6])
    assert again.exit_code == 0
    assert "figures are the same, to the penny" in again.stdout
    told = json.loads(run(place, "replay", run_id, "--format", "json").stdout)
    assert (told["run_id"], told["same"], told["differences"]) == (run_id, True, [])
    assert told["figures"] > 1000
    assert run(place, "replay", "feedfeed").exit_code == 2


def test_a_replay_that_differs_says_so_and_is_no_success(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prevention.model import manifest, summary

    done = run(place, "forecast", "--draws", "0", "--format", "json")
    run_id = json.loads(done.stdout)["run"]["run_id"]
    monkeypatch.setattr(manifest, "source_hash", lambda: "another")
    whole = summary.document
    monkeypatch.setattr(
        "prevention.jobs.workbench.document",
        lambda p: (
            whole(p) | {"appraisal": [r | {"npv_cashable": 1} for r in whole(p)["appraisal"]]}
        ),
    )
    again = run(place, "replay", run_id)
    assert again.exit_code == 3
    assert "appraisal: mockingbird: npv_cashable was" in again.stdout
    assert "the source of this program: was" in again.stdout
    rows = run(place, "replay", run_id, "--format", "csv").stdout.splitlines()
    assert rows[0] == "table,row,column,kept,now"
    assert len(rows) == 4


def test_an_export_and_a_written_forecast_are_kept(place: Path, tmp_path: Path) -> None:
    record = open_record(place)
    assert run(place, "forecast", "--draws", "0").exit_code == 0
    assert saved(record) == []
    text = run(place, "forecast", "--draws", "0", "--output", str(tmp_path / "f.txt"))
    assert text.exit_code == 0
    export = tmp_path / "e.csv"
    assert run(place, "export", "--draws", "64", "--output", str(export)).exit_code == 0
    kept = saved(record)
    assert len(kept) == 2
    assert kept[0] in (tmp_path / "f.txt").read_text()
    assert kept[1] in export.read_text()


def test_backup_and_restore(place: Path, tmp_path: Path) -> None:
    nothing = run(place, "backup")
    assert (nothing.exit_code, "nothing to back up" in nothing.stderr) == (2, True)
    record = open_record(place)
    save(record, "first")
    made = run(place, "backup", "--output", str(tmp_path / "b.duckdb"))
    assert made.exit_code == 0
    assert (tmp_path / "b.ledger.jsonl").exists()
    save(record, "second")
    back = CliRunner().invoke(app, ["restore", str(tmp_path / "b.duckdb"), "--store", str(place)])
    assert "1 save. What was there is kept as" in back.stdout
    assert saved(record) == ["first"]
    record.path.unlink()
    lost = run(place, "scenarios")
    assert lost.exit_code == 2
    assert "the file is gone" in lost.stderr
    assert "prevention restore FILE" in lost.stderr


HOLDER = """
import sys
from pathlib import Path
from prevention.record import open_record
with open_record(Path(sys.argv[1])).held():
    print("held", flush=True)
    input()
"""


def test_a_forecast_does_not_wait_for_good(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(open_record(place), "first")
    monkeypatch.setattr("prevention.cli.forecasts.KEEPING_WAIT", 0.2)
    monkeypatch.setenv("PREVENTION_RECORD_WAIT", "0.2")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = run(place, "forecast", "--draws", "0", "--format", "json")
        listed = run(place, "scenarios")
        holder.communicate("\n")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["annual"]
    assert "not kept on the record" in done.stderr
    assert f"process {holder.pid}; waited 0.2 seconds" in done.stderr
    assert listed.exit_code == 2
    assert f"process {holder.pid}; waited 0.2 seconds" in listed.stderr
    assert "Traceback" not in listed.stderr


def files_in(folder: Path) -> dict[Path, bytes]:
    """What stands in a folder itself."""
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("begun", [True, False])
def test_a_folder_nobody_may_write_still_gives_a_forecast(
    place: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    record = saved_twice(place) if begun else open_record(place)
    before = files_in(place.parent)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    name = "ours" if begun else "current-plan"
    done = run(place, "forecast", "--scenario", name, "--draws", "0", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["run"]["scenario"] == name
    assert "This run was not kept on the record" in done.stderr
    assert "may not write" in done.stderr
    assert len(saved(record)) == 2 * begun
    assert files_in(place.parent) == before
