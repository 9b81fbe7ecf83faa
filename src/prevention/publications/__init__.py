"""Files as their publishers issue them, read into rows of the project's own tables.

`read_publication` takes a path and gives a `Reading`. The modules, in order of the data:
`opening` makes a file into sheets of text and refuses what is unsafe; `wording`, `figures`
and `places` know how publishers write columns, numbers, markers and councils; one module
for each publication finds its table by meaning and offers its figures; `catalogue` works
out which publication a file is.
"""

from prevention.publications.catalogue import PUBLICATIONS, read_publication
from prevention.publications.errors import FileRefused, NotRecognised, PublicationError
from prevention.publications.reading import Reading, Release

__all__ = [
    "PUBLICATIONS",
    "FileRefused",
    "NotRecognised",
    "PublicationError",
    "Reading",
    "Release",
    "read_publication",
]
