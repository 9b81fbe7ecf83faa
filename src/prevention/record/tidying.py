"""What was saved, put into the database file itself, so that nothing rests on the log.

DuckDB puts new metadata into the free part of a block in use, and writes that whole block
again under a new checksum. A process killed within that one write leaves a block that nobody
can read, and with it a record that cannot be opened. So the blocks are put aside first.
Whoever opens the record next and finds them there puts them back, unless the file's headers,
which are written last, say that the tidying was done.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import duckdb

from prevention.record.places import tidying_file

HEADERS = 3 * 4096
"""Bytes at the start of a DuckDB file before its first block."""

_SPAN = struct.Struct(">QQ")
_DIGEST = hashlib.sha256().digest_size
_TRIES = 5


def checkpoint(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empty the log into the file.

    A checkpoint gives up when it meets the very end of another thread's operation, so it is
    tried again; forced at last, which waits for everything under way.
    """
    for _ in range(_TRIES):
        try:
            cursor.execute("CHECKPOINT")
            return
        except duckdb.TransactionException:
            time.sleep(0.002)
    cursor.execute("FORCE CHECKPOINT")


@contextmanager
def put_aside(cursor: duckdb.DuckDBPyConnection, file: BinaryIO, path: Path) -> Iterator[None]:
    """Keep beside the record what a checkpoint within this writes over, until it is done.

    file: the record, open for reading until the database is closed: closing it sooner would
    give away the lock that the database has on it.

    Raises:
        OSError: there is no room for it.
    """
    place = tidying_file(path)
    spans = b"".join(
        _SPAN.pack(start, length) + os.pread(file.fileno(), length, start)
        for start, length in [(0, HEADERS), *_blocks(cursor)]
    )
    with place.open("wb") as aside:
        aside.write(hashlib.sha256(spans).digest() + spans)
        aside.flush()
        os.fsync(aside.fileno())
    yield
    place.unlink()


def _blocks(cursor: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Where the blocks of metadata lie, and their length: the only ones ever written over."""
    return cursor.execute(
        "SELECT $headers + block_id * block_size, block_size "
        "FROM pragma_metadata_info(), pragma_database_size() "
        "WHERE database_name = current_database()",
        {"headers": HEADERS},
    ).fetchall()


def put_back(path: Path) -> None:
    """Undo a tidying that was cut short, unless somebody has the record open."""
    if sys.platform == "win32" or not tidying_file(path).exists() or not os.access(path, os.W_OK):
        return
    import fcntl

    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        headers, *blocks = _spans(tidying_file(path)) or [(0, b"")]
        if file.read(HEADERS) == headers[1]:
            for start, content in blocks:
                file.seek(start)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        tidying_file(path).unlink(missing_ok=True)


def _spans(place: Path) -> list[tuple[int, bytes]]:
    """What was put aside and where it belongs; nothing where the putting aside was cut short."""
    content = place.read_bytes() if place.exists() else b""
    digest, rest = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(rest).digest() != digest:
        return []
    found = []
    while rest:
        start, length = _SPAN.unpack_from(rest)
        found.append((start, rest[_SPAN.size : _SPAN.size + length]))
        rest = rest[_SPAN.size + length :]
    return found
