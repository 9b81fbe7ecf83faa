"""Every kind of export: what it holds, that nothing in it runs, that it is the same again."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from prevention.evidence.documents import DocumentError
from prevention.evidence.places import data_folder
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.programmes import Funding
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, Scenario, resolve
from prevention.money import to_pence
from prevention.record import open_record
from prevention.record.scenarios import approve, propose, save_scenario
from prevention.reports.dataset import MONTHLY, dictionary, monthly_rows
from prevention.reports.exporting import Kind, Known, content_of, export_file
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT, find_layout, layouts
from prevention.reports.sheets.lines import ONE_OFF, Levels, mtfs_lines
from prevention.reports.sheets.provenance import made_from
from prevention.reports.sheets.receipts import receipt_rows
from prevention.reports.sheets.reviews import reviews_of
from prevention.reports.sheets.workbook import scenarios_of
from prevention.reports.words import pence
from reports.conftest import opened

KNOWN = Known("3, saved by Ann on 01 May 2026")
CITED = {"cla-2025": "Department for Education, Children looked after, 2025."}


@pytest.fixture(scope="module")
def contents(drawn: Projection) -> dict[Kind, bytes]:
    return {kind: content_of([drawn], kind, CITED, known=[KNOWN]) for kind in Kind}


@pytest.fixture(scope="module")
def levels(drawn: Projection) -> Levels:
    return Levels(drawn, summary.appraisal(drawn))


@pytest.mark.parametrize("kind", list(Kind))
def test_the_same_run_gives_the_same_bytes(
    drawn: Projection, contents: dict[Kind, bytes], kind: Kind
) -> None:
    assert content_of([drawn], kind, CITED, known=[KNOWN]) == contents[kind]


FINGERPRINTS = """
import hashlib, sys
from pathlib import Path
from prevention.jobs import Request, Workbench
from prevention.reports.exporting import Kind, content_of
bench = Workbench(store=Path(sys.argv[1]))
projection = bench.forecast(Request(scenario="step-up", draws=16))
for kind in Kind:
    print(kind, hashlib.sha256(content_of([projection], kind, bench.citations())).hexdigest())
"""


def test_another_process_gives_the_same_bytes(store_path: Path) -> None:
    """Nothing in a file hangs on the clock, or on the order in which a process keeps a set."""
    found = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", FINGERPRINTS, str(store_path)]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        found.append(done.stdout.decode())
    assert len(found[0].splitlines()) == len(Kind)
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_file_names_its_run_and_the_version_of_its_scenario(
    drawn: Projection, contents: dict[Kind, bytes], kind: Kind
) -> None:
    run = str(summary.run_record(drawn)["run_id"])
    with zipfile.ZipFile(io.BytesIO(contents[kind])) as parts:
        read = [parts.read(name) for name in parts.namelist()]
    for wanted in (run, KNOWN.version):
        assert any(wanted.encode() in part for part in read), wanted


@pytest.mark.parametrize("kind", [Kind.data, Kind.charts])
def test_a_package_says_what_it_was_made_from(contents: dict[Kind, bytes], kind: Kind) -> None:
    """Run, version of the scenario, releases of data: in run.json, and in every Parquet file."""
    with zipfile.ZipFile(io.BytesIO(contents[kind])) as parts:
        told = [json.loads(parts.read("run.json"))]
        tables = [parts.read(name) for name in parts.namelist() if name.endswith(".parquet")]
    assert len(tables) == (2 if kind is Kind.data else 0)
    told += [json.loads(pq.read_schema(io.BytesIO(t)).metadata[b"run"]) for t in tables]
    for made in told:
        assert made["scenario_version"] == KNOWN.version
        assert made["releases"]["cla-2025"] == CITED["cla-2025"]
        assert {"run_id", "seed", "price_base", "version", "data_hash"} <= set(made)


def test_increments_sum_and_one_offs_reverse(levels: Levels) -> None:
    lines = mtfs_lines(levels)
    brief = [line for line in lines if line.kind is ONE_OFF]
    assert brief
    for line in lines:
        assert line.increments.sum() == line.levels[-1]
        assert (np.cumsum(line.increments) == line.levels).all()
    for line in brief:
        assert line.levels[0] > 0
        assert line.increments.min() < 0
        assert line.levels[-1] == 0
    invested = [line.levels for line in lines if line.kind.letter in "IO"]
    assert (np.sum(invested, axis=0) == levels.of(TOTAL, "delivery_cost")).all()


def test_full_year_effects_add_up_to_the_models(levels: Levels) -> None:
    lines = mtfs_lines(levels)
    for id_ in levels.projection.plan.programmes:
        parts = [x.full_year for x in lines if x.programme_id == id_ and x.kind.letter in "SG"]
        assert sum(p or 0 for p in parts) == -levels.of(id_, "full_year_effect")[-1]


def test_months_add_up_to_the_years_to_the_penny(drawn: Projection) -> None:
    months = monthly_rows(drawn)
    keys = ["year", "programme", "service", "measure"]
    added = months.groupby(keys)["central"].sum()
    wanted = summary.annual(drawn).set_index(keys)["central"]
    assert set(months["measure"]) == set(MONTHLY)
    for key, value in added.items():
        if MEASURES[str(key[3])].unit == GBP:  # type: ignore[index]
            assert to_pence(value) == to_pence(wanted[key]), key
        else:
            assert value == pytest.approx(wanted[key], rel=1e-9)


def test_the_dictionary_says_what_every_column_and_measure_is(
    drawn: Projection, contents: dict[Kind, bytes]
) -> None:
    known = set(dictionary()["name"])
    with zipfile.ZipFile(io.BytesIO(contents[Kind.data])) as parts:
        for name in ("annual.csv", "monthly.csv"):
            rows = pd.read_csv(io.BytesIO(parts.read(name)), encoding="utf-8-sig")
            assert set(rows.columns) | set(rows["measure"]) <= known
        table = pq.read_table(io.BytesIO(parts.read("monthly.parquet")))
        assert all(field.metadata[b"meaning"] for field in table.schema)
        assert json.loads(parts.read("run.json")) == made_from(drawn, CITED, KNOWN.version)


def test_charts_have_their_labels_rows_and_words(contents: dict[Kind, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(contents[Kind.charts])) as parts:
        names = set(parts.namelist())
        words = parts.read("alternative-text.txt").decode()
        for name in ("saving-by-year", "running-net", "ladder"):
            assert {f"{name}.png", f"{name}.svg", f"{name}.csv"} <= names
            assert parts.read(f"{name}.png")[:4] == b"\x89PNG"
            assert parts.read(f"{name}.svg").count(b"<text") > 8
            assert f"{name}: " in words


def test_the_briefing_says_the_models_figures(
    drawn: Projection, contents: dict[Kind, bytes]
) -> None:
    document = docx.Document(io.BytesIO(contents[Kind.briefing]))
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    saved = [float(v) for v in drawn.central[TOTAL, TOTAL]["cashable_saving"]]
    assert cells[1][1:] == [f"{v:,.0f}".replace("-", "\N{MINUS SIGN}") for v in saved]
    assert cells[0][1:] == list(drawn.timeline.labels)
    assert document.inline_shapes[0]._inline.docPr.get("descr").startswith("Running net")


def test_receipts_show_only_what_receipts_fund(drawn: Projection) -> None:
    assert receipt_rows(scenarios_of([drawn])[0]) == []
    library = Library(dict(drawn.plan.programmes), {}, drawn.plan.economy)
    hub = drawn.plan.programmes["no-wrong-door"].model_copy(
        update={"funding": (Funding(source="capital-receipts", share=0.5),), "expansions": {}}
    )
    scenario = Scenario(id="x", title="X", programmes=(hub.id,), years=2)
    plan = resolve(scenario, Library({hub.id: hub}, {}, library.economy))
    projection = project(plan, drawn.council, draws=0)
    rows = receipt_rows(scenarios_of([projection])[0])
    cost, receipts = (np.array(row[4:7], dtype=float) for row in rows[:2])
    assert (cost > 0).all()
    assert np.abs(cost - 2 * receipts).max() < 0.02
    assert str(rows[0][-1]).startswith("Not known: no approved scenario on the record has this")


def test_receipts_look_back_at_what_was_approved(
    workbench: Workbench, store_path: Path, tmp_path: Path
) -> None:
    """The forecast of last year is the approved run's; starts are the council's own."""
    place = tmp_path / "evidence.duckdb"
    shutil.copyfile(store_path, place)
    bench, now = Workbench(store=place), workbench.forecast(Request(scenario="step-up", draws=0))
    assert "Not known" in reviews_of(bench, now)["no-wrong-door"]
    document = bench.scenario("step-up").model_copy(
        update={"id": "ours", "title": "Our plan", "first_year": "2026/27"}
    )
    record = open_record(place)
    save_scenario(record, document, "Ann", "Last year's plan")
    approved = bench.forecast(Request(scenario="ours", draws=0))
    propose(record, "ours", 1, "Ann", "Ready")
    approve(record, "ours", 1, bench.keep(approved), "Bob", "Agreed")
    with duckdb.connect(str(place)) as store:
        store.execute(
            "INSERT INTO council_starts SELECT 'E06000007', 'no-wrong-door', "
            "make_date(2026, month, 1), 3 FROM range(4, 13) AS months(month)"
        )
    found = reviews_of(bench, now)
    cost, saved, people = (
        approved.central["no-wrong-door", TOTAL][name][0]
        for name in ("delivery_cost", "cashable_saving", "people_started")
    )
    said = found["no-wrong-door"]
    assert said.startswith("2026/27 as approved on ")
    assert f"new cost {pence(float(cost))}, cashable saving {pence(float(saved))}" in said
    assert f"{float(people):,.0f} people started. 27 did start in the 9 months on file" in said
    assert "How many did start is not on file" in found["mockingbird"]
    assert said.endswith("What it did save and cost is not on file: add it by hand.")


def test_layouts_on_file_are_sound_and_full_is_the_default(tmp_path: Path) -> None:
    found = layouts(data_folder())
    assert len(found) >= 2
    assert found["full"] == DEFAULT_LAYOUT
    with pytest.raises(DocumentError, match=r"no layout 'grand'.*cabinet, full"):
        find_layout("grand", data_folder())
    own = tmp_path / "own.toml"
    own.write_text('title = "T"\ncolumns = [{ field = "nonsense", heading = "N" }]')
    with pytest.raises(DocumentError, match="columns"):
        find_layout(str(own), data_folder())


def test_a_layout_chooses_columns_and_order(drawn: Projection) -> None:
    layout = find_layout("cabinet", data_folder())
    sheet = opened(content_of([drawn], Kind.schedule, {}, layout=layout))["MTFS"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=12)]
    headings = layout.headings(drawn.timeline.labels)
    assert next(row for row in rows if row[0] == "Ref")[: len(headings)] == headings


def test_an_ending_that_does_not_fit_is_refused(drawn: Projection, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"briefing export ends in \.docx"):
        export_file([drawn], tmp_path / "x.xlsx", {}, Kind.briefing)
    with pytest.raises(ValueError, match=r"\.csv holds one scenario; 2"):
        export_file([drawn, drawn], tmp_path / "x.csv", {})
    assert not list(tmp_path.iterdir())
