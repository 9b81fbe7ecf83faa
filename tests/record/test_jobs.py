"""The workbench with the record: saved scenarios run by name, approvals lapse, runs replay."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from prevention.jobs import Request, Workbench
from prevention.model.projection import project
from prevention.model.scenarios import Scenario, ScenarioError
from prevention.model.summary import document, run_record
from prevention.record import RecordDamaged, RecordError, RecordRefused
from prevention.record.canonical import fingerprint
from prevention.record.programmes import save_programme
from prevention.record.runs import compared, kept_run
from prevention.record.scenarios import approve, propose, save_scenario
from record.saving import saved

LAG = "programmes.no-wrong-door.onset_lag"


@pytest.fixture
def bench(store_path: Path, tmp_path: Path) -> Workbench:
    """A workbench on the published figures, with an empty record of its own."""
    place = tmp_path / "evidence.duckdb"
    place.symlink_to(store_path)
    return Workbench(store=place)


def change_data(bench: Workbench, *statements: str) -> Workbench:
    """The same workbench after the published figures changed."""
    published = bench.store.resolve()
    bench.store.unlink()
    shutil.copyfile(published, bench.store)
    with duckdb.connect(str(bench.store)) as store:
        for statement in ("UPDATE build_info SET data_hash = 'other'", *statements):
            store.execute(statement)
    return Workbench(store=bench.store)


def scenario(lag: float, **other: object) -> Scenario:
    return Scenario.model_validate(
        {"id": "ours", "title": "Ours", "differs_from": "current-plan", "changes": {LAG: lag}}
        | other
    )


def test_a_saved_scenario_runs_by_name_and_by_version(bench: Workbench) -> None:
    save_scenario(bench.record, scenario(12), "Ann", "why")
    save_scenario(bench.record, scenario(36), "Ann", "why", parent=1)
    assert bench.plan(Request(scenario="ours")).assumptions()[LAG].central == 36
    assert bench.plan(Request(scenario="ours@1")).assumptions()[LAG].central == 12
    assert list(bench.library.scenarios)[-1] == "whole-system"
    with pytest.raises(ScenarioError, match="Choose one of ours, adults-first"):
        bench.scenario("theirs")
    with pytest.raises(RecordRefused, match="no scenario 'ours@3'"):
        bench.scenario("ours@3")


def test_a_scenario_may_differ_from_a_version_that_stays(bench: Workbench) -> None:
    save_scenario(bench.record, scenario(12), "Ann", "why")
    theirs = scenario(5, id="theirs", differs_from="ours@1", changes={})
    save_scenario(bench.record, theirs, "Bob", "why")
    save_scenario(bench.record, scenario(36), "Ann", "why", parent=1)
    assert bench.plan(Request(scenario="theirs")).assumptions()[LAG].central == 12


def test_a_programme_people_added_can_be_run(bench: Workbench) -> None:
    copy = bench.on_file.programmes["mockingbird"].model_copy(update={"id": "our-own"})
    save_programme(bench.record, copy, "Ann", "A local variant")
    save_scenario(bench.record, scenario(12, programmes=("our-own",)), "Ann", "why")
    assert "our-own" in bench.plan(Request(scenario="ours")).programmes
    assert "our-own" in bench.library.programmes


def test_a_scenario_on_file_needs_no_record(bench: Workbench) -> None:
    bench.record.path.write_bytes(b"not a database at all" * 400)
    assert bench.plan(Request()).scenario == "current-plan"
    with pytest.raises(RecordDamaged):
        bench.scenario("ours")
    assert bench.forecast(Request(draws=0)).central


def test_an_approval_lapses_when_its_figures_move(bench: Workbench) -> None:
    save_scenario(bench.record, scenario(12), "Ann", "why")
    request = Request(scenario="ours@1", draws=64)
    run = bench.keep(bench.forecast(request))
    propose(bench.record, "ours", 1, "Ann", "Ready")
    approve(bench.record, "ours", 1, run, "Boss", "Fine")
    standing = bench.approval("ours")
    assert standing is not None
    assert (standing.holds, standing.moved) == (True, {})
    later = change_data(bench).approval("ours")
    assert later is not None
    assert not later.holds
    assert set(later.moved) == {"data_hash"}


def test_the_run_id_is_known_before_the_run_and_the_same_everywhere(bench: Workbench) -> None:
    for request in (Request(draws=64), Request(scenario="whole-system", draws=0, years=3)):
        projection = bench.forecast(request)
        assert bench.run(request) == run_record(projection) == document(projection)["run"]
    parts = bench.run(Request())
    assert set(parts["libraries"]) >= {"python", "numpy", "scipy", "duckdb", "pandas"}
    assert len(parts["source_hash"]) == 64


REPLAY = """
import json, sys
from pathlib import Path
from prevention.jobs import Workbench
from prevention.model import projection
projection.WORKERS = int(sys.argv[2])
bench = Workbench(store=Path(sys.argv[1]))
print(json.dumps([
    (found.figures, len(found.different), found.moved)
    for run_id in sys.argv[3:] for found in [bench.replay(run_id)]
]))
"""


def test_replay_to_the_penny(bench: Workbench) -> None:
    requests = (
        Request(scenario="whole-system", draws=0),
        Request(scenario="step-up", draws=4500, seed=7, changes=((LAG, "36"),)),
    )
    runs = [bench.keep(bench.forecast(request)) for request in requests]
    for workers in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", REPLAY, str(bench.store), workers, *(r[:8] for r in runs)],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"OMP_NUM_THREADS": workers, "OPENBLAS_NUM_THREADS": workers},
        )
        for figures, different, moved in json.loads(done.stdout):
            assert figures > 4000
            assert (different, moved) == (0, {})


def test_replay_names_what_moved(bench: Workbench) -> None:
    run_id = bench.keep(bench.forecast(Request(draws=0)))
    changed = change_data(bench, "UPDATE placements SET value = value + 1")
    found = changed.replay(run_id)
    assert set(found.moved) == {"data_hash"}
    assert found.moved["data_hash"][1] == "other"
    assert found.different
    assert {d.table for d in found.different} <= {"annual", "baseline", "appraisal"}


def test_a_run_is_kept_once(bench: Workbench) -> None:
    projection = bench.forecast(Request(draws=0))
    found = document(projection)
    assert bench.keep(projection, found) == bench.keep(projection)
    assert saved(bench.record) == [found["run"]["run_id"]]
    with pytest.raises(RecordRefused, match="too short"):
        kept_run(bench.record, found["run"]["run_id"][:3])
    with pytest.raises(RecordRefused, match="no run 'ffff0000'"):
        kept_run(bench.record, "ffff0000")
    found["annual"][0]["central"] += 0.01
    with pytest.raises(RecordError, match="two answers"):
        bench.keep(projection, found)


def test_an_abbreviation_of_two_runs_is_refused(bench: Workbench) -> None:
    run_id = bench.keep(bench.forecast(Request(draws=0)))
    with duckdb.connect(str(bench.record.path)) as hand:
        hand.execute("INSERT INTO run SELECT * REPLACE (? AS run_id) FROM run", [run_id[:8] + "x"])
    with pytest.raises(RecordRefused, match="could be any of"):
        kept_run(bench.record, run_id[:8])


def test_a_kept_run_changed_by_hand_is_not_replayed(bench: Workbench) -> None:
    run_id = bench.keep(bench.forecast(Request(draws=0)))
    with duckdb.connect(str(bench.record.path)) as hand:
        hand.execute("UPDATE run SET manifest = replace(manifest, '\"seed\":1', '\"seed\":2')")
    with pytest.raises(RecordDamaged, match=f"run {run_id} is not what was saved"):
        bench.replay(run_id)


def test_a_figure_that_differs_by_a_penny_is_found(bench: Workbench) -> None:
    projection = bench.forecast(Request(draws=0))
    kept, now = document(projection), document(projection)
    count, different = compared(kept, now)
    assert different == []
    now["annual"][7]["central"] += 0.01
    del now["appraisal"][0]["npv_cashable"]
    again, found = compared(kept, now)
    assert again == count
    assert {(d.table, d.column) for d in found} == {
        ("annual", "central"),
        ("appraisal", "npv_cashable"),
    }


def test_the_plan_of_a_kept_run_gives_the_same_fingerprints(bench: Workbench) -> None:
    from prevention.model.manifest import assumptions_of, plan_of

    projection = bench.forecast(Request(scenario="whole-system", draws=0))
    again = plan_of(run_record(projection), assumptions_of(projection.plan), "t")
    assert run_record(project(again, projection.council, 0)) == run_record(projection)
    assert fingerprint("") != run_record(projection)["source_hash"]
