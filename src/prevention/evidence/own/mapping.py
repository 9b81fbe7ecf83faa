"""What the council's words mean in ours, decided once and remembered on the record.

Kinds: `service` and `programme` for words in cells; the name of one of the council's own
tables for headings of columns. The last decision stands; earlier ones are kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from prevention.evidence.judging import OTHER
from prevention.evidence.own.files import OwnFile
from prevention.evidence.own.headings import COLUMN_WORDS
from prevention.evidence.own.words import folded
from prevention.record import Record, Saved

Words = Mapping[str, Mapping[str, str]]
"""The council's words and ours, by kind."""
FACETS = ("people", "unit_cost", "spend")


class MappingWrong(ValueError):
    """A mapping names something that does not exist."""


def remembered(record: Record, la_code: str) -> dict[str, dict[str, str]]:
    """The council's words in small letters and ours, by kind."""
    found: dict[str, dict[str, str]] = {}
    for kind, theirs, ours in record.read(
        "SELECT kind, theirs, ours FROM council_word WHERE la_code = ? ORDER BY n", [la_code]
    ):
        found.setdefault(kind, {})[folded(theirs)] = ours
    return found


def shown(record: Record, la_code: str) -> dict[str, dict[str, str]]:
    """The same as the council writes its words."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for kind, theirs, ours in record.read(
        "SELECT kind, theirs, ours FROM council_word WHERE la_code = ? ORDER BY n", [la_code]
    ):
        found.setdefault(kind, {})[folded(theirs)] = (theirs, ours)
    return {kind: dict(sorted(words.values())) for kind, words in sorted(found.items())}


def remember(
    record: Record,
    la_code: str,
    words: Words,
    who: str,
    services: Sequence[str],
    programmes: Sequence[str],
) -> int:
    """Put decisions on the record; how many were new.

    Raises:
        MappingWrong: one of ours does not exist, naming those that do.
    """
    allowed: Mapping[str, Sequence[str]] = {
        "service": [*services, OTHER],
        "programme": programmes,
        **{table: list(columns) for table, columns in COLUMN_WORDS.items()},
    }
    for kind, pairs in words.items():
        if kind not in allowed:
            raise MappingWrong(f"There is no kind '{kind}'. Choose one of {', '.join(allowed)}.")
        for theirs, ours in pairs.items():
            if ours not in allowed[kind]:
                raise MappingWrong(
                    f"{kind}: '{theirs}' cannot mean '{ours}'. Choose one of "
                    f"{', '.join(allowed[kind])}."
                )
    known = remembered(record, la_code)
    new = [
        (kind, theirs, ours)
        for kind, pairs in words.items()
        for theirs, ours in pairs.items()
        if known.get(kind, {}).get(folded(theirs)) != ours
    ]
    _save(record, la_code, new, who)
    return len(new)


def remember_file(record: Record, la_code: str, own: OwnFile, who: str) -> None:
    """Remember what a loaded file's words were taken to mean."""
    known = remembered(record, la_code)
    pairs = [(kind, t, o) for kind, words in own.meanings.items() for t, o in words.items() if o]
    pairs += [(own.table, theirs, ours) for ours, theirs in own.columns.items()]
    _save(record, la_code, [p for p in pairs if folded(p[1]) not in known.get(p[0], {})], who)


def _save(record: Record, la_code: str, pairs: Sequence[tuple[str, str, str]], who: str) -> None:
    if not pairs:
        return
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)

    def action(cursor: duckdb.DuckDBPyConnection) -> Saved:
        (count,) = cursor.execute("SELECT count(*) FROM council_word").fetchone() or (0,)
        cursor.executemany(
            "INSERT INTO council_word VALUES (?, ?, ?, ?, ?, ?, ?)",
            [[count + n, la_code, *pair, now, who] for n, pair in enumerate(pairs, 1)],
        )
        content = json.dumps([la_code, *pairs]).encode()
        return Saved(f"{la_code}: {len(pairs)} words", hashlib.sha256(content).hexdigest())

    record.write("mapping", action)


def choose_own(
    record: Record, la_code: str, service: str, facet: str, chosen: bool, who: str
) -> None:
    """Say whether the council's own figures go before the published ones.

    Raises:
        MappingWrong: there is no such facet.
    """
    if facet not in FACETS:
        raise MappingWrong(f"There is no '{facet}'. Choose one of {', '.join(FACETS)}.")

    def action(cursor: duckdb.DuckDBPyConnection) -> Saved:
        (count,) = cursor.execute("SELECT count(*) FROM council_basis").fetchone() or (0,)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        row = [count + 1, la_code, service, facet, chosen, now, who]
        cursor.execute("INSERT INTO council_basis VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        content = f"{la_code} {service} {facet} {chosen}"
        return Saved(f"{service} {facet}", hashlib.sha256(content.encode()).hexdigest())

    record.write("basis", action)


def as_toml(words: Words) -> str:
    r"""A mapping as a TOML document.

    >>> print(as_toml({"service": {'IFA "x"': "fostering"}}), end="")
    [service]
    "IFA \"x\"" = "fostering"
    """
    blocks = [
        f"[{kind}]\n" + "".join(f"{_string(t)} = {_string(o)}\n" for t, o in pairs.items())
        for kind, pairs in words.items()
    ]
    return "\n".join(blocks)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def read_toml(path: Path) -> Words:
    """A mapping from a TOML file.

    Raises:
        MappingWrong: it is not one.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MappingWrong(f"There is no file {path}.") from None
    except ValueError as fault:
        raise MappingWrong(f"{path} is not a TOML document: {fault}.") from None
    for kind, pairs in content.items():
        if not isinstance(pairs, dict) or not all(isinstance(o, str) for o in pairs.values()):
            raise MappingWrong(
                f'{path}: under [{kind}] write lines such as "their word" = "our word".'
            )
    return content
