"""What one council's forecast stands on, gathered from the store."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from prevention.evidence.councils import Council, UnknownCouncil, councils
from prevention.evidence.services import (
    AVERAGE,
    FACETS,
    SPEND_PER_PERSON,
    Part,
    SeriesDefinition,
    ServiceDefinition,
    define,
)
from prevention.evidence.store import Store
from prevention.evidence.tables import COUNCIL_SERIES, MEASURES, OUTLOOKS, SERVICES, quoted
from prevention.model.evidence import CouncilEvidence, Observation, Series, ServiceEvidence
from prevention.years import WEEKS_PER_YEAR, format_year

UNITED_KINGDOM = "K02000001"

Outlook = tuple[tuple[float, ...], dict[str, tuple[float, ...]]]
Outlooks = Mapping[str, Outlook]
"""By service line: the spread by year ahead, and the log change by method and year ahead."""

Figures = Mapping[tuple[str, str], Mapping[int, Observation]]
"""Observations of one council by (table, measure), then by year ending."""
Own = Mapping[tuple[str, str], Sequence[Observation]]
"""Observations from a council's own files by (service, facet), in order of year."""


def council_evidence(store: Store, code: str) -> CouncilEvidence:
    """Everything published that one council's forecast uses.

    code: a nine-character code, as `find_council` gives it.

    Raises:
        UnknownCouncil: no council has the code.
    """
    for council in councils(store, current=False):
        if council.code == code:
            return _evidence(store, [council], code)[code]
    raise UnknownCouncil(f"No council has the code '{code}'. Find it by name with find_council.")


def every_council_evidence(store: Store, *, current: bool = True) -> dict[str, CouncilEvidence]:
    """The evidence of every council by code, each table read once.

    current: the councils of today only, or also those that have been replaced.
    """
    return _evidence(store, councils(store, current=current), None)


def _evidence(
    store: Store, wanted: Sequence[Council], only: str | None
) -> dict[str, CouncilEvidence]:
    services = service_definitions(store)
    figures = _figures(store, only, services)
    outlooks = _outlooks(store, only)
    own = own_figures(store)
    deflator = measure_series(store, "gdp_deflator", "gdp_deflator", UNITED_KINGDOM)
    data_hash = store.data_hash
    return {
        council.code: _council(
            council,
            services,
            figures[council.code],
            own.get(council.code, {}),
            outlooks[council.code],
            deflator,
            data_hash,
        )
        for council in wanted
    }


def _outlooks(store: Store, code: str | None) -> Mapping[str, Outlooks]:
    """Each council's outlooks, of one council or of all."""
    rows = store.rows(
        f"SELECT la_code, service, method, log_change, log_deviation "
        f"FROM {quoted(OUTLOOKS.name)} WHERE la_code = coalesce(?, la_code) "
        "ORDER BY la_code, service, method",
        [code],
    )
    found: dict[str, dict[str, Outlook]] = defaultdict(dict)
    for la_code, service, method, change, deviation in rows:
        _, paths = found[la_code].setdefault(service, (tuple(deviation), {}))
        paths[method] = tuple(change)
    return found


def _council(
    council: Council,
    services: Sequence[ServiceDefinition],
    figures: Figures,
    own: Own,
    outlooks: Outlooks,
    deflator: Series,
    data_hash: str,
) -> CouncilEvidence:
    evidence = {
        service.id: _service(service, figures, own, outlooks.get(service.id, ((), {})))
        for service in services
    }
    missing = [
        sentence
        for service in services
        for sentence in _missing(service, evidence[service.id], figures, council.name)
    ]
    return CouncilEvidence(
        code=council.code,
        name=council.name,
        services=evidence,
        deflator=deflator,
        data_hash=data_hash,
        missing=tuple(dict.fromkeys(missing)),
    )


def service_definitions(store: Store) -> list[ServiceDefinition]:
    """The service lines the store was built with, in order."""
    rows = store.rows(f"SELECT definition FROM {quoted(SERVICES.name)} ORDER BY position")
    return [define(json.loads(text)) for (text,) in rows]


def measure_series(store: Store, table: str, measure: str, code: str) -> Series:
    """One published measure of one council, as it stands in the store.

    Raises:
        KeyError: the table has no such measure.
    """
    rows = store.rows(
        f"SELECT title, unit, period, note FROM {quoted(MEASURES.name)} "
        f"WHERE {quoted('table')} = ? AND measure = ?",
        [table, measure],
    )
    if not rows:
        raise KeyError(f"Table {table} has no measure '{measure}'.")
    title, unit, period, note = rows[0]
    observations = tuple(
        Observation(year, value, release)
        for _, year, _, value, release in store.figures(table, code, [measure])
    )
    return Series(f"{title}, {period}", unit, observations, note or "")


def _figures(
    store: Store, code: str | None, services: Sequence[ServiceDefinition]
) -> Mapping[str, Figures]:
    """What the services read, by council: of one council, or of all."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for service in services:
        for series in service.series.values():
            for part in series.parts:
                wanted[part.table].update(part.measures)
    found: dict[str, dict[tuple[str, str], dict[int, Observation]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    measures = {table: sorted(named) for table, named in wanted.items()}
    for table, la_code, year, measure, value, release in store.figures_of(measures, code):
        found[la_code][table, measure][year] = Observation(year, value, release)
    return found


def own_figures(store: Store, *, chosen: bool = True) -> Mapping[str, Own]:
    """Figures from councils' own files by council, then by (service, facet).

    chosen: only those that the council has said go before the published ones.
    """
    rows = store.rows(
        "SELECT la_code, service, facet, year_ending, figure, release "
        f"FROM {quoted(COUNCIL_SERIES.name)} WHERE chosen OR NOT ? "
        "ORDER BY la_code, service, facet, year_ending",
        [chosen],
    )
    found: dict[str, dict[tuple[str, str], list[Observation]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for code, service, facet, year, value, release in rows:
        found[code][service, facet].append(Observation(year, value, release))
    return found


def _own_first(published: Series, own: Sequence[Observation]) -> Series:
    """A series with the council's own figures in place of the published, year by year."""
    if not own:
        return published
    by_year = {item.year_ending: item for item in (*published.observations, *own)}
    first, last = format_year(own[0].year_ending), format_year(own[-1].year_ending)
    span = first if first == last else f"{first} to {last}"
    note = f"{published.note} The council's own figures stand for {span}.".strip()
    observations = tuple(by_year[year] for year in sorted(by_year))
    return Series(published.title, published.unit, observations, note)


def _service(
    service: ServiceDefinition, figures: Figures, own: Own, outlook: Outlook
) -> ServiceEvidence:
    read = {
        facet: Series(
            definition.title, definition.unit, _observations(definition, figures), definition.note
        )
        for facet, definition in service.series.items()
    }
    if service.series["unit_cost"].derive == SPEND_PER_PERSON:
        derived = spend_per_person(read["spend"], read["people"])
        definition = service.series["unit_cost"]
        read["unit_cost"] = Series(definition.title, definition.unit, derived, definition.note)
    read = {
        facet: _own_first(series, own.get((service.id, facet), ()))
        for facet, series in read.items()
    }
    return ServiceEvidence(
        id=service.id,
        name=service.name,
        directorate=service.directorate,
        person=service.person,
        over_year=service.series["people"].count == AVERAGE,
        outlooks=outlook[1],
        spread=outlook[0],
        is_memo=service.is_memo,
        **read,
    )


def _observations(definition: SeriesDefinition, figures: Figures) -> tuple[Observation, ...]:
    """The parts in order, each adding only years later than those before it."""
    held: list[Observation] = []
    for part in definition.parts:
        after = held[-1].year_ending if held else 0
        held += [item for item in _part(part, figures) if item.year_ending > after]
    if definition.count == AVERAGE:
        return tuple(
            Observation(item.year_ending, item.value / WEEKS_PER_YEAR, item.release)
            for item in held
        )
    return tuple(held)


def _part(part: Part, figures: Figures) -> list[Observation]:
    """The measures of a part added up, for the years in which every one is published.

    A withheld figure is not zero: a year that lacks one has no sum, unless the part says
    that what is withheld is small.
    """
    read = {measure: figures.get((part.table, measure), {}) for measure in part.measures}
    needed = [read[measure] for measure in part.measures if measure not in part.small]
    years = sorted(set.intersection(*(set(item) for item in needed)))
    return [
        Observation(
            year,
            sum(item[year].value for item in read.values() if year in item),
            _releases(item[year] for item in read.values() if year in item),
        )
        for year in years
        if part.first_year <= year <= part.last_year
    ]


def _releases(observations: Iterable[Observation]) -> str:
    return " + ".join(dict.fromkeys(item.release for item in observations))


def spend_per_person(spend: Series, people: Series) -> tuple[Observation, ...]:
    """Weekly spend per person: spend / people / weeks in a year, for the years with both.

    GBP a year and people in, GBP per person per week out. A year whose spend is zero or
    below (a correction, not a price) has none.
    """
    counted = {item.year_ending: item for item in people.observations if item.value > 0}
    return tuple(
        Observation(
            item.year_ending,
            item.value / counted[item.year_ending].value / WEEKS_PER_YEAR,
            _releases((item, counted[item.year_ending])),
        )
        for item in spend.observations
        if item.year_ending in counted and item.value > 0
    )


def _missing(
    service: ServiceDefinition, evidence: ServiceEvidence, figures: Figures, council: str
) -> list[str]:
    """One sentence for each figure of a service that is not to be had."""
    sentences: list[str] = []
    for facet in FACETS:
        definition, series = service.series[facet], getattr(evidence, facet)
        for part in definition.parts:
            if part.missing and not _part(part, figures):
                sentences.append(part.missing.format(council=council))
        if not series.observations:
            sentences.append(
                definition.missing.format(council=council)
                or f"Nothing is published for {council} of: {definition.title.lower()}."
            )
    return sentences + _short(evidence.people, council)


FEW_YEARS = 3
"""With so few years of figures a council's own changes say little: its range is wider."""


def _short(people: Series, council: str) -> list[str]:
    """A sentence where few years of people are held, so that the range is wider."""
    years = [item.year_ending for item in people.observations]
    if not 0 < len(years) <= FEW_YEARS:
        return []
    since = f"{len(years)} years, from {format_year(years[0])}"
    held = since if len(years) > 1 else f"one year, {format_year(years[0])}"
    return [
        f"{people.title}: held of {council} for {held}, so the range of its forecast is wider "
        "than with a longer record."
    ]
