"""Files that are broken or mean harm, each made here under the name of what is wrong with it."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Maker = Callable[[Path], None]

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.{kind}.main+xml"/></Types>'
)
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}"/></Relationships>'
)
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_SHEET_END = "</sheetData></worksheet>"
PLAIN = "openxmlformats-officedocument.spreadsheetml.sheet"


def packed(
    path: Path, sheet: bytes, more: dict[str, bytes] | None = None, kind: str = PLAIN
) -> None:
    """A workbook put together part by part around one sheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("[Content_Types].xml", _TYPES.format(kind=kind))
        root = _RELATIONS.format(kind="officeDocument", target="xl/workbook.xml")
        file.writestr("_rels/.rels", root)
        file.writestr("xl/workbook.xml", _BOOK)
        inner = _RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        file.writestr("xl/_rels/workbook.xml.rels", inner)
        file.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (more or {}).items():
            file.writestr(name, content)


def cells(*places: str) -> bytes:
    """A sheet with a one in each of the places named."""
    rows = "".join(
        f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}"><v>1</v></c></row>'
        for place in places
    )
    return (_SHEET + rows + _SHEET_END).encode()


def text(content: str, encoding: str = "utf-8") -> Maker:
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def raw(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content) and None


def workbook(**parts: bytes) -> Maker:
    more = {name.replace("__", "/").replace("_dot_", "."): body for name, body in parts.items()}
    return lambda path: packed(path, cells("A1"), more)


def small_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("S").write_row(0, 0, ["a", "b"])
    book.close()


def cut(maker: Maker, share: float = 0.6) -> Maker:
    """The first part of a file only, as when a download breaks off."""

    def make(path: Path) -> None:
        maker(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return make


def opendocument(content: str, manifest: str = "", **more: str) -> Maker:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            file.writestr("content.xml", content)
            file.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
            for name, body in more.items():
                file.writestr(name.replace("__", "/"), body)

    return make


_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)
FULL_ODS = _ODS.format(
    rows='<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
    'table:number-columns-repeated="16384" office:value-type="float" office:value="1">'
    "<text:p>1</text:p></table:table-cell></table:table-row>"
)


def ole(*streams: str) -> bytes:
    """The start of an older Office file, with the names of its streams."""
    names = b"".join(stream.encode("utf-16-le").ljust(64, b"\0") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names.ljust(1024, b"\0")


def parquet(table: pa.Table) -> Maker:
    return lambda path: pq.write_table(table, path)


def locked_part(path: Path) -> None:
    """A workbook whose parts carry the mark of a password."""
    packed(path, cells("A1"))
    content = bytearray(path.read_bytes())
    start = 0
    while (start := content.find(b"PK\x01\x02", start)) >= 0:
        content[start + 8] |= 1
        start += 4
    path.write_bytes(bytes(content))


def bomb(path: Path) -> None:
    """156 MB of one repeated row in less than half a megabyte."""
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>' * 1_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", _TYPES.format(kind=PLAIN))
        file.writestr("xl/workbook.xml", _BOOK)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(_SHEET.encode())
            for _ in range(4_000):
                part.write(row)
            part.write(_SHEET_END.encode())


def lying_bomb(path: Path) -> None:
    """The same, with its size given as one byte in the list of parts."""
    bomb(path)
    content = bytearray(path.read_bytes())
    start = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, start + 24, 1)
    path.write_bytes(bytes(content))


def many_parts(path: Path) -> None:
    packed(path, cells("A1"), {f"xl/media/{n}.txt": b"x" for n in range(5_000)})


def million_rows_workbook(path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 10**6))
    packed(path, _SHEET.encode() + rows + _SHEET_END.encode())


def long_text_workbook(path: Path) -> None:
    """63 MB of text in cells: just below the limit of size."""
    cell = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + b"x" * 30_000 + b"</t></is></c></row>"
    rows = b"".join(cell % (n, n) for n in range(1, 2_100))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("[Content_Types].xml", _TYPES.format(kind=PLAIN))
        root = _RELATIONS.format(kind="officeDocument", target="xl/workbook.xml")
        file.writestr("_rels/.rels", root)
        file.writestr("xl/workbook.xml", _BOOK)
        inner = _RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        file.writestr("xl/_rels/workbook.xml.rels", inner)
        file.writestr("xl/worksheets/sheet1.xml", _SHEET.encode() + rows + _SHEET_END.encode())


def million_rows_text(path: Path) -> None:
    path.write_bytes(b"time_period,new_la_code,number\n" + b"2025,E06000007,310\n" * 1_000_000)


def all_different(path: Path) -> None:
    """Sixty megabytes of numbers, no two alike."""
    with path.open("w") as file:
        for row in range(700_000):
            file.write(",".join(str(row * 10 + n) for n in range(9)) + "\n")


def long_parquet(path: Path) -> None:
    ones = pa.array([1], pa.int8()).take(pa.array([0] * 4_000_000, pa.int8()))
    pq.write_table(pa.table({"a": ones}), path)


def swelling_parquet(path: Path) -> None:
    """A megabyte of text repeated in 40,000 rows: 40 GB if it were written out."""
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000, pa.int32()), ["x" * 1_000_000])
    pq.write_table(pa.table({"a": words}), path)


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><sst>&c;</sst>'
)
_OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_PAGE = "<!DOCTYPE html><html><body><table><tr><td>310</td></tr></table></body></html>"

UNREADABLE: dict[str, tuple[str, Maker, str]] = {
    # what is wrong: file name, how it is made, what the message must say
    "empty": ("a.csv", raw(b""), "is empty"),
    "blank lines only": ("a.csv", raw(b"\r\n \r\n\t\r\n"), "is empty"),
    "byte-order mark only": ("a.csv", raw(b"\xef\xbb\xbf"), "is empty"),
    "zero bytes only": ("a.xlsx", raw(b"\0" * 5_000), "is empty"),
    "binary junk": ("a.csv", raw(bytes(range(1, 256)) * 40), "not a text file"),
    "half UTF-16": ("a.csv", raw(b"\xff\xfea\0b\0c\0d"), "not a text file|none of the encodings"),
    "control characters": ("a.csv", raw(b"a,b\x01\x02\n1,2\n" * 9), "not a text file"),
    "open quotation mark": ("a.csv", text('a,b\n"1,2\n' + "3,4\n" * 60_000), "quotation mark"),
    "one enormous cell": ("a.csv", text("a,b\n" + "x" * 5_000_000), "not a table of cells"),
    "too many cells": ("a.csv", text((",".join("1" * 100_000) + "\n") * 90), "cells"),
    "picture": ("a.csv", raw(b"\x89PNG\r\n\x1a\n" + b"\0" * 99), "a picture"),
    "PDF named .xlsx": ("a.xlsx", raw(b"%PDF-1.7\n%..."), "PDF document"),
    "packed text": ("a.csv", raw(gzip.compress(b"a,b\n1,2\n")), "packed file"),
    "7-Zip": ("a.xlsx", raw(b"7z\xbc\xaf\x27\x1c" + b"\0" * 40), "packed file"),
    "RTF": ("a.xls", raw(b"{\\rtf1 hello}"), "text document"),
    "database": ("a.csv", raw(b"SQLite format 3\0" + b"\0" * 99), "a database"),
    "HTML named .xls": ("a.xls", text(_PAGE), "web page"),
    "HTML named .csv": ("a.csv", text("\n  <table><tr><td>1</td></tr></table>"), "web page"),
    "HTML with a byte-order mark": ("a.xls", text("\ufeff<html></html>"), "web page"),
    "XML spreadsheet of 2003": ("a.xls", text('<?xml version="1.0"?><Workbook/>'), "XML document"),
    "CSV named .xlsx": ("a.xlsx", text("a,b\n1,2\n"), "plain text"),
    "CSV named .xls": ("a.xls", text("a,b\n1,2\n"), "plain text"),
    "CSV named .ods": ("a.ods", text("a,b\n1,2\n"), "plain text"),
    "CSV named .parquet": ("a.parquet", text("a,b\n1,2\n"), "plain text"),
    "truncated workbook": ("a.xlsx", cut(small_workbook), "cut short or damaged"),
    "truncated OpenDocument": ("a.ods", cut(opendocument(FULL_ODS)), "cut short or damaged"),
    "truncated Parquet": ("a.parquet", cut(parquet(pa.table({"a": ["x"]}))), "damaged"),
    "Parquet mark alone": ("a.parquet", raw(b"PAR1PAR1"), "damaged"),
    "damaged Parquet": ("a.parquet", raw(b"PAR1" + b"\xff" * 4_000 + b"PAR1"), "damaged"),
    "Parquet with lists": ("a.parquet", parquet(pa.table({"a": [[1, 2]]})), "lists or records"),
    "malformed sheet": ("a.xlsx", lambda p: packed(p, b"<worksheet><sheetData><row"), "damaged"),
    "workbook without sheets": (
        "a.xlsx", lambda p: zipped(p, {"xl/workbook.xml": b"<workbook/>"}), "damaged"),
    "zip of text files": (
        "a.xlsx", lambda p: zipped(p, {"a.csv": b"1", "b.csv": b"2"}), "packed folder"),
    "empty zip": ("a.xlsx", lambda p: zipped(p, {}), "packed folder|damaged"),
    "document named .xlsx": (
        "a.xlsx", lambda p: zipped(p, {"word/document.xml": b"<w/>"}), "document"),
    "binary workbook": ("a.xlsb", lambda p: zipped(p, {"xl/workbook.bin": b"x"}), r"\.xlsb"),
    "macros": ("a.xlsm", workbook(xl__vbaProject_dot_bin=b"x"), "macros"),
    "macros renamed .xlsx": ("a.xlsx", workbook(xl__vbaProject_dot_bin=b"x"), "macros"),
    "macro-enabled without macros": (
        "a.xlsm", lambda p: packed(p, cells("A1"), kind="ms-excel.sheet.macroEnabled"), "macros"),
    "macros in OpenDocument": ("a.ods", opendocument("<x/>", Basic__a="x"), "macros"),
    "macros in .xls": ("a.xls", raw(ole("Workbook", "_VBA_PROJECT_CUR")), "macros"),
    "links to other workbooks": (
        "a.xlsx", workbook(xl__externalLinks__externalLink1_dot_xml=b"<x/>"), "other workbooks"),
    "entities that swell": ("a.xlsx", workbook(xl__sharedStrings_dot_xml=_LAUGHS), "own markup"),
    "entity from outside": ("a.xlsx", workbook(xl__styles_dot_xml=_OUTSIDE), "own markup"),
    "entities in OpenDocument": ("a.ods", opendocument(_LAUGHS.decode()), "own markup"),
    "password (workbook)": (
        "a.xlsx", raw(ole("EncryptionInfo", "EncryptedPackage")), "protected by a password"),
    "password (packed parts)": ("a.xlsx", locked_part, "protected by a password"),
    "password (OpenDocument)": (
        "a.ods", opendocument("x", '<m manifest:encryption-data="y"/>'), "protected by a password"),
    "older Office document": ("a.xls", raw(ole("WordDocument")), "not a workbook"),
    "older workbook cut short": ("a.xls", raw(ole("Workbook")), "damaged"),
    "too many parts": ("a.xlsx", many_parts, "parts"),
}  # fmt: skip
"""Files that must be refused at once."""

HEAVY: dict[str, tuple[str, Maker, str]] = {
    "zip bomb": ("a.xlsx", bomb, "swell"),
    "zip bomb that lies about its size": ("a.xlsx", lying_bomb, "damaged|memory or time|swell"),
    "a cell at the last row and column": (
        "a.xlsx", lambda p: packed(p, cells("A1", "XFD1048576")), "far outside the table"),
    "cells at two corners": (
        "a.xlsx", lambda p: packed(p, cells("XFD1", "A1048576")), "far outside the table"),
    "every cell of an OpenDocument": (
        "a.ods", opendocument(FULL_ODS), "damaged|memory or time"),
    "a million rows (workbook)": ("a.xlsx", million_rows_workbook, "more than any publication"),
    "a million rows (text)": ("a.csv", million_rows_text, "more than any publication"),
    "numbers that all differ (text)": ("a.csv", all_different, "more than any publication"),
    "sixty megabytes of text": ("a.xlsx", long_text_workbook, "memory or time|none of the"),
    "four million rows (Parquet)": ("a.parquet", long_parquet, "rows, more than"),
    "Parquet that swells": ("a.parquet", swelling_parquet, "memory or time|none of the"),
}  # fmt: skip
"""Files that would take memory and time if they were let."""


def zipped(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
