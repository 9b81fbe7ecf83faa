"""Which council or other area a row of the Department for Education is about.

The same in every layout: a level in words, the nine-character code, the department's own
three digits, or either alone. Codes that contradict each other are shown as both, so that
the row waits for someone to look at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.places import from_dfe, ons_code, places, standing
from prevention.publications.wording import plain, role

if TYPE_CHECKING:
    import pandas as pd

AREA = (
    role("level", "geographic_level", "geog_level", "level", "geog_l", required=False),
    role("new", "new_la_code", "la_code_new", "la_code", "ons_code", "New_geog_code",
         "location_code", required=False),
    role("old", "old_la_code", "la_number", "lea_code", "dfe_code", "geog_c", required=False),
    role("name", "la_name", "local authority name", "local_authority", "geog_n", "location",
         required=False),
    role("region", "region_code", required=False),
    role("country", "country_code", required=False),
)  # fmt: skip
CODE = role("new", "new_la_code", "la_code_new", "la_code", "old_la_code")
"""What is missed where a file gives no council's code at all."""
_COUNCIL = re.compile(
    r"(?:upper tier )?local authorit(?:y|ies)(?: \(?upper tier\)?)?|las?|utlas?|councils?"
)


def area_codes(frame: pd.DataFrame, columns: Mapping[str, int], where: str) -> pd.Series:
    """The nine-character code of each row's area.

    Raises:
        NotRecognised: no row is at the level of councils, or the column of codes holds
            something else, as when columns are swapped.
    """
    import pandas as pd

    blank = pd.Series("", index=frame.index)
    new, old, region, country = (
        frame[columns[part]].str.strip() if part in columns else blank
        for part in ("new", "old", "region", "country")
    )
    council = _at_council_level(frame, columns, where)
    if "old" not in columns and new[council].map(from_dfe).astype(bool).mean() > 0.5:
        new, old = blank, new  # the one column of codes holds the department's own
    named = new[council & (new.str.len() > 1)]
    strange = named[named.map(ons_code) == ""]
    if len(strange) > 0.02 * len(named):
        raise NotRecognised(
            f"{where}: column 'new_la_code' should hold codes of nine characters such as "
            f"E06000007, but row {strange.index[0]} holds '{strange.iloc[0]}'. Two columns may "
            "have been swapped.",
            missing=("new_la_code",),
        )
    pairs = list(zip(new, old, strict=True))
    known = {pair: _council(*pair) for pair in dict.fromkeys(pairs)}
    councils = pd.Series([known[pair] for pair in pairs], index=frame.index)
    elsewhere = region.where(region != "", country.where(country != "", new))
    if "level" not in columns:
        return councils.where(councils != "", elsewhere)
    return councils.where(council, elsewhere)


def _at_council_level(frame: pd.DataFrame, columns: Mapping[str, int], where: str) -> pd.Series:
    """Which rows are of councils; all of them where the file has no column of levels."""
    import pandas as pd

    if "level" not in columns:
        return pd.Series(True, index=frame.index)
    levels = frame[columns["level"]]
    known = {text: bool(_COUNCIL.fullmatch(plain(text))) for text in levels.unique()}
    if not any(known.values()) and len(levels):
        held = ", ".join(f"'{text}'" for text in list(known)[:6])
        raise NotRecognised(
            f"{where}: no row is at the level 'Local authority': column 'geographic_level' holds "
            f"{held}. Choose local authorities when you download it.",
            missing=("rows of local authorities",),
        )
    return levels.map(known).astype(bool)


def _council(new: str, old: str) -> str:
    """A council's code from both that a row gives; where they disagree, both, for all to see."""
    by_old = from_dfe(old) if old else ""
    if len(new) <= 1:  # blank, or a marker in place of a code
        return by_old
    code = ons_code(new) or new
    same = {standing(code, year) for year in (2010, 2030)} | {code}
    known = code in places() and by_old
    if known and by_old not in same and standing(by_old, 2010) not in same:
        return f"{new} or {old}"
    return code
