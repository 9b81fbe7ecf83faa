"""How a council lays out its MTFS schedule: a file that says which columns, in which order.

A layout is a document (`data/layouts/NAME.toml`) that a council can copy and edit; nothing
in it is run, and a field it does not know is refused by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from prevention.evidence.documents import DocumentError, read_document
from prevention.model.programmes import Document
from prevention.reports.safe import one_line

TextField = Literal[
    "reference",
    "directorate",
    "service",
    "programme",
    "description",
    "type",
    "recurrence",
    "funding",
    "owner",
    "grade",
    "risk",
]
YearField = Literal["increments", "cumulative"]
MoneyField = Literal[
    "total",
    "over_plan",
    "part_year",
    "full_year",
    "already_in_base",
    "peak_funding",
    "reserve_call",
]
Unit = Literal["pence", "pounds", "thousands", "millions"]
OtherField = Literal["lag", "chance"]

UNITS = {"pence": "£", "pounds": "£", "thousands": "£000", "millions": "£m"}
"""What `{unit}` in a heading stands for."""
WORDS = {"pence": "GBP", "pounds": "GBP", "thousands": "GBP thousand", "millions": "GBP million"}
DIVISORS = {"pence": 1, "pounds": 1, "thousands": 1_000, "millions": 1_000_000}
BY_YEAR = ("increments", "cumulative")
MONEY = get_args(MoneyField)


class LayoutColumn(Document):
    """One column, or one for each year.

    heading: as printed; `{year}` stands for the year where there is a column for each,
        `{unit}` for the unit of money.
    width: in characters; 0 fits.
    """

    field: TextField | YearField | MoneyField | OtherField
    heading: str = Field(min_length=1, max_length=60)
    width: int = Field(default=0, ge=0, le=80)

    @model_validator(mode="after")
    def _a_heading_for_each_year(self) -> Self:
        if self.field in BY_YEAR and "{year}" not in self.heading:
            raise ValueError(f"the heading '{self.heading}' of {self.field} needs {{year}} in it")
        return self


class Layout(Document):
    """The columns of a schedule, and the unit its money is shown in.

    unit: pounds to the penny, whole pounds, thousands or millions; a cell holds pounds and
        pence whichever is shown.
    """

    title: str = Field(min_length=1, max_length=100)
    unit: Unit = "thousands"
    columns: tuple[LayoutColumn, ...] = Field(min_length=3)

    @model_validator(mode="after")
    def _what_a_schedule_needs(self) -> Self:
        fields = [column.field for column in self.columns]
        twice = sorted({name for name in fields if fields.count(name) > 1})
        if twice:
            raise ValueError(f"columns: {', '.join(twice)} stands twice")
        missing = [name for name in ("reference", "increments", "total") if name not in fields]
        if missing:
            raise ValueError(f"columns: a schedule needs {', '.join(missing)}")
        headings = [column.heading.casefold() for column in self.columns]
        if len(set(headings)) < len(headings):
            raise ValueError("columns: two columns have one heading")
        return self

    def headings(self, labels: tuple[str, ...]) -> list[str]:
        """Every heading, a column for each year where there is one."""
        found = []
        for column in self.columns:
            years = labels if column.field in BY_YEAR else ("",)
            heading = column.heading.replace("{unit}", UNITS[self.unit])
            found += [one_line(heading.replace("{year}", year)) for year in years]
        return found


def _default() -> Layout:
    """Every column, in thousands: what `data/layouts/full.toml` says, for use without files."""
    titles: dict[str, tuple[str, int]] = {
        "reference": ("Reference", 16),
        "directorate": ("Directorate", 11),
        "service": ("Service", 17),
        "programme": ("Proposal", 17),
        "type": ("Type", 16),
        "recurrence": ("One-off or recurrent", 11),
        "description": ("Description", 36),
        "increments": ("{year}", 0),
        "total": ("Total", 0),
        "cumulative": ("{year} cumulative", 11),
        "over_plan": ("Cash over the plan", 10),
        "part_year": ("Part-year effect (first year)", 10),
        "full_year": ("Full-year effect", 10),
        "already_in_base": ("Already in base", 9),
        "funding": ("Funding source", 17),
        "peak_funding": ("Peak funding", 9),
        "reserve_call": ("Reserve call", 9),
        "owner": ("Owner", 15),
        "grade": ("Evidence grade", 9),
        "lag": ("Lag used (months)", 10),
        "chance": ("P(achieved)", 12),
        "risk": ("Risk", 19),
    }
    columns = [
        {"field": name, "heading": heading, "width": width}
        for name, (heading, width) in titles.items()
    ]
    return Layout.model_validate(
        {"title": "Medium-term financial schedule", "unit": "thousands", "columns": columns}
    )


DEFAULT_LAYOUT = _default()
"""As `data/layouts/full.toml`."""


def layouts(data: Path) -> dict[str, Layout]:
    """Every layout on file, by name.

    Raises:
        DocumentError: a layout is broken.
    """
    return {path.stem: read_document(path, Layout) for path in sorted(data.glob("layouts/*.toml"))}


def find_layout(name: str, data: Path) -> Layout:
    """A layout by name, or from a file of the council's own.

    Raises:
        DocumentError: there is no such layout, or the file is broken.
    """
    known = sorted(path.stem for path in data.glob("layouts/*.toml"))
    if name in known:
        return read_document(data / "layouts" / f"{name}.toml", Layout)
    if name.endswith(".toml"):
        return read_document(Path(name), Layout)
    raise DocumentError(
        f"There is no layout '{name}'. Choose one of {', '.join(known)}, or give a .toml file."
    )
