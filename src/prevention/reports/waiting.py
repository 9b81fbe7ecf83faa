"""Rows in quarantine as a CSV file that can be corrected and loaded again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from prevention.evidence.incoming import QUARANTINE_ID
from prevention.evidence.loads import Waiting
from prevention.evidence.tables import FIGURES, OWN
from prevention.reports.safe import escaped

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WHY = ("file", "row", "rule", "found", "what_to_do")


def _safe(text: str) -> str:
    """Text as it is where it is a number; else nothing a spreadsheet would run."""
    return text if _NUMBER.fullmatch(text) else escaped(text)


def quarantine_csv(rows: Sequence[Waiting]) -> str:
    """The rows that wait: whose they are, why they wait, and their cells to be corrected.

    Correct the cells after `what_to_do`, keep `quarantine_id` and `table`, and load the file.
    """
    tables = {**FIGURES, **OWN}
    columns = list(dict.fromkeys(n for row in rows for n in tables[row.table].column_names))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([QUARANTINE_ID, "table", *_WHY, *columns])
    for row in rows:
        rules = ", ".join(dict.fromkeys(breach.rule for breach in row.breaches))
        found = "; ".join(dict.fromkeys(breach.value for breach in row.breaches))
        todo = " ".join(dict.fromkeys(breach.message for breach in row.breaches))
        why = [row.file, str(row.row), rules, found, todo]
        cells = [row.cells.get(name, "") for name in columns]
        writer.writerow([_safe(cell) for cell in (row.id, row.table, *why, *cells)])
    return text.getvalue()
