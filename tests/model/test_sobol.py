"""Our Sobol points are scipy's, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from prevention.model.sobol import MOST, Sobol


@pytest.mark.parametrize("dimensions", [1, 2, 7, 33, MOST])
@pytest.mark.parametrize("power", [1, 2, 5, 14])
def test_points_are_those_of_scipy(dimensions: int, power: int) -> None:
    for seed in range(3):
        one, other = (np.random.default_rng([seed, 7]) for _ in range(2))
        theirs = qmc.Sobol(dimensions, rng=one).random_base2(power)
        ours = Sobol.scrambled(dimensions, other)
        for place in range(dimensions):
            assert ours.dimension(place, power).tobytes() == theirs[:, place].tobytes()
        # What is drawn after the points is the same too.
        assert one.permutation(64).tolist() == other.permutation(64).tolist()


def test_more_dimensions_than_there_are_numbers_for_are_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MOST} dimensions, not {MOST + 1}"):
        Sobol.scrambled(MOST + 1, np.random.default_rng(1))
