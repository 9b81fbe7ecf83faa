"""Hostile text in every kind of export, wherever a person can write: nothing runs or links."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable, Iterator

import docx
import pyarrow.parquet as pq
import pytest

from prevention.model.projection import Projection
from prevention.reports.exporting import Kind, Known, content_of
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT, Layout, LayoutColumn
from prevention.reports.sheets.registers import releases
from reports.conftest import opened
from reports.hostile import TEXTS
from reports.test_hostile import is_ours

STARTS = tuple("=+-@|%\t\r\n\N{FULLWIDTH EQUALS SIGN}")
BOOKS = (Kind.schedule, Kind.publication, Kind.capital_receipts)
ALL = "\N{PILCROW SIGN}".join(TEXTS)
"""Every hostile text in one, for files in which where a text begins does not matter."""


def hostile_layout() -> Layout:
    """A council's own layout whose title and headings are hostile too."""
    texts = iter(TEXTS)
    columns = tuple(
        LayoutColumn(
            field=column.field,
            heading=f"{next(texts, column.heading)[:30]} {column.field} {{year}}",
            width=column.width,
        )
        for column in DEFAULT_LAYOUT.columns
    )
    return Layout(title=TEXTS[1], unit="thousands", columns=columns)


@pytest.fixture(scope="module", params=BOOKS)
def hostile_book(
    request: pytest.FixtureRequest, spoiled: Callable[[str], Projection]
) -> tuple[Kind, bytes]:
    """One workbook of a kind, with a scenario full of each hostile text."""
    kind: Kind = request.param
    scenarios = [spoiled(text) for text in TEXTS]
    citations = dict.fromkeys(releases(scenarios), "=1+1")
    known = [known_as(text) for text in TEXTS]
    return kind, content_of(scenarios, kind, citations, layout=hostile_layout(), known=known)


def known_as(text: str) -> Known:
    """A record whose every text is hostile: who saved the version, what a review says."""
    return Known(text, {text: text})


def test_no_cell_of_a_workbook_runs_a_text(hostile_book: tuple[Kind, bytes]) -> None:
    kind, content = hostile_book
    seen = dict.fromkeys(TEXTS, 0)
    for sheet in opened(content):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert kind is Kind.schedule, f"{sheet.title}!{cell.coordinate}"
                    assert is_ours(str(cell.value)), f"{sheet.title}!{cell.coordinate} {cell.value}"
                elif isinstance(cell.value, str):
                    seen |= {t: seen[t] + 1 for t in TEXTS if t.strip() in cell.value}
    assert min(seen.values()) > 0, seen


def test_no_link_of_a_workbook_leaves_it(hostile_book: tuple[Kind, bytes]) -> None:
    kind, content = hostile_book
    book = opened(content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            part = parts.read(name)
            assert not re.search(r"externalLink|vbaProject|oleObject|activeX", name), name
            assert b'TargetMode="External"' not in part, name
            assert b"<ddeLink" not in part, name
            if kind is not Kind.publication:
                assert b"<hyperlink" not in part, name
    for sheet in book:
        links = [c.hyperlink for row in sheet.iter_rows() for c in row if c.hyperlink]
        assert not links or sheet.title == "Contents"
        for link in links:
            assert link.location.split("!")[0].strip("'#") in book.sheetnames


def test_a_package_of_data_holds_text_as_text(spoiled: Callable[[str], Projection]) -> None:
    for text in TEXTS:
        for name, content in parts_of(spoiled(text), Kind.data):
            if name.endswith(".csv"):
                assert_csv_is_text(content.decode("utf-8-sig"))
            elif name.endswith(".parquet"):
                assert_typed(content, text)


def test_a_package_of_charts_runs_nothing(spoiled: Callable[[str], Projection]) -> None:
    names = []
    for name, content in parts_of(spoiled(ALL), Kind.charts):
        names.append(name)
        assert re.fullmatch(r"[a-z-]+\.(csv|png|svg|txt|json)", name)
        if name.endswith(".csv"):
            assert_csv_is_text(content.decode("utf-8-sig"))
        elif name.endswith(".svg"):
            assert_picture_is_still(content)
    assert sum(name.endswith(".svg") for name in names) == 3


def parts_of(projection: Projection, kind: Kind) -> Iterator[tuple[str, bytes]]:
    known = [known_as(projection.plan.title)]
    with zipfile.ZipFile(io.BytesIO(content_of([projection], kind, {}, known=known))) as parts:
        for name in parts.namelist():
            yield name, parts.read(name)


def assert_typed(content: bytes, text: str) -> None:
    """Text stays text, letter for letter; every other column is a number or a date."""
    table = pq.read_table(io.BytesIO(content))
    assert set(table.column("council_name").to_pylist()) == {text}
    kinds = {str(field.type) for field in table.schema}
    assert kinds <= {"string", "large_string", "double", "int64", "date32[day]"}


def assert_csv_is_text(content: str) -> None:
    """Whatever is no number does not begin as a formula does."""
    for row in csv.reader(io.StringIO(content, newline="")):
        for value in row:
            try:
                float(value)
            except ValueError:
                assert not value.startswith(STARTS), value
                assert not value.lstrip(" \u00a0\u200b").startswith(STARTS), value


def elements(content: bytes) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(content).iter()  # noqa: S314 (our own file)


def assert_picture_is_still(content: bytes) -> None:
    """A picture has no link, script, style sheet or event."""
    for element in elements(content):
        tag = element.tag.rpartition("}")[2]
        assert tag not in ("a", "script", "foreignObject", "style", "image", "iframe"), tag
        for name, value in element.attrib.items():
            bare = name.rpartition("}")[2]
            assert not bare.startswith("on"), name
            assert bare not in ("href", "src") or value.startswith("#"), value


def test_the_briefing_shows_hostile_text_letter_for_letter(
    spoiled: Callable[[str], Projection],
) -> None:
    content = content_of([spoiled(ALL)], Kind.briefing, {}, known=[known_as(ALL)])
    document = docx.Document(io.BytesIO(content))
    for tag in ("w:instrText", "w:fldSimple", "w:hyperlink", "w:object", "w:altChunk"):
        assert not document.element.body.findall(f".//{tag}", document.element.nsmap), tag
    shown = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for text in TEXTS:
        assert text.strip() in shown
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            assert b'TargetMode="External"' not in parts.read(name), name


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_plain_table_holds_text_as_text(
    spoiled: Callable[[str], Projection], suffix: str
) -> None:
    for text in TEXTS:
        content = content_of([spoiled(text)], Kind.data, {}, suffix)
        if suffix == ".csv":
            assert_csv_is_text(content.decode("utf-8-sig"))
        else:
            assert_typed(content, text)
