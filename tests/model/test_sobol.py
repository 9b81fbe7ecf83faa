"""Our Sobol points are scipy's, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from prevention.model.sobol import WIDEST, Net


@pytest.mark.parametrize("dimensions", [1, 2, 31, WIDEST])
@pytest.mark.parametrize("seed", [0, 7])
def test_every_dimension_is_scipys(dimensions: int, seed: int) -> None:
    theirs = qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random_base2(11)
    net = Net.scrambled(dimensions, np.random.default_rng(seed).spawn(1)[0])
    ours = np.stack([net.points(place, 2**11) for place in range(dimensions)], axis=1)
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("power", [0, 1, 5])
def test_fewer_points_are_the_first_of_more(power: int) -> None:
    net = Net.scrambled(3, np.random.default_rng(1))
    assert np.array_equal(net.points(2, 2**power), net.points(2, 2**8)[: 2**power])


def test_a_stream_too_wide_is_refused_in_plain_words() -> None:
    with pytest.raises(ValueError, match="Choose an earlier first year"):
        Net.scrambled(WIDEST + 1, np.random.default_rng(1))
