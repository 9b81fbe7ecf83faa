"""What the README tells a newcomer to run can be run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from prevention.cli import app
from prevention.evidence.places import STORE_VARIABLE, home

README = (home() / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        part.partition("#")[0].strip()
        for line in README.splitlines()
        for part in line.split(" && ")
        if part.startswith("prevention ")
    }
)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_takes_what_it_is_given(line: str) -> None:
    _, *arguments = shlex.split(line.partition(" > ")[0])
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    # An option that does not exist is refused; a word too many would be left over.
    assert command.make_context(command.name, arguments).args == []


def test_the_python_of_the_readme_says_when_the_saving_comes(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.setenv(STORE_VARIABLE, str(store_path))
    came = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=True)
    central = [float(line.split()[2]) for line in came.stdout.splitlines() if "/" in line]
    assert len(central) == 10
    assert sum(central[5:]) < sum(central[:5])
