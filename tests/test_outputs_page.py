"""Every name in the documents for programs stands in docs/outputs.md. Files are synthetic."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.cli import app
from prevention.model.measures import MEASURES

PAGE = (Path(__file__).parents[1] / "docs" / "outputs.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))
FREE = {"libraries", "set_aside", "settings", "values"}
"""Parts whose names are those of libraries, reasons, assumptions and scenarios."""

DRAWS = ("--draws", "64")
STARTS = "Programme,Month,Starts\nno-wrong-door,2026-04,4\nno-wrong-door,2026-05,-1\n"
DATA_WRONG = 3


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> str:
    """People of a programme and of a comparison group."""
    rng = np.random.default_rng(80)
    rows = [
        row
        for group, share in (("programme", 0.6), ("comparison", 0.4))
        for row in rows_of(synthetic_cohort(rng, 80, 36.5, share=share), group)
    ]
    return str(write_cases(tmp_path_factory.mktemp("cases") / "cases.csv", rows))


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two months of a programme, one of them impossible."""
    file = tmp_path_factory.mktemp("starts") / "starts.csv"
    file.write_text(STARTS, encoding="utf-8")
    return str(file)


def names_in(part: Any) -> Iterator[str]:
    """Names of a document, of its parts and of the rows of its lists."""
    if isinstance(part, list):
        for each in part:
            yield from names_in(each)
    if isinstance(part, dict):
        for name, value in part.items():
            yield name
            if name not in FREE:
                yield from names_in(value)


@pytest.mark.parametrize(
    "words",
    [
        ("forecast", *DRAWS),
        ("compare", "current-plan", "step-up", *DRAWS),
        ("backtest", "--council", "Warrington"),
        ("check", "STARTS", "--as", "starts"),
        ("monitor", "STARTS", "--scenario", "step-up", *DRAWS),
        ("learn", "CASES", "--programme", "no-wrong-door", "--as-at", "01/11/2026"),
        ("optimise", "--budget", "500000", "--programmes", "reablement", *DRAWS),
        (
            "fleet",
            "--councils",
            "Isles of Scilly",
            "--scenarios",
            "adults-first",
            "--output",
            "OUT",
        ),
    ],
    ids=lambda words: words[0],
)
def test_every_name_is_explained(
    words: tuple[str, ...], cases: str, starts: str, store_path: Path, tmp_path: Path
) -> None:
    files = {"CASES": cases, "STARTS": starts, "OUT": str(tmp_path / "out")}
    command = [files.get(word, word) for word in words]
    came = CliRunner().invoke(app, [*command, "--format", "json", "--store", str(store_path)])
    assert came.exit_code == (DATA_WRONG if starts in command else 0), came.output
    found = set(names_in(json.loads(came.stdout)))
    assert len(found) > 8
    assert found <= NAMED


def test_every_measure_is_named() -> None:
    assert set(MEASURES) <= NAMED
