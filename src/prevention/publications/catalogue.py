"""Which publication a file is: every one known is asked, and only one may answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prevention.publications import (
    asc_tables,
    ascof,
    deflators,
    dfe,
    dfe_wide,
    lait,
    population,
    revenue_outturn,
    section251,
)
from prevention.publications.errors import NotRecognised
from prevention.publications.opening import open_file
from prevention.publications.reading import Reading
from prevention.publications.sheets import Book
from prevention.publications.sighting import Publication, Sighting

PUBLICATIONS: Mapping[str, Publication] = {
    publication.id: publication
    for publication in (
        dfe.CHILDREN_LOOKED_AFTER,
        dfe_wide.LOOKED_AFTER_TO_2019,
        dfe.CHARACTERISTICS,
        dfe.CHILDREN_IN_NEED,
        dfe.CHILD_POPULATION,
        section251.SECTION_251,
        lait.LAIT,
        lait.LAIT_DICTIONARY,
        revenue_outturn.RO3,
        asc_tables.ASC_TABLES,
        ascof.ASCOF,
        population.MID_YEAR,
        deflators.GDP_DEFLATORS,
    )
}
"""Every publication that can be read, by its id."""
_WORTH_NAMING = 0.5
"""Share of what a publication needs that a file must have for it to be named as the nearest."""


def recognised(path: Path, as_: str | None = None) -> Reading:
    """Read a file as the one publication that it is; see `read_publication`.

    Raises:
        FileRefused: the file is unsafe, damaged or of a kind that cannot be read.
        NotRecognised: it is no publication known, could be two, or lacks a part of one.
    """
    book = open_file(Path(path))
    candidates = _candidates(as_)
    sightings = {p.id: p.look(book) for p in candidates}
    found = {identity: seen for identity, seen in sightings.items() if seen.read is not None}
    if len(found) > 1:
        titles = " or ".join(f"{PUBLICATIONS[i].title} ({i})" for i in found)
        raise NotRecognised(
            f"{book.name} could be {titles}. Say which it is with --as.",
            nearest=next(iter(found)),
        )
    for seen in found.values():
        if seen.read is not None:
            return _with_figures(book, seen.read())
    raise _unknown(book, sightings, as_)


def _with_figures(book: Book, reading: Reading) -> Reading:
    """A reading that has something in it.

    Raises:
        NotRecognised: the columns are those of the publication, but hold no figure.
    """
    if reading.tables and not reading.rows_read:
        raise NotRecognised(
            f"{book.name} has the columns of {reading.title} but not one figure below them. "
            "Download it again.",
            nearest=reading.publication,
            missing=("figures",),
        )
    if reading.tables and not len(reading.rows):
        aside = ", ".join(f"{reason} ({count:,})" for reason, count in reading.set_aside.items())
        raise NotRecognised(
            f"{book.name} has the columns of {reading.title}, but no figure of a council that a "
            f"table of ours takes. All were set aside: {aside}. Choose the file of local "
            "authorities.",
            nearest=reading.publication,
            missing=("figures of councils",),
        )
    return reading


def _candidates(as_: str | None) -> list[Publication]:
    """The publications to ask.

    Raises:
        NotRecognised: there is no publication or table of that name.
    """
    if as_ is None:
        return list(PUBLICATIONS.values())
    chosen = [p for p in PUBLICATIONS.values() if as_ == p.id or as_ in p.tables]
    if not chosen:
        tables = sorted({table for p in PUBLICATIONS.values() for table in p.tables})
        raise NotRecognised(
            f"There is no publication or table '{as_}' to read a file as. Publications: "
            f"{', '.join(PUBLICATIONS)}. Tables: {', '.join(tables)}."
        )
    return chosen


def _unknown(book: Book, sightings: Mapping[str, Sighting], as_: str | None) -> NotRecognised:
    """What to say of a file that no publication claims."""
    identity, seen = max(sightings.items(), key=lambda item: item[1].share)
    nearest = PUBLICATIONS[identity]
    if seen.missing and (seen.share >= _WORTH_NAMING or as_):
        lacks = "; ".join(seen.missing)
        return NotRecognised(
            f"{book.name} comes nearest to {nearest.title} ({nearest.publisher}), but it lacks "
            f"{lacks}. Load the file as it was published, or map its columns as the council's own.",
            nearest=identity,
            missing=seen.missing,
        )
    publishers = ", ".join(dict.fromkeys(p.publisher for p in PUBLICATIONS.values()))
    return NotRecognised(
        f"{book.name} is none of the {len(PUBLICATIONS)} publications that can be read (of "
        f"{publishers}). If it is the council's own file, load it as that."
    )
