"""The sheet that says what a file was made from: the run, its evidence, and the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prevention.model.projection import Projection
from prevention.model.summary import run_record
from prevention.reports.sheets import registers
from prevention.reports.sheets.page import Book, Column

if TYPE_CHECKING:
    from prevention.reports.sheets.workbook import Scenario

FIELDS = {
    "council_name": "Council",
    "council": "Council code",
    "scenario": "Scenario",
    "scenario_version": "Version of the scenario",
    "run_id": "Run",
    "first_year": "First year",
    "years": "Years",
    "price_base": "Price base of net present values",
    "seed": "Seed",
    "draws": "Draws",
    "version": "Version of the program",
    "source_hash": "Fingerprint of the program",
    "data_hash": "Fingerprint of the data",
    "assumptions_hash": "Fingerprint of the assumptions",
}
"""Entries of a run's record, in order, with the words for them."""

UNKNOWN_VERSION = "Not said: the scenario was not named to the export"
_NOTES = (
    "One run, one id: the id follows from everything below, so the same id is the same figures.",
    "To prove a figure: prevention replay RUN works the run out again and compares to the penny.",
)


def made_from(
    projection: Projection, citations: Mapping[str, str], version: str = ""
) -> dict[str, Any]:
    """What a file of plain figures was made from, to stand in it as JSON.

    The run's record, which version of the scenario was run, in words, and a line on each
    release of published figures.
    """
    used = {key: citations.get(key, "as named") for key in registers.releases([projection])}
    told = {"scenario_version": version or UNKNOWN_VERSION, "releases": used}
    return run_record(projection) | told


def provenance(
    projections: Sequence[Projection], citations: Mapping[str, str], versions: Sequence[str] = ()
) -> list[tuple[str, list[str]]]:
    """Each entry and its value for every projection.

    versions: which version of its scenario each is, in words; none where it is not known.
    """
    said = versions or [UNKNOWN_VERSION] * len(projections)
    records = [
        run_record(projection) | {"scenario_version": version}
        for projection, version in zip(projections, said, strict=True)
    ]
    rows = [(title, [str(r.get(key, "")) for r in records]) for key, title in FIELDS.items()]
    names = dict.fromkeys(name for r in records for name in r["libraries"])
    rows += [
        (f"Version of {name}", [str(r["libraries"].get(name, "")) for r in records])
        for name in names
    ]
    for key in registers.releases(projections):
        rows.append((f"Release {key}", [citations.get(key, "as named")] * len(records)))
    return rows


def write_provenance(
    book: Book, scenarios: Sequence[Scenario], citations: Mapping[str, str]
) -> None:
    """Write the sheet Provenance."""
    page = book.page("Provenance", "What this file was made from (unit: text)", _NOTES)
    width = 90 if len(scenarios) == 1 else 44
    page.head(
        [
            Column("Item", width=44),
            *(Column(f"Scenario {s.number}", width=width) for s in scenarios),
        ]
    )
    projections, versions = [s.projection for s in scenarios], [s.version for s in scenarios]
    for title, values in provenance(projections, citations, versions):
        page.put(page.row, 0, title)
        for column, value in enumerate(values, 1):
            page.put(page.row, column, value)
        page.row += 1
    page.close()
