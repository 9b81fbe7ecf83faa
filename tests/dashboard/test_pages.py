"""Every page opens, and says plainly what stands in its way."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from dashboard.screen import Opened, said, table
from prevention.dashboard.contents import PAGES
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Workbench

NAMES = [str(about["url_path"]) for about in PAGES]
HOSTILE = [
    "<script>alert(1)</script>",
    "![t](http://127.0.0.1:9/x.png)",
    "[click](javascript:alert(1))",
    "**bold** :red[colour] :material/home: $x^2$",
    "x'); drop table councils; --",
    "=HYPERLINK(1)",
    "../../etc/passwd",
    "E06000007" * 500,
    "",
    "\N{RIGHT-TO-LEFT OVERRIDE}notgnirraW",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_opens(opened: Opened, name: str) -> None:
    page = opened(name)
    assert not page.exception
    assert not page.error
    assert len(said(page)) > 90


def test_the_app_opens_on_the_three_jobs_for_warrington(opened: Opened) -> None:
    page = opened()
    assert not page.exception
    assert page.title[0].value == "Prevention savings"
    assert page.selectbox(key="council").value == "E06000007"
    assert all(f"## {job}" in said(page) for job in ("Adjust", "Compare", "Export"))
    page = opened("adjust")
    assert page.selectbox(key="scenario").value == "step-up"
    assert page.selectbox(key="programme").value == "no-wrong-door"


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in ("programmes", "export", "accessibility")]
)
def test_without_a_store_a_page_says_how_to_make_one(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "none.duckdb"))
    page = opened(name)
    assert not page.exception
    assert "prevention build" in page.error[0].value


def test_a_store_that_is_not_one_is_refused_in_words(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"this is not a database" * 1000)
    monkeypatch.setenv(STORE_VARIABLE, str(broken))
    page = opened("baseline")
    assert not page.exception
    assert "prevention build" in page.error[0].value


def test_the_pages_do_not_hold_the_store_open(
    opened: Opened, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(store_path.read_bytes())
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    assert not opened("adjust").exception
    with duckdb.connect(str(copy)) as writer:
        writer.execute("CREATE TABLE written_meanwhile (x INTEGER)")


def test_a_visitor_is_told_when_the_figures_were_renewed(
    opened: Opened, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, again = tmp_path / "copy.duckdb", tmp_path / "again.duckdb"
    copy.write_bytes(store_path.read_bytes())
    again.write_bytes(store_path.read_bytes())
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    page = opened()
    assert not page.info
    again.replace(copy)
    assert "new figures" in page.run().info[0].value
    assert not page.run().info


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_the_address_is_inert(opened: Opened, text: str) -> None:
    page = opened("adjust", council=text, scenario=text, programme=text, set=[text, f"a={text}"])
    assert not page.exception
    assert page.selectbox(key="council").value == "E06000007"
    assert page.selectbox(key="scenario").value == "step-up"
    assert page.selectbox(key="programme").value == "no-wrong-door"
    shown = said(page)
    assert not re.search(r"(?<!\\)(\]\(|<script|\*\*bold|:red\[|:material/|\$x)", shown)
    assert set(table(page, "Change in central").loc["Change in central"]) == {"0.0"}


def test_a_council_may_be_named_by_code_old_code_or_name(opened: Opened) -> None:
    for text in ("E06000006", "876", "halton", "Halton"):
        page = opened("adjust", council=text)
        assert page.selectbox(key="council").value == "E06000006", text
        assert page.query_params["council"] == "Halton"


def test_an_unknown_council_is_answered_with_the_nearest(opened: Opened) -> None:
    page = opened("adjust", council="Warington")
    assert "Warrington" in page.warning[0].value


def test_scenarios_and_programmes_may_be_named_by_id(opened: Opened) -> None:
    change = "programmes.reablement.onset_lag=10"
    page = opened("adjust", scenario="whole-system", programme="reablement", set=change)
    assert page.selectbox(key="scenario").value == "whole-system"
    assert page.selectbox(key="programme").value == "reablement"
    assert page.slider(key="lever onset_lag").value == 10
    page = opened("compare", scenarios=["current-plan", "adults-first"])
    assert page.multiselect(key="scenarios").value == ["current-plan", "adults-first"]


def test_what_a_council_does_not_publish_is_said(opened: Opened, workbench: Workbench) -> None:
    missing = workbench.council("E06000007").missing
    assert missing
    assert all(sentence in said(opened("baseline")) for sentence in missing)


def test_a_council_with_little_published_still_opens(opened: Opened, workbench: Workbench) -> None:
    code = "E09000001"
    assert workbench.council(code).missing
    for name in ("adjust", "compare", "baseline", "export"):
        page = opened(name, council=code)
        assert not page.exception, name
        assert not page.error, name


def test_published_figures_are_as_published(opened: Opened) -> None:
    rows = table(opened("baseline"), "All children looked after")
    assert rows.loc["All children looked after", "People"] == "310 (2024/25)"
    assert rows.loc["All children looked after", "Spend"] == "£35.90m (2024/25)"
    assert rows.loc["Semi-independent accommodation", "Spend"] == "not published"


def test_a_published_figure_has_its_publisher_and_licence_one_click_away(opened: Opened) -> None:
    shown = said(opened("baseline"))
    assert "Department for Education" in shown
    assert "Licence: " in shown


def test_unit_cost_times_activity_is_set_beside_published_spend(opened: Opened) -> None:
    page = opened("baseline", service="Residential care, 65 and over")
    rows = table(page, "Published spend, 2021/22")["GBP a year"]
    assert rows["Published spend, 2021/22"] == "£8,955,000.00"
    found = [float(v.replace("£", "").replace("−", "-").replace(",", "")) for v in rows]
    product, spend, difference = found
    assert difference == pytest.approx(spend - product, abs=0.005)
    assert spend / product == pytest.approx(0.77, abs=0.005)


def test_judgements_are_marked_as_judgement(opened: Opened, workbench: Workbench) -> None:
    page = opened("programmes", **{"about-programme": "No Wrong Door hub"})
    rows = table(page, "Onset lag")
    assert rows.loc["Onset lag", "Basis"] == "JUDGEMENT"
    assert rows.loc["Effect", "Basis"] == "Derived from published figures"
    programme = workbench.library.programmes["no-wrong-door"]
    judged = sum(
        a.basis == "judgement"
        for name, a in programme.assumptions()
        if name in programme.model_fields_set
    )
    assert (rows["Basis"] == "JUDGEMENT").sum() == judged
