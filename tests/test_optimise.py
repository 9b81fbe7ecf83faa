"""The command `optimise`: its answer, the scenario it writes, and how it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from prevention.cli import app
from prevention.evidence.documents import read_document, written
from prevention.model.scenarios import Scenario

SMALL = ("--draws", "64", "--programmes", "early-help,purchasing-framework,reablement")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def store(store_path: Path) -> tuple[str, str]:
    return ("--store", str(store_path))


def as_json(*arguments: str) -> Any:
    came = run(*arguments, "--format", "json")
    assert came.exit_code == 0, came.output
    return json.loads(came.stdout)


def total(found: Any, measure: str) -> int:
    """A measure of the whole plan over its years, in pence."""
    rows = found["annual"]
    return sum(
        round(row["central"] * 100)
        for row in rows
        if (row["programme"], row["service"], row["measure"]) == ("total", "total", measure)
    )


@pytest.mark.parametrize(
    ("draws", "asked"),
    [
        ("0", ("--first-year", "2026/27", "--goal", "net-saving", "--latest-start", "2028/29")),
        ("0", ("--set", "programmes.early-help.capacity=20", "--goal", "cashable-saving")),
        ("64", ("--scenario", "FILE", "--years", "4", "--goal", "cashable-saving")),
        ("0", ("--scenario", "FILE", "--goal", "npv-cashable", "--programmes", "early-help")),
    ],
    ids=["named", "changed", "file", "narrowed"],
)
def test_the_scenario_written_forecasts_the_same_to_the_penny(
    draws: str, asked: tuple[str, ...], tmp_path: Path, store: tuple[str, str]
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'id = "own"\ntitle = "Own"\ndiffers_from = "step-up"\n'
        'programmes = ["reablement", "early-help", "frailty-unit"]\n'
        '[changes]\n"programmes.early-help.go_live" = 2028-04-01\n'
        '"programmes.early-help.ends" = 2030-03-31\n'
    )
    place = tmp_path / "best.toml"
    options = [str(own) if part == "FILE" else part for part in asked]
    options += ["--budget", "900k", "--draws", draws, *store]
    came = run("optimise", *options, "--format", "json", "--output", str(place))
    assert came.exit_code == 0
    found = json.loads(came.stdout)
    again = as_json("forecast", "--scenario", str(place), "--draws", draws, *store)
    assert again["run"] == found["run"]
    whole = found["best"]["whole_plan"]
    for measure in ("cashable_saving", "net_saving", "delivery_cost", "delivery_cost_gross"):
        assert round(whole[measure] * 100) == total(again, measure)
    row = next(row for row in again["appraisal"] if row["programme"] == "total")
    for name in ("npv_cashable", "peak_funding", "peak_funding_month"):
        assert row[name] == whole[name]
    assert max(whole["peak_funding"], found["best"]["peak_funding"]) <= 900_000


def test_a_scenario_is_written_as_it_is_read(tmp_path: Path) -> None:
    scenario = Scenario(
        id="a",
        title='Quoted "title" \\ and é\x7f',
        without=("one",),
        changes={
            "programmes.x.funding": [{"source": "grant", "share": 1.0, "ends": "2030-03-31"}],
            "programmes.x.expansions": {"second": {"go_live": "2028-04-01", "note": "a\nb"}},
            "economy.inflation": 0.02,
        },
        budget={"total": 1e16},
        event_noise=True,
    )
    place = tmp_path / "a.toml"
    place.write_text(written(scenario), encoding="utf-8")
    assert read_document(place, Scenario) == scenario


def test_the_answer_in_words_says_what_how_close_and_how_sure(store: tuple[str, str]) -> None:
    came = run("optimise", "--budget", "£2,500,000", *SMALL, *store)
    assert came.exit_code == 0
    said = " ".join(came.stdout.replace("│", " ").split())
    for words in (
        "within a funding limit of £2,500,000, 2027/28 to 2031/32",
        "Start Purchasing framework for placements (2027/28).",
        "of cashable net present value on top of what already runs. It needs £",
        "In 64 draws it brings",
        "of them. It keeps within the limit in",
        "left out Does not pay inside the plan:",
        "Next best: the same, but",
        "The limit changes nothing: with no limit the same mix does best.",
        "All 216 mixes were compared,",
        "Already running, so in every mix and never moved: Mockingbird constellations and",
    ):
        assert words in said
    assert "optimal" not in said.lower()


def test_nothing_to_start_is_an_answer(store: tuple[str, str]) -> None:
    came = run("optimise", "--budget", "2m", "--programmes", "early-help", "--draws", "0", *store)
    assert came.exit_code == 0
    assert "Start nothing: within the limit no mix adds cashable net" in came.stdout


def test_where_what_runs_needs_more_than_the_limit_that_is_said(store: tuple[str, str]) -> None:
    asked = ("optimise", "--budget", "20000", "--council", "Rutland", "--draws", "0", *store)
    said = " ".join(run(*asked).stdout.split())
    assert "No mix keeps within the limit: what already runs needs £703k by itself" in said
    assert "The lowest limit that a mix keeps within is £703,197." in said
    assert "With no limit the best mix found would bring" in said
    came = run(*asked, "--output", "best.toml")
    assert came.exit_code == 2
    assert "No mix keeps within the limit, so no scenario was written." in came.output
    assert not Path("best.toml").exists()


def test_a_scenario_with_nothing_to_choose_is_said_to_have_none(store: tuple[str, str]) -> None:
    came = run("optimise", "--budget", "1m", "--scenario", "current-plan", "--draws", "0", *store)
    assert came.exit_code == 0
    assert "Nothing can be chosen: no programme goes live in 2027/28 or later" in came.stdout
    assert "1 mixes" not in came.stdout


def test_a_next_best_that_only_costs_more_is_said_to(store: tuple[str, str]) -> None:
    """Beds given up two at a time: intermediate care releases none inside the plan."""
    pool = ("--programmes", "intermediate-care,purchasing-framework", "--draws", "0")
    came = run("optimise", "--budget", "10m", "--goal", "cashable-saving", *pool, *store)
    said = " ".join(came.stdout.split())
    assert "Next best: the same, but Intermediate care from 2029/30. It brings the same" in said
    assert "the same to the pound and costs £539k more." in said
    assert "This goal does not count what programmes cost" in said


def test_rows_and_document_agree(store: tuple[str, str]) -> None:
    asked = ("optimise", "--budget", "200000", *SMALL, "--goal", "cashable-saving", *store)
    found = as_json(*asked)
    assert as_json(*asked) == found
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv").stdout)))
    assert [row["programme"] for row in rows] == [c["programme"] for c in found["choices"]]
    assert [row["start"] for row in rows] == [c["start"] or "" for c in found["choices"]]
    assert found["search"]["proven"] is True
    assert found["search"]["mixes"] == 216
    best, second = found["best"], found["runner_up"]
    assert best["goal"]["central"] >= second["goal"]["central"]
    assert best["goal"]["p10"] <= best["goal"]["p50"] <= best["goal"]["p90"]
    assert best["peak_funding"] <= 200_000 < found["everything"]["peak_funding"]
    assert best["within_budget"]
    assert not found["everything"]["within_budget"]
    assert found["no_limit"]["goal"]["central"] > best["goal"]["central"]
    within = [step for step in found["by_limit"] if step["budget"] <= 200_000]
    assert within[-1]["goal"]["central"] == best["goal"]["central"]
    assert within[-1]["programmes"] == best["programmes"]
    assert found["by_limit"][-1]["programmes"] == found["no_limit"]["programmes"]
    assert found["no_limit"]["goal"]["p10"] <= found["no_limit"]["goal"]["p90"]
    assert "Does not fit: from" in " ".join(c["why"] for c in found["choices"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--budget", "0"), "a funding limit is more than nothing"),
        (("--budget=-5",), "a funding limit is more than nothing"),
        (("--budget", "lots"), "--budget lots: not an amount. Write pounds, as 2500000"),
        (("--budget", "nan"), "not an amount"),
        (("--budget", "1e30"), "not an amount"),
        (("--budget", "1m", "--programmes", "reablment"), "Did you mean 'reablement'?"),
        (("--budget", "1m", "--latest-start", "2040/41"), "runs from 2027/28 to 2031/32"),
        (("--budget", "1m", "--latest-start", "soon"), "'soon' is not a financial year"),
        (("--budget", "1m", "--scenario", "whole"), "There is no scenario 'whole'"),
        (("--budget", "1m", "--council", "Warington"), "Warrington"),
    ],
)
def test_a_wrong_request_is_refused_in_plain_words(
    arguments: tuple[str, ...], words: str, store: tuple[str, str]
) -> None:
    came = run("optimise", *arguments, *store)
    assert came.exit_code == 2
    assert words in came.output
    assert len(came.output.strip().splitlines()) <= 2
    assert "Traceback" not in came.output
