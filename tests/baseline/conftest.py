"""The shipped figures of every council, read once, and the back-test of the quick methods."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prevention.baseline.backtest import Trial
from prevention.baseline.running import Question, quick_trial
from prevention.evidence.accuracy import Accuracy, BackTest, back_test, questions
from prevention.evidence.council import every_council_evidence
from prevention.evidence.documents import read_library
from prevention.evidence.places import data_folder
from prevention.evidence.store import open_store
from prevention.model.evidence import CouncilEvidence
from prevention.model.scenarios import Library

Series = tuple[str, str]


@pytest.fixture(scope="session")
def library() -> Library:
    return read_library(data_folder())


@pytest.fixture(scope="session")
def councils(store_path: Path) -> dict[str, CouncilEvidence]:
    with open_store(store_path) as store:
        return every_council_evidence(store)


@pytest.fixture(scope="session")
def asked(store_path: Path, library: Library) -> dict[Series, Question]:
    """Every series that can be back-tested, by service line and measure."""
    found, _ = questions(store_path, library.economy)
    return {(q.lines.service, q.lines.measure): q for q in found}


@pytest.fixture(scope="session")
def trials(asked: Mapping[Series, Question]) -> dict[Series, Trial]:
    return {key: quick_trial(question) for key, question in asked.items()}


@pytest.fixture(scope="session")
def tested(store_path: Path, library: Library) -> BackTest:
    """What the page shows: quick methods, and those kept."""
    return back_test(store_path, data_folder(), library.economy)


@pytest.fixture(scope="session")
def accuracy(tested: BackTest) -> Accuracy:
    """The errors over all councils."""
    return tested.accuracy()
