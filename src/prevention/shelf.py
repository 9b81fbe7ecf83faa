"""Arrays that take long to make, kept in files from one process to the next."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

import numpy as np
import scipy
from numpy.lib import format as npy

from prevention.model.assumptions import Floats
from prevention.software import source_hash

MOST = 128
"""Arrays kept of a kind; past it those made longest ago go. One takes up to two megabytes."""

CHECKSUM = hashlib.sha256().digest_size
"""Bytes of the checksum at the head of a file."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of arrays by kind; without one that can be written to, each is made anew.

    An array is kept under its name, the source of the model and the versions of the libraries
    that made it. A file that is torn or altered fails its checksum, and its array is made anew.

    left_out: kinds that are neither kept nor found.
    """

    folder: Path
    left_out: tuple[str, ...] = ()

    def __call__(self, kind: str, name: str, make: Callable[[], Floats]) -> Floats:
        """The array of a kind and name, as `make` makes it."""
        if kind in self.left_out:
            return make()
        made_with = f"{name}, {source_hash('model')}, {np.__version__}, {scipy.__version__}"
        path = self.folder / kind / hashlib.sha256(made_with.encode()).hexdigest()[:32]
        array = _read(path)
        if array is None:
            array = make()
            with suppress(OSError):
                _write(path, array)
        return array


def _write(path: Path, array: Floats) -> None:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}")
    part.write_bytes(_checksum(content.getvalue()) + content.getvalue())
    part.replace(path)
    for old in sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)[:-MOST]:
        old.unlink(missing_ok=True)


def _checksum(content: bytes | memoryview) -> bytes:
    return hashlib.sha256(content).digest()


def _read(path: Path) -> Floats | None:
    try:
        file = path.read_bytes()
    except OSError:
        return None
    if file[:CHECKSUM] != _checksum(memoryview(file)[CHECKSUM:]):
        return None
    # Where it was read to: `np.load` would copy it twice more.
    content = io.BytesIO(file)
    content.seek(CHECKSUM)
    npy.read_magic(content)
    shape, by_column, dtype = npy.read_array_header_1_0(content)
    array: Floats = np.frombuffer(file, dtype, offset=content.tell())
    return array.reshape(shape, order="F" if by_column else "C")
