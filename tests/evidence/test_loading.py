"""A file loaded, from its rows to the forecast: nothing lost, nothing twice, nothing half."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prevention.evidence.build import build
from prevention.evidence.council import council_evidence
from prevention.evidence.loading import LoadRefused, LoadReport, check_file, load_file, unload
from prevention.evidence.loads import UnknownLoad, every_load, in_quarantine, loads_in_force
from prevention.evidence.store import open_store
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.projection import Projection
from prevention.publications import NotRecognised
from prevention.record import open_record
from prevention.reports.waiting import quarantine_csv

Load = Callable[..., LoadReport]
WARRINGTON = "E06000007"
HEAD = "la_code,year_ending,measure,value,status,release\n"
HOMES = "secure_and_childrens_homes"


@pytest.fixture
def home(store_path: Path, tmp_path: Path) -> Path:
    """A store of the published tables that a test may load into."""
    return Path(shutil.copy(store_path, tmp_path / "evidence.duckdb"))


@pytest.fixture
def load(home: Path, data: Path, tmp_path: Path) -> Load:
    """Load text as a file of a name."""

    def loaded(text: str, name: str = "f.csv", as_: str | None = None) -> LoadReport:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return load_file(path, as_, data, home, who="A. Officer")

    return loaded


def homes(year: int, value: str, release: str = "cla-2026", code: str = WARRINGTON) -> str:
    return f"{code},{year},{HOMES},{value},,{release}\n"


def figure(store: Path, table: str, year: int, measure: str) -> list[tuple[object, ...]]:
    with open_store(store) as opened:
        return opened.rows(
            f'SELECT value, release FROM "{table}" '
            "WHERE la_code = ? AND year_ending = ? AND measure = ?",
            [WARRINGTON, year, measure],
        )


def people_ahead(projection: Projection) -> float:
    """Children in homes in the first year of the plan, if nothing changes."""
    rows = summary.baseline(projection)
    chosen = rows[(rows["service"] == "childrens-homes") & (rows["measure"] == "people")]
    return float(chosen["central"].iloc[0])


def adds_up(report: LoadReport) -> bool:
    document = report.document()
    return document["rows_read"] == document["rows_stored"] + document["rows_quarantined"]


def test_a_new_year_reaches_the_forecast(load: Load, home: Path) -> None:
    bench = Workbench(store=home)
    request = Request(scenario="do-nothing", draws=0)
    before = bench.forecast(request)
    report = load(HEAD + homes(2026, "55"), "placements.csv")
    after = bench.forecast(request)
    assert (report.rows_read, report.rows_stored, report.rows_quarantined) == (1, 1, 0)
    assert (report.publication, report.table) == ("placements", "placements")
    people = after.council.services["childrens-homes"].people
    assert (people.last.year_ending, people.last.value) == (2026, 55.0)  # type: ignore[union-attr]
    assert people.last.release == "cla-2026@load-0001"  # type: ignore[union-attr]
    assert after.council.data_hash != before.council.data_hash
    assert report.data_hash == after.council.data_hash
    assert people_ahead(after) > people_ahead(before) * 1.2
    assert "placements.csv" in bench.citations()["cla-2026@load-0001"]


def test_a_file_loaded_twice_is_stored_once_and_says_so(load: Load, home: Path) -> None:
    first = load(HEAD + homes(2026, "55"), "placements.csv")
    again = load(HEAD + homes(2026, "55"), "copy of placements.csv", "placements")
    assert again.already
    assert again.load_id == first.load_id
    assert "nothing was stored twice" in again.recognised[0]
    assert adds_up(again)
    record = open_record(home)
    assert len(every_load(record)) == 1
    assert record.read("SELECT count(*) FROM load_figure") == [(1,)]


def test_good_rows_load_and_bad_rows_wait(load: Load, home: Path) -> None:
    text = HEAD + homes(2026, "55") + homes(2025, "-3") + homes(2024, "=1+1") + "only,two\n"
    report = load(text, as_="placements")
    assert (report.rows_read, report.rows_stored, report.rows_quarantined) == (4, 1, 3)
    found = {(b.row, b.column, b.value) for b in report.breaches}
    assert {(3, "value", "-3"), (4, "value", "=1+1"), (5, "", "only,two")} <= found
    waiting = in_quarantine(open_record(home))
    assert [row.row for row in waiting] == [3, 4, 5]
    assert all(breach.message for row in waiting for breach in row.breaches)
    assert figure(home, "placements", 2025, HOMES) == [(41.0, "cla-2025")]


def test_what_waits_can_be_corrected_and_loaded_again(load: Load, home: Path, data: Path) -> None:
    load(HEAD + homes(2026, "-55") + homes(2027, "=1+1"), as_="placements")
    record = open_record(home)
    text = quarantine_csv(in_quarantine(record))
    assert ",'=1+1," in text
    assert not [c for row in csv.reader(io.StringIO(text)) for c in row if c.startswith(("=", "@"))]
    report = load(text.replace(f"{HOMES},-55", f"{HOMES},55"), "back.csv")
    assert (report.rows_read, report.rows_stored, report.rows_quarantined) == (2, 1, 1)
    assert figure(home, "placements", 2026, HOMES) == [(55.0, "cla-2026@load-0002")]
    origin, correction = every_load(record)
    assert (origin.rows_quarantined, origin.waiting) == (2, 1)
    assert (correction.rows_stored, correction.waiting) == (1, 0)
    assert record.read("SELECT * FROM quarantine_settled") == [
        ("load-0001/placements/0", "load-0002")
    ]
    unload("load-0002", data, home)
    assert len(in_quarantine(record)) == 2


def test_a_load_taken_back_leaves_all_as_it_was(load: Load, home: Path, data: Path) -> None:
    with open_store(home) as opened:
        before = opened.data_hash, council_evidence(opened, WARRINGTON)
    load(HEAD + homes(2025, "99") + homes(2026, "55"), as_="placements")
    assert figure(home, "placements", 2025, HOMES) == [(99.0, "cla-2026@load-0001")]
    taken = unload("load-0001", data, home, "A. Officer", "wrong file")
    assert "wrong file" in taken.withdrawn
    with open_store(home) as opened:
        assert (opened.data_hash, council_evidence(opened, WARRINGTON)) == before
        assert opened.rows("SELECT * FROM superseded") == []
    assert open_record(home).read("SELECT count(*) FROM load_figure") == [(2,)]
    with pytest.raises(UnknownLoad, match="load-0001"):
        unload("load-0001", data, home)


def test_a_build_anew_keeps_what_was_loaded(load: Load, home: Path, small: Path) -> None:
    report = build(small, home)
    assert report.data_hash
    load(HEAD + homes(2026, "55"), as_="placements")
    before = figure(home, "placements", 2026, HOMES)
    again = build(small, home)
    assert figure(home, "placements", 2026, HOMES) == before == [(55.0, "cla-2026@load-0001")]
    assert again.data_hash != report.data_hash
    assert build(small, home).data_hash == again.data_hash


DFE = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,la_name,new_la_code,population_type,population_estimate,"
    "children_count,rate_per_10000\n"
)


def dfe(year: int, count: str, level: str = "Local authority") -> str:
    place = "877,Warrington,E06000007" if level == "Local authority" else ",,"
    population = "Children looked after on 31 March"
    return (
        f"{year},Reporting year,{level},E92000001,England,E12000002,North West,{place},"
        f"{population},44799,{count},69\n"
    )


def test_the_newer_publication_stands_whichever_is_loaded_first(load: Load, home: Path) -> None:
    newer = load(DFE + dfe(2026, "290") + dfe(2025, "311") + dfe(2026, "1", "National"), "new.csv")
    older = load(DFE + dfe(2024, "999") + dfe(2023, "333"), "old.csv")
    assert newer.publication == older.publication == "dfe_looked_after"
    assert newer.set_aside
    assert adds_up(newer)
    measure = "looked_after_31_march"
    assert figure(home, "looked_after", 2026, measure) == [(290.0, "cla-2026@load-0001")]
    assert figure(home, "looked_after", 2025, measure) == [(311.0, "cla-2026@load-0001")]
    assert figure(home, "looked_after", 2024, measure) == [(354.0, "cla-2025")]
    with open_store(home) as opened:
        kept = opened.rows(
            "SELECT year_ending, value, release FROM superseded WHERE measure = ? "
            "ORDER BY year_ending",
            [measure],
        )
    assert (2024, 999.0, "cla-2024@load-0002") in kept
    assert (2025, 310.0, "cla-2025") in kept


LAIT = "Short Desc,Years,Values,LA Number,LA and Regions\n"


def lait(year: str, value: str) -> str:
    return f"TotalLACFinance,{year},{value},877,Warrington\n"


def test_editions_are_ordered_by_time_however_their_keys_are_written(
    load: Load, home: Path
) -> None:
    """The published edition, lait-2026-04, stands between one to 2024 and one to 2026."""
    published = figure(home, "children_finance", 2024, "looked_after_total")
    assert [release for _, release in published] == ["lait-2026-04"]
    load(LAIT + lait("2024-25", "40000000") + lait("2025-26", "41000000"), "newer.csv")
    load(LAIT + lait("2022-23", "1") + lait("2023-24", "2"), "older.csv")
    found = {year: figure(home, "children_finance", year, "looked_after_total")[0]
             for year in (2024, 2025, 2026)}  # fmt: skip
    assert found[2024] == published[0]
    assert found[2025] == (40e6, "lait-2026@load-0001")
    assert found[2026] == (41e6, "lait-2026@load-0001")
    with open_store(home) as opened:
        kept = opened.rows(
            "SELECT year_ending, release FROM superseded WHERE measure = 'looked_after_total' "
            "AND la_code = ?",
            [WARRINGTON],
        )
    assert {(2024, "lait-2024@load-0002"), (2025, "lait-2026-04")} <= set(kept)


def test_not_available_never_takes_the_place_of_a_figure(load: Load, home: Path) -> None:
    load(DFE + dfe(2026, "290") + dfe(2025, "x") + dfe(2024, "c"), "new.csv")
    measure = "looked_after_31_march"
    assert figure(home, "looked_after", 2025, measure) == [(310.0, "cla-2025")]
    assert figure(home, "looked_after", 2024, measure) == [(None, "cla-2026@load-0001")]


def test_a_check_stores_nothing(home: Path, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "placements.csv"
    path.write_text(HEAD + homes(2026, "-1"))
    report = check_file(path, None, data)
    assert (report.rows_read, report.rows_quarantined) == (1, 1)
    assert report.load_id == ""
    assert not open_record(home).path.exists()


def test_tables_of_the_project_itself_take_no_loads(load: Load, data: Path) -> None:
    text = (data / "published" / "councils.csv").read_text()
    with pytest.raises(LoadRefused, match="takes no loads"):
        load(text, as_="councils")


def test_a_file_like_nothing_known_is_refused_with_the_nearest_guess(
    load: Load, home: Path
) -> None:
    with pytest.raises(NotRecognised):
        load("a,b\n1,2\n")
    with pytest.raises(KeyError, match="no table or publication 'placement'"):
        load("a,b\n1,2\n", as_="placement")
    assert loads_in_force(open_record(home)) == []


@pytest.mark.parametrize(
    ("where", "loads"),
    [("prevention.evidence.loads._insert_rows", 0), ("prevention.evidence.renewal.swap", 1)],
)
def test_killed_in_the_middle_nothing_is_half_written(
    home: Path, data: Path, tmp_path: Path, where: str, loads: int
) -> None:
    path = tmp_path / "placements.csv"
    path.write_text(HEAD + homes(2026, "55") + homes(2027, "-1"))
    module, _, name = where.rpartition(".")
    script = (
        "import os, signal\n"
        "from prevention.evidence.loading import load_file\n"
        f"import {module} as module\n"
        f"module.{name} = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"load_file({str(path)!r}, None, {str(data)!r}, {str(home)!r})\n"
    )
    before = home.read_bytes()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()
    assert home.read_bytes() == before
    record = open_record(home)
    assert len(every_load(record)) == loads
    assert record.read("SELECT count(*) FROM load_figure") == [(loads,)]
    assert len(in_quarantine(record)) == loads
    report = load_file(path, None, data, home)
    assert report.already == bool(loads)
    assert figure(home, "placements", 2026, HOMES) == [(55.0, "cla-2026@load-0001")]


def test_two_visitors_who_load_at_the_same_moment_both_keep_their_rows(
    home: Path, data: Path, tmp_path: Path
) -> None:
    """Each renews the store in a file of its own; the last one brings both in."""
    files = {}
    for measure, value in (("foster", "201"), (HOMES, "55")):
        files[measure] = tmp_path / f"{measure}.csv"
        files[measure].write_text(
            HEAD + f"{WARRINGTON},2026,{measure},{value},,cla-2026\n", encoding="utf-8"
        )
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda path: load_file(path, None, data, home), files.values()))
    assert sorted(report.load_id for report in reports) == ["load-0001", "load-0002"]
    found = {measure: figure(home, "placements", 2026, measure)[0][0] for measure in files}
    assert found == {"foster": 201, HOMES: 55}
    assert not list(home.parent.glob(".*building*"))
