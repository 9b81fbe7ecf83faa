"""The dashboard's pages run in this process, against the built store."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import Opened
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
                f"guarded(import_module('prevention.dashboard.{module}').show)()\n"
            )
            test = AppTest.from_string(script, default_timeout=60)
        for key, value in address.items():
            test.query_params[key] = value
        return test.run()

    return open_page
