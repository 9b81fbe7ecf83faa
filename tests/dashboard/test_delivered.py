"""Delivered so far: the figures of the command, from a file or from what was loaded. Synthetic."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.screen import Opened, button, figure, said, table
from prevention.cli import app
from prevention.dashboard import giving, identity
from prevention.dashboard.identity import Visitor
from prevention.dashboard.session import DRAWS
from prevention.evidence.loading import load_file
from prevention.evidence.places import STORE_VARIABLE, data_folder
from prevention.jobs import Request, Workbench
from prevention.model.measures import TOTAL
from prevention.model.monitoring import PLANNED, THEN_PLANNED, THEN_RECENT
from prevention.model.scenarios import Scenario
from prevention.money import to_pence
from prevention.record import open_record
from prevention.record.scenarios import save_scenario, scenario_history
from prevention.reports import words
from prevention.reports.delivery_tables import TITLES

HEAD = "Programme,Month,Starts\n"
BEHIND = HEAD + "".join(
    f"{programme},2026-{month:02d},{count}\n"
    for programme, counts in (("No Wrong Door", (3, 2, 3, 2, 3, 2, 3)), ("mockingbird", (1, 1, 1)))
    for month, count in enumerate(counts, start=4)
)
HUB = "No Wrong Door hub"


@pytest.fixture
def store(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, with an empty record beside it."""
    copy = Path(shutil.copy(store_path, tmp_path / "evidence.duckdb"))
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    return copy


@pytest.fixture
def page(store: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on that store, nothing given yet."""
    monkeypatch.setenv(STORE_VARIABLE, str(store))
    found = opened("delivered", scenario="step-up")
    assert not found.exception
    return found


def give(page: AppTest, content: str | bytes, name: str = "starts.csv") -> AppTest:
    """A file chosen, and what comes of it."""
    content = content if isinstance(content, bytes) else content.encode()
    page.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not page.exception
    return page


def command(store: Path, *arguments: object) -> dict[str, Any]:
    asked = ["monitor", *arguments, "--scenario", "step-up", "--draws", DRAWS, "--store", store]
    came = CliRunner().invoke(app, [*map(str, asked), "--format", "json"])
    assert came.exit_code == 0, came.output
    return dict(json.loads(came.stdout))


def of(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    (found,) = (r for r in rows if all(r[name] == value for name, value in wanted.items()))
    return found


@pytest.mark.parametrize("version", [THEN_PLANNED, THEN_RECENT])
def test_the_page_has_the_figures_of_the_command(
    page: AppTest, store: Path, tmp_path: Path, version: str
) -> None:
    """To the penny over the plan, and as written by year with P10 and P90."""
    file = tmp_path / "starts.csv"
    file.write_text(BEHIND, encoding="utf-8")
    found = command(store, file)
    give(page, BEHIND)
    page.radio(key="starts-after").set_value(version).run()
    annual = found["annual"]
    wanted = {"measure": "cashable_saving", "year": "plan"}
    shown = table(page, "Whole plan")
    for id_, name in (("no-wrong-door", HUB), (TOTAL, "Whole plan")):
        then, now = (
            of(annual, version=each, programme=id_, **wanted) for each in (PLANNED, version)
        )
        assert shown.loc[name].iloc[:3].tolist() == [
            words.pence(then["central"]),
            words.pence(now["central"]),
            words.pence(now["change"]),
        ]
    years = table(page, "Change, central")
    for row in annual:
        if (row["programme"], row["measure"]) != (TOTAL, "cashable_saving"):
            continue
        column = "Plan" if row["year"] == "plan" else row["year"]
        if row["version"] in (PLANNED, version):
            name = TITLES[row["version"]]
            for key, label in (("central", "central"), ("p10", "P10"), ("p90", "P90")):
                cell = years.loc[f"{name}, {label}", column]
                assert cell == words.figure_in("thousand", row[key])
        if row["version"] == version:
            assert years.loc["Change, P90", column] == words.figure_in(
                "thousand", row["change_p90"]
            )
    hub = of(found["delivery"], programme="no-wrong-door")
    assert table(page, HUB).loc[HUB, "Planned"] == f"{hub['planned']:,.1f}"
    assert figure(page, "Starts delivered") == "21"
    assert figure(page, f"Furthest behind: {HUB}") == words.months(-hub["months_ahead"])
    assert table(page, "October 2026").loc["October 2026"].tolist() == ["3.5", "3", "24.5", "18"]
    assert found["run"]["run_id"] in said(page)


def test_the_sentences_are_those_of_the_command(page: AppTest, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "starts.csv"
    file.write_text(BEHIND, encoding="utf-8")
    asked = ["monitor", str(file), "--scenario", "step-up", "--draws", str(DRAWS)]
    printed = CliRunner().invoke(app, [*asked, "--store", str(store)]).stdout
    text = " ".join(printed.split())
    heard = " ".join(said(give(page, BEHIND)).replace("\\", "").split())
    for sentence in (
        f"{HUB} is behind plan: 18 young people started from April 2026 to October 2026, where "
        "24.5 were planned (73%). That is 1.9 months of planned starts behind.",
        "Starts are counted, savings are not:",
        "10 rows read: 10 used, 0 refused. Nothing is stored.",
    ):
        assert sentence in text
        assert sentence in heard
    for lead in ("If everything after that goes to plan", "If delivery goes on at the pace"):
        start = text.index(lead)
        assert text[start : start + 200] in heard
    # What to do is said in the words of the page, not of the command.
    assert "choose 2026/27 under First year" in heard
    assert "--" not in heard


def test_a_file_equal_to_the_plan_changes_nothing(
    page: AppTest, store: Path, opened: Opened
) -> None:
    level = {"programmes.no-wrong-door.capacity": 4.0}
    four = Scenario(id="four", title="Four a month", differs_from="step-up", changes=level)
    save_scenario(open_record(store), four, "Ann", "tried")
    months = "".join(f"no-wrong-door,2026-{month:02d},4\n" for month in range(4, 11))
    found = give(opened("delivered", scenario="four"), HEAD + months)
    assert figure(found, "Change") == "£0k"
    assert figure(found, "Furthest behind") == "none is behind"
    assert set(table(found, "Change, central").loc["Change, P10"]) == {"0.0"}
    assert f"{HUB} is on plan: 28 young people" in said(found)


def test_who_is_behind_is_not_hidden_by_who_is_short_of_less_than_one(page: AppTest) -> None:
    """Nobody of 0.9 planned is one month and on plan; 15 of 17.5 is 0.7 months and behind."""
    counts = "".join(f"no-wrong-door,2026-{month:02d},3\n" for month in range(4, 9))
    give(page, HEAD + counts + "mockingbird,2026-04,0\n")
    assert figure(page, f"Furthest behind: {HUB}") == "0.7 months"
    give(page, HEAD + "no-wrong-door,2026-04,3\nno-wrong-door,2026-05,4\nmockingbird,2026-04,0\n")
    assert figure(page, "Furthest behind") == "none is behind"


@pytest.mark.parametrize(
    ("content", "name", "words_said"),
    [
        (b"", "empty.csv", "empty.csv is empty. Download or export it again."),
        (HEAD, "heads.csv", "Nothing can be compared"),
        (b"\0\1\2" * 50, "broken.xlsx", "broken.xlsx is named as a spreadsheet but"),
        ("Month,Spend\nApr-26,4\n", "other.csv", "other.csv is not recognised."),
        (HEAD + "reablement,Apr-26,3\n", "others.csv", "Reported: reablement."),
        (HEAD + "nobody's,Apr-26,3\n", "unknown.csv", "Rules broken: 1"),
    ],
)
def test_a_file_that_will_not_do_is_answered_in_a_sentence(
    page: AppTest, content: str | bytes, name: str, words_said: str
) -> None:
    give(page, content, name)
    heard = [f"{alert.proto.title} {alert.value}" for alert in (*page.error, *page.warning)]
    assert any(words_said in text.replace("\\", "") for text in heard), heard
    assert not page.metric
    assert figure(give(page, BEHIND), "Starts delivered") == "21"


def test_rows_refused_are_named_and_the_others_used(page: AppTest) -> None:
    give(page, HEAD + "no-wrong-door,2026-04,3\nno-wrong-door,2026-05,*two*\n")
    assert "2 rows read: 1 used, 1 refused" in said(page)
    row = table(page, "3").loc["3"]
    assert (row["Found"], row["Rule"]) == ("*two*", "OS07")
    assert figure(page, "Starts delivered") == "3"


def test_months_to_come_are_said_to_be_and_can_be_left_out(page: AppTest) -> None:
    later = dt.date.today().year + 3
    give(page, BEHIND + f"no-wrong-door,{later}-05,9\n")
    (warned,) = [w.value for w in page.warning]
    assert warned.startswith(f"Months still to come are reported: May {later}.")
    assert "choose the last month that has been under Last month to take" in warned
    last_month(page).select_index(1).run()
    assert not page.warning
    assert "Delivered to October 2026" in said(page)
    assert "Set aside: rows of months after October 2026 (1)." in said(page)
    assert figure(page, "Starts delivered") == "21"


def test_a_page_drawn_again_reads_and_forecasts_nothing_again(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And of the file nothing is left: not on the disk, nor in the session once it is gone."""
    read: list[Path | None] = []

    def counted(bench: Workbench, request: Request, file: Path | None) -> Any:
        read.append(file)
        return before(bench, request, file)

    before = giving.starts_of
    monkeypatch.setattr(giving, "starts_of", counted)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    give(page, BEHIND, "../../private starts.csv")
    files = [path for path in read if path is not None]
    assert [path.name for path in files] == ["private starts.csv"]
    answer = page.session_state[giving.ANSWER]
    page.radio(key="starts-after").set_value(THEN_RECENT).run()
    page.run()
    assert [path for path in read if path is not None] == files
    assert page.session_state[giving.ANSWER] is answer
    assert not [path for path in place.rglob("*") if path.is_file()]
    page.file_uploader[0].set_value(None).run()
    assert giving.READ not in page.session_state
    assert giving.ANSWER not in page.session_state


def test_starts_loaded_before_need_no_file(
    store: Path, opened: Opened, tmp_path: Path, page: AppTest
) -> None:
    assert not page.radio
    file = tmp_path / "starts.csv"
    file.write_text(BEHIND + "no-wrong-door,2026-11,-1\n", encoding="utf-8")
    load_file(file, "starts", data_folder(None), store, who="Ann")
    found = opened("delivered", scenario="step-up")
    assert not found.exception
    assert "load-0001: starts.csv, loaded by Ann" in said(found)
    assert "11 rows read: 10 used, 1 refused" in said(found)
    assert "Correct them under What waits on the page Data quality." in found.warning[0].value
    assert figure(found, "Starts delivered") == "21"
    whole = table(found, "Whole plan").loc["Whole plan"].tolist()
    found.radio(key="starts-from").set_value(giving.FILE).run()
    assert not found.metric
    assert table(give(found, BEHIND), "Whole plan").loc["Whole plan"].tolist() == whole


def last_month(page: AppTest) -> Any:
    """The choice of the last month to take."""
    (found,) = [each for each in page.selectbox if each.label == "Last month to take"]
    return found


def fill(page: AppTest, title: str, who: str = "Ann", why: str = "October's returns") -> AppTest:
    page.text_input(key="onward-title").set_value(title)
    page.text_input(key="my-name").set_value(who)
    page.text_area(key="onward-why").set_value(why)
    button(page, "Save as a scenario").click().run()
    assert not page.exception
    return page


def test_the_plan_is_saved_with_what_was_delivered_to_the_penny(
    page: AppTest, store: Path, opened: Opened
) -> None:
    give(page, BEHIND)
    shown = table(page, "Whole plan").loc["Whole plan", "Now expected"]
    fill(page, "Delivered to October")
    assert "Saved as version 1 of Delivered to October" in page.success[0].value
    (kept,) = scenario_history(open_record(store), "delivered-to-october")
    assert (kept.who, kept.why, kept.document.differs_from) == (
        "Ann",
        "October's returns",
        "step-up",
    )
    request = Request(scenario="delivered-to-october", draws=0)
    run = Workbench(store=store).forecast(request)
    total = to_pence(run.central[TOTAL, TOTAL]["cashable_saving"]).sum()
    assert words.pence(int(total) / 100) == shown
    adjust = opened("adjust", scenario="delivered-to-october", programme="no-wrong-door")
    assert not adjust.exception
    adjust.session_state["other levers"] = True
    adjust.run()
    assert f"Starts of {HUB} are set month by month" in said(adjust)
    assert "lever ramp" not in [slider.key for slider in adjust.slider]
    adjust.session_state["detail"] = "Save and approve"
    adjust.run()
    assert not adjust.exception
    changed = table(adjust, "Starts by month").loc["Starts by month"]
    assert set(changed["From"]) == {"not set"}
    compare = opened("compare", scenarios=["step-up", "delivered-to-october"])
    assert "Dates or starts by month differ: Mockingbird" in said(compare)
    exported = opened("export", export="delivered-to-october")
    assert not exported.exception
    assert table(exported, "total-S").shape[0] > 1


@pytest.mark.parametrize(
    ("title", "why", "words_said"),
    [
        ("", "why", "Give it a name"),
        ("Step up", "why", "There is a scenario 'Step up' on file"),
        ("Delivered", "", "why"),
    ],
)
def test_a_save_that_cannot_be_is_refused(
    page: AppTest, store: Path, title: str, why: str, words_said: str
) -> None:
    fill(give(page, BEHIND), title, why=why)
    assert words_said in page.error[0].value
    assert not scenario_history(open_record(store), "delivered")


def test_a_viewer_looks_and_saves_nothing(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "visitor", lambda: Visitor("Vi", "viewer", True))
    give(page, BEHIND)
    assert figure(page, "Starts delivered") == "21"
    assert "An editor can save this for you." in said(page)
    assert not page.button


def test_an_example_and_an_empty_template_are_there(page: AppTest) -> None:
    assert table(page, "no-wrong-door").columns.tolist() == ["Month", "Starts"]
    assert downloads(page) == ["Empty template (CSV)"]
    assert {"All figures (JSON)", "Saving by year (CSV)", "The plan from here on (TOML)"} < set(
        downloads(give(page, BEHIND))
    )


def downloads(page: AppTest) -> list[str]:
    return [each.proto.label for each in page.get("download_button")]


def test_the_last_month_of_one_file_does_not_cut_another(page: AppTest) -> None:
    give(page, BEHIND)
    last_month(page).select_index(1).run()
    assert "Delivered to September 2026" in said(page)
    give(page, BEHIND + "no-wrong-door,2026-11,4\n", "more.csv")
    assert "Delivered to November 2026" in said(page)
    give(page, HEAD + "no-wrong-door,2026-05,3\n", "one.csv")
    assert "Delivered to May 2026" in said(page)
    assert "Last month to take" not in [each.label for each in page.selectbox]
