"""What a council's own case records teach of a programme: its lag and, where told, its effect.

Pure: dates in, estimates out. `cohort` is the people followed; `lag` fits the time to the
outcome, those still waiting counted as such; `gates` says when the records may speak for
themselves; `effect` compares matched groups; `findings` puts the four together.
"""
