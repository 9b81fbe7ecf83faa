"""How far a file looks like a publication, and the reader to run when it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from prevention.publications.reading import Reading
from prevention.publications.sheets import Book
from prevention.publications.wording import Match, close


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a publication finds of itself in a file.

    share: part of what it needs that is there, 0 to 1. missing: what is not, in plain words,
    with the nearest heading where there is one. read: reads the file; None when it cannot.
    """

    share: float
    missing: tuple[str, ...] = ()
    read: Callable[[], Reading] | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication that can be read: its id, title, the tables it feeds, and how to spot it."""

    id: str
    title: str
    publisher: str
    tables: tuple[str, ...]
    look: Callable[[Book], Sighting]


NOTHING = Sighting(0.0)


def incomplete(match: Match, header: Sequence[str], where: str) -> Sighting:
    """A sighting of a header in which some roles are missing or stand twice."""
    lacking = tuple(_lacking(wanted.headings, header, where) for wanted in match.missing)
    twice = tuple(
        f"one column for {part}: {where} has {len(columns)} that could be it "
        f"({', '.join(header[column] for column in columns)})"
        for part, columns in match.doubtful.items()
    )
    return Sighting(match.share, (*lacking, *twice))


def _lacking(headings: Sequence[str], header: Iterable[str], where: str) -> str:
    near = next((n for n in (close(h, header) for h in headings) if n), "")
    guess = f" (the nearest is '{near}')" if near else ""
    also = f", also known as '{headings[1]}'" if len(headings) > 1 else ""
    return f"column '{headings[0]}'{also}, in {where}{guess}"
