"""What the store holds: of which publication, how old, and what a forecast must do without."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prevention.evidence.council import service_definitions
from prevention.evidence.loads import Waiting
from prevention.evidence.own.series import OWN_RELEASE
from prevention.evidence.services import Part
from prevention.evidence.store import Store
from prevention.evidence.tables import COUNCIL_SERIES, FIGURES, SOURCES, SUPERSEDED, quoted
from prevention.evidence.vintages import LOADED_MARK, latest
from prevention.model.evidence import CouncilEvidence, Observation
from prevention.years import MONTHS_PER_YEAR, format_year

FOOTINGS = {"people": "People", "unit_cost": "Unit cost", "spend": "Spend"}
"""The figures of a service line that a forecast stands on."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The figures of one release that stand in one table.

    published: date as far as known. first_year, last_year: years ending. figures: values
    (count). blanks: cells the publisher withheld or left out, with its mark (count).
    replaced: its figures that a newer release has taken the place of (count).
    loaded: whether a file brought it, after the store was built.
    """

    table: str
    release: str
    publisher: str
    publication: str
    title: str
    published: str
    copied_from: str
    first_year: int
    last_year: int
    figures: int
    blanks: int
    replaced: int
    loaded: bool

    def age(self, today: dt.date) -> int | None:
        """Whole months since publication; None where the date is not known.

        Of a date known to the month or year, the last possible day counts.
        """
        day = latest(self.published)
        if not day:
            return None
        year, month, in_month = (int(part) for part in day.split("-"))
        whole = (today.year - year) * MONTHS_PER_YEAR + today.month - month
        return max(0, whole - (today.day < in_month and len(self.published) == len(day)))


def holdings(store: Store) -> list[Holding]:
    """Every release that figures in force come from, by table, newest year first."""
    replaced = {
        (table, release): count
        for table, release, count in store.rows(
            f"SELECT {quoted('table')}, release, count(*) FROM {quoted(SUPERSEDED.name)} "
            f"GROUP BY {quoted('table')}, release"
        )
    }
    found = []
    for table in FIGURES:
        rows = store.rows(
            "SELECT f.release, s.publisher, s.publication, s.title, s.published, s.copied_from, "
            "min(f.year_ending), max(f.year_ending), count(f.value), count(*) - count(f.value) "
            f"FROM {quoted(table)} f JOIN {quoted(SOURCES.name)} s "
            f"ON s.release = f.release AND s.{quoted('table')} = ? "
            "GROUP BY ALL ORDER BY max(f.year_ending) DESC, f.release",
            [table],
        )
        for row in rows:
            more = (replaced.get((table, row[0]), 0), LOADED_MARK in row[0])
            found.append(Holding(*(table, *row, *more)))
    return found


@dataclass(frozen=True, slots=True)
class Footing:
    """What a forecast uses for one figure of a service line, and whether newer is to be had.

    last: the council's newest figure, if any. newest: last year ending that any council
    has; None where the figure is derived from others. waiting: rows in quarantine that
    would feed it (count). own: whether the last figure is the council's own.
    """

    service: str
    facet: str
    title: str
    last: Observation | None
    newest: int | None
    waiting: int
    own: bool

    @property
    def consequence(self) -> str:
        """What the forecast does without, in plain words; empty where nothing is amiss."""
        said = []
        if self.waiting:
            rows = "1 row waits" if self.waiting == 1 else f"{self.waiting:,} rows wait"
            said.append(f"{rows} in quarantine; until then what stands is used.")
        if self.last is None:
            said.append("Nothing is published: a plan must assume it, or the line stays empty.")
        elif self.newest is not None and self.last.year_ending < self.newest:
            said.append(
                f"Other councils have {format_year(self.newest)}; the forecast sets out from "
                f"{format_year(self.last.year_ending)}."
            )
        return " ".join(said)


def footings(store: Store, council: CouncilEvidence, waiting: Iterable[Waiting]) -> list[Footing]:
    """What the forecast of a council stands on, line by line."""
    held = Counter(_touched(council.code, waiting))
    found = []
    for definition in service_definitions(store):
        service = council.services[definition.id]
        for facet, name in FOOTINGS.items():
            series = getattr(service, facet)
            parts = definition.series[facet].parts
            keys = {(part.table, measure) for part in parts for measure in part.measures}
            found.append(
                Footing(
                    service.name,
                    name,
                    series.title,
                    series.last,
                    _newest(store, parts),
                    sum(held[key] for key in (*keys, ("", definition.id))),
                    series.last is not None and series.last.release.startswith(OWN_RELEASE),
                )
            )
    return found


def _touched(code: str, waiting: Iterable[Waiting]) -> Iterator[tuple[str, str]]:
    """(table, measure) of each waiting figure of a council; ("", service) of its own rows."""
    for row in waiting:
        if row.cells.get("la_code") != code:
            continue
        if row.table in FIGURES:
            yield row.table, row.cells.get("measure", "")
        else:
            yield "", row.cells.get("service", "")


def _newest(store: Store, parts: Sequence[Part]) -> int | None:
    """The last year ending in which any council has what a series reads."""
    years = [
        year
        for part in parts
        for ((year,),) in [
            store.rows(
                f"SELECT max(year_ending) FROM {quoted(part.table)} WHERE value IS NOT NULL "
                "AND list_contains(?, measure) AND year_ending BETWEEN ? AND ?",
                [list(part.measures), part.first_year, part.last_year],
            )
        ]
        if year is not None
    ]
    return max(years, default=None)


def own_spans(store: Store, code: str) -> list[tuple[str, str, int, int, bool]]:
    """What a council's own files give: (service, facet, first year, last year, goes first)."""
    return store.rows(
        "SELECT service, facet, min(year_ending), max(year_ending), bool_or(chosen) "
        f"FROM {quoted(COUNCIL_SERIES.name)} WHERE la_code = ? "
        "GROUP BY service, facet ORDER BY service, facet",
        [code],
    )
