"""A projection as rows and as the document of the contract."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from model.synthetic import FIRST_YEAR, chain, plan, programme, synthetic_council
from prevention.model.appraisal import payback_month, peak_funding
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, resolve
from prevention.model.summary import annual, appraisal, baseline, document
from prevention.years import first_month, month_label

RUN = {
    "run_id", "council", "council_name", "scenario", "first_year", "years", "seed", "draws",
    "price_base", "version", "data_hash", "assumptions_hash",
}  # fmt: skip
ANNUAL = {
    "year", "programme", "service", "measure", "unit", "central", "mean", "p10", "p50", "p90",
}  # fmt: skip
MEASURES_OF_THE_CONTRACT = {
    "people_started", "placements_avoided", "care_weeks_avoided", "gross_avoided_cost", "overlap",
    "optimism_bias", "to_other_bodies", "not_cashable", "not_released", "already_in_base",
    "cashable_saving", "cost_avoidance", "delivery_cost", "net_saving", "net_saving_cumulative",
    "mtfs_increment",
}  # fmt: skip
APPRAISAL = {
    "programme", "npv_fiscal", "npv_cashable", "bcr_fiscal", "bcr_cashable", "payback_month",
    "payback_year", "peak_funding", "peak_funding_month", "switching_lag_months",
    "tail_gross_avoided_cost", "probability_of_target",
}  # fmt: skip


def test_the_document_has_what_the_contract_names(step_up: Projection) -> None:
    found = document(step_up)
    assert set(found["run"]) >= RUN
    assert all(set(row) >= ANNUAL for row in found["annual"])
    assert {row["measure"] for row in found["annual"]} >= MEASURES_OF_THE_CONTRACT
    assert {row["measure"] for row in found["baseline"]} == {"people", "unit_cost", "spend"}
    assert all(set(row) >= APPRAISAL for row in found["appraisal"])
    assert [row["programme"] for row in found["appraisal"]] == [
        "mockingbird",
        "no-wrong-door",
        TOTAL,
    ]
    assert "do not add" in found["note"]
    assert found["run"]["first_year"] == "2027/28"
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_without_draws_there_is_no_mean_and_no_percentile(
    library: Library, warrington: CouncilEvidence
) -> None:
    found = document(project(resolve(library.scenarios["step-up"], library), warrington, draws=0))
    for row in found["annual"]:
        assert [row[name] for name in ("mean", "p10", "p50", "p90")] == [None] * 4
        assert row["central"] is not None
    assert all(row["p10"] is None for row in found["baseline"])
    assert all(row["probability_of_target"] is None for row in found["appraisal"])


@pytest.mark.parametrize("draws", [0, 64])
def test_nothing_done_is_nothing_saved(
    draws: int, library: Library, warrington: CouncilEvidence
) -> None:
    """The do-nothing scenario has a baseline, and no figure other than nought."""
    found = document(project(resolve(library.scenarios["do-nothing"], library), warrington, draws))
    assert {row["programme"] for row in found["annual"]} <= {TOTAL}
    assert all(row["central"] == 0 for row in found["annual"])
    assert found["appraisal"] == []
    assert {row["service"] for row in found["baseline"]} >= {"childrens-homes", "fostering"}


def test_rows_carry_the_percentiles_of_the_samples(step_up: Projection) -> None:
    rows = annual(step_up)
    picked = rows[(rows.programme == TOTAL) & (rows.service == TOTAL)]
    for name in ("cashable_saving", "net_saving_cumulative", "people_started"):
        samples = step_up.samples[TOTAL, TOTAL][name]
        expected = np.percentile(samples.astype(float), [10, 50, 90], axis=-1)
        shown = picked[picked.measure == name][["p10", "p50", "p90"]].to_numpy(float).T
        assert shown == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_every_row_is_there_once(step_up: Projection) -> None:
    rows = annual(step_up)
    keys = ["year", "programme", "service", "measure"]
    assert not rows.duplicated(keys).any()
    assert set(rows.year) == {"2027/28", "2028/29", "2029/30", "2030/31", "2031/32"}
    assert isinstance(baseline(step_up), pd.DataFrame)


def test_the_run_id_follows_from_what_the_run_is_made_of(
    library: Library, warrington: CouncilEvidence
) -> None:
    def run_id(draws: int = 64, seed: int = 1, **change: float) -> str:
        changes = [(f"programmes.mockingbird.{k}", v) for k, v in change.items()]
        chosen = resolve(library.scenarios["current-plan"], library, changes)
        return str(document(project(chosen, warrington, draws, seed))["run"]["run_id"])

    first = run_id()
    assert run_id() == first
    assert len({first, run_id(seed=2), run_id(draws=65), run_id(onset_lag=9.0)}) == 4


def scheme(**given: float) -> Projection:
    """Set-up first, savings after eighteen months."""
    each = programme(
        capacity=1, set_up_cost=150_000, fixed_cost=60_000, lag_shape="fixed", onset_lag=18, **given
    )
    return project(plan(each), synthetic_council(), draws=0)


def test_the_appraisal_is_that_of_the_months() -> None:
    """Payback and peak funding in cash by month; NPV and BCR real and discounted."""
    found = scheme()
    row = appraisal(found).set_index("programme").loc["synthetic"]
    outcome, account = chain(found.plan, found.council)
    ladder, cost = outcome.ladders["synthetic", "synthetic-care"], outcome.costs["synthetic"]
    net = (ladder.cashable - cost.council)[account.monthly, 0]
    opening = first_month(FIRST_YEAR)
    month = payback_month(net)
    assert month is not None
    assert row.payback_month == month_label(opening + month)
    peak = peak_funding(net)
    assert row.peak_funding == pytest.approx(peak.amount, abs=0.01)
    assert peak.month is not None
    assert row.peak_funding_month == month_label(opening + peak.month)
    by_hand = sum(flow / 1.035 ** ((m + 0.5) / 12) for m, flow in enumerate(net))
    assert row.npv_cashable == pytest.approx(by_hand, abs=0.02)
    assert row.npv_fiscal == row.npv_cashable
    assert row.bcr_cashable > 1


def test_a_scheme_that_never_pays_back_has_no_payback() -> None:
    row = appraisal(scheme(effect=0.0)).set_index("programme").loc[TOTAL]
    assert row.payback_month is None
    assert row.bcr_cashable == 0
    assert row.npv_cashable < 0
    assert row.peak_funding == pytest.approx(150_000 + 5 * 60_000)


def test_what_falls_after_the_plan_is_shown_as_its_tail() -> None:
    """Ten people, ten years of care each at GBP 48,000 a year; five years are in the plan."""
    each = programme(
        starts=(10.0,), lag_shape="fixed", duration=120, duration_shape="fixed", onset_lag=0
    )
    found = project(plan(each), synthetic_council(), draws=0)
    row = appraisal(found).set_index("programme").loc["synthetic"]
    inside = found.central[TOTAL, TOTAL]["gross_avoided_cost"].sum()
    assert inside + row.tail_gross_avoided_cost == pytest.approx(10 * 10 * 48_000, abs=0.1)


def test_care_that_never_ends_has_no_tail_figure() -> None:
    row = appraisal(scheme()).set_index("programme").loc["synthetic"]
    assert row.tail_gross_avoided_cost is None or np.isnan(row.tail_gross_avoided_cost)


def test_the_chance_of_meeting_the_budget_is_a_share_of_draws(step_up: Projection) -> None:
    rows = appraisal(step_up).set_index("programme")
    for id_ in ("mockingbird", "no-wrong-door", TOTAL):
        saved = step_up.samples[id_, TOTAL]["cashable_saving"].sum(axis=0, dtype=float)
        target = float(step_up.central[id_, TOTAL]["cashable_saving"].sum())
        assert rows.loc[id_, "target"] == pytest.approx(target)
        share = float((saved >= target).mean())
        assert rows.loc[id_, "probability_of_target"] == pytest.approx(share, abs=2 / 512)
