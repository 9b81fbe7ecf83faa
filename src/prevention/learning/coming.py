"""The share of people whose outcome has come by each month since referral: seen, learned, believed.

What the records say is the Kaplan-Meier curve, with those who left taken to be like those who
stayed, as the fit takes them. It ends where few are left, and there is none of a handful of
people: its steps would tell of single ones.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from prevention.learning.cohort import Cohort
from prevention.learning.findings import Findings
from prevention.model.assumptions import Floats
from prevention.model.lag import Lag

FEWEST_OUTCOMES, FEWEST_FOLLOWED = 10, 5
_SURE = 0.8
_YEAR, _LONGEST = 12, 96


@dataclass(frozen=True, slots=True)
class Coming:
    """Shares (0 to 1) at each of `months` since referral, (months,).

    seen, low, high: by the records alone, with the range that holds the share 80 times in
    100; not a number from where fewer than `FEWEST_FOLLOWED` people are still waiting.
    waiting: people still followed and without the outcome (count). learned: records and
    evidence together, every figure at its middle. evidence: its own wait, of as many people
    as respond by what was learned.
    """

    months: Floats
    seen: Floats
    low: Floats
    high: Floats
    waiting: Floats
    learned: Floats
    evidence: Floats


def coming(found: Findings) -> Coming | None:
    """How the outcomes come; None where too few are known to be shown."""
    people, fit, programme = found.people, found.fit, found.programme
    if people.outcomes < FEWEST_OUTCOMES:
        return None
    lag, spread = fit.lag.estimate.p50, fit.spread.estimate.p50
    reach = max(float(people.waited.max()), lag + spread, fit.lag.evidence.p50)
    last = min(_YEAR * int(np.ceil(reach / _YEAR)), _LONGEST)
    months = np.arange(last + 1.0)
    waiting = np.array([(people.waited >= month).sum() for month in months], float)
    enough = waiting >= FEWEST_FOLLOWED
    seen, low, high = (np.where(enough, part, np.nan) for part in _seen(people, months))
    learned = Lag().waiting_over(lag, spread, months)
    believed = programme.lag.waiting_over(
        programme.onset_lag.central, programme.onset_spread.central, months
    )
    respond = fit.share.p50
    return Coming(months, seen, low, high, waiting, respond * learned, respond * believed)


def _seen(people: Cohort, months: Floats) -> tuple[Floats, Floats, Floats]:
    """Kaplan-Meier, and its range about each month apart."""
    from scipy.stats import CensoredData, ecdf  # takes most of a second to import

    known = people.known
    curve = ecdf(CensoredData(uncensored=people.waited[known], right=people.waited[~known])).cdf
    with warnings.catch_warnings():
        # Where everybody has the outcome there is no range; nobody is left to be shown there.
        warnings.simplefilter("ignore", RuntimeWarning)
        range_: Any = curve.confidence_interval(_SURE, method="log-log")
    return curve.evaluate(months), range_.low.evaluate(months), range_.high.evaluate(months)
