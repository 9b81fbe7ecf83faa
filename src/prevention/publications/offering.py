"""Turn the cells of a table into rows offered, every cell accounted for.

Every reader that finds one council and year to a row goes through `offer`: there the areas
that are no councils, years that cannot be, councils that did not yet exist and figures
given twice are told apart, once for all publications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prevention.publications.figures import NOT_RETURNED, read_figure
from prevention.publications.places import existed, not_a_council, ons_code, standing
from prevention.publications.reading import COLUMNS, Tally
from prevention.years import parse_year_ending

if TYPE_CHECKING:
    import pandas as pd

KEY = ["table", "la_code", "year_ending", "measure"]
CELLS = ("row", "column", "code", "year", "table", "measure", "raw")
"""What a reader gives of each cell: where it stands, whose it is, which measure, and its text."""


def offer(
    tally: Tally,
    cells: pd.DataFrame,
    sheet: str,
    release: str,
    *,
    factor: int = 1,
    blanks: bool = False,
    percent: frozenset[str] = frozenset(),
) -> None:
    """Add the cells of one table to a tally.

    cells: columns `CELLS`, all text but row. code: nine characters, or those of before
        2011, or blank when the area has none. year: as published. A measure left blank means that
        no table holds it.
    factor: 1000 where the publisher counts in thousands.
    blanks: whether an empty cell says that the council made no return; else it says nothing.
    percent: measures in percent; elsewhere a percent sign makes a cell unreadable.
    """
    if not blanks:
        cells = cells[cells["raw"].str.strip() != ""]
    codes = {code: ons_code(code) or code for code in cells["code"].unique()}
    cells = cells.assign(code=cells["code"].map(codes))
    tally.read += len(cells)
    areas = cells["code"].map(_AreaWords())
    cells = _without(tally, cells, areas)
    unused = cells["measure"].map(lambda m: "" if m else "a measure that no table of ours holds")
    cells = _without(tally, cells, unused)
    if cells.empty:
        return
    years = {text: _year(text) for text in cells["year"].unique()}
    codes = {
        pair: standing(pair[0], int(years[pair[1]])) if years[pair[1]].isdigit() else pair[0]
        for pair in set(zip(cells["code"], cells["year"], strict=True))
    }
    cells = cells.assign(
        la_code=[codes[p] for p in zip(cells["code"], cells["year"], strict=True)],
        year_ending=cells["year"].map(years),
        sheet=sheet,
        release=release,
        **_figures(cells, factor, blanks, percent),
    )
    cells = _without(tally, cells, _absent(cells))
    cells = _without(tally, cells, _repeated(cells))
    tally.frames.append(cells[list(COLUMNS)])


class _AreaWords(dict[str, str]):
    """Reason to set an area aside, by its code; blank for a council."""

    def __missing__(self, code: str) -> str:
        what = not_a_council(code)
        self[code] = f"for {what}" if what else ""
        return self[code]


def _without(tally: Tally, cells: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    """The cells without those that have a reason, which are counted under it."""
    for reason, count in reasons[reasons != ""].value_counts().items():
        tally.put_aside(str(reason), int(count))
    return cells[reasons == ""]


def _year(text: str) -> str:
    """The year ending as text; what cannot be read stays as it stands, for the caller to see."""
    try:
        return str(parse_year_ending(text))
    except ValueError:
        return text.strip() or "(blank)"


def _figures(
    cells: pd.DataFrame, factor: int, blanks: bool, percent: frozenset[str]
) -> dict[str, list[str]]:
    """Value and status of each cell; a cell that cannot be read keeps its text as value."""
    values, states = [], []
    for raw, measure in zip(cells["raw"], cells["measure"], strict=True):
        figure = read_figure(raw, factor)
        misplaced = figure.percent and measure not in percent
        if figure.readable and not misplaced:
            values.append(figure.value)
            states.append(figure.status)
        else:
            values.append(raw.strip())
            states.append("" if raw.strip() or not blanks else NOT_RETURNED)
    return {"value": values, "status": states}


def _absent(cells: pd.DataFrame) -> pd.Series:
    """Reason to set aside marks for a council that did not exist in their year."""
    pairs = set(zip(cells["la_code"], cells["year_ending"], strict=True))
    alive = {(c, y): not y.isdigit() or existed(c, int(y)) for c, y in pairs}
    import pandas as pd

    lives = [alive[p] for p in zip(cells["la_code"], cells["year_ending"], strict=True)]
    gone = ~pd.Series(lives, index=cells.index, dtype=bool) & (cells["status"] != "")
    return gone.map({True: "marks for a council in a year it did not exist", False: ""})


def _repeated(cells: pd.DataFrame) -> pd.Series:
    """Reason to set aside what says the same twice, or nothing where its other code says more.

    Two different figures for one key both stay: which is right is for the caller to ask.
    """
    import pandas as pd

    reasons = pd.Series("", index=cells.index, dtype=object)
    keys = pd.MultiIndex.from_frame(cells[KEY])
    if not keys.has_duplicates:
        return reasons
    same = cells.duplicated([*KEY, "value", "status"])
    reasons[same] = "the same figure given twice"
    valued = cells["status"] == ""
    has_value = pd.Series(keys.isin(keys[valued.to_numpy()]), index=cells.index)
    shadowed = ~valued & has_value & ~same
    reasons[shadowed] = "a mark where the council's figure stands under its other code"
    return reasons
