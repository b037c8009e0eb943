"""Where may a ledger lie, and what is said of one that cannot be used?"""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from campaigns import FIRST, SECOND, record
from sqlalchemy import inspect

from serving import _ledger_store
from serving._errors import LedgerUnusable
from serving._ledger import Ledger
from serving._ledger_shape import VERSION_TABLE, bring_up_to_date
from serving._ledger_store import Store
from serving._ledger_tables import METADATA

ARMS = {"a": "treated", "c": "held_out"}


def spoil(url: str | None, home: Path, statement: str) -> None:
    """Runs a statement behind the ledger's back."""
    with Store(url, home).writing() as connection:
        connection.exec_driver_sql(statement)


def test_the_steps_lead_to_the_tables_as_they_are_declared(ledger_url: str | None, tmp_path: Path) -> None:
    with Store(ledger_url, tmp_path).reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_table_says_what_one_row_is() -> None:
    assert all(table.comment and table.comment.startswith("One row per ") for table in METADATA.sorted_tables)


def test_a_ledger_is_a_file_of_the_home_unless_an_address_is_given(tmp_path: Path) -> None:
    home = tmp_path / "new" / "50% off #1?"
    record(Ledger(None, home), FIRST, ARMS)
    assert [path.name for path in home.iterdir()] == ["ledger.db"]
    other = Ledger(f"sqlite:///{tmp_path}/other.db", home)
    assert other.lists().is_empty()
    assert Ledger(None, home).lists().height == 1


def test_a_step_that_is_cut_short_leaves_nothing_behind(ledger_url: str | None, tmp_path: Path) -> None:
    store = object.__new__(Store)
    store._url = _ledger_store._url(ledger_url, tmp_path)
    store._engine = _ledger_store._engine(store._url)
    with suppress(KeyboardInterrupt), store.writing() as connection:
        bring_up_to_date(connection)
        assert set(METADATA.tables) < set(inspect(connection).get_table_names())
        raise KeyboardInterrupt
    with store.reading() as connection:
        assert inspect(connection).get_table_names() == []
    assert record(Ledger(ledger_url, tmp_path), FIRST, ARMS).is_new


def test_many_runs_may_open_a_new_ledger_at_once(ledger_url: str | None, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as runs:
        opened = list(runs.map(lambda _: Ledger(ledger_url, tmp_path), range(12)))
    assert record(opened[0], FIRST, ARMS).is_new
    assert opened[1].assigned().height == 2


def test_runs_that_record_the_same_night_at_once_record_it_once(ledger_url: str | None, tmp_path: Path) -> None:
    ledgers = [Ledger(ledger_url, tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as runs:
        done = list(runs.map(lambda ledger: record(ledger, FIRST, ARMS).is_new, ledgers))
    assert sorted(done) == [False, False, False, True]


def test_readers_do_not_wait_for_a_night_that_is_being_written(ledger: Ledger) -> None:
    with ledger._store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM lists")
        assert ledger.lists().is_empty()


def test_a_ledger_that_another_run_is_writing_is_said_to_be_busy(
    ledger_url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ledger_store, "PATIENCE_SECONDS", 1)
    ledger, other = Ledger(ledger_url, tmp_path), Ledger(ledger_url, tmp_path)
    with other._store.writing(), pytest.raises(LedgerUnusable, match="another run has been writing it"):
        record(ledger, FIRST, ARMS)
    assert record(ledger, FIRST, ARMS).is_new


def test_a_ledger_of_newer_software_is_refused_and_left_alone(ledger_url: str | None, tmp_path: Path) -> None:
    spoil(ledger_url, tmp_path, "UPDATE ledger_version SET version_num = '9999'")
    with pytest.raises(LedgerUnusable, match="it was written by newer software"):
        Ledger(ledger_url, tmp_path)
    with pytest.raises(LedgerUnusable, match="'9999'"):
        Ledger(ledger_url, tmp_path)


def test_a_database_of_others_is_not_taken_for_a_ledger(ledger_url: str | None, tmp_path: Path) -> None:
    spoil(ledger_url, tmp_path, "DROP TABLE ledger_version")
    with pytest.raises(LedgerUnusable, match="it is no ledger, but holds tables of others"):
        Ledger(ledger_url, tmp_path)


def test_a_ledger_stands_beside_the_tables_of_others_in_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE alembic_version AS SELECT 'theirs' AS version_num")
    assert record(Ledger(postgres_url, tmp_path), FIRST, ARMS).is_new


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 100, b"SQLite format 3\0" * 99])
def test_a_file_that_is_no_database_is_said_to_be_damaged_and_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerUnusable, match=r"the ledger sqlite:.*ledger\.db cannot be used: .*damaged"):
        Ledger(None, tmp_path)
    assert (tmp_path / "ledger.db").read_bytes() == content


def test_a_ledger_that_was_damaged_on_the_way_is_said_to_be(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    record(ledger, FIRST, ARMS)
    file = tmp_path / "ledger.db"
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))
    with pytest.raises(LedgerUnusable, match="the file is damaged"):
        ledger.assigned()


def test_a_ledger_that_has_lost_a_table_says_so(ledger: Ledger) -> None:
    with ledger._store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE contacts")
    with pytest.raises(LedgerUnusable, match="contacts"):
        ledger.contacted()


def test_a_ledger_that_may_only_be_read_is_read_and_not_written(tmp_path: Path) -> None:
    record(Ledger(None, tmp_path), FIRST, ARMS)
    ledger = Ledger(f"sqlite:///file:{tmp_path}/ledger.db?mode=ro&uri=true", tmp_path)
    assert ledger.assigned().height == 2
    with pytest.raises(LedgerUnusable, match="it may not be written; give the file and its folder back"):
        record(ledger, SECOND, {"b": "treated"})
    assert ledger.lists()["as_of"].to_list() == [FIRST]


def test_a_folder_or_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(
        LedgerUnusable, match=r"ledger\.db cannot be used: there is no such file, its folder is missing"
    ):
        Ledger(None, tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerUnusable, match=r"cannot be used: .*Not a directory"):
        Ledger(None, tmp_path / "file" / "home")


WRONG_ADDRESSES = {
    "": "the address of the ledger cannot be read",
    "ledger.db": "the address of the ledger cannot be read",
    "postgres://me:secret@host/db": "a ledger cannot lie in 'postgres'",
    "mysql://me:secret@host/db": "a ledger cannot lie in 'mysql'",
    "postgresql://me:secret@host:port/db": "the address of the ledger cannot be read",
    "sqlite://": "a ledger in memory would be forgotten",
    "sqlite:///:memory:": "a ledger in memory would be forgotten",
    "sqlite:////nowhere/at/all/ledger.db": "its folder is missing",
    "postgresql://me:secret@127.0.0.1:9/db": "cannot be used: .*127.0.0.1",
    "postgresql://me:secret@/db?nonsense=1": "nonsense",
}


@pytest.mark.parametrize("address", WRONG_ADDRESSES)
def test_a_wrong_address_is_told_without_its_password(address: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusable, match=WRONG_ADDRESSES[address]) as refused:
        Ledger(address, tmp_path)
    assert "secret" not in str(refused.value)


def test_a_wrong_password_is_told_and_not_shown(postgres: Any, tmp_path: Path) -> None:
    rules = postgres.pgdata / "pg_hba.conf"
    before = rules.read_text()
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        rules.write_text(f"local all guarded scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
    address = f"postgresql://guarded:wrong-secret@/postgres?host={postgres.get_postmaster_info().socket_path.parent}"
    with pytest.raises(LedgerUnusable, match="the password or the user is wrong") as refused:
        Ledger(address, tmp_path)
    assert "wrong-secret" not in str(refused.value)


def test_without_its_driver_a_postgresql_address_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerUnusable, match=r"pip install 'churn-pipeline\[postgresql\]'"):
        Ledger("postgresql://me:secret@host/db", tmp_path)


def test_the_file_is_whole_by_itself_once_the_night_is_over(tmp_path: Path) -> None:
    record(Ledger(None, tmp_path), FIRST, ARMS)
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "ledger.db").read_bytes())
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM assignments").fetchone() == (2,)
    connection.close()
