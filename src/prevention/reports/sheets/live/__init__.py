"""The working model: the central run as live formulas, one block for each step of the chain.

Inputs -> months of a programme (starts, lag, care, cost) -> a service line (overlap,
release) -> results by year, to the penny. Every formula carries the engine's own value.
"""
