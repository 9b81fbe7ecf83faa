"""A broken rule, pointed at the cell that breaks it."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_RULE = "SCHEMA"
"""Rule name of a file that does not have the table's columns, or whose rows do not fit them."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: which cell of which table, what it holds, and what to do.

    row: line of the file as an editor or spreadsheet numbers it, the header being 1;
        None when the whole table breaks the rule.
    """

    table: str
    row: int | None
    column: str
    rule: str
    value: str
    message: str

    def __str__(self) -> str:
        """One line for a terminal.

        >>> print(Breach("care_weeks", 5, "value", "CW05", "-1", "Weeks are never negative."))
        care_weeks, row 5, value: '-1' breaks CW05. Weeks are never negative.
        """
        where = ", ".join(
            part
            for part in (self.table, f"row {self.row}" if self.row else "", self.column)
            if part
        )
        return f"{where}: '{self.value}' breaks {self.rule}. {self.message}"
