"""The ledger outside the database: a line a save, each holding the hash of the one before.

A database that loses its last saves says nothing of it when it is opened again; the
ledger does. A line is on the disk before a save is acknowledged. Changing, removing or
moving any line breaks the chain or parts from the database, and either is found on opening.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from prevention.record.faults import damaged

FIRST = "0" * 64
_FIELDS = ("n", "at", "kind", "id", "content_hash", "previous_hash")


@dataclass(frozen=True, slots=True)
class Entry:
    """One save as the ledger and the database both hold it."""

    n: int
    at: str
    kind: str
    id: str
    content_hash: str
    previous_hash: str
    hash: str

    @classmethod
    def of(
        cls, n: int, at: dt.datetime, kind: str, id_: str, content_hash: str, previous: str
    ) -> Entry:
        """A new entry, its hash worked out."""
        fields = (n, at.isoformat(timespec="microseconds"), kind, id_, content_hash, previous)
        return cls(*fields, _hash(dict(zip(_FIELDS, fields, strict=True))))

    @property
    def sound(self) -> bool:
        """Whether the hash is that of the rest."""
        return self.hash == _hash({name: getattr(self, name) for name in _FIELDS})

    @property
    def line(self) -> bytes:
        """The entry as a line of the ledger."""
        fields = {name: getattr(self, name) for name in (*_FIELDS, "hash")}
        return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _hash(fields: dict[str, object]) -> str:
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """The ledger file of one record."""

    def __init__(self, path: Path) -> None:
        """Work with a file, which need not exist yet."""
        self.path = path
        self._checked: tuple[object, ...] | None = None

    def entries(self) -> tuple[list[Entry], int]:
        """Every whole line in order, and the length in bytes of what they fill.

        A last line without its end was never acknowledged, and is left out.

        Raises:
            RecordDamaged: a line was changed, removed or moved.
        """
        content = self.path.read_bytes() if self.path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        found: list[Entry] = []
        previous = FIRST
        for number, line in enumerate(whole.split(b"\n")[:-1], 1):
            entry = parsed(line)
            if entry is None or not entry.sound or entry.line != line + b"\n":
                raise damaged(self.path, f"line {number} of the ledger was changed.")
            if entry.n != number or entry.previous_hash != previous:
                raise damaged(
                    self.path, f"line {number} of the ledger does not follow the one before it."
                )
            found.append(entry)
            previous = entry.hash
        return found, len(whole)

    def append(self, entry: Entry) -> None:
        """Put a line at the end, safely on the disk when this returns.

        Raises:
            OSError: it could not be; the ledger then is as it was, or ends in part of a line.
        """
        new = not self.path.exists()
        with self.path.open("ab") as file:
            file.write(entry.line)
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(self.path.parent)

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Put a ledger of these entries in the place of one that was damaged."""
        fresh = self.path.with_name(f".{self.path.name}.writing-{os.getpid()}")
        with fresh.open("wb") as file:
            file.writelines(entry.line for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        sync_folder(self.path.parent)

    def agree(self, connection: duckdb.DuckDBPyConnection, path: Path, repair: bool) -> None:
        """Compare ledger and database, all of it the first time, the ends when neither moved.

        One save at the end that was committed but not yet written here is written now
        (`repair`): it was never acknowledged, and is kept.

        Raises:
            RecordDamaged: a save is missing on either side, or differs.
        """
        stamp = (*self._stamp(), *_end_of(connection))
        if stamp == self._checked:
            return
        kept, length = self.entries()
        rows = entries_of(connection)
        ((mark,),) = connection.execute("SELECT n FROM ledger_mark").fetchall()
        _compare(path, kept, rows, mark)
        if not repair:
            return
        self._repair(rows[len(kept) :], length)
        if mark < len(rows):
            connection.execute("UPDATE ledger_mark SET n = ?", [len(rows)])
        self.checked(connection)

    def checked(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Remember that ledger and database agree as they stand."""
        self._checked = (*self._stamp(), *_end_of(connection))

    def _repair(self, missing: Sequence[Entry], length: int) -> None:
        if self.path.exists() and self.path.stat().st_size > length:
            os.truncate(self.path, length)
        for entry in missing:
            self.append(entry)

    def _stamp(self) -> tuple[int, ...]:
        if not self.path.exists():
            return ()
        status = self.path.stat()
        return (status.st_size, status.st_mtime_ns, status.st_ino)


def entries_of(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    """Every save in the database, in order."""
    rows = connection.execute(
        "SELECT n, saved_at, kind, id, content_hash, previous_hash, hash FROM save ORDER BY n"
    ).fetchall()
    return [Entry(n, at.isoformat(timespec="microseconds"), *rest) for n, at, *rest in rows]


def in_chain(entries: Sequence[Entry]) -> bool:
    """Whether each entry is sound, numbered from 1, and follows the one before it."""
    before = [FIRST, *(entry.hash for entry in entries)]
    return all(
        entry.sound and entry.n == number and entry.previous_hash == before[number - 1]
        for number, entry in enumerate(entries, 1)
    )


def _end_of(connection: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    last = connection.execute("SELECT n, hash FROM save ORDER BY n DESC LIMIT 1").fetchone()
    return (last, connection.execute("SELECT n FROM ledger_mark").fetchone())


def _compare(path: Path, kept: Sequence[Entry], rows: Sequence[Entry], mark: int) -> None:
    for line, row in zip(kept, rows, strict=False):
        if line != row:
            what = f"save {row.n} ({row.kind} {row.id}) is not what the ledger says it was."
            raise damaged(path, what)
    if len(kept) > len(rows):
        lost = [f"{entry.kind} {entry.id} of {entry.at[:16]}" for entry in kept[len(rows) :]]
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        what = f"{len(lost)} of {len(kept)} saves are missing ({', '.join(lost[:5])}{more})."
        raise damaged(path, what)
    if len(kept) < max(mark, len(rows) - 1):
        raise damaged(
            path,
            f"its ledger ends at save {len(kept)}, but {max(mark, len(rows) - 1)} were written "
            "to it.",
        )


def parsed(line: bytes) -> Entry | None:
    """A line of a ledger read, or None where it is none."""
    try:
        fields = json.loads(line)
        return Entry(**fields)
    except (ValueError, TypeError):
        return None


def sync_folder(folder: Path) -> None:
    """See the names in a folder safely to disk, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
