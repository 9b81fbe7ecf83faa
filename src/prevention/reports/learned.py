"""What case records taught: as text, as a document, and as a scenario to forecast with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from prevention.evidence.own.cases import COLUMN_NAMES, CaseFile
from prevention.learning.effect import Effect
from prevention.learning.findings import Findings
from prevention.learning.gates import UNMOVED, Needed
from prevention.learning.lag import Learned, Range
from prevention.model.assumptions import Assumption
from prevention.model.scenarios import Scenario
from prevention.years import day_label

WIDTH = 90
WHY = "Learned from the council's case records"
"""The reason that goes with what was learned where nobody gives another."""
RANGES = "Months from referral to outcome"
UNCHANGED = "the council's data did not change this."
NOT_AN_EFFECT = (
    "This share is not an effect: some would have had the outcome without the programme."
)
NOTHING_TO_SET = "Nothing to set: the forecast goes on with the programme's evidence."
_BREACHES_SHOWN = 20


def label_sentence(found: Findings) -> str:
    """Whose figure of the lag is in force, after its label, and what the next would take."""
    more = _more(found.needed)
    match found.label:
        case "evidence":
            return f"evidence. The programme's own evidence stays in force. Still needed: {more}."
        case "blended":
            return (
                "blended. Records and evidence count together. For the council's own figure "
                f"still needed: {more}."
            )
        case _:
            return "local. There are enough records for the council's own figure."


def _more(needed: Needed | None) -> str:
    """What is missing, in words."""
    if needed is None:
        return "nothing"
    wants = [
        _count(needed.referrals, "referral", "referrals"),
        _count(needed.outcomes, "known outcome", "known outcomes"),
        _count(needed.months, "month of records", "months of records"),
        _count(needed.followed, "person", "people")
        + f" referred {needed.followed_months} months ago or longer",
    ]
    told = [words for words in wants if not words.startswith("0 ")]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _count(number: int, one: str, many: str) -> str:
    """A number more of something.

    >>> _count(1, "month", "months"), _count(12, "person", "people")
    ('1 more month', '12 more people')
    """
    return f"{number} more {one if number == 1 else many}"


def effect_sentences(found: Findings) -> list[str]:
    """What can be said of the effect."""
    effect = found.effect
    if effect is None:
        return [found.no_effect]
    said = [
        f"Within {effect.months:.0f} months of referral {effect.programme.share:.0%} had the "
        f"outcome with the programme, {effect.comparison.share:.0%} in the comparison group."
    ]
    if effect.difference is None:
        return [*said, _too_few(effect)]
    low, high = effect.difference.p10, effect.difference.p90
    said.append(
        f"Difference: {effect.difference.p50 * 100:+.0f} points, 80 % sure between "
        f"{low * 100:+.0f} and {high * 100:+.0f}. It is an effect as far as the groups are alike."
    )
    if found.programme.effect is None:
        said.append(
            "The programme states its effect in another form (impact or relative risk), so no "
            "line is given to set it."
        )
    return said


def _too_few(effect: Effect) -> str:
    """Why the difference is not told, and what it would take."""
    sought = f"the {effect.looked_for * 100:.1f} points that the evidence gives"
    if effect.needed is None:
        return (
            f"Whether {sought} were gained cannot be told: in the comparison group everybody has "
            "the outcome already."
        )
    return (
        f"Whether that is an effect cannot be told: to see {sought} takes {effect.needed:,} "
        f"people in each group followed that long. Here there are {effect.programme.people:,} "
        f"and {effect.comparison.people:,}."
    )


def forecast_command(programme: str, settings: dict[str, Assumption], scenario: str) -> str:
    """The forecast with what was learned, ready to be run."""
    parts = [f"prevention forecast --scenario {scenario}"]
    for name, value in settings.items():
        key = f"programmes.{programme}.{name}"
        parts.append(f"--set {key}={value.central:g}")
        parts.append(f"--set {key}.low={value.low:g} --set {key}.high={value.high:g}")
    return " ".join(parts)


def scenario_with(found: Findings, settings: dict[str, Assumption], scenario: str) -> Scenario:
    """A scenario that sets what was learned: the whole range, whose it is and why.

    scenario: the one it differs from; empty where none runs the programme yet.
    """
    programme = found.programme
    return Scenario(
        id=f"{programme.id}-own-records",
        title=f"{programme.name}: as learned from our own case records",
        differs_from=scenario or "current-plan",
        programmes=() if scenario else (programme.id,),
        changes={
            f"programmes.{programme.id}.{name}": {
                part: given for part, given in value.model_dump().items() if given != ""
            }
            for name, value in settings.items()
        },
    )


def document(
    file: CaseFile, found: Findings, settings: dict[str, Assumption], scenario: str
) -> dict[str, Any]:
    """Everything as plain values, under names that stay."""
    people = found.people
    command = forecast_command(found.programme.id, settings, scenario)
    return {
        "programme": found.programme.id,
        "as_at": found.as_at.isoformat(),
        "rows_read": file.rows_read,
        "rows_used": file.rows_used,
        "rows_refused": file.rows_refused,
        "set_aside": dict(file.set_aside),
        "recognised": list(file.recognised),
        "breaches": [
            {name: value for name, value in asdict(breach).items() if name != "table"}
            for breach in file.breaches
        ],
        "records": {
            "referrals": people.referrals,
            "outcomes": people.outcomes,
            "left": int(people.left.sum()),
            "open": people.still_open,
            "months": people.months,
        },
        "lag": {
            "label": found.label,
            "statement": label_sentence(found),
            "needed": asdict(found.needed) if found.needed else None,
            "moved": found.moved,
            "contradicts_evidence": found.contradicts,
            **_learned(found.fit.lag),
        },
        "spread": _learned(found.fit.spread),
        "responding_share": asdict(found.fit.share) | {"note": NOT_AN_EFFECT},
        "completed_only_mean": people.mean_of_completed,
        "effect": {
            "label": found.effect_label,
            "statement": " ".join(effect_sentences(found)),
            **(asdict(found.effect) if found.effect else {}),
        },
        "scenario": scenario,
        "settings": {
            f"programmes.{found.programme.id}.{name}": value.model_dump()
            for name, value in settings.items()
        },
        "command": command if settings and scenario else "",
    }


def as_json(file: CaseFile, found: Findings, settings: dict[str, Assumption], scenario: str) -> str:
    """The document as text."""
    return json.dumps(document(file, found, settings, scenario), indent=1, allow_nan=False)


def as_csv(found: Findings) -> str:
    """What is believed of each quantity, by the evidence, by the records alone and by both."""
    rows: list[dict[str, Any]] = []

    def add(quantity: str, unit: str, whose: str, label: str, **figures: float) -> None:
        rows.append({"quantity": quantity, "unit": unit, "whose": whose, "label": label} | figures)

    for quantity, part in (("lag", found.fit.lag), ("spread", found.fit.spread)):
        add(quantity, "months", "evidence", found.label, **asdict(part.evidence))
        if part.records_alone is not None:
            add(quantity, "months", "records alone", found.label, p50=part.records_alone)
        add(quantity, "months", "together", found.label, **asdict(part.estimate))
    add("responding_share", "share", "together", found.label, **asdict(found.fit.share))
    if found.effect is not None and found.effect.difference is not None:
        difference = asdict(found.effect.difference)
        add("effect", "share", "records alone", found.effect_label, **difference)
    return pd.DataFrame(rows).to_csv(index=False).rstrip("\n")


def _learned(part: Learned) -> dict[str, Any]:
    return {"unit": "months", **asdict(part)}


def text(file: CaseFile, found: Findings, settings: dict[str, Assumption], scenario: str) -> str:
    """The same to be read."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, highlight=False)

    def say(*lines: str) -> None:
        for line in lines:
            console.print(line, markup=False)

    say(f"{found.programme.name}: what your case records say, as at {day_label(found.as_at)}", "")
    say(*answer(found))
    if file.rows_refused:
        say(f"Rows refused and left out: {file.rows_refused:,}; they are listed at the end.")
    say("")
    console.print(_table(found))
    say(*beside(found), "", "Effect", f"Label: {found.effect_label}.", *effect_sentences(found))
    say("", "What to do with it")
    if not settings:
        say(NOTHING_TO_SET)
    elif scenario:
        say(f"Run the forecast with it (scenario {scenario}):")
        written.write(forecast_command(found.programme.id, settings, scenario) + "\n")
    else:
        say("No scenario runs this programme yet. Write one with --output FILE.toml.")
    say("", "How the file was read", *reading_lines(file))
    return written.getvalue().rstrip("\n")


def reading_lines(file: CaseFile, *, refused: bool = True) -> list[str]:
    """What was read; refused: with the first rows that were not, one by one."""
    lines = list(file.recognised)
    lines += [f"Set aside: {why} ({count:,})." for why, count in file.set_aside.items()]
    breaches = file.breaches if refused else ()
    lines += [str(breach) for breach in breaches[:_BREACHES_SHOWN]]
    more = len(breaches) - _BREACHES_SHOWN
    lines += [f"and {more:,} more breaches; --format json gives all."] if more > 0 else []
    counts = f"{file.rows_used:,} used, {file.rows_refused:,} refused"
    return [*lines, f"{file.rows_read:,} rows read: {counts}."]


def refused(file: CaseFile) -> pd.DataFrame:
    """Rows that could not be used, by number: the column, the rule and what to do, as text."""
    rows = [
        {
            "Row": str(breach.row),
            "Column": COLUMN_NAMES.get(breach.column, breach.column),
            "Rule": breach.rule,
            "What to do": breach.message,
        }
        for breach in file.breaches
    ]
    return pd.DataFrame(rows).set_index("Row")


def answer(found: Findings) -> Iterable[str]:
    """How long, how sure, and whose figure is in force."""
    people, lag = found.people, found.fit.lag
    now, before = lag.estimate, lag.evidence
    together = f"{now.p50:.1f} months, 80 % sure between {now.p10:.1f} and {now.p90:.1f}."
    if found.label == "evidence":
        yield f"Too few records to go by. With the evidence they give {together}"
    else:
        yield f"Your lag looks like {together}"
    as_used = f" ({note})" if (note := found.programme.onset_lag.reason) else ""
    yield (
        f"The evidence says {before.p50:.1f} months, between {before.p10:.1f} and "
        f"{before.p90:.1f}{as_used}."
    )
    yield f"Label: {label_sentence(found)}"
    yield (
        f"Data weight {lag.data_weight:.2f}: the share of the doubt about the lag (its variance) "
        "that your records took away."
    )
    if not found.moved:
        yield f"That is below {UNMOVED:g}: {UNCHANGED}"
    if found.contradicts:
        yield (
            f"By themselves your records say {lag.records_alone:.1f} months, outside the range of "
            "the evidence. Find out why before you rely on either."
        )
    yield (
        f"{people.referrals:,} people referred over {people.months} months: "
        f"{people.outcomes:,} with the outcome, {people.left.sum():,} closed without it, "
        f"{people.still_open:,} still open."
    )


def _table(found: Findings) -> Table:
    rows = ranges(found)
    table = Table(title=RANGES)
    table.add_column("")
    for heading in rows.columns:
        table.add_column(heading, justify="right")
    for number, (name, cells) in enumerate(rows.iterrows()):
        table.add_row(str(name), *cells, end_section=number % 3 == 2)
    return table


def ranges(found: Findings) -> pd.DataFrame:
    """Lag and spread by the evidence, by the records alone and by both, as text: P10, P50, P90."""
    rows = {}
    for title, part in (("Mean", found.fit.lag), ("Spread", found.fit.spread)):
        few = part.records_alone is None or found.label == "evidence"
        alone = "too few" if few else f"{part.records_alone:.1f}"
        rows[f"{title}: the programme's evidence"] = _cells(part.evidence)
        rows[f"{title}: your records alone"] = ("", alone, "")
        rows[f"{title}: both together"] = _cells(part.estimate)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["P10", "P50", "P90"])


def _cells(found: Range) -> tuple[str, str, str]:
    return f"{found.p10:.1f}", f"{found.p50:.1f}", f"{found.p90:.1f}"


def beside(found: Findings) -> Iterable[str]:
    """What else the records say, and what not to read into them."""
    share = found.fit.share
    yield (
        f"Share who respond in the end: {share.p50:.0%} ({share.p10:.0%} to {share.p90:.0%}). "
        "This is not an effect."
    )
    yield (
        f"The mean of completed cases alone is {found.people.mean_of_completed:.1f} months. Do "
        "not use it: it leaves out the slow ones, the classic mistake."
    )
