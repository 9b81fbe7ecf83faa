"""Tables are HTML of the dashboard's own: whatever stands in a cell is text."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import drawn, tables

HOSTILE = (
    """<script>alert(1)</script>"'><img src=x onerror=alert(1)> &amp; **b** ![t](u) </table>"""
)


def page_with(text: str) -> None:
    """A page whose table says one text wherever a table can say something."""
    import pandas as pd

    from prevention.dashboard.tables import show_table

    show_table(pd.DataFrame({text: [text, "1"]}, index=[text, "b"]), text, text)


@pytest.mark.parametrize("text", [HOSTILE, "£1,204.5k", "a < b & c"])
def test_a_table_says_letter_for_letter_what_it_is_given(text: str) -> None:
    page = AppTest.from_function(page_with, args=(text,)).run()
    assert not page.exception
    (shown,) = tables(page)
    assert shown.index.name == text
    assert list(shown.columns) == [text]
    assert list(shown.index) == [text, "b"]
    assert shown.iloc[:, 0].tolist() == [text, "1"]
    (piece,) = drawn(page)
    parts = list(piece.iter())
    assert {part.tag for part in parts} == {
        *("div", "style", "table", "thead", "tbody", "tr", "th", "td")
    }
    attributes = {"class", "scope", "aria-label", "role", "tabindex"}
    assert {name for part in parts for name in part.attrib} <= attributes
    assert [part.get("aria-label") for part in parts if part.tag == "table"] == [text]


@pytest.mark.parametrize("text", ["12.5", "-"])
def test_rows_and_columns_are_headed_and_figures_stand_to_the_right(text: str) -> None:
    page = AppTest.from_function(page_with, args=(text,)).run()
    (piece,) = drawn(page)
    heads = [(part.get("scope"), part.get("class")) for part in piece.iter("th")]
    assert heads == [("col", None), ("col", "figure"), ("row", None), ("row", None)]
    assert [part.get("class") for part in piece.iter("td")] == ["figure", "figure"]


def test_the_keyboard_reaches_a_table_to_scroll_it() -> None:
    page = AppTest.from_function(page_with, args=("Saving by year",)).run()
    (piece,) = drawn(page)
    (region,) = (part for part in piece.iter("div") if part.get("class") == "figures")
    named = {"role": "region", "tabindex": "0", "aria-label": "Saving by year"}
    assert named.items() <= region.attrib.items()
