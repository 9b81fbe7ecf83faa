"""Statistics of the Department for Education in its long layout (CSV).

Children looked after (numbers and rates; characteristics, with placements), children in
need and child protection, and the population the department divides by. One row of a file
is an area and a year, and for some files a category; one figure is a cell of a column of
figures that is not blank. Figure columns that feed no table are counted and set aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.offering import offer
from prevention.publications.places import ONS_CODE, from_dfe, places, standing
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import Role, find_header, plain, role
from prevention.years import parse_year_ending

if TYPE_CHECKING:
    import pandas as pd

PUBLISHER = "Department for Education"
AREA = (
    role("year", "time_period", "year", "reporting year"),
    role("level", "geographic_level", "geog_level", "level"),
    role("new", "new_la_code", "la_code_new", "la_code", "ons_code", required=False),
    role("old", "old_la_code", "la_number", "lea_code", "dfe_code", required=False),
    role("name", "la_name", "local authority name", "local_authority", required=False),
    role("region", "region_code", required=False),
    role("country", "country_code", required=False),
)
_CODE = role("new", "new_la_code", "la_code_new", "la_code", "old_la_code")
"""What is missed where a file gives no council's code at all."""
_LABELS = {
    "time_identifier", "country_name", "region_name", "category", "geographic_level", "level",
    "la_name", "time_period", "country_code", "region_code", "old_la_code", "new_la_code",
}  # fmt: skip
Namer = Callable[["pd.DataFrame", Mapping[str, int], str], "pd.Series"]
"""The measure of each row for the figures of one part, blank where no table holds it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A file of the department: the columns that mark it, those with figures, and its measures.

    marks: columns that must stand and hold no figures. figures: columns of figures, by part.
    name: gives the measure of each row and part. shift: years between the period named and
    the year ending of our table.
    """

    marks: tuple[Role, ...]
    figures: tuple[Role, ...]
    table: str
    name: Namer
    percent: frozenset[str] = frozenset()
    shift: int = 0


def _constant(names: Mapping[str, str]) -> Namer:
    def name(frame: pd.DataFrame, columns: Mapping[str, int], part: str) -> pd.Series:
        import pandas as pd

        return pd.Series(names[part], index=frame.index)

    return name


_FLOWS: tuple[tuple[str, str], ...] = (
    (r"looked after (?:on|at|as at) 31(?:st)? march", "looked_after_31_march"),
    (r"^children (?:who )?start(?:ing|ed)\b", "looked_after_started"),
    (r"^children (?:who )?ceas(?:ing|ed)\b", "looked_after_ceased"),
)


def _looked_after(frame: pd.DataFrame, columns: Mapping[str, int], part: str) -> pd.Series:
    """The flow a row counts; its rate; or the population, the same on every row of a council."""

    def measure(category: str) -> str:
        hits = [name for pattern, name in _FLOWS if re.search(pattern, plain(category))]
        if len(hits) != 1:
            return ""
        return {"count": hits[0], "rate": f"{hits[0]}_rate"}.get(
            part, "population_0_17_used_by_dfe"
        )

    return _by_category(frame[columns["category"]], measure)


_PLACEMENTS: tuple[tuple[str, str, str], ...] = (
    (r"placements?|placement types?", r"foster placements?", "foster"),
    (r"placements?|placement types?", r"secure (?:homes|units) and childrens homes",
     "secure_and_childrens_homes"),
    (r"placements?|placement types?",
     r"(?:independent|semi independent)\b.*(?:living|accommodation).*", "semi_independent"),
    (r"placements?|placement types?", r"placed with (?:own )?parents.*", "with_parents"),
    (r"placements?|placement types?", r"placed for adoption", "placed_for_adoption"),
    (r"placements?|placement types?", r"residential schools?", "residential_schools"),
    (r"placements?|placement types?", r"other residential settings?", "other_residential"),
    (r"placements?|placement types?", r"total(?: children.*)?", "total"),
    (r"distance between home and placement", r"placed (?:more than|over) 20 miles from home",
     "over_20_miles_from_home"),
    (r".*provi.*", r"own provision.*", "provider_own_council"),
    (r".*provi.*", r"other (?:la|local authority) provision", "provider_other_council"),
    (r".*provi.*", r"private provision", "provider_private"),
    (r".*provi.*", r"voluntary.*provision", "provider_voluntary"),
    (r"unaccompanied asylum seeking children.*|uasc.*",
     r"(?:unaccompanied asylum seeking children|uasc|total)", "unaccompanied_asylum_seeking"),
)  # fmt: skip


def _placements(frame: pd.DataFrame, columns: Mapping[str, int], part: str) -> pd.Series:
    """The placement a row counts, by its group and characteristic; percentages feed no table."""

    def measure(pair: tuple[str, str]) -> str:
        group, characteristic = map(plain, pair)
        for groups, wording, name in _PLACEMENTS:
            if re.fullmatch(groups, group) and re.fullmatch(wording, characteristic):
                return name
        return ""

    import pandas as pd

    pairs = list(zip(frame[columns["group"]], frame[columns["characteristic"]], strict=True))
    known = {pair: measure(pair) for pair in set(pairs)}
    return pd.Series([known[pair] for pair in pairs], index=frame.index)


def _by_category(categories: pd.Series, measure: Callable[[str], str]) -> pd.Series:
    return categories.map({text: measure(text) for text in categories.unique()})


LOOKED_AFTER = Layout(
    marks=(role("category", "population_type", "population_count", "cla_group", "category"),),
    figures=(
        role("count", "children_count", "number", "child_count", "count"),
        role("rate", "rate_per_10000", "rate_per_10k", "rate_per_10k_children", "rate"),
        role("population", "population_estimate", "population", required=False),
    ),
    table="looked_after",
    name=_looked_after,
)
PLACEMENTS = Layout(
    marks=(
        role(
            "group", "cla_group", "characteristic_group", "breakdown_topic", "characteristic_type"
        ),
        role("characteristic", "characteristic", "breakdown"),
    ),
    figures=(role("count", "number", "children_count", "child_count", "count"),),
    table="placements",
    name=_placements,
)
_NEED = {
    "open": "in_need_31_march",
    "during": "in_need_during_year",
    "started": "in_need_started",
    "referrals": "referrals",
    "repeat": "re_referrals_percent",
    "section47": "section_47_enquiries",
    "conferences": "initial_conferences",
    "plans_started": "protection_plans_started",
    "plans_repeat": "protection_plans_repeat_percent",
    "plans": "protection_plans_31_march",
    "plans_rate": "protection_plans_31_march_rate",
}
_PLANS = role("plans", "CPP_At31", "CPP_at_31_march", "At31_CPP", "cpp_at31_count")
_PLANS_STARTED = role("plans_started", "CPP_start", "CPP_started", "Started_CPP", "cpp_start_count")


def _need(*figures: Role) -> Layout:
    percent = frozenset({_NEED["repeat"], _NEED["plans_repeat"]})
    return Layout((), figures, "children_need", _constant(_NEED), percent)


NEED = (
    _need(
        role("open", "At31_episodes", "At_31_episodes", "at31_episode_count"),
        role("during", "Anypoint_episodes", "Any_point_episodes", "anypoint_episode_count"),
        role("started", "Started_episodes", "Start_episodes", "started_episode_count"),
    ),
    _need(
        role("referrals", "referral_count", "Referrals", "Referral"),
        role("repeat", "rereferral_percent", "Re_referrals_percent", "Re_referral_percent",
             "Rereferrals_percent", "Re-referrals_pc"),
    ),
    _need(
        role("section47", "Section47", "Section_47", "Section47s", "section47_count"),
        role("conferences", "ICPC", "ICPCs", "icpc_count"),
    ),
    _need(
        _PLANS_STARTED,
        role("plans_repeat", "CPP_subsequent_percent", "CPP_second_or_subsequent_percent",
             "subsequent_percent"),
    ),
    _need(
        _PLANS,
        role("plans_rate", "CPP_At31_rate", "At31_rate", "CPP_rate", "CPP_At31_rate_per_10000",
             "rate_per_10000", required=False),
        role("plans_started", "CPP_start", "CPP_started", required=False),
    ),
)  # fmt: skip
POPULATION = Layout(
    marks=(role("age", "age_group", "age"),),
    figures=(role("population", "population_estimate", "population"),),
    table="population_children",
    name=lambda frame, columns, part: _by_category(
        frame[columns["age"]],
        lambda age: "population_0_17" if re.search(r"0 (?:to )?17", plain(age)) else "",
    ),
    shift=1,
)


def _look(
    book: Book, layouts: Sequence[Layout], publication: str, title: str, stem: str
) -> Sighting:
    """The best layout a file fits; a complete one reads it."""
    best = NOTHING
    for sheet in book.sheets:
        for layout in layouts:
            roles = (*AREA, *layout.marks, *layout.figures)
            row, match = find_header(sheet.rows, roles)
            own = {r.part for r in (*layout.marks, *layout.figures)}
            if not own & {*match.columns, *match.doubtful}:
                continue
            if match.complete and not {"new", "old"} & {*match.columns}:
                match = replace(match, missing=(_CODE,))
            if match.complete:
                naming = (publication, title, stem)
                return Sighting(
                    1.0, read=partial(_read, book, sheet, layout, row, match.columns, naming)
                )
            header = sheet.rows[row] if sheet.rows else []
            sighted = incomplete(match, header, f"row {row + 1} of {sheet.name}")
            best = max(best, sighted, key=lambda s: s.share)
    return best


def _read(
    book: Book,
    sheet: Sheet,
    layout: Layout,
    row: int,
    columns: Mapping[str, int],
    naming: tuple[str, str, str],
) -> Reading:
    """Offer every figure column of a file, and count those that feed no table."""
    publication, title, stem = naming
    frame = sheet.below(row)
    frame = frame[(frame != "").any(axis=1)]
    codes = _codes(frame, columns, sheet.name)
    years = frame[columns["year"]].map(lambda text: _shifted(text, layout.shift))
    latest = max((int(y) for y in years.unique() if str(y).isdigit()), default=0)
    release = Release(
        f"{stem}-{latest}", PUBLISHER, title, f"{title}, reporting year {latest - layout.shift}"
    )
    tally = Tally()
    header = sheet.rows[row]
    for part in (r.part for r in layout.figures if r.part in columns):
        cells = _cells(frame, columns[part], codes, years)
        cells["table"] = layout.table
        cells["measure"] = layout.name(frame, columns, part)
        offer(tally, cells, sheet.name, release.key, percent=layout.percent)
    _count_unused(tally, frame, header, set(columns.values()))
    used = ", ".join(f"'{header[c]}' ({column_letter(c)})" for c in sorted(columns.values()))
    found = f"{book.name}: header in row {row + 1}; columns used: {used}."
    return Reading(
        publication, title, (release,), (layout.table,), tally.rows(), tally.read,
        dict(tally.aside), (found,),
    )  # fmt: skip


def _cells(frame: pd.DataFrame, column: int, codes: pd.Series, years: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "row": frame.index,
            "column": column_letter(column),
            "code": codes,
            "year": years,
            "raw": frame[column].astype(str),
        }
    )


def _shifted(text: str, shift: int) -> str:
    if not shift:
        return str(text)
    try:
        return str(parse_year_ending(text) + shift)
    except ValueError:
        return str(text)


def _codes(frame: pd.DataFrame, columns: Mapping[str, int], where: str) -> pd.Series:
    """The nine-character code of each row's area.

    Raises:
        NotRecognised: the column of codes holds something else, as when columns are swapped.
    """
    import pandas as pd

    blank = pd.Series("", index=frame.index)
    new, old, region, country = (
        frame[columns[part]].str.strip() if part in columns else blank
        for part in ("new", "old", "region", "country")
    )
    council = frame[columns["level"]].str.strip().str.casefold().isin(
        ["local authority", "la", "local_authority"]
    )  # fmt: skip
    if "old" not in columns and new[council].map(from_dfe).astype(bool).mean() > 0.5:
        new, old = blank, new  # the one column of codes holds the department's own
    named = new[council & (new.str.len() > 1)]
    strange = named[~named.str.fullmatch(ONS_CODE.pattern)]
    if len(strange) > 0.02 * len(named):
        raise NotRecognised(
            f"{where}: column '{'new_la_code'}' should hold codes of nine characters such as "
            f"E06000007, but row {strange.index[0]} holds '{strange.iloc[0]}'. Two columns may "
            "have been swapped.",
            missing=("new_la_code",),
        )
    pairs = dict.fromkeys(zip(new, old, strict=True))
    known = {pair: _council(*pair) for pair in pairs}
    councils = pd.Series([known[p] for p in zip(new, old, strict=True)], index=frame.index)
    elsewhere = region.where(region != "", country)
    return councils.where(council, elsewhere)


def _council(new: str, old: str) -> str:
    """A council's code from both that a row gives; where they disagree, both, for all to see."""
    by_old = from_dfe(old) if old else ""
    if len(new) <= 1:  # blank, or a marker in place of a code
        return by_old
    place = places().get(new)
    same = {standing(new, year) for year in (2010, 2030)} | {new}
    if place and by_old and by_old not in same and standing(by_old, 2010) not in same:
        return f"{new} or {old}"
    return new


def _count_unused(tally: Tally, frame: pd.DataFrame, header: Sequence[str], used: set[int]) -> None:
    """Count the cells of columns that look like figures and feed no table."""
    for column, heading in enumerate(header):
        if column in used or plain(heading) in {plain(label) for label in _LABELS}:
            continue
        count = int((frame[column].str.strip() != "").sum()) if column in frame else 0
        tally.read += count
        tally.put_aside(f"column '{heading.strip()}' feeds no table of ours", count)


def _publication(
    identity: str, title: str, stem: str, tables: tuple[str, ...], *layouts: Layout
) -> Publication:
    return Publication(
        identity, title, PUBLISHER, tables,
        lambda book: _look(book, layouts, identity, title, stem),
    )  # fmt: skip


CHILDREN_LOOKED_AFTER = _publication(
    "dfe_looked_after", "Children looked after in England", "cla", ("looked_after",), LOOKED_AFTER
)
CHARACTERISTICS = _publication(
    "dfe_placements",
    "Children looked after in England: characteristics and placements",
    "cla",
    ("placements",),
    PLACEMENTS,
)
CHILDREN_IN_NEED = _publication(
    "dfe_children_in_need", "Children in need", "cin", ("children_need",), *NEED
)
CHILD_POPULATION = _publication(
    "dfe_population_0_17",
    "Mid-year population aged 0 to 17, as the department divides by it",
    "mye",
    ("population_children",),
    POPULATION,
)
