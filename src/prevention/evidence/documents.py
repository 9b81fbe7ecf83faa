"""Programmes, scenarios and shared settings as documents (TOML) under `data/`."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from prevention.model.economy import Economy
from prevention.model.programmes import Document, Programme
from prevention.model.scenarios import Library, Scenario

D = TypeVar("D", bound=Document)


class DocumentError(ValueError):
    """A document cannot be read or does not hold what it must; says where and why."""


def read_document(path: Path, kind: type[D]) -> D:
    """Read one document.

    Raises:
        DocumentError: names the file, the key and what is wrong with it.
    """
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DocumentError(f"There is no file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DocumentError(f"{path.name} is not a TOML document: {fault}.") from None
    except ValidationError as fault:
        problems = (
            f"{'.'.join(str(p) for p in e['loc']) or 'document'}: "
            f"{e['msg'].removeprefix('Value error, ')}"
            for e in fault.errors()
        )
        raise DocumentError(f"{path.name}: {'; '.join(problems)}.") from None


def written(document: Document) -> str:
    """A document as TOML, which `read_document` reads back the same: what is set, no more.

    >>> from prevention.model.scenarios import Scenario
    >>> print(written(Scenario(id="a", title="One", changes={"economy.inflation": 0.02})))
    id = "a"
    title = "One"
    <BLANKLINE>
    [changes]
    "economy.inflation" = 0.02
    """
    fields = document.model_dump(exclude_defaults=True)
    lines = [f"{k} = {_value(v)}" for k, v in fields.items() if not isinstance(v, Mapping)]
    for name, table in fields.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{name}]", *(f"{_text(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines)


def _value(value: Any) -> str:
    """A value on one line of TOML; what is None is left out, as TOML has no word for it."""
    if isinstance(value, Mapping):
        parts = [f"{_text(k)} = {_value(v)}" for k, v in value.items() if v is not None]
        return f"{{ {', '.join(parts)} }}" if parts else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else _text(value)


def _text(value: str | float) -> str:
    """Text in quotes, or a number: as JSON writes them, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def read_library(data: Path) -> Library:
    """Every programme and scenario under `data`, and the economy they share.

    Raises:
        DocumentError: a document is broken, or its file name is not its id.
    """
    programmes = _by_id(data / "programmes", Programme)
    scenarios = _by_id(data / "scenarios", Scenario)
    return Library(programmes, scenarios, read_document(data / "economy.toml", Economy))


K = TypeVar("K", Programme, Scenario)


def _by_id(folder: Path, kind: type[K]) -> dict[str, K]:
    found: dict[str, K] = {}
    for path in sorted(folder.glob("*.toml")):
        document = read_document(path, kind)
        if document.id != path.stem:
            raise DocumentError(
                f"{path.name}: its id is '{document.id}'. Name the file {document.id}.toml "
                "or change the id."
            )
        found[document.id] = document
    return found
