"""What a file is by its first bytes, and what makes a packed workbook unsafe to unpack."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from prevention.publications.errors import FileRefused

MOST_UNPACKED = 100_000_000
"""Bytes of a workbook once unpacked: the largest publication has 27 million."""
MOST_RATIO = 200
"""How many times smaller than its content a part may be packed, where it is large at all."""
LARGE = 20_000_000
"""Bytes from which the ratio of a part is looked at: small parts of blanks pack very well."""
MOST_PARTS = 1_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROLOG = 65_536
"""Bytes of an XML part in which a document type would have to stand."""

_OTHER_KINDS = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"7z\xbc\xaf", "a packed file (7-Zip)"),
    (b"Rar!", "a packed file (RAR)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"SQLite format 3", "a database"),
)


def kind_of(path: Path, start: bytes) -> str:
    """text, xlsx, xls, ods or parquet, by a file's content.

    Raises:
        FileRefused: it is another kind of file, or one that is unsafe to unpack.
    """
    for mark, what in _OTHER_KINDS:
        if start.startswith(mark):
            raise FileRefused(
                f"{path.name} is {what}, not a table. Load the .csv, .xlsx, .ods or .parquet file."
            )
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(_OLE):
        return _check_ole(path)
    if start.startswith(b"PK"):
        return _check_zip(path)
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"<!doctype html|<html|<head|<body|<table|<meta|<div|<script", head):
        raise FileRefused(
            f"{path.name} is a web page, whatever its name says. Open it in a spreadsheet "
            "program and save it as .xlsx, or download the data file itself."
        )
    if head.startswith((b"<?xml", b"<!doctype", b"<!entity", b"<workbook")):
        raise FileRefused(
            f"{path.name} is an XML document, not a table. Open it in a spreadsheet program and "
            "save it as .xlsx."
        )
    return "text"


def _check_ole(path: Path) -> str:
    """An older Office file: a workbook, or refused.

    Raises:
        FileRefused: it is protected, holds macros, or is no workbook.
    """
    content = path.read_bytes()

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise FileRefused(
            f"{path.name} is protected by a password. Open it, save it without one and load it "
            "again."
        )
    if holds("_VBA_PROJECT"):
        raise FileRefused(_macros(path.name))
    if not (holds("Workbook") or holds("Book")):
        raise FileRefused(
            f"{path.name} is an Office file but not a workbook, or it is damaged. Load the "
            "spreadsheet itself."
        )
    return "xls"


def _check_zip(path: Path) -> str:
    """A packed workbook that is safe to unpack: xlsx or ods.

    Raises:
        FileRefused: it is cut short, swells beyond measure, holds macros or links to other
            files, defines its own entities, or is no workbook.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            _check_sizes(path.name, parts)
            kind = _workbook_kind(path.name, packed, {part.filename for part in parts})
            _check_markup(path.name, packed, parts)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, KeyError) as fault:
        raise FileRefused(
            f"{path.name} is cut short or damaged, so it cannot be unpacked. Download it again."
        ) from fault
    except RuntimeError as fault:  # what zipfile raises for a part that needs a password
        raise FileRefused(
            f"{path.name} is protected by a password. Save it without one and load it again."
        ) from fault
    return kind


def _check_sizes(name: str, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse what would swell beyond measure, before anything is unpacked."""
    if len(parts) > MOST_PARTS:
        raise FileRefused(f"{name} holds {len(parts):,} parts; a workbook holds a few dozen.")
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > LARGE and part.file_size > MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if unpacked > MOST_UNPACKED or swollen:
        raise FileRefused(
            f"{name} would swell to {unpacked / 1e6:,.0f} MB when unpacked, far beyond any "
            "publication. Copy the table into a new workbook, save it and load that."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(
            f"{name} is protected by a password. Save it without one and load it again."
        )


def _workbook_kind(name: str, packed: zipfile.ZipFile, names: set[str]) -> str:
    if any(part.lower().endswith("vbaproject.bin") for part in names) or any(
        part.startswith("Basic/") for part in names
    ):
        raise FileRefused(_macros(name))
    if any("externallink" in part.lower() for part in names):
        raise FileRefused(
            f"{name} takes figures from other workbooks, which cannot be followed. Open it, "
            "break the links (Data, Edit links), save it and load it again."
        )
    if "xl/workbook.xml" in names:
        if b"macroEnabled" in packed.read("[Content_Types].xml")[:1_000_000]:
            raise FileRefused(_macros(name))
        return "xlsx"
    if "mimetype" in names:
        kind = packed.read("mimetype")[:200]
        if b"opendocument.spreadsheet" in kind:
            if b"manifest:encryption-data" in packed.read("META-INF/manifest.xml"):
                raise FileRefused(
                    f"{name} is protected by a password. Save it without one and load it again."
                )
            return "ods"
    if "xl/workbook.bin" in names:
        raise FileRefused(f"{name} is a binary workbook (.xlsb). Save it as .xlsx and load that.")
    if any(part.startswith(("word/", "ppt/")) for part in names):
        raise FileRefused(f"{name} is a document, not a table. Load the spreadsheet itself.")
    inside = ", ".join(sorted(n for n in names if not n.endswith("/"))[:3]) or "nothing"
    raise FileRefused(
        f"{name} is a packed folder (it holds {inside}), not a workbook. Unpack it and load the "
        "file you need."
    )


def _check_markup(name: str, packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """No part may define a document type: that is where entities that swell are defined."""
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with packed.open(part) as file:
                start = file.read(_PROLOG)
            if b"<!DOCTYPE" in start.upper() or b"<!ENTITY" in start.upper():
                raise FileRefused(
                    f"{name} defines its own markup in {part.filename}, as no spreadsheet "
                    "program does. Copy the table into a new workbook, save it and load that."
                )


def _macros(name: str) -> str:
    return f"{name} holds macros. Save it as .xlsx, which has none, and load that."
