"""What people put in and decide, kept for good: loads, scenarios, runs.

The store of evidence can be built anew from files at any time; what stands here cannot,
so it is written in transactions, checked against a ledger outside the database, backed up
before every migration, and never overwritten.

    record = open_record(store)                       # the file is opened only when needed
    record.read("SELECT ... WHERE id = ?", [id])      # a cursor of its own, any thread
    record.write("load", action, key=key)             # one transaction, one ledger line

`action(cursor)` makes its changes and returns the `Saved` that the ledger is to name.
A module that keeps something of its own adds a numbered file to `migrations/`.
"""

from prevention.record.access import Record, Saved, open_record
from prevention.record.faults import (
    NameTaken,
    RecordBusy,
    RecordDamaged,
    RecordError,
    RecordFull,
    RecordRefused,
    RecordTooNew,
)

__all__ = [
    "NameTaken",
    "Record",
    "RecordBusy",
    "RecordDamaged",
    "RecordError",
    "RecordFull",
    "RecordRefused",
    "RecordTooNew",
    "Saved",
    "open_record",
]
