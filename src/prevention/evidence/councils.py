"""Find a council by its code, the code it used to have, or its name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from prevention.evidence.store import Store
from prevention.evidence.tables import COUNCILS, quoted


class UnknownCouncil(LookupError):
    """No council goes by that code or name."""


@dataclass(frozen=True, slots=True)
class Council:
    """A council: its codes, the years (ending) it exists, and what replaced it."""

    code: str
    name: str
    dfe_code: str
    last_year: int | None
    successors: tuple[str, ...]


def councils(store: Store, *, current: bool = True) -> list[Council]:
    """The councils, by name: those of today, or also those that have been replaced."""
    rows = store.rows(
        f"SELECT la_code, name, dfe_code, last_year, successors FROM {quoted(COUNCILS.name)} "
        "ORDER BY name"
    )
    found = [
        Council(code, name, dfe or "", last, tuple((successors or "").split()))
        for code, name, dfe, last, successors in rows
    ]
    return [council for council in found if not (current and council.successors)]


def find_council(store: Store, text: str) -> tuple[str, str]:
    """Code and name of the council that goes by a code or a name, upper or lower case.

    A council that has been replaced by one other leads to that one.

    Raises:
        UnknownCouncil: none does, naming the nearest; or it was split, naming its parts.
    """
    every = councils(store, current=False)
    asked = _folded(text)
    by_code = {council.code: council for council in every}
    matches = [c for c in every if asked and asked in (_folded(c.code), c.dfe_code)]
    matches = matches or [c for c in every if asked in _spellings(c.name)]
    if not matches:
        raise UnknownCouncil(_not_found(text, every))
    # A name may be that of a council of today and of one long replaced: today's is meant.
    council = min(matches, key=lambda match: len(match.successors))
    while council.successors:
        if len(council.successors) > 1:
            parts = " and ".join(f"{by_code[c].name} ({c})" for c in council.successors)
            raise UnknownCouncil(f"{council.name} was replaced by {parts}. Name one of them.")
        council = by_code[council.successors[0]]
    return council.code, council.name


def _folded(text: str) -> str:
    plain = text.strip().casefold().replace("&", "and").replace(".", "").replace("-", " ")
    return " ".join(plain.split())


def _spellings(name: str) -> set[str]:
    """A name as asked for: "Herefordshire, County of" is also "Herefordshire"."""
    spellings = {_folded(name), _folded(name.split(" (")[0])}
    main, _, kind = name.partition(", ")
    if kind.endswith(" of"):
        spellings |= {_folded(main), _folded(f"{kind} {main}")}
    return spellings


def _not_found(text: str, every: Iterable[Council]) -> str:
    today = {_folded(council.name): council for council in every if not council.successors}
    codes = {_folded(council.code): council for council in today.values()}
    near = difflib.get_close_matches(_folded(text), [*today, *codes], n=1, cutoff=0.0)
    nearest = {**today, **codes}[near[0]]
    return (
        f"No council goes by '{text}'. The nearest is {nearest.name} ({nearest.code}). "
        "Give a nine-character code, a three-digit code or a name."
    )
