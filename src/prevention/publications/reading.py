"""What comes out of a file: figures offered to the store, and an account of all the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prevention.publications.errors import PublicationError
from prevention.publications.figures import read_figure
from prevention.publications.sheets import Sheet, repeats

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "table",
    "sheet",
    "row",
    "column",
    "la_code",
    "year_ending",
    "measure",
    "raw",
    "value",
    "status",
    "release",
)


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a publication. published: date as far as the file says, else 'not recorded'."""

    key: str
    publisher: str
    publication: str
    title: str
    published: str = "not recorded"


@dataclass(frozen=True)
class Reading:
    """A publication read.

    publication, title: which it is, as an id and in words. releases: by the keys in `rows`.
    tables: the project's tables it feeds.
    rows: one row per figure offered, every column text but `row` and `year_ending`:
        table, sheet, row (as a spreadsheet counts, from 1), column (its letter or heading),
        la_code, year_ending, measure (its name in `measures.csv`), raw (the cell as it stands),
        value (plain number in the unit of the measure; blank when missing), status (why it is
        missing), release. A row with neither value nor status holds something that is neither
        a number nor a known mark; a key may occur twice where the file gives two figures for
        it. Both are for the caller to hold back: nothing is dropped or chosen here.
    rows_read: figures found in the file. What counts as one is said by each reader; for a
        table it is a cell that is not blank, in a column of figures.
    set_aside: how many of them were not offered, by reason.
    recognised: plain sentences on what was found where.

    Raises:
        PublicationError: offered and set aside do not add up to what was read.
    """

    publication: str
    title: str
    releases: tuple[Release, ...]
    tables: tuple[str, ...]
    rows: pd.DataFrame
    rows_read: int
    set_aside: Mapping[str, int]
    recognised: tuple[str, ...]

    def __post_init__(self) -> None:
        accounted = len(self.rows) + sum(self.set_aside.values())
        if accounted != self.rows_read:
            raise PublicationError(
                f"{self.title}: {self.rows_read:,} figures were read but {accounted:,} are "
                "accounted for. Nothing was loaded; report this file."
            )

    @property
    def release(self) -> Release:
        """The release the file is: the first, where it draws on several."""
        return self.releases[0]


@dataclass
class Tally:
    """Figures as a reader finds them: kept, or set aside with a reason."""

    read: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, str, int, str, str, str, str, str, str, str, str]] = field(
        default_factory=list
    )
    frames: list[pd.DataFrame] = field(default_factory=list)

    def put_aside(self, reason: str, count: int = 1) -> None:
        """Leave figures that were counted as read out, for a reason."""
        if count:
            self.aside[reason] += count

    def skip(self, sheet: Sheet, reason: str) -> None:
        """Count the figures and marks of a sheet that is not used, and set them aside."""
        count = sum(1 for row in sheet.rows for cell in row if cell and read_figure(cell).readable)
        self.read += count
        self.put_aside(reason, count)

    def without_headings(
        self, frame: pd.DataFrame, header: Sequence[str], figures: int
    ) -> pd.DataFrame:
        """A frame without rows that repeat its header, each counted as so many figures."""
        again = repeats(frame, header)
        count = int(again.sum()) * figures
        self.read += count
        self.put_aside("a row that repeats the headings", count)
        return frame[~again]

    def rows(self) -> pd.DataFrame:
        """Everything kept, as one frame."""
        import pandas as pd

        own = pd.DataFrame(self.kept, columns=list(COLUMNS))
        every = [own[list(COLUMNS)], *(frame[list(COLUMNS)] for frame in self.frames)]
        filled = [frame for frame in every if len(frame)] or [own]
        return pd.concat(filled, ignore_index=True)
