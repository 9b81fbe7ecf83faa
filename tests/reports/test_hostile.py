"""Hostile text in every field a person can fill: nothing runs, nothing links."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable

import pytest

from prevention.model.projection import Projection
from prevention.reports.sheets.registers import releases
from prevention.reports.sheets.workbook import write_workbook
from reports.conftest import opened, row_of
from reports.hostile import TEXTS


@pytest.fixture(scope="module")
def hostile(spoiled: Callable[[str], Projection]) -> bytes:
    """A book of as many scenarios as there are hostile texts, each full of its own."""
    target, scenarios = io.BytesIO(), [*map(spoiled, TEXTS)]
    release = next(iter(releases(scenarios)))
    write_workbook(scenarios, target, {release: "=1+1"}, versions=TEXTS)
    return target.getvalue()


OURS = {"AND", "AVERAGE", "DAY", "EOMONTH", "EXP", "IF", "INDEX", "INT", "LN", "MAX", "MIN"}
OURS |= {"MOD", "MONTH", "OR", "ROUND", "SUM", "SUMIFS", "SUMPRODUCT", "ABS", "YEAR"}
OURS |= {"_xlfn.GAMMA.DIST"}


def is_ours(formula: str) -> bool:
    """Names of sheets and our own words apart, a formula holds figures, cells and our functions."""
    bare = re.sub(r'"changed"|""', "0", re.sub(r"'[^']*'!", "", formula.removeprefix("=")))
    called = set(re.findall(r"([A-Za-z_.]+)\(", bare))
    names = re.fullmatch(r"mtfs_moved_\d+|mtfs_checks_\d+\+ladder_checks_\d+", bare)
    return called <= OURS and bool(names or re.fullmatch(r"[A-Z0-9a-z_.$:,+*/^<>=()\s-]+", bare))


def test_no_hostile_text_is_run_or_linked(hostile: bytes) -> None:
    book = opened(hostile)
    seen = dict.fromkeys(TEXTS, 0)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert is_ours(str(cell.value)), f"{sheet.title}!{cell.coordinate} {cell.value}"
                elif cell.value in seen:
                    assert cell.data_type == "s"
                    seen[cell.value] += 1
    # Dozens of cells each: sources, reasons, names, notes. XML turns a carriage return
    # into a line feed, so that text is counted with the other.
    counted = {text: n for text, n in seen.items() if "\r" not in text}
    assert min(counted.values()) > 100, counted
    with zipfile.ZipFile(io.BytesIO(hostile)) as package:
        names = package.namelist()
        assert not [n for n in names if "externalLink" in n or "vbaProject" in n]
        rels = [n for n in names if n.endswith(".rels")]
        assert not [n for n in rels if b"yperlink" in package.read(n)]
        links = [x for n in names for x in re.findall(rb"<hyperlink [^>]*>", package.read(n))]
    # Links are the contents sheet's own, to a cell of a sheet of the same file.
    places = {f"'{name}'!A1" for name in book.sheetnames}
    assert len(links) == len(places) - 2
    for link in links:
        found = re.fullmatch(
            r'<hyperlink ref="A\d+" location="([^"]+)" display="[^"]*"/>', link.decode()
        )
        assert found, link
        assert html.unescape(found[1]) in places


def test_hostile_names_make_valid_sheets_and_headings(hostile: bytes) -> None:
    book = opened(hostile)
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)
    for name in book.sheetnames:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
    for sheet in book:
        for table in sheet.tables.values():
            shown = [cell.value for cell in sheet[table.ref][0]]
            named = [column.name for column in table.tableColumns]
            assert shown == named, sheet.title
            assert len({name.casefold() for name in named}) == len(named)
    totals = [n for n in book.defined_names if n.startswith(("mtfs_", "ladder_"))]
    assert len(totals) == 9 * len(TEXTS)
    assert all(re.fullmatch(r"(mtfs|ladder|input)_[A-Za-z0-9_]+", n) for n in book.defined_names)


def test_citations_never_become_formulas(spoiled: Callable[[str], Projection]) -> None:
    plain = spoiled("plain words")
    release = plain.council.deflator.observations[0].release
    target = io.BytesIO()
    write_workbook([plain], target, {release: "=1+1"})
    sheet = opened(target.getvalue())["Sources"]
    cell = sheet.cell(row_of(sheet, release, 3), 4)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
