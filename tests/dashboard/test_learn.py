"""The page "Learn the lag": it shows of a file what the command says, and nothing of its rows."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from dashboard.case_records import BAD, HUB, Page, command, held, shown
from dashboard.screen import button, drawn, figure, said, table
from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.dashboard import meanings
from prevention.evidence.own.cases import CASES
from prevention.evidence.own.headings import COLUMN_WORDS
from prevention.evidence.own.templates import CASE_COLUMNS, TEMPLATES
from prevention.evidence.own.words import folded
from prevention.jobs import Workbench, own_records
from prevention.reports import learned

HOSTILE = "![t](http://127.0.0.1:9/x.png) <script>alert(1)<script> =1+1 :red[x]"


def test_the_page_shows_what_the_command_says(
    learn_page: Page, own_bench: Workbench, case_file: Path
) -> None:
    found = json.loads(command(own_bench, case_file, "--format", "json"))
    page = learn_page(case_file.read_bytes())
    now, before, spread = found["lag"]["estimate"], found["lag"]["evidence"], found["spread"]
    for label, value in {
        "People started": found["records"]["referrals"],
        "With the outcome": found["records"]["outcomes"],
        "Still waiting": found["records"]["open"],
        "Closed without it": found["records"]["left"],
        "Months of records": found["records"]["months"],
        "Rows refused": found["rows_refused"],
        "Onset lag, learned": f"{now['p50']:.1f} months",
        "Learned, range": f"{now['p10']:.1f} to {now['p90']:.1f}",
        "Onset lag, evidence": f"{before['p50']:.1f} months",
        "Evidence, range": f"{before['p10']:.1f} to {before['p90']:.1f}",
        "Spread, learned": f"{spread['estimate']['p50']:.1f} months",
        "Effect": "not known",
    }.items():
        assert figure(page, label) == str(value)
    rows = table(page, "Mean: both together")
    assert rows.loc["Mean: both together"].tolist() == [
        f"{now[p]:.1f}" for p in ("p10", "p50", "p90")
    ]
    text = " ".join(command(own_bench, case_file).split())
    for sentence in (*learned.answer(held(page).found), *learned.beside(held(page).found)):
        assert sentence in shown(page)
        assert sentence in text
    assert found["lag"]["statement"] in shown(page)
    assert found["effect"]["statement"] in shown(page)


def test_rows_refused_are_told_by_row_column_and_rule_alone(
    learn_page: Page, case_file: Path
) -> None:
    page = learn_page(case_file.read_bytes() + BAD.encode())
    assert figure(page, "Rows refused") == "4"
    rows = table(page, "82")
    assert list(rows.columns) == ["Column", "Rule", "What to do"]
    assert rows["Rule"].tolist() == ["CA04", "CA01", "CA03", "CA02"]
    assert rows.loc["85", "Column"] == "referral date"
    assert "Zaphod" not in shown(page)
    assert "2093" not in shown(page)
    assert "Zaphod" not in repr(held(page))


def test_drawing_the_page_again_does_not_read_the_file_again(
    learn_page: Page, case_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    read = own_records.cases_in
    monkeypatch.setattr(own_records, "cases_in", lambda *a: reads.append(a) or read(*a))
    page = learn_page(case_file.read_bytes())
    page.run().run()
    assert len(reads) == 1
    page.selectbox(key="learn-programme").select("family-group-conference").run()
    assert len(reads) == 2
    assert "outside the range of the evidence" in shown(page)


def test_a_council_without_the_figures_is_told_what_is_missing(
    learn_page: Page, case_file: Path
) -> None:
    page = learn_page(case_file.read_bytes(), council="Isles of Scilly")
    assert not page.error
    assert "There is no cashable saving from No Wrong Door hub inside the plan." in shown(page)
    assert any("Not covered" in each.label for each in page.expander)


def test_headings_of_the_councils_own_can_be_told_and_the_file_is_read(
    learn_page: Page, case_file: Path
) -> None:
    rows = case_file.read_text().replace("Referral date,Outcome date", "Ref'd,Done")
    page = learn_page(rows.encode())
    assert "no column for referral date and outcome date" in page.error[0].value
    words = {"Ref'd": "Start", "Done": "Outcome"}
    page.session_state["words-table-learn"] = {
        "edited_rows": {},
        "added_rows": [
            {"Kind": meanings.KINDS[CASES], "Your word": word, "Means": meant}
            for word, meant in words.items()
        ],
        "deleted_rows": [],
    }
    button(page, "Remember these meanings").click().run()
    assert not page.exception
    assert "2 new meanings remembered." in page.success[0].value
    assert figure(page, "People started") == "80"


def test_hostile_text_in_a_workbook_is_shown_as_text(learn_page: Page, case_file: Path) -> None:
    head, *rows = [line.split(",") for line in case_file.read_text().splitlines()]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "<script>alert(1) =1+1"
    sheet.append([*head, f"Client name {HOSTILE}"])
    for row in [*rows, [HOSTILE, "", ""]]:
        sheet.append([*row, HOSTILE])
    content = io.BytesIO()
    book.save(content)
    page = learn_page(content.getvalue(), f"{HOSTILE}.xlsx")
    assert figure(page, "People started") == "80"
    assert figure(page, "Rows refused") == "1"
    assert "Not read, because they tell who somebody is: Client name" in said(page)
    bare = said(page).replace("\\[", "").replace("\\]", "").replace("\\<", "").replace("\\!", "")
    assert "](" not in bare
    assert "<script" not in bare
    assert ":red[" not in bare
    parts = {part.tag for piece in drawn(page) for part in piece.iter()}
    assert not parts & {"script", "img", "a"}


def test_too_few_cases_say_how_many_more_it_takes(learn_page: Page, tmp_path: Path) -> None:
    people = synthetic_cohort(np.random.default_rng(1), 45, 30)
    page = learn_page(write_cases(tmp_path / "few.csv", rows_of(people)).read_bytes())
    assert "Nothing to set: the forecast goes on with the programme's evidence." in shown(page)
    assert "Still needed: 15 more referrals" in shown(page)
    assert figure(page, "Onset lag, so far")
    labels = [each.label for each in (*page.button, *page.get("download_button"))]
    assert not {"Use on Adjust", "Save as a scenario", "Scenario (TOML)"} & set(labels)
    assert "no curve is drawn" in shown(learn_page(TEMPLATES["cases"].encode()))


def test_matched_groups_tell_an_effect(learn_page: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(55)
    rows = [
        row
        for group, share in (("programme", 0.55), ("comparison", 0.40))
        for row in rows_of(synthetic_cohort(rng, 1200, 48, mean=9, spread=4, share=share), group)
    ]
    page = learn_page(write_cases(tmp_path / "matched.csv", rows).read_bytes())
    assert figure(page, "Effect") == "+15 points"
    button(page, "Use on Adjust").click().run()
    assert f"programmes.{HUB}.effect.low" in page.session_state["working"]["current-plan"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 broken", "cannot"),
        (b"Name,Cost\nx,1\n", "no column for referral date and outcome date"),
        (b"Referral date,Outcome date\n", "no usable row"),
        (b"Referral date,Outcome date\n01/05/2024,\n", "No row has an outcome date"),
        (b"Referral date,Outcome date\n01/05/2024,01/06/2025\n02/06/2026,01/08/2026\n",
         "leaves out the slow ones"),
        (b"Referral date,Outcome date\n01/05/2093,01/06/2093\n", "is still to come"),
        (b"Programme,Referral date,Outcome date\nMockingbird,01/05/2024,01/06/2025\n",
         "rows of another programme: 1"),
    ],
)  # fmt: skip
def test_a_file_that_teaches_nothing_says_why(learn_page: Page, content: bytes, words: str) -> None:
    page = learn_page(content)
    assert page.error or page.warning
    assert words in shown(page)
    assert "--" not in said(page)
    assert not page.metric


def test_the_headings_shown_are_those_understood() -> None:
    known = COLUMN_WORDS[CASES]
    every = {folded(word) for words in known.values() for word in words}
    assert {folded(heading) for heading in CASE_COLUMNS} - {folded("Cohort")} <= every
    head = TEMPLATES["cases"].split("\r\n")[0].split(",")
    assert head == list(CASE_COLUMNS)[: len(head)]
