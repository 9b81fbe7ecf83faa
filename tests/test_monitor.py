"""The command `monitor`: what it reads, says and refuses. All starts here are synthetic."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from prevention.cli import app
from prevention.jobs import Workbench
from prevention.model.scenarios import Scenario
from prevention.record import open_record
from prevention.record.programmes import save_programme
from prevention.record.scenarios import save_scenario

MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
EXACT = ("--scenario", "step-up", "--draws", "0")
Make = Callable[..., str]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["monitor", *arguments])


@pytest.fixture(scope="module")
def store(store_path: Path) -> tuple[str, str]:
    return ("--store", str(store_path))


@pytest.fixture
def starts(tmp_path: Path) -> Make:
    """A file of starts: rows of (programme, month, starts), and its path."""

    def make(*rows: tuple[object, ...], name: str = "starts.csv") -> str:
        place = tmp_path / name
        with place.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("Programme", "Month", "Starts"), *rows])
        return str(place)

    return make


def level(programme: str, *counts: int) -> list[tuple[object, ...]]:
    return [(programme, month, count) for month, count in zip(MONTHS, counts, strict=False)]


def as_json(*arguments: str, code: int = 0) -> Any:
    came = run(*arguments, "--format", "json")
    assert came.exit_code == code, came.output
    return json.loads(came.stdout)


def row(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    (found,) = (r for r in rows if all(r[name] == value for name, value in wanted.items()))
    return found


def test_the_starts_planned_by_the_scenario_change_nothing(
    starts: Make, store: tuple[str, str]
) -> None:
    """Capacity 4 a month, in full run for years: whole numbers, as a file has them."""
    own = ("--set", "programmes.no-wrong-door.capacity=4", "--draws", "64", *store)
    file = starts(*level("no-wrong-door", 4, 4, 4, 4, 4, 4, 4))
    found = as_json(file, "--scenario", "step-up", *own)
    assert all(r["change"] == r["change_p10"] == r["change_p90"] == 0 for r in found["annual"])
    came = CliRunner().invoke(app, ["forecast", "--scenario", "step-up", *own, "--format", "json"])
    forecast = json.loads(came.stdout)
    assert found["run"] == forecast["run"]
    for r in found["annual"]:
        if r["year"] != "plan":
            known = {k: r[k] for k in ("programme", "year", "measure")}
            assert r["central"] == row(forecast["annual"], service="total", **known)["central"]
    for r in found["plan"]:
        known = row(forecast["appraisal"], programme=r["programme"])
        assert (r["payback_month"], r["payback_year"]) == (
            known["payback_month"],
            known["payback_year"],
        )
    assert found["delivery"][0]["status"] == "on plan"
    assert found["not_in_file"] == ["mockingbird"]


def test_the_document_adds_up_and_says_how_far_behind(starts: Make, store: tuple[str, str]) -> None:
    file = starts(*level("No Wrong Door", 3, 2, 3, 2, 3, 2, 3), *level("mockingbird", 1, 1, 1, 0))
    asked = (file, "--scenario", "step-up", "--draws", "128", *store)
    found = as_json(*asked)
    assert as_json(*asked) == found
    read = found["file"]
    assert (read["rows_read"], read["rows_used"], read["rows_refused"]) == (11, 11, 0)
    assert found["as_at"] == "2026-10"
    hub = row(found["delivery"], programme="no-wrong-door")
    assert (hub["planned"], hub["delivered"], hub["gap"], hub["status"]) == (
        24.5,
        18,
        -6.5,
        "behind",
    )
    assert hub["share_delivered"] == round(18 / 24.5, 6)
    assert hub["months_ahead"] == round(-6.5 / 3.5, 6)
    assert hub["recent_share"] == round(15 / 21, 6)
    months = [r for r in found["months"] if r["programme"] == "no-wrong-door"]
    assert [r["month"] for r in months] == list(MONTHS)
    assert months[-1]["planned_so_far"] == 24.5
    assert [r["delivered_so_far"] for r in months] == [3, 5, 8, 10, 13, 15, 18]
    for version in ("planned", "then_as_planned", "then_at_recent_pace"):
        for id_ in ("mockingbird", "no-wrong-door", "total"):
            rows = [
                r
                for r in found["annual"]
                if (r["version"], r["programme"], r["measure"]) == (version, id_, "cashable_saving")
            ]
            pence = [round(r["central"] * 100) for r in rows]
            assert pence[-1] == sum(pence[:-1])
            assert [r["year"] for r in rows][-2:] == ["2031/32", "plan"]
    total = {"programme": "total", "measure": "cashable_saving", "year": "plan"}
    then, recent = (
        row(found["annual"], version=v, **total) for v in ("then_as_planned", "then_at_recent_pace")
    )
    assert recent["change"] < then["change"] < 0
    assert recent["change_p10"] < then["change_p10"] < then["change_p50"] < then["change_p90"]
    chance = [
        row(found["plan"], programme="total", version=v)["probability_of_planned_saving"]
        for v in ("planned", "then_as_planned", "then_at_recent_pace")
    ]
    assert chance[0] >= chance[1] >= chance[2] > 0
    table = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv").stdout)))
    assert [float(r["central"]) for r in table] == [r["central"] for r in found["annual"]]


def test_the_answer_in_words(starts: Make, store: tuple[str, str]) -> None:
    file = starts(*level("no-wrong-door", 3, 2, 3, 2, 3, 2, 3), *level("mockingbird", 1, 1, 1, 0))
    came = run(file, "--scenario", "step-up", "--draws", "64", *store)
    assert came.exit_code == 0
    said = " ".join(came.stdout.replace("│", " ").split())
    for words in (
        "starts.csv to October 2026",
        "No Wrong Door hub is behind plan: 18 young people started from April 2026 to October "
        "2026, where 24.5 were planned (73%). That is 1.9 months of planned starts behind.",
        "Mockingbird constellations is on plan: 3 children started",
        "If everything after that goes to plan, the cashable saving of 2027/28 to 2031/32 is £",
        "less than planned: £",
        "Half of the planned saving still arrives by the end of 2030/31.",
        "what was really saved cannot be read off one council's counts",
        "On plan: within 5% of planned starts, or less than one person off.",
        "the recent pace is 15 of 21.0 planned starts in the last 6 months reported (2.5 a month), "
        "71%.",
        "second-hub-team is planned to start later, and comes as planned in both lines.",
        "Mockingbird constellations is reported only to July 2026.",
        "For the saving of 2026/27 as well, add --first-year 2026/27.",
        "11 rows read: 11 used, 0 refused. Nothing is stored.",
    ):
        assert words in said
    later = run(file, *EXACT, "--first-year", "2026/27", *store)
    assert "2026/27" in later.stdout
    assert "add --first-year" not in later.stdout


def test_ahead_is_said_and_saves_more(starts: Make, store: tuple[str, str]) -> None:
    came = run(starts(*level("no-wrong-door", 5, 5, 5, 5)), *EXACT, *store)
    said = " ".join(came.stdout.split())
    assert "No Wrong Door hub is ahead of plan: 20 young people" in said
    assert "more than planned: £" in said
    assert "If delivery goes on at the pace of the months reported, the saving is £" in said
    assert "No month to go by, so taken as planned: Mockingbird" in said


def test_starts_that_cost_more_than_they_save_are_no_good_news(
    starts: Make, store: tuple[str, str]
) -> None:
    """Reablement is paid for each start: ahead of plan the net saving falls."""
    file = starts(*level("reablement", 0), *[("reablement", f"2028-0{m}", 60) for m in (4, 5, 6)])
    asked = (file, "--scenario", "whole-system", "--draws", "0", *store)
    found = as_json(*asked)
    total = {"programme": "total", "year": "plan", "version": "then_as_planned"}
    saved = row(found["annual"], measure="cashable_saving", **total)["change"]
    net = row(found["annual"], measure="net_saving", **total)["change"]
    cost = [
        row(found["plan"], programme="total", version=v)["delivery_cost"]
        for v in ("planned", "then_as_planned")
    ]
    assert net < 0 < saved
    assert round(saved - net, 2) == round(cost[1] - cost[0], 2)
    said = " ".join(run(*asked).stdout.split())
    assert "Net of the cost of delivery the plan saves £" in said


@pytest.mark.parametrize(("last", "by_chance"), [(2, True), (0, False)])
def test_a_gap_that_chance_alone_makes_is_said_to(
    last: int, by_chance: bool, starts: Make, store: tuple[str, str]
) -> None:
    """Of 14 planned, counts at random lie within 4.8 either way eight times in ten."""
    file = starts(*level("no-wrong-door", 3, 3, 3, last))
    said = " ".join(run(file, *EXACT, *store).stdout.split())
    assert "No Wrong Door hub is behind plan" in said
    assert ("of so few starts chance alone" in said) is by_chance


def test_too_early_to_tell_a_pace(starts: Make, store: tuple[str, str]) -> None:
    said = " ".join(run(starts(*level("mockingbird", 3)), *EXACT, *store).stdout.split())
    assert "Too few starts were planned so far to tell a pace from them." in said
    assert "If delivery goes on" not in said


def test_the_last_month_to_take(starts: Make, store: tuple[str, str]) -> None:
    """Months to come that stand at 0 are no starts missed."""
    file = starts(*level("no-wrong-door", 4, 3, 4, 3, 0, 0, 0))
    assert "The last 3 months reported are 0 throughout." in run(file, *EXACT, *store).stdout
    for typed in ("2026-07", "Jul-26", "July 2026"):
        found = as_json(file, *EXACT, "--as-at", typed, *store)
        assert found["as_at"] == "2026-07"
        assert (found["file"]["rows_read"], found["file"]["rows_used"]) == (4, 4)
        assert found["file"]["set_aside"] == {"rows of months after July 2026": 3}
        assert found["delivery"][0]["gap"] == 0


def test_bad_rows_are_named_and_good_ones_used(starts: Make, store: tuple[str, str]) -> None:
    file = starts(
        ("no-wrong-door", "2026-04", 3),
        ("no-wrong-door", "2026-05", "two"),
        ("no-wrong-door", "2026-06", 4),
        ("no-wrong-door", "2026-07", -1),
        ("reablement", "2026-06", 9),
        ("Total", "", 18),
    )
    found = as_json(file, *EXACT, *store, code=3)
    read = found["file"]
    assert read["rows_read"] == read["rows_used"] + read["rows_refused"] == 2 + 2
    assert [(b["row"], b["column"], b["rule"], b["value"]) for b in read["breaches"]] == [
        (3, "starts", "OS07", "two"),
        (5, "starts", "OS08", "-1"),
    ]
    assert read["not_in_scenario"] == ["reablement"]
    assert read["rows_set_aside"] == 2
    assert found["delivery"][0]["months_not_reported"] == ["2026-05"]
    came = run(file, *EXACT, *store)
    assert came.exit_code == 3
    said = " ".join(came.stdout.split())
    assert "row 3, starts: 'two' breaks OS07. Starts are counted in whole people." in said
    assert "nothing is reported for May 2026. Not known is not nothing" in said
    assert "Reported and not in the scenario, so set aside: reablement." in said


def test_a_file_without_one_good_row_is_named_row_by_row(
    starts: Make, store: tuple[str, str], tmp_path: Path
) -> None:
    file = starts(("nobody's programme", "2026-04", 3))
    found = as_json(file, *EXACT, *store, code=3)
    assert list(found) == ["file"]
    assert found["file"]["breaches"][0]["rule"] == "OS04"
    came = run(file, *EXACT, *store)
    assert came.exit_code == 3
    assert "Nothing can be compared: no row of starts.csv can be used." in came.stdout
    rows = run(file, *EXACT, "--format", "csv", "--output", str(tmp_path / "out.csv"), *store)
    assert rows.exit_code == 3
    assert "breaks OS04" in rows.stderr
    assert (tmp_path / "out.csv").read_text().startswith("version,programme,year,measure,unit")


def test_hostile_text_steers_nothing_and_is_shown_as_it_stands(
    starts: Make, store: tuple[str, str]
) -> None:
    file = starts(
        ("=cmd|' /C calc'!A0", "2026-04", 3),
        ("[red]x[/red]", "2026-04", 3),
        ("\x9b31mred\u202ex", "2026-04", 3),
        ("'; DROP TABLE load; --", "2026-04", 3),
        ("no-wrong-door", "2026-04", 4),
    )
    came = run(file, *EXACT, *store)
    assert came.exit_code == 3
    errors = run(file, *EXACT, "--format", "csv", *store).output
    assert not {"\x1b", "\x9b", "\u202e"} & {*came.output, *errors}
    assert "'[red]x[/red]' breaks OS04" in came.stdout
    assert "5 rows read: 1 used, 4 refused" in came.stdout


def test_nothing_is_loaded_and_nobody_is_named(
    starts: Make, store: tuple[str, str], tmp_path: Path
) -> None:
    place = tmp_path / "own.csv"
    place.write_text(
        "Scheme,Start month,Started,Child name\nNo Wrong Door,Apr-26,3,Ann Synthetic\n"
    )
    before = CliRunner().invoke(app, ["loads", *store]).stdout
    came = run(str(place), *EXACT, *store)
    assert came.exit_code == 0
    assert "Left out, because they tell who somebody is: Child name." in came.stdout
    assert "Synthetic" not in came.output
    assert CliRunner().invoke(app, ["loads", *store]).stdout == before


def test_nothing_made_of_the_starts_is_left_on_the_disk(
    starts: Make, store_path: Path, tmp_path: Path
) -> None:
    """Draws and lags are kept for other runs; a response would tell the counts."""
    place = tmp_path / "place" / "evidence.duckdb"
    place.parent.mkdir()
    place.symlink_to(store_path)
    file = starts(*level("no-wrong-door", 3, 2))
    came = run(file, "--scenario", "step-up", "--draws", "256", "--store", str(place))
    assert came.exit_code == 0
    left = {path.name for path in (place.parent / "kept").iterdir()}
    assert left <= {"scores", "lags"}
    assert "scores" in left


def test_months_across_are_read_as_a_load_reads_them(
    store: tuple[str, str], tmp_path: Path
) -> None:
    place = tmp_path / "wide.csv"
    place.write_text("Programme,Apr-26,May-26,Jun-26\nno-wrong-door,3,,4\n")
    found = as_json(str(place), *EXACT, *store)
    assert found["delivery"][0]["months_not_reported"] == ["2026-05"]
    assert found["delivery"][0]["delivered"] == 7


def test_a_year_typed_wrong_is_named_in_a_few_words(starts: Make, store: tuple[str, str]) -> None:
    """Ten years of months between are a span, not a list."""
    file = starts(("no-wrong-door", "2016-10", 3), ("no-wrong-door", "2026-10", 3))
    said = " ".join(run(file, *EXACT, *store).stdout.split())
    assert "6 young people started in the 2 months reported from October 2016" in said
    assert "nothing is reported for November 2016 to September 2026." in said
    assert "the plan runs nothing in October 2016, when people started" in said


def test_a_programme_that_people_saved_is_known_by_its_name(
    starts: Make, store_path: Path, tmp_path: Path
) -> None:
    """It stands in the record and in no file of data/programmes."""
    place = tmp_path / "evidence.duckdb"
    place.symlink_to(store_path)
    record, bench = open_record(place), Workbench(None, place)
    own = bench.library.programmes["early-help"].model_copy(
        update={"id": "our-own", "name": "Our own hub"}
    )
    save_programme(record, own, "Ann", "tried")
    save_scenario(
        record, Scenario(id="ours", title="Ours", programmes=("our-own",)), "Ann", "tried"
    )
    file = starts(("Our own hub", "2028-06", 3), ("our-own", "2028-07", 4))
    asked = ("--scenario", "ours", "--draws", "0", "--store", str(place))
    (found,) = as_json(file, *asked)["delivery"]
    assert (found["programme"], found["delivered"]) == ("our-own", 7)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as-at", "soon"), "--as-at soon: not a month. Write it as 2026-10 or Oct-26."),
        (("--as-at", "2020-01"), "Nothing to compare: no month of a programme of 'current-plan'"),
        (("--scenario", "do-nothing"), "It has no programme."),
        (("--scenario", "step"), "There is no scenario 'step'"),
        (("--scenario", "whole-system", "--council", "Warington"), "Warrington"),
        (("--set", "programmes.no-wrong-door.capcity=4"), "Did you mean 'capacity'?"),
        (("--first-year", "soon"), "'soon' is not a financial year"),
    ],
)
def test_a_wrong_request_is_refused_in_plain_words(
    arguments: tuple[str, ...], words: str, starts: Make, store: tuple[str, str]
) -> None:
    came = run(starts(*level("no-wrong-door", 3)), *arguments, *store)
    assert came.exit_code == 2
    assert words in came.output
    assert len(came.output.strip().splitlines()) <= 2
    assert "Traceback" not in came.output


def test_a_file_that_is_not_of_starts_is_refused(tmp_path: Path, store: tuple[str, str]) -> None:
    place = tmp_path / "other.csv"
    place.write_text("Month,Spend\nApr-26,4\n")
    came = run(str(place), *store)
    assert came.exit_code == 2
    assert "prevention template starts" in came.output
    came = run(str(tmp_path / "none.csv"), *store)
    assert came.exit_code == 2
    assert "There is no file" in came.output
    place.write_text("quarantine_id,table,row\nload-0001/council_starts/1,council_starts,2\n")
    came = run(str(place), *store)
    assert came.exit_code == 2
    assert "rows that came out of quarantine" in came.output
