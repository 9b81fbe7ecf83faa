"""The tables of the store: every column, its type, and its meaning and unit.

The only place that names a table or a column for SQL: no other module may put a name
into a statement that it did not take from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prevention.publications.figures import MARKERS


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the store: its SQL type, and what it holds with its unit."""

    name: str
    sql_type: str
    comment: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the store: what it holds, its columns, and the columns that identify a row."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


STATUSES: Mapping[str, str] = {
    **MARKERS,
    "[note 4]": "the council could not split its total",
    "inconsistent": "published, but at odds with the years around it",
}
"""Why a figure is missing: the publisher's own marker, or a word of ours, in plain words."""

_LA_CODE = Column("la_code", "VARCHAR", "Council: nine-character code of the ONS")
_YEAR = Column(
    "year_ending",
    "SMALLINT",
    "Financial year, as the year it ends: 2025 is April 2024 to March 2025",
)
_RELEASE = Column("release", "VARCHAR", "Key of the release in table sources")
_FIGURE_COLUMNS = (
    _LA_CODE,
    _YEAR,
    Column("measure", "VARCHAR", "Name of the measure in table measures"),
    Column("value", "DOUBLE", "Number, in the unit given for its measure in table measures", False),
    Column("status", "VARCHAR", "Why the value is missing; empty when there is one", False),
    _RELEASE,
)
_FIGURE_TITLES: Mapping[str, str] = {
    "looked_after": "Children looked after: numbers, starters, leavers and rates",
    "placements": "Looked-after children by placement and provider",
    "children_need": "Children in need, referrals and child protection",
    "children_finance": "Gross spend on children's services and weekly unit costs",
    "section_251": "Section 251 outturn: spend on children's services",
    "revenue_outturn_children": "Revenue outturn RO3: children's social care",
    "revenue_outturn_adults": "Revenue outturn RO3: adult social care, net",
    "net_current_expenditure": "Net current expenditure on social care",
    "care_weeks": "Weeks of residential and nursing care",
    "care_unit_costs": "Unit costs of adult social care",
    "care_expenditure": "Gross spend on adult social care by setting",
    "adult_outcomes": "Adult Social Care Outcomes Framework",
    "adult_activity": "Requests, reablement and long-term support of adults",
    "population_children": "People aged 0 to 17",
    "population_adults": "Mid-year population by age",
    "population_projection": "Projected population by age",
    "gdp_deflator": "GDP deflator of the United Kingdom",
}
FIGURES: Mapping[str, Table] = {
    name: Table(name, title, _FIGURE_COLUMNS, ("la_code", "year_ending", "measure"))
    for name, title in _FIGURE_TITLES.items()
}
"""Tables of figures: one row per council, year and measure."""

COUNCILS = Table(
    "councils",
    "Councils with social care duties, and the codes they have had",
    (
        _LA_CODE,
        Column("name", "VARCHAR", "Name of the council"),
        Column("dfe_code", "VARCHAR", "Three-digit code of the Department for Education", False),
        Column("first_year", "SMALLINT", "First financial year, by the year it ends", False),
        Column("last_year", "SMALLINT", "Last financial year, by the year it ends", False),
        Column("successors", "VARCHAR", "Codes that replaced this one, between spaces", False),
        Column("same_area", "VARCHAR", "yes when the successor covers the same ground", False),
        _RELEASE,
    ),
    ("la_code",),
)
MEASURES = Table(
    "measures",
    "What each measure is",
    (
        Column("table", "VARCHAR", "Table that holds the measure"),
        Column("measure", "VARCHAR", "Name of the measure"),
        Column("title", "VARCHAR", "The measure in plain words"),
        Column("unit", "VARCHAR", "Unit of its values"),
        Column("period", "VARCHAR", "When it is counted: at, or over, which dates"),
        Column("note", "VARCHAR", "Cautions that travel with it", False),
        Column("published_as", "VARCHAR", "Its name in the source tables"),
    ),
    ("table", "measure"),
)
PROGRAMME_STARTS = Table(
    "programme_starts",
    "When councils took up prevention programmes, as far as public pages say",
    (
        _LA_CODE,
        Column("programme", "VARCHAR", "Name of the programme"),
        Column("event", "VARCHAR", "What happened on the date: launched, funded, named adopter"),
        Column("date", "VARCHAR", "Day, month or year, as far as known; empty when not", False),
        Column("precision", "VARCHAR", "How exact the date is: day, month, year or unknown"),
        Column("address", "VARCHAR", "Address of the page that says so"),
        _RELEASE,
    ),
    ("la_code", "programme", "event"),
)
PUBLISHED: Mapping[str, Table] = {
    "councils": COUNCILS,
    "measures": MEASURES,
    **FIGURES,
    PROGRAMME_STARTS.name: PROGRAMME_STARTS,
}
"""Every table read from `data/published`."""

COUNCIL_LEDGER = Table(
    "council_ledger",
    "The council's own ledger: spend by month and service",
    (
        _LA_CODE,
        Column("month", "DATE", "First day of the month the amount belongs to"),
        Column("service", "VARCHAR", "Service line, or 'other' for spend on none of them"),
        Column("cost_centre", "VARCHAR", "Cost centre as the council writes it", False),
        Column("amount", "DECIMAL(18,2)", "GBP; income and credits are negative"),
    ),
    (),
)
COUNCIL_PLACEMENTS = Table(
    "council_placements",
    "The council's own placements, without names or identifiers",
    (
        _LA_CODE,
        Column("start_date", "DATE", "First day of the placement"),
        Column("end_date", "DATE", "Last day of the placement; empty while it runs", False),
        Column("service", "VARCHAR", "Service line, or 'other' for care in none of them"),
        Column("weekly_cost", "DECIMAL(18,2)", "GBP per week"),
    ),
    (),
)
COUNCIL_STARTS = Table(
    "council_starts",
    "People who started a prevention programme, by month, from the council's own record",
    (
        _LA_CODE,
        Column("programme", "VARCHAR", "Programme, as its id in data/programmes"),
        Column("month", "DATE", "First day of the month"),
        Column("starts", "INTEGER", "People, families or households who started (count)"),
    ),
    (),
)
OWN: Mapping[str, Table] = {
    table.name: table for table in (COUNCIL_LEDGER, COUNCIL_PLACEMENTS, COUNCIL_STARTS)
}
"""Tables of the council's own files, filled by loads alone."""
CHECKED: Mapping[str, Table] = {**PUBLISHED, **OWN}
"""Every table that has expectations to meet."""

SUPERSEDED = Table(
    "superseded",
    "Figures that a newer publication or a load has taken the place of, kept to be seen",
    (Column("table", "VARCHAR", "Table the figure belongs to"), *_FIGURE_COLUMNS),
    (),
)
LOADS = Table(
    "loads",
    "Files loaded and in force, as the record holds them",
    (
        Column("id", "VARCHAR", "Name of the load"),
        Column("loaded_at", "TIMESTAMP", "When it was loaded, in UTC"),
        Column("who", "VARCHAR", "Who loaded it"),
        Column("file", "VARCHAR", "Name of the file"),
        Column("sha256", "VARCHAR", "SHA-256 of the file"),
        Column("publication", "VARCHAR", "Which publication, table or council file it is"),
        Column("title", "VARCHAR", "The same in plain words"),
        Column("rows", "INTEGER", "Rows stored (count)"),
    ),
    ("id",),
)
COUNCIL_SERIES = Table(
    "council_series",
    "People, unit cost and spend by service and year from the council's own files",
    (
        _LA_CODE,
        Column("service", "VARCHAR", "Service line"),
        Column("facet", "VARCHAR", "people, unit_cost or spend"),
        _YEAR,
        Column("figure", "DOUBLE", "People, GBP per person per week, or GBP a year"),
        Column("chosen", "BOOLEAN", "Whether the council has said it goes before the published"),
        _RELEASE,
    ),
    ("la_code", "service", "facet", "year_ending"),
)

SOURCES = Table(
    "sources",
    "Where each release came from",
    (
        Column("table", "VARCHAR", "Table that uses the release"),
        Column("release", "VARCHAR", "Key of the release"),
        Column("publisher", "VARCHAR", "Who published it"),
        Column("publication", "VARCHAR", "Name of the publication"),
        Column("title", "VARCHAR", "Title of this release of it"),
        Column("licence", "VARCHAR", "Licence of the figures"),
        Column("licence_text_seen", "BOOLEAN", "Whether the copy carried the licence text"),
        Column("published", "VARCHAR", "Date published, as far as known"),
        Column("copied_from", "VARCHAR", "Repository and commit the copy was taken from"),
        Column("accessed", "VARCHAR", "Year and month the copy was taken"),
        Column("sha256", "VARCHAR", "SHA-256 of the table's file"),
    ),
    ("table", "release"),
)
SERVICES = Table(
    "services",
    "Service lines: where the people, unit cost, spend and population of each are read",
    (
        Column("position", "SMALLINT", "Order on screen, from 1"),
        Column("id", "VARCHAR", "Name of the service line in commands and scenarios"),
        Column("definition", "VARCHAR", "The definition as JSON"),
    ),
    ("id",),
)
OUTLOOKS = Table(
    "outlooks",
    "People in care if nothing changes, by service line, council and method",
    (
        Column("service", "VARCHAR", "Service line"),
        _LA_CODE,
        Column("method", "VARCHAR", "Method of the baseline"),
        Column(
            "log_change",
            "DOUBLE[]",
            "Natural log of people over the last published figure, 1, 2, ... years after it",
        ),
        Column(
            "log_deviation",
            "DOUBLE[]",
            "Standard deviation of the natural log of people about that, 1, 2, ... years after",
        ),
    ),
    ("service", "la_code", "method"),
)
BUILD_INFO = Table(
    "build_info",
    "What this store was built from",
    (
        Column("data_hash", "VARCHAR", "SHA-256 over the checksums of the files read"),
        Column("version", "VARCHAR", "Version of the program that built it"),
        Column("built_at", "TIMESTAMP", "When it was built, in UTC"),
        Column("rows", "INTEGER", "Rows loaded from published tables (count)"),
        Column("published_hash", "VARCHAR", "The same without what was loaded later"),
    ),
    ("data_hash",),
)
ALL: Mapping[str, Table] = {
    **CHECKED,
    SUPERSEDED.name: SUPERSEDED,
    LOADS.name: LOADS,
    COUNCIL_SERIES.name: COUNCIL_SERIES,
    SOURCES.name: SOURCES,
    SERVICES.name: SERVICES,
    OUTLOOKS.name: OUTLOOKS,
    BUILD_INFO.name: BUILD_INFO,
}
"""Every table of the store."""


def quoted(name: str) -> str:
    """A table or column name of this module, quoted for SQL.

    Raises:
        KeyError: the name is not one of the store's.
    """
    if name not in ALL and not any(name in table.column_names for table in ALL.values()):
        raise KeyError(f"'{name}' is not a table or column of the store.")
    return f'"{name}"'


def create_statements(table: Table) -> list[str]:
    """SQL that makes a table, with its key if it has one, and comments on it and its columns."""
    columns = ", ".join(
        f"{quoted(column.name)} {column.sql_type}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    )
    key = ", ".join(quoted(name) for name in table.key)
    name = quoted(table.name)
    return [
        f"CREATE TABLE {name} ({columns}{f', PRIMARY KEY ({key})' if key else ''})",
        f"COMMENT ON TABLE {name} IS {_literal(table.comment)}",
        *(
            f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {_literal(column.comment)}"
            for column in table.columns
        ),
    ]


def _literal(text: str) -> str:
    """A comment of this module as an SQL string: COMMENT ON takes no parameter."""
    return "'" + text.replace("'", "''") + "'"
