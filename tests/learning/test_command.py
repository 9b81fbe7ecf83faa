"""`prevention learn` as an officer runs it, on synthetic records."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.cli import app

AS_AT = ["--as-at", "01/11/2026"]


@pytest.fixture
def run(store_path: Path) -> Any:
    """A command against the store of the tests."""

    def called(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--store", str(store_path)])

    return called


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Eighty synthetic people of a programme, 36 months after its start, nobody real."""
    people = synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24)
    return write_cases(tmp_path / "cases.csv", rows_of(people))


def learned(run: Any, file: Path, *more: str) -> Result:
    return run("learn", str(file), "--programme", "no-wrong-door", *AS_AT, *more)


def test_names_in_the_document_stay(run: Any, cases: Path) -> None:
    came = learned(run, cases, "--format", "json")
    assert came.exit_code == 0
    found = json.loads(came.stdout)
    assert set(found) == {
        "programme", "as_at", "rows_read", "rows_used", "rows_refused", "set_aside",
        "recognised", "breaches", "records", "lag", "spread", "responding_share",
        "completed_only_mean", "effect", "scenario", "settings", "command",
    }  # fmt: skip
    assert found["rows_read"] == found["rows_used"] + found["rows_refused"] == 80
    assert found["lag"]["label"] == "local"
    evidence, estimate = found["lag"]["evidence"], found["lag"]["estimate"]
    # The evidence as a forecast uses it: 16.5 months, lengthened by a quarter for grade C.
    assert evidence["p50"] == 20.625
    assert evidence["p10"] < estimate["p10"] < estimate["p50"] < estimate["p90"] < evidence["p90"]
    assert found["completed_only_mean"] < estimate["p50"]
    assert 0.2 < found["lag"]["data_weight"] < 1


def cashable(came: Result) -> float:
    """Cashable saving of No Wrong Door in the second year."""
    assert came.exit_code == 0, came.output
    rows = json.loads(came.stdout)["annual"]
    return next(
        row["central"]
        for row in rows
        if (row["programme"], row["service"], row["measure"], row["year"])
        == ("no-wrong-door", "total", "cashable_saving", "2028/29")
    )


def test_the_line_and_the_scenario_change_a_forecast_alike(
    run: Any, cases: Path, tmp_path: Path
) -> None:
    """The printed line, run as it stands, and the document written: the same, and not as before."""
    command = json.loads(learned(run, cases, "--format", "json").stdout)["command"].split()
    assert command[:4] == ["prevention", "forecast", "--scenario", "current-plan"]
    exact = ["--draws", "0", "--format", "json"]
    by_line = run(*command[1:], *exact)
    file = tmp_path / "ours.toml"
    came = learned(run, cases, "--output", str(file), "--who", "A. Officer")
    assert came.exit_code == 0
    by_file = run("forecast", "--scenario", str(file), *exact)
    before = run("forecast", *exact)
    assert cashable(by_line) == cashable(by_file)
    assert cashable(before) - cashable(by_file) > 1_000
    (lag, _) = tomllib.loads(file.read_text(encoding="utf-8"))["changes"].values()
    assert "Council's own case records, 80 referrals, as at 1 November 2026" in lag["source"]
    assert lag["decided_by"] == "A. Officer"
    assert "label: local" in lag["source"]


def test_the_csv_holds_the_documents_ranges(run: Any, cases: Path, tmp_path: Path) -> None:
    found = json.loads(learned(run, cases, "--format", "json").stdout)
    rows = pd.read_csv(io.StringIO(learned(run, cases, "--format", "csv").stdout))
    rows = rows.set_index(["quantity", "whose"])
    for quantity in ("lag", "spread"):
        for whose, part in (("evidence", "evidence"), ("together", "estimate")):
            told = rows.loc[(quantity, whose), ["p10", "p50", "p90"]].to_dict()
            assert told == found[quantity][part]
        assert rows.loc[(quantity, "records alone"), "p50"] == found[quantity]["records_alone"]
    assert set(rows["label"]) == {found["lag"]["label"]}
    assert rows.loc[("responding_share", "together"), "p50"] == found["responding_share"]["p50"]


def test_below_the_gate_the_evidence_stays(run: Any, tmp_path: Path) -> None:
    people = synthetic_cohort(np.random.default_rng(1), 45, 30)
    file = write_cases(tmp_path / "few.csv", rows_of(people))
    came = learned(run, file)
    assert came.exit_code == 0
    said = " ".join(came.stdout.split())
    assert "The programme's own evidence stays in force" in said
    assert "15 more referrals" in said
    assert "--set" not in said
    refused = learned(run, file, "--output", str(tmp_path / "no.toml"))
    assert refused.exit_code == 2
    assert "No scenario was written" in refused.output
    assert not (tmp_path / "no.toml").exists()


def test_bad_rows_are_named_and_good_ones_used(run: Any, cases: Path) -> None:
    bad = [
        "05/06/2024,01/06/2024,",
        ",01/06/2025,",
        "05/06/2024,01/06/2093,",
        "=cmd|'/c calc'!A1,,",
        "<script>alert(1)</script>,01/02/2025,",
        "31/02/2025,,",
        "05/06/1924,,",
        "05/06/2024,,01/05/2024",
        "05/06/2024,01/06/2025,01/05/2025",
        "943 476 5919,,",
    ]
    with cases.open("a", encoding="utf-8") as file:
        file.write("\n".join(bad) + "\n")
    came = learned(run, cases, "--format", "json")
    assert came.exit_code == 3
    found = json.loads(came.stdout)
    assert (found["rows_read"], found["rows_used"], found["rows_refused"]) == (90, 80, 10)
    told = [(breach["row"], breach["rule"]) for breach in found["breaches"]]
    assert told == [
        (82, "CA04"), (83, "CA01"), (84, "CA03"), (85, "CA02"), (86, "CA02"), (87, "CA02"),
        (88, "CA09"), (89, "CA05"), (90, "CA06"), (91, "CA02"),
    ]  # fmt: skip
    assert all(breach["column"] and breach["message"] for breach in found["breaches"])
    assert "943 476 5919" not in came.output
    shown = learned(run, cases)
    assert "Write it as 31/03/2026" in " ".join(shown.stdout.split())
    assert shown.exit_code == 3


def test_a_case_entered_twice_counts_once_and_a_second_referral_twice(
    run: Any, tmp_path: Path
) -> None:
    rows = [
        "Case ref,Name,Date of referral,Date of outcome",
        "A1,Ann Smith,1 May 2024,2025-06-01",
        "A1,Ann Smith,01/05/2024,",
        "A1,Ann Smith,01/05/2025,",
        "B2,Bob Jones,2024-05-03,",
    ]
    file = tmp_path / "twice.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    came = learned(run, file, "--format", "json")
    found = json.loads(came.stdout)
    assert (found["rows_used"], found["rows_refused"]) == (3, 1)
    assert found["breaches"][0]["value"] == "row 2"
    # Nothing that tells who somebody is leaves the file.
    assert not any(word in came.output for word in ("Ann", "Smith", "Bob", "A1", "B2"))


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("", 2, "is empty"),
        ("Referral date,Outcome date\n", 3, "no usable row"),
        ("Name,Cost\nx,1\n", 2, "no column for referral date and outcome date"),
        ("Referral date,Outcome date\n01/05/2024,01/06/2025\n02/06/2026,01/08/2026\n", 3,
         "leaves out the slow ones"),
        ("Referral date,Outcome date\nsoon,later\n", 3, "is not a day"),
        ("Programme,Referral date,Outcome date\nMockingbird,01/05/2024,01/06/2025\n", 3,
         "rows of another programme: 1"),
        ("Referral date,Outcome date\n01/05/2024,\n", 3, "No row has an outcome date"),
    ],
)  # fmt: skip
def test_files_that_teach_nothing_say_why(
    run: Any, tmp_path: Path, content: str, code: int, words: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(content, encoding="utf-8")
    came = learned(run, file)
    assert came.exit_code == code
    assert words in " ".join(came.output.split())
    assert "Traceback" not in came.output


def test_a_programme_or_day_that_does_not_exist_is_named(run: Any, cases: Path) -> None:
    came = run("learn", str(cases), "--programme", "no-wrong-dor")
    assert came.exit_code == 2
    assert "Did you mean 'no-wrong-door'?" in came.output
    came = run("learn", str(cases), "--programme", "no-wrong-door", "--as-at", "soon")
    assert came.exit_code == 2
    assert "is not a day" in came.output


def test_the_template_can_be_learned_from(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    assert CliRunner().invoke(app, ["template", "cases", "--output", str(file)]).exit_code == 0
    came = learned(run, file, "--format", "json")
    found = json.loads(came.stdout)
    assert (came.exit_code, found["rows_used"], found["records"]["referrals"]) == (0, 3, 2)


def test_matched_groups_large_enough_tell_an_effect(run: Any, tmp_path: Path) -> None:
    """Synthetic groups of 900: 55 % with the outcome, 40 % without; the evidence looks for 5.5."""
    rng = np.random.default_rng(55)
    rows = [
        row
        for group, share in (("programme", 0.55), ("comparison", 0.40))
        for row in rows_of(synthetic_cohort(rng, 1200, 48, mean=9, spread=4, share=share), group)
    ]
    file = write_cases(tmp_path / "matched.csv", rows)
    effect = json.loads(learned(run, file, "--format", "json").stdout)["effect"]
    assert effect["label"] == "local"
    assert effect["difference"]["p10"] < 0.15 < effect["difference"]["p90"]
    few = write_cases(tmp_path / "few.csv", [*rows[:100], *rows[-100:]])
    effect = json.loads(learned(run, few, "--format", "json").stdout)["effect"]
    assert (effect["label"], effect["difference"]) == ("evidence", None)
    assert "cannot be told" in effect["statement"]
    assert effect["needed"] > 500


def day(text: str) -> dt.date | None:
    return dt.datetime.strptime(text, "%d/%m/%Y").date() if text else None


def as_workbook(rows: list[list[str]], path: Path) -> Path:
    """The rows under a title, in cells that hold dates."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Edge of care: cases, exported 1 November 2026"])
    sheet.append([])
    sheet.append(["Client name", "Date of referral", "Step-down date", "Case closed"])
    for number, row in enumerate(rows):
        sheet.append([f"Person {number}", *map(day, row)])
    sheet.append(["Total", len(rows)])
    book.save(path)
    return path


def as_parquet(rows: list[list[str]], path: Path) -> Path:
    days = [[day(text) for text in row] for row in rows]
    start, outcome, left = zip(*days, strict=True)
    table = pa.table({"Referral date": start, "Outcome date": outcome, "End date": left})
    pq.write_table(table, path)
    return path


def test_workbooks_and_parquet_teach_the_same_as_text(run: Any, tmp_path: Path) -> None:
    rows = rows_of(synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24))
    files = [
        write_cases(tmp_path / "cases.csv", rows),
        as_workbook(rows, tmp_path / "cases.xlsx"),
        as_parquet(rows, tmp_path / "cases.parquet"),
    ]
    text, book, columns = (json.loads(learned(run, f, "--format", "json").stdout) for f in files)
    assert text["lag"] == book["lag"] == columns["lag"]
    assert text["records"]["referrals"] == 80
    assert book["set_aside"] == {"total rows": 1}
    assert any("Client name" in sentence for sentence in book["recognised"])


def test_headings_settled_before_are_known(store_path: Path, tmp_path: Path) -> None:
    store = ["--store", str(shutil.copy(store_path, tmp_path / "evidence.duckdb"))]
    file = tmp_path / "cases.csv"
    file.write_text("Ref'd,Done\n01/05/2024,01/06/2025\n02/05/2024,\n", encoding="utf-8")
    command = ["learn", str(file), "--programme", "no-wrong-door", *AS_AT, *store]
    assert CliRunner().invoke(app, command).exit_code == 2
    words = tmp_path / "words.toml"
    words.write_text('[council_cases]\n"Ref\'d" = "start"\n"Done" = "outcome"\n', encoding="utf-8")
    assert CliRunner().invoke(app, ["mapping", "set", str(words), *store]).exit_code == 0
    assert CliRunner().invoke(app, command).exit_code == 0


def test_a_day_in_the_past_shows_what_was_known_then(run: Any, cases: Path) -> None:
    """Outcomes that came later are still to come, and later referrals are not there yet."""
    now = json.loads(learned(run, cases, "--format", "json").stdout)
    command = ["learn", str(cases), "--programme", "no-wrong-door", "--as-at", "2025-08-01"]
    came = run(*command, "--format", "json")
    assert came.exit_code == 0
    then = json.loads(came.stdout)
    assert then["lag"]["label"] == "evidence"
    assert then["records"]["outcomes"] < now["records"]["outcomes"]
    came = run(*command[:-1], "2024-05-01", "--format", "json")
    assert came.exit_code == 3
    assert "referred after 1 May 2024 (" in came.output


def test_a_scenario_that_does_not_run_the_programme_is_named(run: Any, cases: Path) -> None:
    came = learned(run, cases, "--scenario", "do-nothing")
    assert came.exit_code == 2
    assert "does not run no-wrong-door. Try --scenario current-plan." in came.output
    elsewhere = run("learn", str(cases), "--programme", "frailty-unit", *AS_AT, "--format", "json")
    assert json.loads(elsewhere.stdout)["scenario"] == "adults-first"


def test_records_against_the_evidence_are_pointed_out(run: Any, cases: Path) -> None:
    """Family group conferences: evidence of 5 to 11 months; these synthetic people took 24."""
    came = run("learn", str(cases), "--programme", "family-group-conference", *AS_AT)
    assert "outside the range of the evidence" in " ".join(came.stdout.split())


def test_a_row_refused_does_not_hide_the_row_that_corrects_it(run: Any, tmp_path: Path) -> None:
    rows = [
        "Case ref,Referral date,Outcome date",
        "A1,01/05/2024,01/01/2024",
        "A1,01/05/2024,01/06/2025",
        "B2,02/05/2024,",
    ]
    file = tmp_path / "mended.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    found = json.loads(learned(run, file, "--format", "json").stdout)
    assert [(b["row"], b["rule"]) for b in found["breaches"]] == [(2, "CA04")]
    assert found["rows_used"] == 2


def test_cases_of_other_programmes_are_left_out(run: Any, tmp_path: Path) -> None:
    rows = [
        "Programme,Referral date,Outcome date",
        "No Wrong Door,01/05/2024,01/06/2025",
        "Mockingbird,02/05/2024,01/06/2024",
        "no-wrong-door,02/05/2024,",
        "Star Trek,02/05/2024,",
    ]
    file = tmp_path / "all.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    found = json.loads(learned(run, file, "--format", "json").stdout)
    assert found["set_aside"] == {"rows of another programme": 1}
    assert [(b["row"], b["rule"], b["value"]) for b in found["breaches"]] == [
        (5, "CA10", "Star Trek")
    ]
    assert (found["rows_read"], found["rows_used"]) == (3, 2)
    # The same heading may tell the programme from its comparison group.
    groups = ["Programme,Referral date,Outcome date", "Yes,01/05/2024,01/06/2025"]
    file.write_text("\n".join([*groups, "Yes,01/05/2024,", "No,01/05/2024,"]), encoding="utf-8")
    found = json.loads(learned(run, file, "--format", "json").stdout)
    assert (found["rows_used"], found["records"]["referrals"]) == (3, 2)


def test_case_records_are_never_loaded(run: Any, cases: Path) -> None:
    """Whoever tries is told the command that takes them."""
    for more in ([], ["--as", "cases"]):
        for command in ("check", "load"):
            came = run(command, str(cases), *more)
            assert came.exit_code == 2
            assert "nothing of a person is stored" in came.output
            assert "prevention learn" in came.output
