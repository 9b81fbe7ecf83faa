"""Find columns and lines by what they say, however a release spells it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NOTES = re.compile(r"\[\s*(?:notes?\s*[\d, and]+|[a-z])\s*\]|\((?:\d{1,2})\)", re.IGNORECASE)
_MARKS = re.compile(r"[^0-9a-z%£+]+")


def without_notes(text: str) -> str:
    """Wording without references to notes."""
    return _NOTES.sub(" ", text)


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    r"""Wording without case, punctuation, line breaks and references to notes.

    >>> plain("Looked-after\nchildren [note 2] "), plain("18–64 & over (1)")
    ('looked after children', '18 64 and over')
    """
    bare = without_notes(text.replace("&", " and ").replace("_", " ").replace("’", "'"))
    return " ".join(_MARKS.sub(" ", bare.replace("'", "").casefold()).split())


def close(wanted: str, among: Iterable[str]) -> str:
    """The wording nearest to one that is missing; empty when nothing is like it.

    >>> close("number", ["name", "numbers", "rate"]), close("children_count", ["no of children"])
    ('numbers', 'no of children')
    """
    by_plain = {plain(text): text for text in among if text.strip()}
    near = difflib.get_close_matches(plain(wanted), by_plain, n=1, cutoff=0.6)
    if near:
        return by_plain[near[0]]
    words = set(plain(wanted).split())
    shared = {text: len(words & set(text.split())) for text in by_plain}
    best = max(shared, key=lambda text: shared[text], default="")
    return by_plain[best] if best and shared[best] * 2 >= len(words) else ""


_COMMON = re.compile(
    r"a|and|adult|care|children|childrens|expenditure|for|gross|in|net|number|of|on|other|percent"
    r"|placed|plus|rate|services|social|spend|support|the|to|total|which|who|year"
)
"""Words that lines of any kind share: they do not tell one from another."""


def perhaps(missing: Iterable[str], left: Iterable[str]) -> dict[str, str]:
    """The measure that a wording may mean, for wordings that none claims and measures not found.

    missing: measures, as in `measures.csv`. Each has its best guess at most, and one worth
    having only when half of the words that tell it from others stand in the wording, and its
    ages. It is never taken for the measure: such figures wait in quarantine under both names
    (`in_doubt`).

    >>> perhaps(["youth_justice_net", "asylum_net"], ["youth offending services", "libraries"])
    {'youth offending services': 'youth_justice_net'}
    """
    worded = {text: set(plain(text).replace("+", "").split()) for text in left}
    guesses: dict[str, tuple[float, str]] = {}
    for measure in missing:
        words = {word for word in measure.split("_") if not _COMMON.fullmatch(word)}
        ages = {word for word in words if word.isdigit()}
        telling = words - ages
        shares = {
            text: (len(telling & own) / max(len(telling), 1), -len(own))
            for text, own in worded.items()
            if ages <= own
        }
        best = max(shares, key=lambda text: shares[text], default="")
        if best and shares[best][0] >= max(0.5, guesses.get(best, (0.0, ""))[0]):
            guesses[best] = (shares[best][0], measure)
    return {text: measure for text, (_, measure) in guesses.items()}


def in_doubt(wording: str, measure: str) -> str:
    """What figures are called that may be of a measure: no table has it, so they wait.

    >>> in_doubt("Youth  offending", "youth_justice_net")
    'Youth offending (perhaps youth_justice_net)'
    """
    return f"{' '.join(wording.split())} (perhaps {measure})"


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
