"""The jobs people come to do, once, for the command line and the dashboard alike.

`choosing` and `own_records` are imported by those who ask for them: they bring much with them.
"""

from prevention.jobs.workbench import Replay, Request, Standing, Workbench, compared

__all__ = ["Replay", "Request", "Standing", "Workbench", "compared"]
