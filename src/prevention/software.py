"""What the program itself is made of: its source and its libraries."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

_LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "duckdb")
"""Libraries that a figure passes through."""


@cache
def source_hash(part: str = "") -> str:
    """Fingerprint of the package's own source or a part: the same installed, cloned or zipped."""
    folder = Path(__file__).parent / part
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
