"""Documents in versions: every one kept, with who, when and why.

The same for scenarios and for programmes that people made. A version is never changed and
never deleted; what is decided on it stands beside it, in order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from prevention.model.programmes import Document
from prevention.record.access import Record, Saved
from prevention.record.canonical import fingerprint, row_hash, written
from prevention.record.door import Connection
from prevention.record.faults import NameTaken, RecordRefused, damaged

D = TypeVar("D", bound=Document)
Kind = Literal["scenario", "programme"]
Status = Literal["draft", "proposed", "approved", "superseded"]

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LONGEST = {"who": 200, "why": 2000, "title": 200}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a version: its new status, who, why, when (UTC).

    run_id: the run whose figures an approval is of; empty otherwise.
    """

    version: int
    status: str
    run_id: str
    who: str
    why: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Version(Generic[D]):
    """One version of a document.

    parent: the version it was made from, 0 for none. sibling: another version had been saved
    from the same parent before, so that two people's work stands side by side.
    at: UTC. decisions: on this version, in order.
    """

    id: str
    version: int
    title: str
    document: D
    content_hash: str
    parent: int
    sibling: bool
    who: str
    why: str
    at: dt.datetime
    status: Status = "draft"
    decisions: tuple[Decision, ...] = ()

    @property
    def name(self) -> str:
        """How this very version is asked for, as `adults-first@3`."""
        return f"{self.id}@{self.version}"


def save(
    record: Record,
    kind: Kind,
    document: Document,
    title: str,
    who: str,
    why: str,
    parent: int,
    key: str = "",
) -> int:
    """Put a document on the record as a new version; its number.

    parent: the version it was made from; 0 for a document not on the record so far.

    Raises:
        RecordRefused: no name of who saves, no reason, a parent that does not exist, or an id
            or title that cannot be. NameTaken: parent is 0 and the id is on the record.
    """
    id_ = str(getattr(document, "id", ""))
    if not _ID.fullmatch(id_):
        raise RecordRefused(
            f"'{id_[:80]}' cannot be the id of a {kind}: use small letters, digits and hyphens, "
            "64 at most."
        )
    title, who, why = said("title", title), said("who", who), said("why", why)
    content = written(document)
    now = _now()

    def put(cursor: Connection) -> Saved:
        numbers = _numbers(cursor, kind, id_)
        if not parent and numbers:
            raise NameTaken(
                f"There is a {kind} '{id_}' on the record already. Choose another name, or save a "
                "new version of it."
            )
        if parent and parent not in numbers:
            raise RecordRefused(f"There is no version {parent} of {kind} '{id_}' to start from.")
        row = [
            kind,
            id_,
            max(numbers, default=0) + 1,
            title,
            content,
            fingerprint(content),
            parent,
            parent in numbers.values(),
            who,
            why,
            now,
        ]
        cursor.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return Saved(f"{id_}@{row[2]}", row_hash(row))

    return int(record.write(kind, put, key).id.rpartition("@")[2])


def _numbers(cursor: Connection, kind: Kind, id_: str) -> dict[int, int]:
    """Parent of each version of a document."""
    rows = cursor.execute(
        "SELECT version, parent FROM version WHERE kind = ? AND id = ?", [kind, id_]
    ).fetchall()
    return dict(rows)


def history(record: Record, kind: Kind, type_: type[D], id_: str) -> list[Version[D]]:
    """Every version of a document, first to last; none when it is not on the record."""
    return _read(record, kind, type_, id_).get(id_, [])


def latest(record: Record, kind: Kind, type_: type[D]) -> dict[str, Version[D]]:
    """The last version of each document that was not removed, by id."""
    with record.held():
        gone = removed(record, kind)
        found = _read(record, kind, type_, None)
    return {id_: each[-1] for id_, each in found.items() if id_ not in gone}


def _read(
    record: Record, kind: Kind, type_: type[D], id_: str | None
) -> dict[str, list[Version[D]]]:
    """Versions of one document, or of all of a kind, by id."""
    with record.held():
        rows = record.read(
            "SELECT id, version, title, content, content_hash, parent, sibling, who, why, saved_at "
            "FROM version WHERE kind = ? AND (?::VARCHAR IS NULL OR id = ?) ORDER BY id, version",
            [kind, id_, id_],
        )
        made = record.read(
            "SELECT id, version, status, run_id, who, why, made_at FROM decision "
            "WHERE kind = ? AND (?::VARCHAR IS NULL OR id = ?) ORDER BY n",
            [kind, id_, id_],
        )
    decided: dict[str, list[Decision]] = {}
    for of, *rest in made:
        decided.setdefault(of, []).append(Decision(*rest))
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row[0], []).append(row[1])
    standing = {of: _statuses(each, decided.get(of, [])) for of, each in numbers.items()}
    found: dict[str, list[Version[D]]] = {}
    for of, number, title, content, content_hash, parent, sibling, who, why, at in rows:
        if fingerprint(content) != content_hash:
            raise damaged(record.path, f"{kind} {of}@{number} is not what was saved.")
        version = Version(
            of,
            number,
            title,
            type_.model_validate_json(content),
            content_hash,
            parent,
            sibling,
            who,
            why,
            at,
            standing[of][number],
            tuple(d for d in decided.get(of, []) if d.version == number),
        )
        found.setdefault(of, []).append(version)
    return found


def removed(record: Record, kind: Kind) -> set[str]:
    """Ids of documents that were removed and not brought back."""
    rows = record.read(
        "SELECT id, arg_max(status, n) FROM decision WHERE kind = ? AND version = 0 GROUP BY id",
        [kind],
    )
    return {id_ for id_, status in rows if status == "removed"}


def _statuses(versions: Sequence[int], made: Sequence[Decision]) -> dict[int, Status]:
    """Status of each version: the last decision on it; an approval ends the one before it."""
    found: dict[int, Status] = dict.fromkeys(versions, "draft")
    for decision in made:
        if decision.status == "approved":
            for version, status in found.items():
                if status == "approved":
                    found[version] = "superseded"
            found[decision.version] = "approved"
        elif decision.status == "proposed":
            found[decision.version] = "proposed"
        elif decision.status == "superseded":
            found[decision.version] = "superseded"
    return found


def decide(
    record: Record,
    kind: Kind,
    id_: str,
    decision: Decision,
    allowed: Sequence[Status] = (),
    key: str = "",
) -> None:
    """Put a decision on the record.

    allowed: what the version's status may be now; empty for a decision on the whole document.

    Raises:
        RecordRefused: no name of who decides, no reason, no such version, or its status does
            not allow it.
    """
    who, why = said("who", decision.who), said("why", decision.why)
    now = _now()

    def put(cursor: Connection) -> Saved:
        numbers = list(_numbers(cursor, kind, id_))
        if decision.version not in (numbers if allowed else [0]) or not numbers:
            raise RecordRefused(f"There is no {kind} '{id_}@{decision.version}' on the record.")
        rows = cursor.execute(
            "SELECT version, status, run_id, who, why, made_at FROM decision "
            "WHERE kind = ? AND id = ? ORDER BY n",
            [kind, id_],
        ).fetchall()
        if allowed:
            now_is = _statuses(numbers, [Decision(*row) for row in rows])[decision.version]
            if now_is not in allowed:
                raise RecordRefused(
                    f"'{id_}@{decision.version}' is {now_is}; only one that is "
                    f"{' or '.join(allowed)} can be {decision.status}."
                )
        ((last,),) = cursor.execute("SELECT coalesce(max(n), 0) FROM decision").fetchall()
        row = [last + 1, kind, id_, decision.version, decision.status, decision.run_id]
        row += [who, why, now]
        cursor.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return Saved(f"{last + 1}: {id_}@{decision.version} {decision.status}", row_hash(row))

    record.write("decision", put, key)


def said(what: str, text: str) -> str:
    """What a person must say, trimmed.

    Raises:
        RecordRefused: they said nothing, or too much.
    """
    text = " ".join(text.split())
    if not text:
        asks = {"who": "who you are", "why": "why", "title": "what it is called"}
        raise RecordRefused(f"Say {asks[what]}: nothing goes on the record without it.")
    if len(text) > _LONGEST[what]:
        raise RecordRefused(f"The {what} is {len(text):,} characters long; {_LONGEST[what]:,} fit.")
    return text


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
