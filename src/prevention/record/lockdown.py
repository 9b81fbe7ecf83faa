"""Settings that let a statement reach nothing but the record, and take only so much."""

from __future__ import annotations

from pathlib import Path

from prevention.record.door import Connection

SETTINGS = (
    "SET GLOBAL TimeZone='UTC'",
    "SET GLOBAL max_temp_directory_size='1GB'",
    "SET GLOBAL memory_limit='512MB'",
    "SET GLOBAL threads=2",
    "SET GLOBAL max_execution_time=20000",
    "SET GLOBAL autoload_known_extensions=false",
    "SET GLOBAL autoinstall_known_extensions=false",
    "SET GLOBAL allow_community_extensions=false",
    "SET GLOBAL allow_persistent_secrets=false",
    "SET GLOBAL python_enable_replacements=false",
    "SET GLOBAL enable_external_access=false",
    "SET GLOBAL lock_configuration=true",
)
"""Global, because cursors do not inherit what is set for the connection alone: without the
word a cursor runs without a time limit. The order matters: the last forbids any further."""


def lock_down(connection: Connection, path: Path) -> None:
    """Apply the settings; temporary files go beside the record."""
    connection.execute("SET GLOBAL temp_directory = ?", [str(path.with_suffix(".tmp"))])
    for statement in SETTINGS:
        connection.execute(statement)
