"""The published tables of this project, built once, and a small copy to break."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prevention.evidence.places import data_folder, expectations_folder
from prevention.evidence.published import reseal, table_path
from prevention.evidence.store import Store, open_store
from prevention.evidence.tables import FIGURES

SMALL = ("E06000007", "K02000001")


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder of the project."""
    return data_folder()


@pytest.fixture(scope="session")
def store(store_path: Path) -> Iterator[Store]:
    """The store of every published table, open."""
    with open_store(store_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def warrington_data(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of Warrington's rows alone: quick to build. Copy it before changing it.

    Each rule costs time however few the rows, so only care_weeks keeps all of its rules:
    the whole suites are tried on the whole tables, and one by one in test_checks.
    """
    home = tmp_path_factory.mktemp("small")
    folder = home / "data"
    shutil.copytree(data, folder)
    shutil.copytree(expectations_folder(), home / "expectations")
    for path in (home / "expectations").glob("*.json"):
        suite = json.loads(path.read_text(encoding="utf-8"))
        if path.stem != "care_weeks":
            suite["expectations"] = suite["expectations"][:1]
        path.write_text(json.dumps(suite), encoding="utf-8")
    for table in FIGURES:
        path = table_path(folder, table)
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [lines[0], *(line for line in lines[1:] if line.startswith(SMALL))]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="\n")
    reseal(folder)
    return folder


@pytest.fixture
def small(warrington_data: Path, tmp_path: Path) -> Path:
    """A copy of the small data folder that a test may change."""
    shutil.copytree(warrington_data.parent / "expectations", tmp_path / "expectations")
    return Path(shutil.copytree(warrington_data, tmp_path / "data"))


@pytest.fixture
def change(small: Path) -> Callable[[str, int, str, str], None]:
    """A change to one cell of the small data: table, row as an editor numbers it, column, text."""

    def edit(table: str, row: int, column: str, text: str) -> None:
        path = table_path(small, table)
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        lines[row - 1][lines[0].index(column)] = text
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)

    return edit
