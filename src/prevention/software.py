"""What the program itself is made of: its source, its libraries, and the slowest of them."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

_LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "duckdb")
"""Libraries that a figure passes through."""


@cache
def source_hash() -> str:
    """Fingerprint of the package's own source: the same installed, cloned or zipped up."""
    folder = Path(__file__).parent
    files = {
        path.relative_to(folder).as_posix(): path
        for ending in ("*.py", "*.sql")
        for path in folder.rglob(ending)
    }
    digest = hashlib.sha256()
    for name in sorted(files):
        content = hashlib.sha256(files[name].read_bytes()).hexdigest()
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


@cache
def libraries() -> Mapping[str, str]:
    """Version of Python and of each library that a figure passes through."""
    versions = {name: version(name) for name in _LIBRARIES}
    return MappingProxyType({"python": platform.python_version(), **versions})


SPECIAL_FUNCTIONS, BLAS_THREADS = "scipy.special", "OPENBLAS_NUM_THREADS"


@contextmanager
def importing_special_functions() -> Iterator[None]:
    """Import scipy's special functions on a thread of their own while something is read.

    Every forecast wants them, and they take a fifth of a second; a file is read outside
    Python's lock. Meanwhile nothing is looked through for garbage, of which importing makes
    none. The linear algebra that comes with them keeps to the thread that asks: a second one
    waits for work by running, for a tenth of a second in which a forecast wants both cores.
    """
    if SPECIAL_FUNCTIONS in sys.modules:
        yield
        return
    collecting, chosen = gc.isenabled(), os.environ.get(BLAS_THREADS)
    gc.disable()
    os.environ.setdefault(BLAS_THREADS, "1")
    try:
        with ThreadPoolExecutor(1) as meanwhile:
            meanwhile.submit(import_module, SPECIAL_FUNCTIONS)
            yield
    finally:
        if chosen is None:
            os.environ.pop(BLAS_THREADS, None)
        if collecting:
            gc.enable()
