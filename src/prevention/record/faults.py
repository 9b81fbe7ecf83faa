"""What can go wrong with the record, in plain words."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb


class RecordError(RuntimeError):
    """The record cannot do what was asked; says what is wrong and what to do."""


class RecordBusy(RecordError):
    """Another program holds the record and did not let go in time."""


class RecordDamaged(RecordError):
    """The database and the ledger do not agree, or one of them cannot be read."""


class RecordTooNew(RecordError):
    """The record was written by a later version of this program, or a changed one."""


class RecordInvalidated(RecordError):
    """Another save failed so badly that the file has to be opened anew: ask again."""


class RecordFull(RecordError):
    """The disk is full: nothing was saved."""


class RecordRefused(RecordError):
    """The record cannot be written in this folder, or what was asked is not allowed."""


class NameTaken(RecordError):
    """Something of that name is on the record already."""


_HOLDER = re.compile(r"held in (?:.*[/\\])?(?P<program>[^/\\]+) \(PID (?P<pid>\d+)\)")
_FULL = ("no space left", "file too large", "disk full", "disk quota", "not enough space")
_RETRIED = ("conflict on update", "altered by a different transaction")


def held_elsewhere(fault: duckdb.Error) -> bool:
    """Whether another process has the file open."""
    return isinstance(fault, duckdb.IOException) and "Could not set lock" in str(fault)


def worth_retrying(fault: duckdb.Error) -> bool:
    """Whether the same save may well succeed when tried again."""
    return any(text in str(fault).lower() for text in _RETRIED)


def disk_is_full(fault: BaseException) -> bool:
    """Whether there was no room to write."""
    return any(text in str(fault).lower() for text in _FULL)


def busy(path: Path, fault: BaseException | None, waited: float) -> RecordBusy:
    """Who holds the record, and for how long it was waited for."""
    found = _HOLDER.search(str(fault))
    holder = f"{found['program']}, process {found['pid']}" if found else "another program"
    return RecordBusy(
        f"The record {path} is in use by {holder}; waited {waited:g} seconds for it. "
        "Try again when that program has finished, or close it."
    )


def cut_short(path: Path) -> RecordRefused:
    """A tidying that was cut short has to be undone: not by a reader, nor under Windows."""
    return RecordRefused(
        f"The record {path} was being tidied when a program was stopped, and has to be put right, "
        "which cannot be done here. Run any command that reads it where it was stopped, with the "
        "right to write there."
    )


def full(path: Path) -> RecordFull:
    """Nothing was saved, for want of room."""
    return RecordFull(
        f"There is no room on the disk for {path}. Nothing was saved and nothing was lost: "
        "free some space, then save again."
    )


def unconfirmed(ledger: Path, fault: BaseException) -> RecordError:
    """Saved, but not confirmed in the ledger, so that nobody was told that it was."""
    why = "there is no room on the disk" if disk_is_full(fault) else str(fault).splitlines()[0]
    kind = RecordFull if disk_is_full(fault) else RecordRefused
    return kind(
        f"The save could not be confirmed in {ledger}: {why}. Put that right, then look whether "
        "it is there before you save again."
    )


def damaged(path: Path, what: str) -> RecordDamaged:
    """What is wrong, and the way back."""
    return RecordDamaged(
        f"The record {path} is damaged: {what} Nothing is read from it until it is put right. "
        "Bring back a backup with: prevention restore FILE, or go on with what is left of it: "
        "prevention restore --what-is-left"
    )


_BROKEN = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)
"""A file that cannot be read raises one of these, or the bare `duckdb.Error`."""


def plain(path: Path, fault: duckdb.Error) -> Exception:
    """A fault of the database as one of ours; a statement that is wrong stays as it is."""
    text = str(fault)
    if disk_is_full(fault):
        return full(path)
    if "PRIMARY KEY or UNIQUE constraint" in text or "Duplicate key" in text:
        return NameTaken("Something of that name is on the record already. Choose another name.")
    if "Permission denied" in text or "Read-only file system" in text:
        return RecordRefused(f"The record {path} cannot be written there: no permission.")
    if isinstance(fault, duckdb.InterruptException):
        return RecordRefused("That took longer than the record allows. Ask for less at a time.")
    if isinstance(fault, duckdb.OutOfMemoryException):
        return RecordRefused("That needs more memory than the record may use. Ask for less.")
    if isinstance(fault, duckdb.FatalException) and "has been invalidated" in text:
        return RecordInvalidated("A save failed a moment ago. Try again.")
    if type(fault) is duckdb.Error or isinstance(fault, _BROKEN):
        return damaged(path, f"{text.splitlines()[0]}.")
    return fault
