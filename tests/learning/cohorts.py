"""Synthetic people: referral and outcome dates drawn at random, of nobody real."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from prevention.learning.cohort import Cohort
from prevention.model.assumptions import Z_90, Assumption

TODAY = dt.date(2026, 11, 1)


def around(central: float, log_deviation: float) -> Assumption:
    """An assumption with the same spread in logs on either side."""
    reach = float(np.exp(Z_90 * log_deviation))
    return Assumption(low=central / reach, central=central, high=central * reach)


OFF_TARGET = around(12.0, 0.5), around(6.9, 0.6)
"""Evidence on lag and spread that misses a true mean of 18 months by a third."""


def synthetic_cohort(
    rng: np.random.Generator,
    referrals: int,
    months: float,
    *,
    mean: float = 18.0,
    spread: float = 9.0,
    share: float = 0.6,
    entry: float = 12.0,
) -> Cohort:
    """People referred evenly over `entry` months and watched until `months`."""
    start = rng.uniform(0, entry, referrals)
    shape = (mean / spread) ** 2
    wait = rng.gamma(shape, mean / shape, referrals)
    wait = np.where(rng.random(referrals) < share, wait, np.inf)
    followed = months - start
    known = wait <= followed
    waited = np.maximum(np.where(known, wait, followed), 0.25)
    return Cohort(waited, known, np.zeros(referrals, bool), followed)


def rows_of(people: Cohort, group: str = "") -> list[list[str]]:
    """The same people as rows of a case system's export, as at TODAY."""

    def day(months_ago: float) -> str:
        return (TODAY - dt.timedelta(days=round(months_ago * 365.25 / 12))).strftime("%d/%m/%Y")

    rows = [
        [day(followed), day(followed - waited) if known else "", "", group]
        for followed, waited, known in zip(
            people.followed, people.waited, people.known, strict=True
        )
    ]
    return rows if group else [row[:3] for row in rows]


def write_cases(path: Path, rows: list[list[str]]) -> Path:
    """Rows as a CSV file."""
    head = ["Referral date", "Outcome date", "Date closed", "Cohort"][: len(rows[0])]
    text = "\n".join(",".join(row) for row in [head, *rows])
    path.write_text(text + "\n", encoding="utf-8")
    return path
