"""The dashboard's pages run in this process, against the built store."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.case_records import Page
from dashboard.screen import Opened
from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.evidence.places import STORE_VARIABLE, home
from prevention.jobs import Workbench

MODULES = {"best-mix": "mix", "data-quality": "quality"}
"""Modules of pages whose name in the address is another."""


@pytest.fixture(scope="session")
def workbench(store_path: Path) -> Workbench:
    """The model on the same store, to check the pages against."""
    return Workbench(store=store_path)


@pytest.fixture
def built_store(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pages read the built store."""
    monkeypatch.setenv(STORE_VARIABLE, str(store_path))
    return store_path


@pytest.fixture
def opened(built_store: Path) -> Opened:
    """A page opened by name, with what stands in the address; app.py itself for "app"."""

    def open_page(page: str = "app", **address: str | list[str]) -> AppTest:
        if page == "app":
            test = AppTest.from_file(str(home() / "app.py"), default_timeout=60)
        else:
            module = MODULES.get(page, page)
            script = (
                "from importlib import import_module\n"
                "from prevention.dashboard.session import guarded\n"
                f"guarded(import_module('prevention.dashboard.pages.{module}').show)()\n"
            )
            test = AppTest.from_string(script, default_timeout=60)
        for key, value in address.items():
            test.query_params[key] = value
        return test.run()

    return open_page


@pytest.fixture
def own_bench(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A store of its own, with an empty record beside it."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setenv(STORE_VARIABLE, str(shutil.copy(store_path, folder / "evidence.duckdb")))
    return Workbench(store=folder / "evidence.duckdb")


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    """Eighty synthetic people of a programme, 36 months after its start, nobody real."""
    people = synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24)
    return write_cases(tmp_path / "cases.csv", rows_of(people))


@pytest.fixture
def learn_page(own_bench: Workbench, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page "Learn the lag" with a file chosen, on a store of its own."""

    def open_page(content: bytes, name: str = "cases.csv", **address: str) -> AppTest:
        monkeypatch.setenv(STORE_VARIABLE, str(own_bench.store))
        page = opened("learn", **address)
        page.date_input(key="learn-day").set_value(dt.date(2026, 11, 1))
        page.file_uploader(key="learn-file").set_value((name, content, "text/csv"))
        page.run()
        assert not page.exception
        return page

    return open_page
