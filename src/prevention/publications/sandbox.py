"""Read one spreadsheet or Parquet file in a process of its own, within limits of memory and time.

Run by `opening`, as a script, never imported by it: whatever a hostile file does to the
libraries that unpack it, it does to this process alone. It knows nothing of the rest of
the package, so that it starts in a tenth of a second.

    python sandbox.py KIND FILE RESULT MEGABYTES SECONDS

Writes to RESULT: for a spreadsheet JSON, every sheet with its cells as text and its merged
ranges; for Parquet an Arrow stream of text columns. Exits 0 when done, 3 with one plain
sentence on the error stream when the file is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

MOST_CELLS = 3_000_000
"""Cells of a workbook: the largest publication read holds 0.5 million."""
MOST_ROWS = 200_000
"""Rows of one sheet."""
MOST_PARQUET_ROWS = 3_000_000
"""Rows of a Parquet file: the largest publication read holds 0.64 million."""
REFUSED = 3


class Refused(Exception):
    """The file goes beyond what a publication holds; says how."""


def limit(megabytes: int, seconds: int) -> None:
    """Hold this process to an amount of memory and of processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock and the limits on size remain
        return
    size = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a decimal point, dates as 2025-03-31."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == dt.time() else value).isoformat()
    return str(value)


def read_sheets(path: str) -> list[dict[str, Any]]:
    """Every sheet of a workbook: name, rows of text, and merged ranges from row and column 0.

    Raises:
        Refused: there are more rows or cells than any publication has.
    """
    from python_calamine import load_workbook

    workbook = load_workbook(path)
    sheets, cells = [], 0
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        height, width = (last + 1 for last in sheet.end or (-1, -1))
        cells += height * width
        if height > MOST_ROWS or cells > MOST_CELLS:
            raise Refused(
                f"Sheet '{name}' reaches row {height:,} and column {width:,}, more than any "
                "publication holds. Delete the rows and columns beyond the table and save it again."
            )
        rows = [
            [cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)
        ]
        merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or []]
        sheets.append({"name": name, "rows": rows, "merged": merged})
    return sheets


def write_parquet_as_text(path: str, result: str) -> None:
    """Every column as text in dictionary form, so that a long table stays small.

    Raises:
        Refused: there are more rows than any publication has.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    file = pq.ParquetFile(path)
    if file.metadata.num_rows > MOST_PARQUET_ROWS:
        raise Refused(
            f"It holds {file.metadata.num_rows:,} rows, more than the {MOST_PARQUET_ROWS:,} "
            "that can be read. Keep the councils or years you need and save it again."
        )
    nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        raise Refused(f"Column '{nested[0]}' holds lists or records in place of single values.")
    texts = [f.name for f in file.schema_arrow if pa.types.is_string(f.type)]
    table = pq.read_table(path, read_dictionary=texts, use_threads=False)
    columns = []
    while table.num_columns:  # each column is let go once it is text: two copies are too many
        columns.append(_as_text(table.column(0).combine_chunks()))
        table = table.remove_column(0)
    named = pa.table(dict(zip(file.schema_arrow.names, columns, strict=True)))
    with pa.OSFile(result, "wb") as sink, pa.ipc.new_stream(sink, named.schema) as stream:
        stream.write_table(named)


def _as_text(column: Any) -> Any:
    """A column in dictionary form with its distinct values as text, blank where missing."""
    import pyarrow as pa

    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = ["" if value is None else cell_text(value) for value in coded.dictionary.to_pylist()]
    # Values that differ may be written alike, and a blank may stand beside what is missing.
    distinct = pa.array([*words, ""], pa.string()).dictionary_encode()
    places = coded.indices.fill_null(len(words))
    return pa.DictionaryArray.from_arrays(distinct.indices.take(places), distinct.dictionary)


def main(kind: str, path: str, result: str, megabytes: str, seconds: str) -> int:
    """Read the file within its limits; the exit code says how it went."""
    limit(int(megabytes), int(seconds))
    try:
        if kind == "parquet":
            write_parquet_as_text(path, result)
        else:
            Path(result).write_text(json.dumps(read_sheets(path)), encoding="utf-8")
    except Refused as refusal:
        sys.stderr.write(str(refusal))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
