"""The publication workbook against the Analysis Function's checklist for spreadsheets.

One test for each essential item, and for those of the rest that a program can see.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from prevention.model.projection import Projection
from prevention.reports.exporting import Kind, content_of
from prevention.reports.sheets.page import lines_of
from reports.conftest import opened, widths_of

SHORTHAND = re.compile(r"\[(?:z|x|c|e|r|u|low)\]")


@pytest.fixture(scope="module")
def content(drawn: Projection, plain: Projection) -> bytes:
    """Two scenarios, one of them without draws, so that figures are missing."""
    return content_of([drawn, plain], Kind.publication, {})


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    return opened(content)


def tables(book: Workbook) -> list[Worksheet]:
    found = [sheet for sheet in book if sheet.title.startswith("Table")]
    assert len(found) == 12
    return found


def cells(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows():
        yield from (cell for cell in row if cell.value is not None)


def rows_of(sheet: Worksheet) -> list[tuple[Cell, ...]]:
    (table,) = sheet.tables.values()
    return list(sheet[table.ref])


def test_tables_are_marked_up_and_named_for_what_they_hold(book: Workbook) -> None:
    names = [t.name for s in book for t in s.tables.values()]
    assert len(set(names)) == len(names) == 14  # contents and notes are tables too
    assert all(re.fullmatch(r"[a-z][a-z_0-9]+", name) and len(name) > 8 for name in names)
    for sheet in tables(book):
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        assert table.name.split("_", 2)[2] in {
            "schedule", "totals", "pays", "baseline", "assumptions", "made_from",
        }  # fmt: skip


def test_no_cell_is_merged_or_split(book: Workbook) -> None:
    assert not [sheet.title for sheet in book if sheet.merged_cells.ranges]


def test_a_table_has_one_heading_row_of_unique_names(book: Workbook) -> None:
    for sheet in tables(book):
        headings = [cell.value for cell in rows_of(sheet)[0]]
        assert all(isinstance(text, str) and text.strip() for text in headings)
        assert len({text.casefold() for text in headings}) == len(headings), sheet.title


def test_no_row_column_or_cell_of_a_table_is_blank(book: Workbook) -> None:
    for sheet in tables(book):
        for row in rows_of(sheet):
            assert all(cell.value not in (None, "") for cell in row), sheet.title


def test_shorthand_for_a_missing_figure_is_explained_where_it_stands(book: Workbook) -> None:
    used = set()
    for sheet in tables(book):
        above = " ".join(str(c.value) for c in cells(sheet) if c.row < rows_of(sheet)[0][0].row)
        for row in rows_of(sheet)[1:]:
            marks = {m for cell in row for m in SHORTHAND.findall(str(cell.value))}
            used |= marks
            assert all(f"{mark} = " in above for mark in marks), sheet.title
    assert used == {"[z]", "[x]"}


def test_text_wraps_and_its_row_is_tall_enough(book: Workbook) -> None:
    """No text of a table runs out of its cell: it wraps, and its row has the height for it."""
    for sheet in tables(book):
        widths = widths_of(sheet)
        for row in rows_of(sheet):
            height = sheet.row_dimensions[row[0].row].height
            for cell in row:
                if not isinstance(cell.value, str) or SHORTHAND.fullmatch(cell.value):
                    continue
                assert cell.alignment.wrap_text, f"{sheet.title}!{cell.coordinate}"
                # At 12 points a line is 15 high and a letter wider than the 10 points counted.
                needed = 15 * lines_of(cell.value, widths[cell.column] * 10 / 12)
                assert height >= min(needed, 409), f"{sheet.title}!{cell.coordinate}"


def test_the_title_is_in_the_first_cell_and_tables_at_the_left_edge(book: Workbook) -> None:
    for sheet in book:
        assert isinstance(sheet["A1"].value, str), sheet.title
        assert sheet["A1"].value == sheet["A1"].value.strip()
        assert "  " not in sheet["A1"].value
    for sheet in tables(book):
        assert rows_of(sheet)[0][0].column == 1
        assert sheet["A1"].value.startswith(f"{sheet.title}: ")


def test_one_table_a_sheet_and_nothing_below_it(book: Workbook) -> None:
    for sheet in book:
        assert len(sheet.tables) == (sheet.title != "Cover")
        for table in sheet.tables.values():
            assert sheet[table.ref][-1][0].row == sheet.max_row


def test_nothing_floats_hides_freezes_filters_or_runs(book: Workbook, content: bytes) -> None:
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert not sheet.freeze_panes
        assert not sheet.auto_filter.ref
        assert not [t for t in sheet.tables.values() if t.autoFilter]
        assert not any(d.hidden for d in sheet.row_dimensions.values())
        assert not any(d.hidden for d in sheet.column_dimensions.values())
        for part in (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.firstFooter):
            assert not any(side.text for side in (part.left, part.center, part.right))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = " ".join(package.namelist())
    assert not re.search("drawing|media|chart|comment|vba|macro|embedding", names, re.IGNORECASE)


def test_colour_says_nothing(book: Workbook) -> None:
    """No fill, and no coloured text but the links of the contents, which are underlined."""
    for sheet in book:
        assert not sheet.conditional_formatting
        for cell in cells(sheet):
            assert cell.fill.fill_type is None, f"{sheet.title}!{cell.coordinate}"
            if cell.font.color is not None and cell.font.color.rgb not in (None, "FF000000"):
                assert sheet.title == "Contents"
                assert cell.font.underline


def test_print_is_plain_and_large_enough(book: Workbook) -> None:
    for sheet in book:
        assert {cell.font.name for cell in cells(sheet)} == {"Arial"}
        assert min(cell.font.sz for cell in cells(sheet)) >= 12
        assert not [c for c in cells(sheet) if c.font.i]


def test_sheets_have_names_of_their_own_and_contents_lead_to_each(book: Workbook) -> None:
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)
    links = [c for c in cells(book["Contents"]) if c.hyperlink]
    assert [cell.value for cell in links] == [sheet.title for sheet in tables(book)]
    for cell in links:
        assert cell.hyperlink.location.replace("'", "") == f"{cell.value}!A1"
        described = book["Contents"].cell(cell.row, 2).value
        assert book[cell.value]["A1"].value.startswith(described.strip())


def test_every_note_is_referred_to_and_every_reference_has_a_note(book: Workbook) -> None:
    notes = {row[0].value for row in rows_of(book["Notes"])[1:]}
    asked = set()
    for sheet in tables(book):
        found = {int(n) for n in re.findall(r"\[note (\d+)\]", sheet["A1"].value)}
        asked |= found
        for row in rows_of(sheet)[1:]:
            assert not [c for c in row if "[note" in str(c.value)], sheet.title
    assert asked == notes == set(range(1, len(notes) + 1))


def test_the_document_says_what_it_is_and_opens_at_its_start(book: Workbook) -> None:
    assert book.properties.title
    assert book.properties.subject
    assert book.properties.creator == "prevention"
    assert book.active.title == "Cover"
    for sheet in book:
        assert sheet.sheet_view.selection[0].activeCell in (None, "A1")
        assert sheet.sheet_view.topLeftCell in (None, "A1")


def test_every_table_says_its_unit_and_source(book: Workbook) -> None:
    for sheet in tables(book):
        text = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=12) for cell in row)
        assert re.search(r"GBP|Unit|Value", text), sheet.title
        assert re.search(r"As the table says|This forecast", text), sheet.title
