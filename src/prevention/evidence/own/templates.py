"""Empty files of the council's own, with a row to show how each is filled in."""

from __future__ import annotations

from collections.abc import Mapping

TEMPLATES: Mapping[str, str] = {
    "ledger": (
        "Period,Service,Cost centre,Amount\r\n"
        "Apr-24,fostering,F1234,125000.00\r\n"
        "Apr-24,other,X9000,-1500.00\r\n"
    ),
    "placements": (
        "Start date,End date,Service,Weekly cost\r\n"
        "01/04/2024,30/09/2024,childrens-homes,5250.00\r\n"
        "15/06/2024,,fostering,480.00\r\n"
    ),
    "starts": "Programme,Month,Starts\r\nno-wrong-door,Apr-24,4\r\nno-wrong-door,May-24,3\r\n",
    "cases": (
        "Referral date,Outcome date,Closed without outcome,Cohort\r\n"
        "01/04/2024,15/11/2025,,programme\r\n"
        "22/05/2024,,,programme\r\n"
        "03/06/2024,,30/09/2024,comparison\r\n"
    ),
}
"""Template of each of the council's own files as CSV; the rows below the headings are examples."""


CASE_COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "Referral date": ("The day on which the person was referred", "01/04/2024", "needed"),
    "Outcome date": (
        "The day on which the outcome came, one that stands for the placement avoided: home "
        "again, or stepped down. Empty while the case is open",
        "15/11/2025",
        "needed",
    ),
    "Closed without outcome": (
        "The day on which somebody left without it: moved away, withdrew",
        "30/09/2024",
        "if you have it",
    ),
    "Cohort": (
        "Whether the person was in the programme or in a matched comparison group",
        "programme or comparison",
        "for the effect",
    ),
    "Programme": ("Which programme the row is of", "no-wrong-door", "where there are several"),
    "Case reference": (
        "Finds a row entered twice, and is then forgotten; never a name",
        "A-1017",
        "if you have it",
    ),
}
"""Headings of case records: what each holds, an example, and when it is needed."""


def template(name: str) -> str:
    """A template by its name.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in TEMPLATES:
        raise KeyError(f"There is no template '{name}'. Choose one of {', '.join(TEMPLATES)}.")
    return TEMPLATES[name]
