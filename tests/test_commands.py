"""Where a command cannot write, it says so in plain words and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from prevention.cli import app

COMMANDS = [
    ("forecast", "--draws", "64", "--format", "json"),
    ("compare", "--draws", "64"),
    ("export", "--draws", "64"),
    ("template", "ledger"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_place_that_cannot_be_written_is_named_before_any_work(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder.csv").mkdir()
    for place, words in {
        "missing/plan.csv": "There is no folder",
        "file/plan.csv": "There is no folder",
        "folder.csv": "is a folder. Name a file in it.",
    }.items():
        # No such store: that would be said first, had any work begun.
        options = [] if command[0] == "template" else ["--store", str(tmp_path / "none.duckdb")]
        came = CliRunner().invoke(app, [*command, *options, "--output", str(tmp_path / place)])
        assert came.exit_code == 2
        assert words in " ".join(came.output.replace("│", " ").split())
        assert "Errno" not in came.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.csv"]


def test_a_file_that_cannot_be_replaced_is_named(
    tmp_path: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does while a spreadsheet program has it open."""
    place = tmp_path / "plan.json"
    place.write_text("kept")

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    command = ["forecast", "--draws", "64", "--format", "json", "--store", str(store_path)]
    came = CliRunner().invoke(app, [*command, "--output", str(place)])
    assert came.exit_code == 2
    assert f"{place}: Permission denied." in came.output
    assert place.read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
