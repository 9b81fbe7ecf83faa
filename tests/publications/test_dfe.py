"""Statistics of the Department for Education: every vintage of the layout, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from prevention.publications import NotRecognised, read_publication
from publications.layouts import KEYS, figure, looked_after, need, placements, write_csv


def test_looked_after_2025_feeds_counts_rates_and_population(tmp_path: Path) -> None:
    reading = read_publication(write_csv(tmp_path / "cla.csv", looked_after(), bom=True))
    assert (reading.publication, reading.tables) == ("dfe_looked_after", ("looked_after",))
    assert reading.release.key == "cla-2025"
    assert figure(reading, "E06000007", 2025, "looked_after_31_march") == ("310", "")
    assert figure(reading, "E06000007", 2025, "looked_after_started_rate") == ("23", "")
    assert figure(reading, "E06000007", 2024, "population_0_17_used_by_dfe") == ("44153", "")
    assert figure(reading, "E06000053", 2025, "looked_after_ceased") == ("", "z")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("population_type", "population_count"),
        ("children_count", "number"),
        ("time_period", "Time period"),
        ("rate_per_10000", "rate_per_10k"),
    ],
)
def test_a_column_renamed_between_releases_is_found(tmp_path: Path, old: str, new: str) -> None:
    """The department named two of these columns otherwise until 2024."""
    table = looked_after().rename(columns={old: new})
    renamed = read_publication(write_csv(tmp_path / "cla.csv", table))
    plain = read_publication(write_csv(tmp_path / "plain.csv", looked_after()))
    assert renamed.rows[KEYS].equals(plain.rows[KEYS])


def test_a_column_nobody_knows_is_named_with_the_nearest(tmp_path: Path) -> None:
    table = looked_after().rename(columns={"children_count": "childrens_counts"})
    with pytest.raises(NotRecognised, match=r"children_count.*nearest is 'childrens_counts'") as no:
        read_publication(write_csv(tmp_path / "cla.csv", table))
    assert no.value.nearest == "dfe_looked_after"


def test_two_columns_that_could_be_one_are_refused(tmp_path: Path) -> None:
    table = looked_after().assign(number="1")
    with pytest.raises(NotRecognised, match=r"children_count.*number|number.*children_count"):
        read_publication(write_csv(tmp_path / "cla.csv", table))


def test_every_figure_is_offered_or_set_aside_with_a_reason(tmp_path: Path) -> None:
    table = looked_after()
    reading = read_publication(write_csv(tmp_path / "cla.csv", table))
    figures = table[["population_estimate", "children_count", "rate_per_10000"]]
    assert reading.rows_read == int((figures != "").sum().sum())
    assert len(reading.rows) + sum(reading.set_aside.values()) == reading.rows_read
    assert reading.set_aside["for England"] == 9
    assert reading.set_aside["for a region"] == 9


def test_children_in_need_and_its_siblings(tmp_path: Path) -> None:
    """Each table of the release has its own columns; all feed one table of ours."""
    for kind, measure, value in (
        ("b1", "in_need_31_march", "1552"),
        ("c1", "re_referrals_percent", "16.9"),
        ("c4", "initial_conferences", "321"),
        ("d3", "protection_plans_repeat_percent", "19.7"),
        ("d5", "protection_plans_31_march", "188"),
    ):
        reading = read_publication(write_csv(tmp_path / f"{kind}.csv", need(kind)))
        assert reading.publication == "dfe_children_in_need"
        assert figure(reading, "E06000007", 2025, measure) == (value, "")


def test_a_code_changed_with_the_same_ground_goes_under_the_newest(tmp_path: Path) -> None:
    """North Yorkshire 2022 carries its county's code; Cumbria's figures are never shared out."""
    reading = read_publication(write_csv(tmp_path / "b1.csv", need("b1")))
    assert figure(reading, "E06000065", 2022, "in_need_31_march") == ("2000", "")
    assert figure(reading, "E10000006", 2022, "in_need_31_march") == ("3000", "")
    assert not set(reading.rows["la_code"]) & {"E10000023", "E06000063", "E06000064"}


def test_swapped_columns_of_codes_are_refused(tmp_path: Path) -> None:
    table = looked_after()
    table = table.rename(columns={"new_la_code": "old_la_code", "old_la_code": "new_la_code"})
    with pytest.raises(NotRecognised, match="swapped"):
        read_publication(write_csv(tmp_path / "cla.csv", table))


def test_placements_by_group_and_characteristic(tmp_path: Path) -> None:
    reading = read_publication(write_csv(tmp_path / "placements.csv", placements()))
    assert reading.publication == "dfe_placements"
    expected = {
        "foster": ("201", ""),
        "secure_and_childrens_homes": ("41", ""),
        "semi_independent": ("31", ""),
        "with_parents": ("26", ""),
        "over_20_miles_from_home": ("38", ""),
        "provider_own_council": ("174", ""),
        "provider_other_council": ("", "c"),
        "total": ("310", ""),
    }
    assert {m: figure(reading, "E06000007", 2025, m) for m in expected} == expected
    assert "a measure that no table of ours holds" in reading.set_aside


@pytest.mark.parametrize("name", ["old_la_code", "la_code"])
def test_a_file_with_the_departments_own_codes_alone_is_read(tmp_path: Path, name: str) -> None:
    """Three digits, under their own heading or the one that later releases give new codes."""
    table = need("b1")
    old = table.drop(columns=["new_la_code"]).rename(columns={"old_la_code": name})
    found = read_publication(write_csv(tmp_path / "old.csv", old))
    whole = read_publication(write_csv(tmp_path / "whole.csv", table))
    assert found.rows[KEYS].equals(whole.rows[KEYS])


def test_a_file_without_any_code_is_refused(tmp_path: Path) -> None:
    table = need("b1").drop(columns=["new_la_code", "old_la_code"])
    with pytest.raises(NotRecognised, match="new_la_code"):
        read_publication(write_csv(tmp_path / "none.csv", table))
