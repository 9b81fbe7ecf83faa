"""Files as their publishers issue them, read into rows of the project's own tables.

`read_publication` takes a path and gives a `Reading`. The modules, in order of the data:
`opening` makes a file into sheets of text and refuses what is unsafe; `wording`, `figures`
and `places` know how publishers write columns, numbers, markers and councils; one module
for each publication finds its table by meaning and offers its figures; `catalogue` works
out which publication a file is. The readers are imported when the first file is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prevention.publications.errors import FileRefused, NotRecognised, PublicationError

if TYPE_CHECKING:
    from prevention.publications.reading import Reading, Release

__all__ = [
    "FileRefused",
    "NotRecognised",
    "PublicationError",
    "Reading",
    "Release",
    "read_publication",
]


def read_publication(path: Path, as_: str | None = None) -> Reading:
    """Read a file as its publisher issued it.

    as_: id of a publication (see `catalogue.PUBLICATIONS`), or one of our tables; None to
        work out which publication it is.

    Raises:
        FileRefused: the file is unsafe, damaged or of a kind that cannot be read.
        NotRecognised: it is no publication known, could be two, or lacks a part of the one
            it comes nearest to, which is named.
    """
    from prevention.publications.catalogue import recognised

    return recognised(path, as_)


def __getattr__(name: str) -> object:
    """What a reading is, and the catalogue, which imports every reader, when asked for."""
    if name in ("Reading", "Release"):
        from prevention.publications import reading

        return getattr(reading, name)
    if name == "PUBLICATIONS":
        from prevention.publications.catalogue import PUBLICATIONS

        return PUBLICATIONS
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
