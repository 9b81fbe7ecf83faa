"""The pages in the order a visitor meets them, each read only when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from prevention.dashboard import pages, working
from prevention.dashboard.session import guarded, say_if_renewed


def _opened(module: str) -> Callable[[], None]:
    def page() -> None:
        working.arrive(module)
        say_if_renewed()
        import_module(f"{pages.__name__}.{module}").show()

    return guarded(page)


PAGES: tuple[dict[str, Any], ...] = (
    {
        "page": _opened("start"),
        "title": "Start",
        "url_path": "start",
        "default": True,
        "help": "What this is, and where to begin.",
    },
    {
        "page": _opened("adjust"),
        "title": "Adjust",
        "url_path": "adjust",
        "help": "Move a programme's lag and see in which year its savings land.",
    },
    {
        "page": _opened("compare"),
        "title": "Compare",
        "url_path": "compare",
        "help": "Scenarios side by side, against doing nothing.",
    },
    {
        "page": _opened("mix"),
        "title": "Best mix",
        "url_path": "best-mix",
        "help": "Which programmes to start, and when, within what there is to spend.",
    },
    {
        "page": _opened("export"),
        "title": "Export",
        "url_path": "export",
        "help": "The medium-term projection as a workbook, CSV or Parquet file.",
    },
    {
        "page": _opened("delivered"),
        "title": "Delivered so far",
        "url_path": "delivered",
        "help": "Starts that happened against those planned, and the saving with them in it.",
    },
    {
        "page": _opened("learn"),
        "title": "Learn the lag",
        "url_path": "learn",
        "help": "What your own case records say of a programme's lag, to set in a forecast.",
    },
    {
        "page": _opened("baseline"),
        "title": "Baseline",
        "url_path": "baseline",
        "help": "People, unit costs and spend as published, and if nothing changes.",
    },
    {
        "page": _opened("accuracy"),
        "title": "How accurate is this?",
        "url_path": "accuracy",
        "help": "How far past forecasts were out, by method and years ahead.",
    },
    {
        "page": _opened("hindcast"),
        "title": "As at November 2020",
        "url_path": "hindcast",
        "help": "A forecast made from the figures of that day, beside what happened.",
    },
    {
        "page": _opened("quality"),
        "title": "Data quality",
        "url_path": "data-quality",
        "help": "What is loaded, how old it is, what waits; load a file.",
    },
    {
        "page": _opened("programmes"),
        "title": "Programmes",
        "url_path": "programmes",
        "help": "What each programme is, and where each of its numbers comes from.",
    },
    {
        "page": _opened("method"),
        "title": "Method",
        "url_path": "method",
        "help": "How savings are worked out, step by step.",
    },
    {
        "page": _opened("accessibility"),
        "title": "Accessibility",
        "url_path": "accessibility",
        "help": "The accessibility statement.",
    },
)
