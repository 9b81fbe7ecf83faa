"""A council by hand, and the programmes and scenarios shipped (no store needed)."""

from __future__ import annotations

import pytest

from model.synthetic import warrington as warrington_by_hand
from prevention.evidence.documents import read_library
from prevention.evidence.places import data_folder
from prevention.model.evidence import CouncilEvidence
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, resolve


@pytest.fixture(scope="session")
def library() -> Library:
    """Every programme, scenario and setting on file."""
    return read_library(data_folder())


@pytest.fixture(scope="session")
def warrington() -> CouncilEvidence:
    """Warrington's published figures."""
    return warrington_by_hand()


@pytest.fixture(scope="session")
def step_up(library: Library, warrington: CouncilEvidence) -> Projection:
    """The stepped-up children's programmes, few draws."""
    return project(resolve(library.scenarios["step-up"], library), warrington, draws=512)


@pytest.fixture(scope="session")
def whole_system(library: Library, warrington: CouncilEvidence) -> Projection:
    """Every programme in the library, few draws."""
    return project(resolve(library.scenarios["whole-system"], library), warrington, draws=512)
