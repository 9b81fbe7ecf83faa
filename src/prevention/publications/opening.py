"""Open a file of unknown origin: into sheets of text, or refused in one plain sentence.

What a file is follows from its content, never from its name. Text is read here, within
limits of size. Workbooks and Parquet are looked at first (`archive`), then read by
`sandbox` in a process of its own, held to an amount of memory and time. Nothing in a cell
is ever evaluated: a formula is read as the value stored with it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from prevention.publications import archive
from prevention.publications.errors import FileRefused
from prevention.publications.sheets import Book, Sheet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MOST_BYTES = 64_000_000
"""Size of a file on disk, whatever its kind."""
MOST_TEXT_ROWS = 800_000
"""Records of a text file: the longest publication read has 641,070."""
MOST_TEXT_CELLS = 6_000_000
MOST_TEXT_WORDS = 1_500_000
"""Cells of a text file that differ from each other."""
MOST_LISTED = 2_000_000
"""Cells of a Parquet file up to which it is held as rows, as any other sheet."""
MOST_FIELD = 131_072
"""Characters of one cell of a text file."""
MEGABYTES = 300
"""Memory that reading one workbook may take: the largest publication takes 209."""
SECONDS = 4
"""Processor time that reading one workbook may take."""
PATIENCE = 30
"""Seconds on the clock before giving up, on a busy machine."""
DELIMITERS = ",\t;|"

_MISNAMED = {
    ".xls": "a spreadsheet",
    ".xlsx": "a spreadsheet",
    ".ods": "a spreadsheet",
    ".parquet": "Parquet",
}


def open_file(path: Path) -> Book:
    """The sheets of a file.

    Raises:
        FileRefused: it is missing, empty, damaged, too large, protected, not what its name
            says, or of a kind that cannot be read; the message says which and what to do.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileRefused(f"{path.name} is not a file. Name the file itself.")
        if size > MOST_BYTES:
            raise FileRefused(
                f"{path.name} is {size / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be "
                "read. Keep the table you need and save it again."
            )
        start = _start(path)
    except FileNotFoundError:
        raise FileRefused(f"There is no file {path}.") from None
    except PermissionError:
        raise FileRefused(f"{path.name} may not be read: ask its owner for access.") from None
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefused(f"{path.name} is empty. Download or export it again.")
    kind = archive.kind_of(path, start)
    if kind == "text":
        return Book(path.name, "csv", (_text_sheet(path),))
    return Book(path.name, kind, _sandboxed(path, kind))


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _text_sheet(path: Path) -> Sheet:
    """A text file as one sheet."""
    suffix = path.suffix.lower()
    if suffix in _MISNAMED:
        raise FileRefused(
            f"{path.name} is named as {_MISNAMED[suffix]} but holds plain text. "
            "Rename it to end in .csv if it is a table, or download it again."
        )
    raw = path.read_bytes()
    if raw.count(b"\n") > 2 * MOST_TEXT_ROWS:
        raise FileRefused(_too_long(path.name))
    encoding, start = _encoding(raw, path.name)
    lines = io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")
    return Sheet(path.stem, _records(lines, _delimiter(start), path.name))


def _encoding(raw: bytes, name: str) -> tuple[str, str]:
    """The encoding a text shows itself to be in (UTF-8, UTF-16 or Windows), and its start.

    Raises:
        FileRefused: it is none of these.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in raw[:4096]:
        encoding = "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    for attempt in (encoding, "cp1252") if encoding == "utf-8-sig" else (encoding,):
        try:
            text = raw.decode(attempt)
        except UnicodeDecodeError:
            continue
        if _is_plain(text[:200_000]):
            return attempt, text[:20_000]
    raise FileRefused(
        f"{name} is not a text file that can be read: it is in none of the encodings UTF-8, "
        "UTF-16 and Windows. Save it as 'CSV UTF-8' and load it again."
    )


def _is_plain(text: str) -> bool:
    """Whether text has no control characters: those are the mark of binary data."""
    return not any(ch < " " and ch not in "\t\r\n\f" for ch in text)


def _records(lines: Iterable[str], delimiter: str, name: str) -> list[list[str]]:
    """The records of delimited text; repeated cells share their memory."""
    csv.field_size_limit(MOST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter)
    known: dict[str, str] = {}
    share = known.setdefault
    records: list[list[str]] = []
    cells = 0
    try:
        for record in reader:
            cells += len(record)
            if (
                len(records) >= MOST_TEXT_ROWS
                or cells > MOST_TEXT_CELLS
                or len(known) > MOST_TEXT_WORDS
            ):
                raise FileRefused(_too_long(name))
            records.append([share(cell, cell) for cell in record])
    except csv.Error as fault:
        raise FileRefused(
            f"{name} is not a table of cells near line {reader.line_num}: a quotation mark is "
            f"probably left open ({fault}). Export it again."
        ) from None
    return records


def _too_long(name: str) -> str:
    return (
        f"{name} has more than {MOST_TEXT_ROWS:,} rows or {MOST_TEXT_CELLS:,} cells, more than "
        "any publication read. Keep the councils or years you need and save it again."
    )


def _delimiter(start: str) -> str:
    """The mark between cells: the one that most lines have equally often, and often."""
    bare = re.sub(r'"[^"]*"', "", start)
    lines = [line for line in bare.splitlines()[:40] if line]

    def weight(mark: str) -> float:
        times, alike = Counter(line.count(mark) for line in lines).most_common(1)[0]
        return (alike / len(lines)) ** 4 * math.log2(1 + times)

    return max(DELIMITERS, key=weight) if lines else ","


def _sandboxed(path: Path, kind: str) -> tuple[Sheet, ...]:
    """The sheets of a workbook or Parquet file, read in a process of its own."""
    script = Path(__file__).with_name("sandbox.py")
    with tempfile.TemporaryDirectory(prefix="prevention-") as folder:
        result = Path(folder) / "result"
        command = [sys.executable, "-I", str(script), kind, str(path.resolve()), str(result)]
        limits = [str(MEGABYTES), str(SECONDS)]
        try:
            done = subprocess.run(  # noqa: S603  our own Python and script; the path is an argument
                [*command, *limits],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=PATIENCE,
                check=False,
                env={**os.environ, "RUST_BACKTRACE": "0", "ARROW_DEFAULT_MEMORY_POOL": "system"},
            )
        except subprocess.TimeoutExpired:
            raise FileRefused(_too_heavy(path.name)) from None
        if done.returncode != 0:
            raise FileRefused(_why_failed(path.name, kind, done))
        if result.stat().st_size > MOST_BYTES:
            raise FileRefused(_too_heavy(path.name))
        if kind == "parquet":
            return (_parquet_sheet(path.stem, result),)
        sheets = json.loads(result.read_bytes())
    return tuple(
        Sheet(sheet["name"], sheet["rows"], tuple(tuple(r) for r in sheet["merged"]))
        for sheet in sheets
    )


def _why_failed(name: str, kind: str, done: subprocess.CompletedProcess[bytes]) -> str:
    """One sentence on why the sandbox did not read a file."""
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 3:
        return f"{name}: {said}"
    if done.returncode < 0 or "MemoryError" in said or "memory allocation" in said:
        return _too_heavy(name)
    last = said.splitlines()[-1] if said else ""
    if "assword" in last:
        return f"{name} is protected by a password. Open it, save it without one and load it again."
    what = "Parquet file" if kind == "parquet" else f".{kind} workbook"
    return (
        f"{name} is damaged or is not a {what} that can be read. Download it again, or open it "
        "and save it as .xlsx or .csv."
    )


def _too_heavy(name: str) -> str:
    return (
        f"{name} needs more memory or time than any publication does: a cell far outside the "
        "table, or a packed file that swells, does this. Copy the table into a new workbook, "
        "save it and load that."
    )


def _parquet_sheet(name: str, result: Path) -> Sheet:
    """A Parquet file as a sheet: column names as its first row, the rest as rows or a frame."""
    import pyarrow as pa

    with pa.OSFile(str(result), "rb") as source, pa.ipc.open_stream(source) as stream:
        table = stream.read_all()
    names = list(table.column_names)
    if table.num_rows * len(names) <= MOST_LISTED:
        columns = [_texts(column) for column in table.columns]
        return Sheet(name, [names, *map(list, zip(*columns, strict=True))])
    frame: pd.DataFrame = table.to_pandas()
    numbered = frame.set_axis(range(len(names)), axis=1).set_axis(range(2, len(frame) + 2), axis=0)
    return Sheet(name, [names], body=numbered)


def _texts(column: pa.ChunkedArray) -> list[str]:
    """The text of each row: a text that stands in many rows is held once."""
    found: list[str] = []
    for chunk in column.chunks:
        words = chunk.dictionary.to_pylist()
        found += [words[place] for place in chunk.indices.to_pylist()]
    return found
