"""The council's words for ours: which service or programme is meant, and who must not be named.

A guess is a suggestion: it is shown, and what the council decides instead is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "childrens-homes": (
        "children s home", "childrens home", "residential children", "children s residential",
        "childrens residential", "child residential", "cla residential", "lac residential",
        "external residential", "residential placements children", "secure unit",
    ),
    "fostering": ("foster", "ifa", "connected care", "kinship"),
    "semi-independent": (
        "semi independent", "supported accommodation", "supported lodgings", "16 accommodation",
        "post 16 accommodation", "unregulated",
    ),
    "residential-65-plus": (
        "residential 65", "older people residential", "residential older", "op residential",
        "residential care 65", "residential care older", "residential elderly", "care home 65",
    ),
    "nursing-65-plus": ("nursing",),
    "home-care-65-plus": ("home care", "homecare", "domiciliary", "dom care", "care at home"),
}  # fmt: skip
"""Words that mean a service line, by its id."""

_PERSON = re.compile(
    r"\b(name|surname|forename|initials|child|client|person|service user|resident|carer|"
    r"dob|birth|date of birth|age|gender|sex|ethnicity|address|postcode|nhs|upn|uln|"
    r"national insurance|ni number|nino|email|phone|telephone|mobile|"
    r"(?:person|client|case|child|mosaic|liquidlogic|lcs|las|swift|system|service user|carefirst)"
    r"\s*(?:id|no|number|ref|reference)|id|ref|reference|uprn|case number|unique.*)\b"
)
_UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]", re.IGNORECASE)
_NINO = re.compile(r"[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.IGNORECASE)
_NHS_WEIGHTS = range(10, 1, -1)


def folded(text: str) -> str:
    """Text as words in small letters, for comparing.

    >>> folded("Children's  Homes (external)")
    'children s homes external'
    """
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


def guess_service(text: str, services: Iterable[str]) -> str:
    """The service line a word most likely means; empty where none is likely.

    >>> lines = ["childrens-homes", "fostering", "nursing-65-plus"]
    >>> guess_service("Foster care - IFA", lines), guess_service("Highways", lines)
    ('fostering', '')
    """
    said = folded(text)
    own = [service for service in services if folded(service) == said]
    if own:
        return own[0]
    hits = [
        service
        for service in services
        if any(f" {meaning}" in f" {said}" for meaning in _MEANINGS.get(service, ()))
    ]
    return hits[0] if len(hits) == 1 else ""


def guess_programme(text: str, programmes: Mapping[str, str]) -> str:
    """The programme a word means, by its id or its name; empty where none does.

    >>> guess_programme("No Wrong Door", {"no-wrong-door": "No Wrong Door hub"})
    'no-wrong-door'
    """
    said = folded(text)
    for id_, name in programmes.items():
        if said and said in (folded(id_), folded(name)):
            return id_
    near = [id_ for id_, name in programmes.items() if said and said in folded(name)]
    return near[0] if len(near) == 1 else ""


def names_a_person(heading: str) -> bool:
    """Whether a column is headed as one that tells who somebody is.

    >>> names_a_person("Child name"), names_a_person("NHS No."), names_a_person("Cost centre")
    (True, True, False)
    """
    return bool(_PERSON.search(folded(heading)))


def identifies_somebody(text: str) -> bool:
    """Whether a cell is by its form a number, address or name that tells who somebody is.

    >>> identifies_somebody("943 476 5919"), identifies_somebody("A123456789012")
    (True, True)
    >>> identifies_somebody("FOSTER01"), identifies_somebody("1234567890")
    (False, False)
    """
    bare = text.strip()
    digits = bare.replace(" ", "").replace("-", "")
    if len(digits) == 10 and digits.isdigit() and _is_nhs_number(digits):
        return True
    return any(form.fullmatch(bare) for form in (_UPN, _NINO, _POSTCODE)) or bool(
        _EMAIL.search(bare)
    )


def _is_nhs_number(digits: str) -> bool:
    """Whether ten digits pass the check of NHS numbers (modulus 11)."""
    total = sum(int(d) * w for d, w in zip(digits, _NHS_WEIGHTS, strict=False))
    return (11 - total % 11) % 11 == int(digits[9])
