"""Write a projection as the kind of file asked for, whole or not at all."""

from __future__ import annotations

import enum
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prevention.model.projection import Projection
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT, Layout


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows of a scenario beside its run.

    version: which version of it was run, in words. reviews: of last year's forecast of each
    programme, for the schedule of capital receipts.
    """

    version: str
    reviews: Mapping[str, str] = field(default_factory=dict)


class Kind(enum.StrEnum):
    """What to write."""

    working_model = "working-model"
    schedule = "schedule"
    publication = "publication"
    briefing = "briefing"
    capital_receipts = "capital-receipts"
    data = "data"
    charts = "charts"


SUFFIXES: Mapping[Kind, tuple[str, ...]] = {
    Kind.working_model: (".xlsx",),
    Kind.schedule: (".xlsx",),
    Kind.publication: (".xlsx",),
    Kind.briefing: (".docx",),
    Kind.capital_receipts: (".xlsx",),
    Kind.data: (".zip", ".csv", ".parquet"),
    Kind.charts: (".zip",),
}
"""The endings a kind is written with, the usual one first."""

FORMATS = (".xlsx", ".csv", ".parquet", ".docx", ".zip")

ONE_SCENARIO = (Kind.briefing, Kind.data, Kind.charts)
"""Kinds that hold one scenario."""


def kind_for(output: Path) -> Kind:
    """The kind a file name stands for when none is asked: the working model, or data.

    Raises:
        ValueError: no kind is written with that ending.
    """
    suffix = output.suffix.lower()
    for kind, suffixes in SUFFIXES.items():
        if suffix in suffixes:
            return kind
    raise ValueError(f"{output.name}: an export ends in {', '.join(FORMATS)}.")


def export_file(
    projections: Sequence[Projection],
    output: Path,
    citations: Mapping[str, str],
    kind: Kind | None = None,
    layout: Layout = DEFAULT_LAYOUT,
    known: Sequence[Known] = (),
) -> None:
    """Write one or several scenarios to a file.

    citations: a line to print under a figure, by release. kind: None goes by the ending.
    layout: of the MTFS schedule. known: what the record knows of each scenario.

    Raises:
        ValueError: the name ends otherwise than the kind is written, or several scenarios
            are asked of a kind that holds one.
    """
    kind = kind or kind_for(output)
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES[kind]:
        raise ValueError(
            f"{output.name}: a {kind.value} export ends in {' or '.join(SUFFIXES[kind])}."
        )
    if kind in ONE_SCENARIO and len(projections) != 1:
        holder = suffix if kind is Kind.data else f"A {kind.value} export"
        raise ValueError(f"{holder} holds one scenario; {len(projections)} were given.")
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_bytes(content_of(projections, kind, citations, suffix, layout, known))
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def content_of(
    projections: Sequence[Projection],
    kind: Kind,
    citations: Mapping[str, str],
    suffix: str = "",
    layout: Layout = DEFAULT_LAYOUT,
    known: Sequence[Known] = (),
) -> bytes:
    """The bytes of an export; the same projections give the same bytes.

    suffix: which of the kind's endings, "" for the usual one. known: as for `export_file`.
    """
    versions = [each.version for each in known]
    if kind in (Kind.data, Kind.charts):
        return _of_one(projections[0], kind, suffix, citations, *versions)
    from prevention.reports import briefing
    from prevention.reports.sheets import publication, receipts, workbook

    if kind is Kind.briefing:
        return briefing.briefing(workbook.scenarios_of(projections, versions)[0])
    target = io.BytesIO()
    if kind is Kind.working_model:
        workbook.write_workbook(projections, target, citations, layout, versions)
    elif kind is Kind.schedule:
        workbook.write_schedules(projections, target, citations, layout, versions)
    elif kind is Kind.publication:
        scenarios = workbook.scenarios_of(projections, versions)
        publication.write_publication(scenarios, target, citations, layout)
    else:
        scenarios = workbook.scenarios_of(projections, versions)
        reviews = [each.reviews for each in known]
        receipts.write_receipts(scenarios, target, citations, reviews)
    return target.getvalue()


def _of_one(
    projection: Projection, kind: Kind, suffix: str, citations: Mapping[str, str], version: str = ""
) -> bytes:
    from prevention.reports import dataset, tables
    from prevention.reports.pictures import gallery
    from prevention.reports.sheets.provenance import made_from

    made = made_from(projection, citations, version)
    if kind is Kind.charts:
        return gallery.chart_package(projection, made)
    if suffix == ".csv":
        return tables.annual_csv(projection)
    if suffix == ".parquet":
        return tables.annual_parquet(projection, made)
    return dataset.data_package(projection, made)
