"""CSV, Parquet, the MTFS table and file names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from prevention.model import summary
from prevention.model.measures import MEASURES
from prevention.model.projection import Projection
from prevention.money import to_pence
from prevention.reports.safe import cell_text, escape_frame, sheet_name
from prevention.reports.sheets.lines import mtfs_table
from prevention.reports.tables import (
    annual_csv,
    annual_parquet,
    annual_rows,
    file_name,
)
from reports.hostile import NAMES, TEXTS

STARTS = tuple("=+-@|%\t\r\n")


@pytest.fixture(scope="module")
def table(drawn: Projection) -> pd.DataFrame:
    return mtfs_table(drawn)


def pence(rows: pd.DataFrame, columns: list[str]) -> np.ndarray:
    return to_pence(rows[columns].to_numpy(dtype=np.float64))


def model(projection: Projection, measure: str, programme: str = "total") -> np.ndarray:
    rows = summary.annual(projection).query(
        "programme == @programme and service == 'total' and measure == @measure"
    )
    return to_pence(rows["central"].to_numpy())


def cumulative(projection: Projection) -> list[str]:
    return [f"{year} cumulative" for year in projection.timeline.labels]


def test_the_table_has_the_columns_promised(drawn: Projection, table: pd.DataFrame) -> None:
    years = [*drawn.timeline.labels]
    assert [*table.columns] == [
        "Reference",
        "Directorate",
        "Service",
        "Programme",
        "Description",
        "Type",
        "Recurrence",
        *years,
        "Total",
        *cumulative(drawn),
        "Cash over the plan",
        "Part-year effect",
        "Full-year effect",
        "Already in base",
        "Funding source",
        "Peak funding",
        "Reserve call",
        "Owner",
        "Evidence grade",
        "Lag (months)",
        "P(target)",
        "Risk",
    ]
    assert not table["Reference"].duplicated().any()


def test_increments_sum_to_the_total_and_run_to_the_cumulative(
    drawn: Projection, table: pd.DataFrame
) -> None:
    years, running = [*drawn.timeline.labels], cumulative(drawn)
    increments = pence(table, years)
    assert (increments.sum(axis=1) == pence(table, ["Total"])[:, 0]).all()
    assert (np.cumsum(increments, axis=1) == pence(table, running)).all()
    assert (pence(table, running)[:, -1] == pence(table, ["Total"])[:, 0]).all()


@pytest.mark.parametrize(
    ("type_", "measure", "sign"),
    [
        ("Total cashable savings", "cashable_saving", -1),
        ("Total investment", "delivery_cost", 1),
        ("Net effect on the budget", "net_saving", -1),
    ],
)
def test_totals_are_the_models_to_the_penny(
    drawn: Projection, table: pd.DataFrame, type_: str, measure: str, sign: int
) -> None:
    row = table[table["Type"] == type_]
    assert (pence(row, cumulative(drawn))[0] == sign * model(drawn, measure)).all()
    assert model(drawn, measure).any()


def test_lines_sum_to_the_totals_and_investment_is_never_netted(
    drawn: Projection, table: pd.DataFrame
) -> None:
    running = cumulative(drawn)
    saved = pence(table[table["Type"].isin(["Saving", "Avoided growth"])], running).sum(axis=0)
    spent = pence(table[table["Type"].isin(["Investment", "One-off investment"])], running).sum(
        axis=0
    )
    assert (saved == -model(drawn, "cashable_saving")).all()
    assert (spent == model(drawn, "delivery_cost")).all()
    net = pence(table[table["Type"] == "Net effect on the budget"], running)[0]
    assert (net == saved + spent).all()
    assert (spent > 0).all()
    assert (saved < 0).all()


def test_first_increment_is_the_models_mtfs_increment(
    drawn: Projection, table: pd.DataFrame
) -> None:
    row = table[table["Type"] == "Total cashable savings"]
    increments = pence(row, [*drawn.timeline.labels])[0]
    assert (increments == -model(drawn, "mtfs_increment")).all()


def test_the_record_of_each_line_is_the_plans(drawn: Projection, table: pd.DataFrame) -> None:
    appraised = summary.appraisal(drawn).set_index("programme")
    for id_, programme in drawn.plan.programmes.items():
        row = table.set_index("Reference").loc[f"{id_}-S"]
        assert row["Lag (months)"] == programme.onset_lag.central
        assert row["Evidence grade"] == programme.evidence_grade
        assert row["P(target)"] == appraised.loc[id_, "probability_of_target"]
    investment = table.set_index("Reference").loc["no-wrong-door-I", "Already in base"]
    assert to_pence(investment) == model(drawn, "base_funding", "no-wrong-door")[-1]


def test_no_draws_leaves_no_chance_of_target(plain: Projection) -> None:
    assert mtfs_table(plain)["P(target)"].isna().all()


def test_nothing_to_do_is_three_totals_of_zero(nothing: Projection) -> None:
    table = mtfs_table(nothing)
    assert len(table) == 3
    assert (table[[*nothing.timeline.labels, "Total"]] == 0).all(axis=None)


def test_csv_holds_every_row_to_the_penny(drawn: Projection) -> None:
    content = annual_csv(drawn)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    read = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    wanted = annual_rows(drawn)
    assert [*read.columns] == [*wanted.columns]
    pd.testing.assert_frame_equal(read, wanted, check_dtype=False)
    assert (read["run_id"] == summary.run_record(drawn)["run_id"]).all()


def test_annual_rows_are_those_of_the_json(drawn: Projection) -> None:
    rows, document = annual_rows(drawn), summary.document(drawn)["annual"]
    for name in ("central", "mean", "p10", "p50", "p90"):
        assert rows[name].tolist() == [row[name] for row in document], name


@pytest.mark.parametrize("text", TEXTS)
def test_csv_text_is_escaped_and_numbers_stay_numbers(
    spoiled: Callable[[str], Projection], text: str
) -> None:
    content = annual_csv(spoiled(text)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    for row in rows:
        for name in ("scenario", "council_name", "programme", "run_id", "service"):
            assert not row[name].lstrip(" ").startswith(STARTS)
        assert float(row["central"]) is not None
    assert {row["council_name"].removeprefix("'") for row in rows} == {text}


def test_headings_and_negative_numbers() -> None:
    frame = pd.DataFrame({"=evil": [-1.5, 2.0], "text": ["-5", " =x"]})
    safe = escape_frame(frame)
    assert [*safe.columns] == ["'=evil", "text"]
    assert safe["'=evil"].tolist() == [-1.5, 2.0]
    assert safe["text"].tolist() == ["'-5", "' =x"]


def test_parquet_states_units_and_the_run(drawn: Projection) -> None:
    content = annual_parquet(drawn)
    assert content == annual_parquet(drawn)
    table = pq.read_table(io.BytesIO(content))
    pd.testing.assert_frame_equal(table.to_pandas(), annual_rows(drawn), check_dtype=False)
    units = json.loads(table.schema.field("central").metadata[b"units_by_measure"])
    assert units == {name: measure.unit for name, measure in MEASURES.items()}
    assert all(b"unit" in field.metadata for field in table.schema)
    run = json.loads(table.schema.metadata[b"run"])
    assert run == summary.run_record(drawn)


def test_exports_of_nothing_hold_no_money(nothing: Projection) -> None:
    read = pd.read_csv(io.BytesIO(annual_csv(nothing)), encoding="utf-8-sig")
    wanted = annual_rows(nothing)
    assert [*read.columns] == [*wanted.columns]
    assert len(read) == len(wanted)
    assert (read["central"] == 0).all()
    assert pq.read_table(io.BytesIO(annual_parquet(nothing))).num_rows == len(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_file_names_are_safe(spoiled: Callable[[str], Projection], name: str) -> None:
    found = file_name(spoiled(name), ".xlsx")
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*\.xlsx", found)
    assert len(found) <= 80
    stem = found.split(".")[0].upper()
    assert not re.fullmatch(r"CON|PRN|AUX|NUL|COM\d|LPT\d", stem)


def test_file_name_says_what_it_holds(drawn: Projection) -> None:
    run = summary.run_record(drawn)["run_id"][:8]
    assert file_name(drawn, "csv") == f"prevention_Warrington_step-up_2027-28_{run}.csv"


@pytest.mark.parametrize("text", [*TEXTS, *NAMES, "History", "", "'quoted'"])
def test_sheet_names_are_valid_and_unique(text: str) -> None:
    taken: list[str] = []
    for _ in range(12):
        name = sheet_name(text, taken)
        assert 0 < len(name.encode("utf-16-le")) / 2 <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
        assert name.casefold() not in {other.casefold() for other in taken} | {"history"}
        taken.append(name)


def test_long_text_is_cut_and_says_so() -> None:
    cut = cell_text("x" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("[cut: longer than a cell holds]")
