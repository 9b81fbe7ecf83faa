"""Where the record lies: beside the store of evidence, named after it."""

from __future__ import annotations

from pathlib import Path


def record_file(store: Path) -> Path:
    """The record's database.

    >>> record_file(Path("store/evidence.duckdb")).name
    'evidence.record.duckdb'
    """
    return store.with_name(f"{store.stem}.record.duckdb")


def ledger_file(database: Path) -> Path:
    """The ledger that goes with a record's database, or with a backup of it.

    >>> ledger_file(Path("store/evidence.record.duckdb")).name
    'evidence.record.ledger.jsonl'
    """
    return database.with_name(f"{database.stem}.ledger.jsonl")


def wal_file(database: Path) -> Path:
    """Where DuckDB keeps what it has not yet put into a database file."""
    return database.with_name(database.name + ".wal")


def tidying_file(database: Path) -> Path:
    """What a tidying under way writes over, kept until it is done."""
    return database.with_name(database.name + ".tidying")


def backup_folder(database: Path) -> Path:
    """Where backups go that nobody named a place for."""
    return database.with_name("backups")
