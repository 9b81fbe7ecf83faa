"""Where a figure came from, for the reader who asks."""

from __future__ import annotations

from dataclasses import dataclass

from prevention.evidence.store import Store
from prevention.evidence.tables import SOURCES, quoted


@dataclass(frozen=True, slots=True)
class Source:
    """The release a figure came from.

    published: date as far as known. licence_text_seen: whether the licence's text came
    with the copy taken. sha256: of the table's file.
    """

    table: str
    release: str
    publisher: str
    publication: str
    title: str
    licence: str
    licence_text_seen: bool
    published: str
    copied_from: str
    accessed: str
    sha256: str

    @property
    def citation(self) -> str:
        """One line to print under a figure or in a workbook."""
        return f"{self.publisher}, {self.title}. {self.licence}."


def source_of(store: Store, table: str, release: str) -> Source:
    """The source of the figures of one release in one table.

    Raises:
        KeyError: the table draws on no such release.
    """
    for source in _sources(store, release):
        if source.table == table:
            return source
    raise KeyError(f"Table {table} draws on no release '{release}'.")


def sources_of(store: Store, release: str) -> list[Source]:
    """The sources an observation names: its release, or several joined by ' + '.

    One source each, whichever table holds it: a release is the same in all of them.

    Raises:
        KeyError: a release is not known.
    """
    found = []
    for key in release.split(" + "):
        sources = _sources(store, key)
        if not sources:
            raise KeyError(f"There is no release '{key}' in the store.")
        found.append(sources[0])
    return found


def _sources(store: Store, release: str) -> list[Source]:
    columns = ", ".join(quoted(name) for name in SOURCES.column_names)
    rows = store.rows(
        f"SELECT {columns} FROM {quoted(SOURCES.name)} WHERE release = ? "
        f"ORDER BY {quoted('table')}",
        [release],
    )
    return [Source(*row) for row in rows]


def every_source(store: Store) -> list[Source]:
    """Every release in the store, one source each."""
    columns = ", ".join(quoted(name) for name in SOURCES.column_names)
    rows = store.rows(f"SELECT {columns} FROM {quoted(SOURCES.name)} ORDER BY release")
    return [Source(*row) for row in rows]
