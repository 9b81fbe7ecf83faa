"""Forecasts that take long to make, kept in a Parquet file with what they were made from.

One row a service line, measure, method, origin, council and year ahead: the log change
forecast. A line's rows count only for the very figures they were made from.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from prevention.baseline.backtest import HORIZONS, origins_of
from prevention.baseline.panel import Floats, Lines

if TYPE_CHECKING:
    import pyarrow as pa

Forecasts = Mapping[str, Floats]
"""Log change by method, (origins, councils, horizons); NaN where none is kept."""

DECIMALS = 4
"""A log change is kept to a hundredth of a per cent."""

_WORDS = ("service", "measure", "method", "council")


def fingerprint(lines: Lines) -> str:
    """SHA-256 over the figures themselves: what a forecast was made from."""
    digest = hashlib.sha256()
    for panel in (lines.panel, lines.population):
        head = f"{lines.service} {lines.measure} {panel.first_year} {' '.join(panel.codes)}\n"
        digest.update(head.encode())
        digest.update(np.ascontiguousarray(panel.values, dtype="<f8").tobytes())
    return digest.hexdigest()


def save(path: Path, lines: Sequence[Lines], found: Sequence[Forecasts], made_with: str) -> None:
    """Keep forecasts in a file that appears whole or not at all.

    made_with: the library that made them, and its version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = {f"{line.service} {line.measure}": fingerprint(line) for line in lines}
    parts = [
        _rows(line, method, path_)
        for line, forecasts in zip(lines, found, strict=True)
        for method, path_ in forecasts.items()
    ]
    whole = pa.concat_tables(parts).unify_dictionaries()
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(
        whole.replace_schema_metadata(about | {"made_with": made_with}),
        partial,
        compression="zstd",
        compression_level=19,
    )
    partial.replace(path)


def _rows(line: Lines, method: str, path: Floats) -> pa.Table:
    """The forecasts of one method that what happened can be set beside."""
    import pyarrow as pa

    origins = np.array(origins_of(line))
    started = np.array([line.panel.at(year) > 0 for year in origins])
    ahead = np.arange(1, HORIZONS + 1)
    reached = origins[:, None] + ahead <= line.panel.last_year
    at, council, horizon = np.nonzero(started[:, :, None] & reached[:, None, :])
    count = len(at)

    def word(value: str) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [value])

    return pa.table(
        {
            "service": word(line.service),
            "measure": word(line.measure),
            "method": word(method),
            "council": pa.DictionaryArray.from_arrays(
                council.astype(np.int32), list(line.panel.codes)
            ),
            "origin": origins[at].astype(np.int16),
            "years_ahead": ahead[horizon].astype(np.int8),
            "log_change": path[at, council, horizon].round(DECIMALS).astype(np.float32),
        }
    )


def kept(paths: Iterable[Path], lines: Sequence[Lines]) -> tuple[list[dict[str, Floats]], set[str]]:
    """Forecasts kept of these very figures, a mapping a line, and what they were made with.

    A method in several files is taken from the first. A file that cannot be read counts
    as none: it can be made again.
    """
    found: list[dict[str, Floats]] = [{} for _ in lines]
    makers = set()
    for path in paths:
        for place, forecasts, maker in _read(path, lines):
            found[place] = forecasts | found[place]
            makers.add(maker)
    return found, makers


def _read(path: Path, lines: Sequence[Lines]) -> Iterable[tuple[int, dict[str, Floats], str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return
    try:
        table = pq.read_table(path, read_dictionary=list(_WORDS))
    except (pa.ArrowException, OSError):
        return
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    coded = {name: _codes(table, name) for name in _WORDS}
    numbers = {n: table[n].to_numpy() for n in ("origin", "years_ahead", "log_change")}
    for place, line in enumerate(lines):
        if about.get(f"{line.service} {line.measure}") == fingerprint(line):
            yield place, _forecasts(line, coded, numbers), about.get("made_with", "")


def _codes(table: pa.Table, name: str) -> tuple[list[str], np.ndarray]:
    """The words of a column, and which of them each row has."""
    column = table[name].combine_chunks().dictionary_encode()
    return column.dictionary.to_pylist(), column.indices.to_numpy()


def _forecasts(
    line: Lines,
    coded: Mapping[str, tuple[list[str], np.ndarray]],
    numbers: Mapping[str, np.ndarray],
) -> dict[str, Floats]:
    """One line's rows as arrays by method."""
    mine = np.ones(len(numbers["origin"]), bool)
    for name, value in (("service", line.service), ("measure", line.measure)):
        words, codes = coded[name]
        mine &= codes == (words.index(value) if value in words else -1)
    origins = np.array(origins_of(line))
    names, councils = coded["council"]
    row_of = {code: row for row, code in enumerate(line.panel.codes)}
    rows = np.array([row_of.get(name, 0) for name in names])[councils[mine]]
    at = np.searchsorted(origins, numbers["origin"][mine])
    horizon = numbers["years_ahead"][mine] - 1
    methods, codes = coded["method"]
    found: dict[str, Floats] = {}
    for code in np.unique(codes[mine]):
        path = np.full((len(origins), len(line.panel.codes), HORIZONS), np.nan)
        own = codes[mine] == code
        path[at[own], rows[own], horizon[own]] = numbers["log_change"][mine][own]
        found[methods[code]] = path
    return found
