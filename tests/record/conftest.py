"""A record of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from prevention.record import Record, open_record


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Path of a store of evidence that the record lies beside; it need not exist."""
    return tmp_path / "evidence.duckdb"


@pytest.fixture
def record(store: Path) -> Record:
    """An empty record."""
    return open_record(store, wait=5)
