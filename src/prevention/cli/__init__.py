"""The `prevention` command: the dashboard's jobs from a terminal.

A module a group of commands; each registers its own. Imports stand inside the commands,
so that `--help` answers at once.

Exit codes: 0 done; 1 an unexpected fault; 2 the request is wrong; 3 the data is wrong.
"""

from __future__ import annotations

from prevention.cli import (
    accuracy,
    data,
    fleet,
    forecasts,
    learning,
    monitoring,
    optimising,
    own,
    record,
    round_trip,
    serving,
)
from prevention.cli.options import app

__all__ = [
    "accuracy",
    "app",
    "data",
    "fleet",
    "forecasts",
    "learning",
    "main",
    "monitoring",
    "optimising",
    "own",
    "record",
    "round_trip",
    "serving",
]


def main() -> None:
    """Run the command."""
    app()
