"""Forecast how prevention programmes turn into delayed savings in council budgets."""

__version__ = "0.1.0"
