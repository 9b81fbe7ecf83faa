"""The Data quality page: what is loaded and how old, what waits, what comes of it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import Opened, button, drawn, figure, said, table
from prevention.dashboard import identity
from prevention.dashboard.identity import Visitor
from prevention.evidence.holdings import Holding, holdings
from prevention.evidence.loads import every_load, in_quarantine
from prevention.evidence.own.mapping import shown
from prevention.evidence.places import STORE_VARIABLE
from prevention.evidence.store import open_store
from prevention.evidence.tables import FIGURES
from prevention.jobs import Workbench
from prevention.record import open_record
from prevention.reports.waiting import quarantine_csv

WARRINGTON = "E06000007"
HEAD = "la_code,year_ending,measure,value,status,release\n"
HOMES = f"{WARRINGTON},2026,secure_and_childrens_homes"
LEDGER = "Period,Service,Cost centre,Amount\r\nApr-24,IFA places,F1,100.00\r\n"


@pytest.fixture
def store(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, with an empty record beside it."""
    copy = tmp_path / "evidence.duckdb"
    shutil.copy(store_path, copy)
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    return copy


@pytest.fixture
def page_of(store: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The page with one of its tabs open, on that store."""

    def open_page(tab: str = "What is loaded", **address: str | list[str]) -> AppTest:
        monkeypatch.setenv(STORE_VARIABLE, str(store))
        page = opened("data-quality", **address)
        page.session_state["quality"] = tab
        page.run()
        assert not page.exception
        return page

    return open_page


def upload(page: AppTest, text: str, name: str = "f.csv") -> AppTest:
    """A file chosen, read and shown."""
    page.file_uploader[0].set_value((name, text.encode(), "text/csv"))
    page.run()
    assert not page.exception
    return page


def load(page: AppTest, text: str, who: str = "Ada", name: str = "f.csv") -> AppTest:
    """A file chosen and taken in."""
    upload(page, text, name)
    next(i for i in page.text_input if str(i.key).startswith("load-who")).set_value(who)
    button(page, "Load it").click().run()
    assert not page.exception
    return page


def edit(page: AppTest, place: int, means: str) -> None:
    """A meaning chosen in the table of words."""
    edits = {"edited_rows": {place: {"Means": means}}, "added_rows": [], "deleted_rows": []}
    page.session_state["words-table-any"] = edits


def test_every_figure_in_the_store_is_under_a_release_with_its_source(store: Path) -> None:
    with open_store(store) as opened:
        found = holdings(opened)
        for name in FIGURES:
            ((rows, values),) = opened.rows(f'SELECT count(*), count(value) FROM "{name}"')
            own = [item for item in found if item.table == name]
            assert sum(item.figures for item in own) == values
            assert sum(item.figures + item.blanks for item in own) == rows
    assert all(item.publisher and item.publication for item in found)


@pytest.mark.parametrize(
    ("published", "today", "months"),
    [
        ("2025-12-04", dt.date(2026, 11, 25), 11),
        ("2025-12-04", dt.date(2026, 12, 3), 11),
        ("2025-12-04", dt.date(2026, 12, 4), 12),
        ("2025-11", dt.date(2026, 11, 25), 12),
        ("2025", dt.date(2026, 3, 1), 3),
        ("not recorded", dt.date(2026, 3, 1), None),
        ("2026-12-04", dt.date(2026, 3, 1), 0),
    ],
)
def test_age_is_whole_months_since_publication(
    published: str, today: dt.date, months: int | None
) -> None:
    item = Holding("t", "r", "p", "p", "t", published, "", 2020, 2025, 1, 0, 0, False)
    assert item.age(today) == months


def test_the_page_tells_what_is_loaded_from_where_and_how_old(page_of: Opened) -> None:
    page = page_of()
    rows = table(page, FIGURES["looked_after"].comment)
    newest = rows.loc[FIGURES["looked_after"].comment]
    assert newest["Publisher"] == "Department for Education"
    assert newest["Years"] == "2020/21 to 2024/25"
    assert "since the year ended" in newest["Age"]
    assert len(rows) == len(FIGURES)
    assert "No file has been loaded" in said(page)
    assert figure(page, "Rows waiting") == "0"


def test_a_file_is_read_shown_and_only_then_loaded(page_of: Opened, store: Path) -> None:
    page = page_of("Load a file")
    upload(page, HEAD + f"{HOMES},55,,cla-2026\n")
    assert figure(page, "Rows read") == "1"
    assert "1 rows with the columns of table placements" in said(page)
    assert every_load(open_record(store)) == []
    load(page, HEAD + f"{HOMES},55,,cla-2026\n")
    assert "Loaded as load-0001" in page.success[0].value
    (kept,) = every_load(open_record(store))
    assert (kept.who, kept.file, kept.rows_stored) == ("Ada", "f.csv", 1)
    assert "File" in table(page_of(), "load-0001").columns


def test_a_bad_row_waits_and_comes_back_corrected(page_of: Opened, store: Path) -> None:
    good = f"{WARRINGTON},2026,foster,201,,cla-2026\n"
    page = load(page_of("Load a file"), HEAD + f"{HOMES},-55,,cla-2026\n" + good)
    assert "1 wait" in page.success[0].value
    page = page_of("What waits")
    assert figure(page, "Rows waiting") == "1"
    (row,) = table(page, "f.csv, row 2").to_dict("records")
    assert row["Found"] == "-55"
    assert row["What to do"]
    (waiting,) = in_quarantine(open_record(store))
    sent = quarantine_csv([waiting])
    footing = table(page_of("What the forecast uses"), "Children's homes: people")
    assert "1 row waits" in footing.loc["Children's homes: people", "What the forecast does"]
    page = load(page, sent.replace("'-55", "55").replace(",-55,", ",55,"), name="waiting.csv")
    assert "1 rows read, 1 stored" in page.success[0].value
    assert in_quarantine(open_record(store)) == []
    assert figure(page, "Rows waiting") == "0"


def test_a_file_that_cannot_be_read_changes_nothing(page_of: Opened, store: Path) -> None:
    page = upload(page_of("Load a file"), "a,b\n1,2\n", "holiday.csv")
    assert "holiday.csv" in page.error[0].value
    assert not [each for each in page.button if each.label == "Load it"]
    assert every_load(open_record(store)) == []


def test_nobody_loads_without_a_name(page_of: Opened, store: Path) -> None:
    page = load(page_of("Load a file"), HEAD + f"{HOMES},55,,cla-2026\n", who=" ")
    assert "Say who" in page.error[0].value
    assert every_load(open_record(store)) == []


def test_a_load_is_taken_back_with_a_reason(page_of: Opened, store: Path) -> None:
    load(page_of("Load a file"), HEAD + f"{HOMES},55,,cla-2026\n")
    page = page_of()
    page.text_input(key="withdraw-who").set_value("Ben")
    page.text_area(key="withdraw-why").set_value("wrong year")
    button(page, "Take it back").click().run()
    (kept,) = every_load(open_record(store))
    assert kept.withdrawn.endswith("by Ben: wrong year")
    assert "no longer in force" in page.success[0].value


def test_the_words_of_a_file_are_mapped_in_a_table_and_remembered(
    page_of: Opened, store: Path
) -> None:
    page = upload(page_of("Load a file"), LEDGER.replace("IFA places", "Team blue"), "ledger.csv")
    assert figure(page, "Would be held back") == "1"
    words = page.data_editor[0].value
    place = list(words["Your word"]).index("Team blue")
    assert words.loc[place, "Means"] == ""
    edit(page, place, "Fostering")
    page.text_input(key="words-who-any").set_value("Ada")
    button(page, "Remember these meanings").click().run()
    assert not page.exception
    assert shown(open_record(store), WARRINGTON)["service"] == {"Team blue": "fostering"}
    assert figure(page, "Would be held back") == "0"


def test_a_word_cannot_mean_a_thing_of_another_kind(page_of: Opened, store: Path) -> None:
    page = upload(page_of("Load a file"), LEDGER, "ledger.csv")
    edit(page, list(page.data_editor[0].value["Your word"]).index("IFA places"), "Cost centre")
    button(page, "Remember these meanings").click().run()
    assert "cannot mean" in page.error[0].value
    assert shown(open_record(store), WARRINGTON) == {}


def test_the_councils_own_figures_go_first_once_it_says_so(page_of: Opened, store: Path) -> None:
    rows = "".join(f"P{month} 2023/24,fostering,F1,1000000.00\r\n" for month in range(1, 13))
    load(page_of("Load a file"), LEDGER.partition("\r\n")[0] + "\r\n" + rows, name="ledger.csv")
    page = page_of("Your words for ours")
    name = "Fostering: spend"
    assert table(page, name).loc[name, "Goes first"] == "the published"
    button(page, "Decide").click().run()
    assert table(page, name).loc[name, "Goes first"] == "the council's own"
    council = Workbench(store=store).council(WARRINGTON)
    spend = {o.year_ending: o.value for o in council.services["fostering"].spend.observations}
    assert spend[2024] == 12_000_000


def test_templates_are_there_to_download(page_of: Opened) -> None:
    labels = [each.label for each in page_of("Load a file").get("download_button")]
    assert [f"Template: {name} (CSV)" in labels for name in ("ledger", "placements", "starts")]


def test_a_viewer_sees_everything_and_loads_nothing(
    page_of: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "visitor", lambda: Visitor("Vi", "viewer", True))
    page = page_of("Load a file")
    assert not page.file_uploader
    assert "An editor can do it" in said(page)
    assert not page_of("Your words for ours").data_editor
    assert table(page_of(), FIGURES["placements"].comment) is not None


HOSTILE = "![t](http://127.0.0.1:9/x.png) <script>alert(1)<script> =1+1 :red[x].csv"


def test_hostile_text_in_a_file_is_shown_as_text(page_of: Opened) -> None:
    text = HEAD + f'{WARRINGTON},2026,"{HOSTILE}",55,,cla-2026\n{HOMES},55,,cla-2026\n'
    page = load(page_of("Load a file"), text, HOSTILE, HOSTILE)
    shown_ = said(page) + page.success[0].value
    shown_ += said(page_of("What waits")) + said(page_of())
    bare = shown_.replace("\\[", "").replace("\\]", "").replace("\\<", "").replace("\\!", "")
    assert "](" not in bare
    assert "<script" not in bare
    for page in (page_of("What waits"), page_of()):
        parts = {part.tag for piece in drawn(page) for part in piece.iter()}
        assert parts <= {"div", "style", "table", "thead", "tbody", "tr", "th", "td"}
