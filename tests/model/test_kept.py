"""Results are kept between runs and shared between threads: nobody may change one."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import pytest

from prevention import model

KINDS = {
    kind
    for found in pkgutil.iter_modules(model.__path__, "prevention.model.")
    for kind in vars(importlib.import_module(found.name)).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda kind: kind.__qualname__))
def test_a_result_cannot_be_changed(kind: type) -> None:
    """Setting any field of any result is refused, and so is adding one by mistake."""
    empty = object.__new__(kind)
    for field in (*dataclasses.fields(kind), None):
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            setattr(empty, field.name if field else "mistyped", 0)
