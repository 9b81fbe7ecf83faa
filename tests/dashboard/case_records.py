"""Case records for the page that learns from them, and what is to be read there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.screen import said, tables
from prevention.cli import app
from prevention.dashboard.pages import learn
from prevention.jobs import Workbench

HUB, AS_AT = "no-wrong-door", "01/11/2026"
BAD = "05/06/2024,01/06/2024,\n,01/06/2025,\n05/06/2024,01/06/2093,\nZaphod Beeblebrox,,\n"
"""Rows that cannot be used, the last with a name in place of a date."""

Page = Callable[..., AppTest]


def command(own_bench: Workbench, file: Path, *more: str) -> str:
    """What the command prints of a file."""
    words = ["learn", str(file), "--programme", HUB, "--as-at", AS_AT, *more]
    came = CliRunner().invoke(app, [*words, "--store", str(own_bench.store)])
    assert came.exit_code in (0, 3), came.output
    return came.stdout


def shown(page: AppTest) -> str:
    """All text of the page, as a reader sees it."""
    text = said(page).replace("\\", "")
    return text + "\n".join(each.to_string() for each in tables(page))


def held(page: AppTest) -> learn.Held:
    """The file as this visitor's page keeps it."""
    found: learn.Held = page.session_state["case-records"]
    return found
