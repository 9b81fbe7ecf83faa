"""What every test may stand on: one store of the published figures, built once."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from prevention.evidence.build import build
from prevention.evidence.places import data_folder, home

# The same random cases every time: a gate that fails only sometimes tells nobody anything.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A store of every published table: a copy of the project's own when that is up to date.

    A copy, so that what tests put on the record stays out of the project's own.

    Built once for all workers of a parallel run: the first holds the lock, the rest wait.
    """
    own = home() / "store" / "evidence.duckdb"
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    path = shared / "evidence.duckdb"
    with (shared / "evidence.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.is_file():
            return path
        if own.is_file() and own.stat().st_mtime > _newest(data_folder()):
            shutil.copyfile(own, path)
        else:
            build(data_folder(), path)
    return path


# What started the tests, before any of them ran a page of Streamlit's.
MAIN = sys.modules["__main__"]


def pytest_runtest_setup() -> None:
    """Give every test the main module that the tests began with.

    A test of a page leaves that page in its place, and a process that a later test starts
    afresh would run the page again.
    """
    sys.modules["__main__"] = MAIN


def _newest(data: Path) -> float:
    files = [data / "services.toml", *(data / "published").iterdir()]
    return max(os.stat(file).st_mtime for file in files)
