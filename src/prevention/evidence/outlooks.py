"""The outlook of every council and service line, worked out when the store is built."""

from __future__ import annotations

import pandas as pd

from prevention.baseline.outlook import outlooks
from prevention.baseline.panel import Lines, lines_of
from prevention.evidence.council import every_council_evidence, service_definitions
from prevention.evidence.store import Store
from prevention.evidence.tables import OUTLOOKS


def outlook_rows(store: Store) -> pd.DataFrame:
    """Rows for the table of outlooks, from the figures already in the store."""
    councils = every_council_evidence(store)
    definitions = {definition.id: definition for definition in service_definitions(store)}
    people: dict[str, Lines] = {id_: lines_of(councils, id_, "people") for id_ in definitions}
    rows = [
        (id_, found.council, found.method, found.log_change.tolist(), found.log_deviation.tolist())
        for id_, definition in definitions.items()
        for found in outlooks(people[id_], definition.spread, people.get(definition.spread.like))
    ]
    return pd.DataFrame(rows, columns=list(OUTLOOKS.column_names))
