"""Find columns and lines by what they say, however a release spells it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NOTES = re.compile(r"\[\s*(?:notes?\s*[\d, and]+|[a-z])\s*\]|\((?:\d{1,2})\)", re.IGNORECASE)
_MARKS = re.compile(r"[^0-9a-z%£+]+")


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    r"""Wording without case, punctuation, line breaks and references to notes.

    >>> plain("Looked-after\nchildren [note 2] "), plain("18–64 & over (1)")
    ('looked after children', '18 64 and over')
    """
    bare = _NOTES.sub(" ", text.replace("&", " and ").replace("_", " ").replace("’", "'"))
    return " ".join(_MARKS.sub(" ", bare.replace("'", "").casefold()).split())


def close(wanted: str, among: Iterable[str]) -> str:
    """The wording nearest to one that is missing; empty when nothing is like it.

    >>> close("number", ["name", "numbers", "rate"])
    'numbers'
    """
    by_plain = {plain(text): text for text in among if text.strip()}
    near = difflib.get_close_matches(plain(wanted), by_plain, n=1, cutoff=0.6)
    return by_plain[near[0]] if near else ""


_COMMON = re.compile(
    r"a|and|adult|care|children|childrens|expenditure|for|gross|in|net|number|of|on|other|placed"
    r"|services|social|spend|support|the|to|total|which|who|year"
)
"""Words that lines of any kind share: they do not tell one from another."""


def perhaps(missing: Iterable[str], left: Iterable[str]) -> dict[str, str]:
    """Wordings that no measure claims but one that is missing may: each with its guess.

    missing: measures, as in `measures.csv`. A guess is worth having when half of the words
    that tell a measure from others stand in the wording. It is never taken for the measure:
    such figures wait in quarantine under both names.

    >>> perhaps(["youth_justice_net", "asylum_net"], ["youth offending services", "libraries"])
    {'youth offending services': 'youth offending services (perhaps youth_justice_net)'}
    """
    guesses: dict[str, tuple[float, str]] = {}
    for measure in missing:
        telling = {word for word in measure.split("_") if not _COMMON.fullmatch(word)}
        for text in left:
            share = len(telling & set(plain(text).split())) / max(len(telling), 1)
            if share >= 0.5 and share > guesses.get(text, (0.0, ""))[0]:
                guesses[text] = (share, measure)
    return {text: f"{text} (perhaps {measure})" for text, (_, measure) in guesses.items()}


@dataclass(frozen=True, slots=True)
class Role:
    """A column a reader needs: its part, and the headings that releases have given it."""

    part: str
    headings: tuple[str, ...]
    required: bool = True


def role(part: str, *headings: str, required: bool = True) -> Role:
    """A role from its known headings, the newest first."""
    return Role(part, tuple(headings), required)


@dataclass(frozen=True, slots=True)
class Match:
    """Where roles were found in a header: column by part; what is missing; what is doubtful."""

    columns: Mapping[str, int]
    missing: tuple[Role, ...]
    doubtful: Mapping[str, tuple[int, ...]]

    @property
    def share(self) -> float:
        """Part of the required roles that was found, 0 to 1."""
        found = sum(1 for _ in self.columns) + len(self.doubtful)
        return found / (found + len(self.missing)) if found else 0.0

    @property
    def complete(self) -> bool:
        """Whether every required role was found, each in one column alone."""
        return not self.missing and not self.doubtful


def _run_together(text: str) -> str:
    return plain(text).replace(" ", "")


def match(header: Sequence[str], roles: Sequence[Role]) -> Match:
    """Which column of a header plays which role, with spaces between its words or without.

    A role whose headings stand over two columns is doubtful: nothing is guessed.
    """
    places: dict[str, list[int]] = {}
    for column, heading in enumerate(header):
        if heading.strip():
            places.setdefault(_run_together(heading), []).append(column)
    columns, missing, doubtful = {}, [], {}
    for wanted in roles:
        known = dict.fromkeys(map(_run_together, wanted.headings))
        hits = [column for heading in known for column in places.get(heading, ())]
        if len(hits) == 1:
            columns[wanted.part] = hits[0]
        elif hits:
            doubtful[wanted.part] = tuple(hits)
        elif wanted.required:
            missing.append(wanted)
    return Match(columns, tuple(missing), doubtful)


def find_header(
    rows: Sequence[Sequence[str]], roles: Sequence[Role], within: int = 40
) -> tuple[int, Match]:
    """The row that plays most of the roles, among the first rows, and how well it does."""
    best = (0, match(rows[0] if rows else (), roles))
    for number, row in enumerate(rows[:within]):
        found = match(row, roles)
        if found.complete:
            return number, found
        if found.share > best[1].share:
            best = (number, found)
    return best
