"""The command `monitor` on starts loaded before, and its plan as a scenario. All synthetic."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from prevention.cli import app
from prevention.jobs import Request, Workbench
from prevention.jobs.own_records import monitor, rebased, starts_of
from prevention.model.monitoring import PLANNED, THEN_PLANNED, THEN_RECENT
from prevention.record.scenarios import save_scenario

Row = tuple[str, str, object]

BEHIND: tuple[Row, ...] = (
    *(("no-wrong-door", f"2026-{month:02d}", 2 + month % 2) for month in range(4, 11)),
    *(("mockingbird", f"2026-{month:02d}", 1) for month in range(4, 8)),
)


def written(place: Path, *rows: Row) -> Path:
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Programme", "Month", "Starts"), *rows])
    return place


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    return written(tmp_path / "starts.csv", *BEHIND)


@pytest.fixture
def own_store(store_path: Path, tmp_path: Path) -> Path:
    """A store that the test may load into."""
    return Path(shutil.copy(store_path, tmp_path / "evidence.duckdb"))


def run(*arguments: object, code: int = 0) -> Any:
    came = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert came.exit_code == code, came.output
    return came


def as_json(*arguments: object, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--format", "json", code=code).stdout)


@pytest.mark.parametrize(
    ("scenario", "then", "draws"),
    [
        ("step-up", "as-planned", 256),
        ("step-up", "recent-pace", 256),
        ("whole-system", "as-planned", 0),
    ],
)
def test_the_plan_with_starts_delivered_is_a_scenario_with_the_same_figures(
    scenario: str, then: str, draws: int, starts: Path, store_path: Path, tmp_path: Path
) -> None:
    """Central and, since starts are drawn in neither, P10 to P90, to the penny."""
    place, store = tmp_path / "ours.toml", ("--store", store_path)
    asked = ("--draws", draws, "--set", "programmes.no-wrong-door.onset_lag=30", *store)
    told = ("--then", then, "--output", place)
    found = as_json("monitor", starts, "--scenario", scenario, *asked, *told)
    again = as_json("forecast", "--scenario", place, "--draws", draws, *store)
    name = {"as-planned": THEN_PLANNED, "recent-pace": THEN_RECENT}[then]
    wanted = [r for r in found["annual"] if r["version"] == name and r["year"] != "plan"]
    forecast = {
        (r["programme"], r["year"], r["measure"]): r
        for r in again["annual"]
        if r["service"] == "total"
    }
    assert len(wanted) > 20
    for row in wanted:
        came = forecast[row["programme"], row["year"], row["measure"]]
        for column in ("central", "p10", "p50", "p90"):
            assert row[column] == came[column], row
    moved = [r for r in found["annual"] if r["version"] == name and r["year"] == "plan"]
    assert any(r["change"] for r in moved)


def test_the_year_in_which_half_of_the_planned_saving_has_come(
    store_path: Path, tmp_path: Path
) -> None:
    """Counted from the rows of the document: half of what is planned, in each version."""
    nobody = [("no-wrong-door", f"2026-{month:02d}", 0) for month in range(4, 11)]
    file = written(tmp_path / "starts.csv", *nobody)
    asked = ("--scenario", "step-up", "--years", 3, "--draws", 0, "--store", store_path)
    found = as_json("monitor", file, *asked)
    planned: dict[str, float] = {}
    for row in found["plan"]:
        saved = [
            r["central"]
            for r in found["annual"]
            if (r["version"], r["programme"], r["measure"])
            == (row["version"], row["programme"], "cashable_saving")
        ]
        planned.setdefault(row["programme"], saved[-1])
        half = planned[row["programme"]] / 2
        years = ["2027/28", "2028/29", "2029/30"]
        reached = [year for n, year in enumerate(years, 1) if sum(saved[:n]) >= half]
        assert row["half_of_planned_saving_by"] == (reached[0] if reached else None)
    said = " ".join(run("monitor", file, *asked).stdout.split())
    assert (
        "Half of the planned saving arrives by the end of 2028/29 as planned; with the starts "
        "delivered by the end of 2029/30, at that pace not inside the plan."
    ) in said


def test_a_longer_plan_goes_on_with_the_starts_of_later_years(
    starts: Path, store_path: Path, tmp_path: Path
) -> None:
    """Written out for the five years alone, starts would end there without a word."""
    place, store = tmp_path / "ours.toml", ("--draws", 0, "--store", store_path)
    run("monitor", starts, "--scenario", "step-up", "--output", place, *store)
    both = [
        {
            row["year"]: row["central"]
            for row in as_json("forecast", "--scenario", name, "--years", 12, *store)["annual"]
            if (row["programme"], row["service"], row["measure"])
            == ("total", "total", "people_started")
        }
        for name in (place, "step-up")
    ]
    assert both[0]["2038/39"] == pytest.approx(both[1]["2038/39"])
    assert both[0]["2038/39"] > 30


def test_a_plan_on_the_record_goes_on_from_what_was_delivered_month_after_month(
    own_store: Path, tmp_path: Path
) -> None:
    """People who started before go-live stand in a wave of their own; a second file adds one."""
    bench = Workbench(store=own_store)
    first = written(tmp_path / "first.csv", ("early-help", "2026-06", 5), *BEHIND)
    request = Request(scenario="whole-system", draws=64)
    answer = monitor(bench, request, starts_of(bench, request, first))
    assert answer is not None
    assert answer.progress["early-help"].outside
    document = rebased(bench, request, answer, THEN_PLANNED, "Delivered to October")
    save_scenario(bench.record, document, "Ada", "What was delivered")
    kept = Request(scenario=document.id, draws=64)
    again = monitor(bench, kept, starts_of(bench, kept, first))
    assert again is not None
    total = ("total", "cashable_saving")
    before, now = answer.versions[THEN_PLANNED].figures[total], again.versions[PLANNED].figures
    assert now[total].central.tolist() == before.central.tolist()
    assert not again.versions[THEN_PLANNED].figures[total].change.any()
    assert {progress.status for progress in again.progress.values()} == {"on plan"}
    second = written(
        tmp_path / "second.csv", ("early-help", "2026-05", 3), ("early-help", "2026-06", 5)
    )
    found = starts_of(bench, kept, second)
    more = monitor(bench, kept, found)
    assert more is not None
    waves = more.versions[THEN_PLANNED].plan.programmes["early-help"].expansions
    assert (waves["outside-the-plan"].starts[0], waves["outside-the-plan-2"].starts[0]) == (5, 3)
    assert rebased(bench, kept, more).differs_from == document.id


def test_starts_loaded_before_are_compared_as_their_file_is(starts: Path, own_store: Path) -> None:
    store = ("--store", own_store)
    came = run("monitor", *store, code=2)
    assert came.output.strip() == (
        "No starts of this council are loaded. Name a file of them, or load one with: "
        "prevention load FILE --as starts"
    )
    run("load", starts, "--as", "starts", *store)
    asked = ("--scenario", "step-up", "--draws", 64, "--as-at", "2026-09", *store)
    of_file, loaded = as_json("monitor", starts, *asked), as_json("monitor", *asked)
    assert loaded["file"]["name"] == "the starts loaded"
    assert loaded["file"]["recognised"][0].startswith("load-0001: starts.csv, loaded by ")
    for part in ("rows_read", "rows_used", "rows_refused", "set_aside"):
        assert loaded["file"][part] == of_file["file"][part]
    del of_file["file"], loaded["file"], of_file["run"], loaded["run"]
    assert loaded == of_file
    said = " ".join(run("monitor", *asked).stdout.split())
    assert "the starts loaded to September 2026" in said
    assert "No Wrong Door hub is behind plan: 15 young people" in said


def test_of_several_loads_the_last_stands_and_rows_that_wait_are_refused(
    own_store: Path, tmp_path: Path
) -> None:
    store = ("--store", own_store)
    one = written(
        tmp_path / "one.csv", ("no-wrong-door", "2026-04", 3), ("no-wrong-door", "2026-05", 2)
    )
    two = written(
        tmp_path / "two.csv",
        ("no-wrong-door", "2026-05", 4),
        ("no-wrong-door", "2026-06", -1),
        ("reablement", "2026-06", 9),
    )
    run("load", one, "--as", "starts", *store)
    run("load", two, "--as", "starts", *store, code=3)
    found = as_json("monitor", "--scenario", "step-up", "--draws", 0, *store, code=3)
    assert [row["delivered"] for row in found["months"]] == [3, 4]
    read = found["file"]
    assert (read["rows_read"], read["rows_used"], read["rows_refused"]) == (3, 2, 1)
    assert [(b["row"], b["rule"], b["value"]) for b in read["breaches"]] == [(3, "OS08", "-1")]
    assert read["not_in_scenario"] == ["reablement"]
    assert [line.rpartition(", ")[2] for line in read["recognised"]] == [
        "1 rows that stand.",
        "2 rows that stand.",
    ]
    bolton = ("monitor", "--council", "Bolton", *store)
    assert "No starts of this council are loaded" in run(*bolton, code=2).output


def test_nothing_to_compare_writes_no_scenario(store_path: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "bad.csv", ("nobody's programme", "2026-04", 3))
    place = tmp_path / "ours.toml"
    run("monitor", file, "--output", place, "--store", store_path, code=3)
    assert not place.exists()
