"""Service lines as data: where the figures of each are read in the store."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prevention.baseline.intervals import SpreadRule

FACETS = ("people", "unit_cost", "spend", "population")
"""The four series of a service line."""
SPEND_PER_PERSON = "spend per person"
"""Derivation of a weekly unit cost: spend / people / weeks in a year."""
AVERAGE = "average"
"""Count of people from weeks of care: weeks / weeks in a year."""


class ServicesWrong(ValueError):
    """`services.toml` cannot be read, or asks for something the store does not have."""


@dataclass(frozen=True, slots=True)
class Part:
    """Measures of one table, added up, over some years of a series.

    missing: sentence to show when the council has none of it.
    small: those of the measures that are left out, and the rest still added up, where the
    publisher withholds them: only for counts withheld because they are nearly nothing.
    """

    table: str
    measures: tuple[str, ...]
    first_year: int = 0
    last_year: int = 9999
    missing: str = ""
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesDefinition:
    """How one series is read: its parts in order, or how it is derived."""

    title: str
    unit: str
    note: str = ""
    count: str = ""
    derive: str = ""
    missing: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """A service line and the four series it is made of, by the names in FACETS.

    spread: how far people may stray from their forecast, by year ahead.
    """

    id: str
    name: str
    directorate: str
    person: str
    series: Mapping[str, SeriesDefinition]
    spread: SpreadRule = field(default_factory=SpreadRule)
    is_memo: bool = False


def read_services(path: Path) -> list[tuple[ServiceDefinition, str]]:
    """The service lines of a file, each with its definition as JSON for the store.

    Raises:
        ServicesWrong: the file is missing, or a definition is not whole.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ServicesWrong(f"{path} is missing: it says what the services are.") from fault
    except ValueError as fault:
        raise ServicesWrong(f"{path} is not TOML: {fault}.") from fault
    services = [(define(item), json.dumps(item)) for item in content.get("service", [])]
    ids = [service.id for service, _ in services]
    if not ids or len(set(ids)) < len(ids):
        raise ServicesWrong(f"{path} must hold at least one service, each with its own id.")
    return services


def define(item: Mapping[str, Any]) -> ServiceDefinition:
    """A service line from its block of `services.toml`.

    Raises:
        ServicesWrong: something it must say is not there, or is not known.
    """
    try:
        series = {facet: _series(item[facet]) for facet in FACETS}
        rest = {key: value for key, value in item.items() if key not in (*FACETS, "spread")}
        spread = SpreadRule(**item.get("spread", {}))
        service = ServiceDefinition(series=series, spread=spread, **rest)
    except (KeyError, TypeError) as fault:
        name = item.get("id", "a service without an id")
        raise ServicesWrong(f"services.toml, {name}: {fault} is missing or not known.") from fault
    _check_words(service)
    return service


def _series(item: Mapping[str, Any]) -> SeriesDefinition:
    parts = tuple(
        Part(**{**part, "measures": tuple(part["measures"]), "small": tuple(part.get("small", ()))})
        for part in item.get("parts", ())
    )
    return SeriesDefinition(**{**item, "parts": parts})


def _check_words(service: ServiceDefinition) -> None:
    if service.directorate not in ("children", "adults"):
        raise ServicesWrong(
            f"services.toml, {service.id}: directorate is '{service.directorate}'. "
            "It must be children or adults."
        )
    for facet, series in service.series.items():
        known = {"count": ("", AVERAGE), "derive": ("", SPEND_PER_PERSON)}
        for word, choices in known.items():
            if getattr(series, word) not in choices:
                raise ServicesWrong(
                    f"services.toml, {service.id}.{facet}: {word} is '{getattr(series, word)}'. "
                    f"It must be left out or '{choices[1]}'."
                )
        if not (series.parts or series.derive or series.missing):
            raise ServicesWrong(
                f"services.toml, {service.id}.{facet}: give parts, derive, or the sentence to "
                "show as missing."
            )


def check_measures(service: ServiceDefinition, known: set[tuple[str, str]]) -> None:
    """Refuse a service that reads a measure the catalogue does not have.

    Raises:
        ServicesWrong: naming the service, the table and the measure.
    """
    for facet, series in service.series.items():
        for part in series.parts:
            for measure in part.measures:
                if (part.table, measure) not in known:
                    raise ServicesWrong(
                        f"services.toml, {service.id}.{facet}: there is no measure '{measure}' "
                        f"in table {part.table}. See data/published/measures.csv."
                    )
