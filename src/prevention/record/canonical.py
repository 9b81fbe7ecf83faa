"""One way to write a document down, so that equal documents have equal fingerprints."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from prevention.model.programmes import Document


def canonical(content: Any) -> str:
    """Content as JSON: keys in order, no space, text as it is.

    >>> canonical({"b": 1.5, "a": "£"})
    '{"a":"£","b":1.5}'
    """
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def row_hash(row: Sequence[Any]) -> str:
    """Fingerprint of a row of the record, for its line in the ledger."""
    return fingerprint(canonical([v.isoformat() if isinstance(v, dt.datetime) else v for v in row]))


def written(document: Document) -> str:
    """A scenario or programme as canonical JSON.

    What is left at its default is left out: a field that a later version of the program
    adds does not change the fingerprint of a document saved before.
    """
    return canonical(document.model_dump(mode="json", exclude_defaults=True))
