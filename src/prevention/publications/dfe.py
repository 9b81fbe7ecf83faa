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

from prevention.publications.dfe_areas import AREA, CODE, area_codes
from prevention.publications.offering import offer
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import Role, close, find_header, in_doubt, perhaps, plain, role
from prevention.years import parse_year_ending

if TYPE_CHECKING:
    import pandas as pd

PUBLISHER = "Department for Education"
YEAR = role("year", "time_period", "year", "reporting year")
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
    (r"^(?!.*\b(?:during|ending|ended|year to)\b).*\b31(?:st)? march\b", "looked_after_31_march"),
    (r"\b(?:start|enter|became)", "looked_after_started"),
    (r"\b(?:ceas|left|leav)", "looked_after_ceased"),
)


def _looked_after(frame: pd.DataFrame, columns: Mapping[str, int], part: str) -> pd.Series:
    """The flow a row counts; its rate; or the population, the same on every row of a council.

    A category like none of the flows, where one of them is missing, waits in quarantine.
    """
    categories = frame[columns["category"]]
    hits = {text: [n for p, n in _FLOWS if re.search(p, plain(text))] for text in set(categories)}
    found = {names[0] for names in hits.values() if len(names) == 1}
    absent = [name for _, name in _FLOWS if name not in found]

    def measure(text: str) -> str:
        if len(hits[text]) != 1:
            return (
                f"{text} (perhaps {absent[0]})" if text and absent and part != "population" else ""
            )
        if part == "population":
            return "population_0_17_used_by_dfe"
        return hits[text][0] if part == "count" else f"{hits[text][0]}_rate"

    return _by_category(categories, measure)


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
    """The placement a row counts, by its group and characteristic; percentages feed no table.

    One that may be a placement not found under any wording we know waits in quarantine.
    """

    def measure(pair: tuple[str, str]) -> str:
        group, characteristic = map(plain, pair)
        for groups, wording, name in _PLACEMENTS:
            if re.fullmatch(groups, group) and re.fullmatch(wording, characteristic):
                return name
        return ""

    import pandas as pd

    pairs = list(zip(frame[columns["group"]], frame[columns["characteristic"]], strict=True))
    known = {pair: measure(pair) for pair in set(pairs)}
    absent = [name for _, _, name in _PLACEMENTS if name not in known.values()]
    ours = {group for (group, _), name in known.items() if name}
    left = [pair for pair, name in known.items() if not name and pair[0] in ours]
    guesses = perhaps(absent, [characteristic for _, characteristic in left])
    known |= {p: in_doubt(p[1], guesses[p[1]]) for p in left if p[1] in guesses}
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
            roles = (YEAR, *AREA, *layout.marks, *layout.figures)
            row, match = find_header(sheet.rows, roles)
            own = {r.part for r in (*layout.marks, *layout.figures)}
            if not own & {*match.columns, *match.doubtful}:
                continue
            if match.complete and not {"new", "old"} & {*match.columns}:
                match = replace(match, missing=(CODE,))
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
    tally, header = Tally(), sheet.rows[row]
    figures = [part.part for part in layout.figures if part.part in columns]
    frame = tally.without_headings(sheet.below(row), header, len(figures))
    frame = frame[(frame != "").any(axis=1)]
    codes = area_codes(frame, columns, sheet.name)
    years = frame[columns["year"]].map(lambda text: _shifted(text, layout.shift))
    latest = max((int(y) for y in years.unique() if str(y).isdigit()), default=0)
    release = Release(
        f"{stem}-{latest}", PUBLISHER, title, f"{title}, reporting year {latest - layout.shift}"
    )
    for part in figures:
        cells = cells_of(frame, columns[part], codes, years)
        cells["table"] = layout.table
        cells["measure"] = layout.name(frame, columns, part)
        offer(tally, cells, sheet.name, release.key, percent=layout.percent)
    count_unused(tally, frame, header, set(columns.values()))
    used = ", ".join(f"'{header[c]}' ({column_letter(c)})" for c in sorted(columns.values()))
    found = [f"{book.name}: header in row {row + 1}; columns used: {used}."]
    for absent in (r for r in layout.figures if r.part not in columns):
        near = close(
            absent.headings[0], [h for c, h in enumerate(header) if c not in columns.values()]
        )
        guess = f" (the nearest is '{near}')" if near else ""
        found.append(f"There is no column '{absent.headings[0]}' in this file{guess}.")
    return Reading(
        publication, title, (release,), (layout.table,), tally.rows(), tally.read,
        dict(tally.aside), tuple(found),
    )  # fmt: skip


def cells_of(frame: pd.DataFrame, column: int, codes: pd.Series, years: pd.Series) -> pd.DataFrame:
    """The cells of one column of figures, with the area and year of each row."""
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


def count_unused(tally: Tally, frame: pd.DataFrame, header: Sequence[str], used: set[int]) -> None:
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
