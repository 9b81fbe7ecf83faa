"""What one council's forecast stands on: Warrington to the published figure, and any other."""

from __future__ import annotations

import pytest

from prevention.evidence.council import (
    council_evidence,
    every_council_evidence,
    measure_series,
    service_definitions,
)
from prevention.evidence.councils import UnknownCouncil, councils, find_council
from prevention.evidence.sources import source_of, sources_of
from prevention.evidence.store import Store
from prevention.model.evidence import CouncilEvidence, Series
from prevention.years import WEEKS_PER_YEAR


@pytest.fixture(scope="module")
def warrington(store: Store) -> CouncilEvidence:
    return council_evidence(store, "E06000007")


def at(series: Series, year: int) -> float:
    return next(item.value for item in series.observations if item.year_ending == year)


PUBLISHED_FIGURES = [
    ("children-looked-after", "people", 2025, 310),
    ("children-looked-after", "people", 2010, 267),
    ("children-looked-after", "unit_cost", 2025, 2_220),
    ("children-looked-after", "spend", 2025, 35_895_782),
    ("children-looked-after", "population", 2025, 44_799),
    ("childrens-homes", "people", 2025, 41),
    ("childrens-homes", "unit_cost", 2025, 6_825),
    ("childrens-homes", "unit_cost", 2024, 8_630),
    ("childrens-homes", "spend", 2025, 19_334_000),
    ("fostering", "people", 2025, 201),
    ("fostering", "unit_cost", 2025, 910),
    ("fostering", "spend", 2025, 9_610_000),
    ("semi-independent", "people", 2025, 31),
    ("residential-65-plus", "people", 2023, 16_141 / WEEKS_PER_YEAR),
    ("residential-65-plus", "unit_cost", 2022, 718.719231052835),
    ("residential-65-plus", "spend", 2022, 8_955_000),
    ("residential-65-plus", "population", 2024, 41_765),
    ("nursing-65-plus", "people", 2022, 17_248 / WEEKS_PER_YEAR),
    ("nursing-65-plus", "unit_cost", 2022, 818.028753052606),
    ("nursing-65-plus", "spend", 2022, 11_512_000),
    ("home-care-65-plus", "people", 2022, 860),
    ("home-care-65-plus", "spend", 2022, 9_084_000),
    ("home-care-65-plus", "unit_cost", 2022, 9_084_000 / 860 / WEEKS_PER_YEAR),
]


@pytest.mark.parametrize(("service", "facet", "year", "value"), PUBLISHED_FIGURES)
def test_warrington_as_published(
    warrington: CouncilEvidence, service: str, facet: str, year: int, value: float
) -> None:
    assert at(getattr(warrington.services[service], facet), year) == pytest.approx(value, rel=1e-14)


def test_the_services_in_order_and_only_the_memo_line_is_a_memo(
    warrington: CouncilEvidence,
) -> None:
    assert list(warrington.services) == [
        "children-looked-after",
        "childrens-homes",
        "fostering",
        "semi-independent",
        "residential-65-plus",
        "nursing-65-plus",
        "home-care-65-plus",
    ]
    assert [s.id for s in warrington.services.values() if s.is_memo] == ["children-looked-after"]


def test_what_is_missing_is_said_in_plain_words(warrington: CouncilEvidence) -> None:
    assert warrington.missing == (
        "No weekly unit cost is published for semi-independent accommodation.",
        "No spend is published for semi-independent accommodation on its own.",
        "People aged 65 and over with home care on 31 March: held of Warrington for one year, "
        "2021/22, so the range of its forecast is wider than with a longer record.",
    )
    assert warrington.services["semi-independent"].unit_cost.observations == ()
    assert "None is published" in warrington.services["semi-independent"].unit_cost.note


def test_looked_after_spend_joins_section_251_to_the_interactive_tool_and_nothing_else(
    warrington: CouncilEvidence,
) -> None:
    spend = warrington.services["children-looked-after"].spend.observations
    releases = {item.year_ending: item.release for item in spend}
    assert list(releases) == list(range(2013, 2026))
    assert releases[2016] == "s251-2016"
    assert {releases[year] for year in range(2017, 2026)} == {"lait-2026-04"}


def test_placements_have_no_figure_where_no_table_is_held(warrington: CouncilEvidence) -> None:
    years = [item.year_ending for item in warrington.services["fostering"].people.observations]
    assert years == [*range(2011, 2018), *range(2020, 2026)]


def test_population_is_estimates_then_projection(warrington: CouncilEvidence) -> None:
    series = warrington.services["nursing-65-plus"].population.observations
    assert [i.year_ending for i in series] == [*range(2016, 2022), *range(2024, 2045)]
    assert [i.release for i in series if i.year_ending in (2024, 2025)] == [
        "mye-2023-first",
        "snpp-2018",
    ]
    assert at(warrington.services["nursing-65-plus"].population, 2025) == pytest.approx(
        43_131, abs=1
    )


def test_the_deflator_is_100_in_its_base_year_and_its_forecast_is_marked(
    warrington: CouncilEvidence,
) -> None:
    assert at(warrington.deflator, 2023) == 100
    releases = {item.year_ending: item.release for item in warrington.deflator.observations}
    assert releases[2023] == "gdp-2023-12"
    assert releases[2024] == "gdp-2023-12-forecast"


def test_every_observation_can_be_traced_to_its_source(
    store: Store, warrington: CouncilEvidence
) -> None:
    for service in warrington.services.values():
        for facet in ("people", "unit_cost", "spend", "population"):
            for item in getattr(service, facet).observations:
                for source in sources_of(store, item.release):
                    assert source.publisher
                    assert source.licence == "Open Government Licence v3.0"


def test_a_source_names_publisher_publication_licence_and_date(store: Store) -> None:
    source = source_of(store, "children_finance", "lait-2026-04")
    assert source.publisher == "Department for Education"
    assert source.publication == "Local Authority Interactive Tool"
    assert source.published == "2026-04-08"
    assert not source.licence_text_seen
    assert source.citation.startswith("Department for Education, Local Authority Interactive Tool")
    with pytest.raises(KeyError, match="draws on no release"):
        source_of(store, "children_finance", "ro3-2025")


def test_a_release_is_described_alike_wherever_it_is_used(store: Store) -> None:
    rows = store.rows(
        "SELECT release FROM sources GROUP BY release "
        "HAVING count(DISTINCT (publisher, publication, title, published)) > 1"
    )
    assert rows == []


def test_evidence_for_every_council_there_has_been(store: Store) -> None:
    every = every_council_evidence(store, current=False)
    assert len(every) == 165
    for code, evidence in every.items():
        assert len(evidence.services) == 7
        for service in evidence.services.values():
            for facet in ("people", "unit_cost", "spend", "population"):
                years = [i.year_ending for i in getattr(service, facet).observations]
                assert years == sorted(set(years)), (code, service.id, facet)
                assert all(i.value >= 0 for i in service.unit_cost.observations)
        if code != "E06000007":
            assert any("No projection" in sentence for sentence in evidence.missing)


def test_one_council_alone_has_the_same_evidence_as_among_all(
    store: Store, warrington: CouncilEvidence
) -> None:
    assert every_council_evidence(store)["E06000007"] == warrington


def test_councils_of_today(store: Store) -> None:
    assert len(councils(store)) == 153


def test_a_council_whose_code_changed_keeps_its_history(store: Store) -> None:
    barnsley = council_evidence(store, "E08000038")
    people = barnsley.services["residential-65-plus"].people.observations
    assert people[0].year_ending == 2001
    assert people[-1].year_ending == 2023


def test_dorset_before_its_boundary_changed_is_another_council(store: Store) -> None:
    years = [y for _, y, *_ in store.figures("care_weeks", "E06000059", ["nursing_weeks_65_plus"])]
    county = [y for _, y, *_ in store.figures("care_weeks", "E10000009", ["nursing_weeks_65_plus"])]
    assert min(years) == 2020
    assert max(county) == 2019


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E06000007", "E06000007"),
        (" e06000007 ", "E06000007"),
        ("877", "E06000007"),
        ("Warrington", "E06000007"),
        ("WARRINGTON", "E06000007"),
        ("E08000016", "E08000038"),
        ("370", "E08000038"),
        ("sheffield", "E08000039"),
        ("E10000002", "E06000060"),
        ("E10000023", "E06000065"),
        ("E10000027", "E06000066"),
        ("E10000009", "E06000059"),
        ("835", "E06000059"),
        ("Dorset", "E06000059"),
        ("Poole", "E06000058"),
        ("Bristol", "E06000023"),
        ("Herefordshire", "E06000019"),
        ("Barking & Dagenham", "E09000002"),
        ("Stockton on Tees", "E06000004"),
    ],
)
def test_a_council_is_found_by_any_code_or_name(store: Store, text: str, code: str) -> None:
    assert find_council(store, text)[0] == code


def test_a_misspelt_council_is_refused_with_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownCouncil, match=r"'Warington'.*Warrington \(E06000007\)"):
        find_council(store, "Warington")


@pytest.mark.parametrize("text", ["", "E99999999", "'; DROP TABLE councils; --"])
def test_anything_else_is_refused(store: Store, text: str) -> None:
    with pytest.raises(UnknownCouncil):
        find_council(store, text)


def test_a_council_that_was_split_names_its_parts(store: Store) -> None:
    with pytest.raises(UnknownCouncil, match=r"North Northamptonshire.*West Northamptonshire"):
        find_council(store, "Northamptonshire")


def test_evidence_is_refused_for_a_code_nobody_has(store: Store) -> None:
    with pytest.raises(UnknownCouncil, match="E00000000"):
        council_evidence(store, "E00000000")


def test_a_measure_can_be_read_on_its_own(store: Store) -> None:
    series = measure_series(
        store, "adult_outcomes", "permanent_admissions_65_plus_rate", "E06000007"
    )
    assert [item.value for item in series.observations] == [
        650.1, 619.8, 612.9, 446.9, 514.3, 584.7, 756.6,
    ]  # fmt: skip
    assert series.unit == "per 100,000 aged 65 and over"
    with pytest.raises(KeyError, match="no measure"):
        measure_series(store, "adult_outcomes", "colour", "E06000007")


def test_the_definitions_survive_the_store(store: Store) -> None:
    homes = service_definitions(store)[1]
    assert homes.id == "childrens-homes"
    assert homes.series["people"].parts[0].measures == ("secure_and_childrens_homes",)
