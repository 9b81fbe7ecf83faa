"""The store is opened to be read, reaches nothing else, and says plainly what is wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from prevention.evidence.places import PlaceMissing, data_folder, home, store_file
from prevention.evidence.store import Store, StoreDamaged, StoreLocked, StoreMissing, open_store


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="prevention build"):
        open_store(tmp_path / "none.duckdb")


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    path.write_text("not a database " * 500)
    with pytest.raises(StoreDamaged, match="damaged or is not a store"):
        open_store(path)


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(StoreDamaged):
        open_store(path)


def test_a_store_that_is_being_written_is_said_to_be_in_use(
    store_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "s.duckdb"
    path.write_bytes(store_path.read_bytes())
    script = f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match="Another program is using"):
            open_store(path)
        holder.communicate("\n")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM councils",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "ATTACH '/tmp/other.duckdb'",
        "COPY councils TO '/tmp/out.csv'",
        "SET enable_external_access=true",
        "SET threads=64",
        "INSTALL httpfs",
    ],
)
def test_nothing_can_be_written_or_reached(store: Store, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        store.rows(statement)


def test_every_query_has_the_limits(store: Store) -> None:
    wanted = {"max_execution_time": 20_000, "threads": 2, "python_enable_replacements": False}
    for name, value in wanted.items():
        assert store.rows("SELECT current_setting(?)", [name]) == [(value,)]


def test_the_store_can_be_opened_twice(store_path: Path, store: Store) -> None:
    with open_store(store_path) as second:
        assert second.data_hash == store.data_hash


def test_sessions_may_open_the_store_at_the_same_moment(store_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    path.write_bytes(store_path.read_bytes())

    def once(_: int) -> str:
        with open_store(path) as opened:
            return opened.data_hash

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(once, range(64)))) == 1


def test_threads_each_get_their_own_answer(store: Store) -> None:
    wrong: list[object] = []

    def ask(number: int) -> None:
        for _ in range(50):
            if store.rows("SELECT ?::INTEGER", [number]) != [(number,)]:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_unknown_table_is_never_put_into_a_statement(store: Store) -> None:
    with pytest.raises(KeyError):
        store.figures("councils; DROP TABLE measures")


def test_the_home_is_the_named_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data" / "published").mkdir(parents=True)
    monkeypatch.setenv("PREVENTION_HOME", str(tmp_path))
    assert home() == tmp_path
    assert data_folder() == tmp_path / "data"
    assert store_file() == tmp_path / "store" / "evidence.duckdb"


def test_a_home_without_data_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PREVENTION_HOME", str(tmp_path))
    with pytest.raises(PlaceMissing, match="PREVENTION_HOME"):
        home()
    with pytest.raises(PlaceMissing, match="--data"):
        data_folder(tmp_path / "elsewhere")


def test_reading_the_store_does_not_import_great_expectations() -> None:
    script = (
        "import sys, prevention.evidence.build, prevention.evidence.council; "
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
