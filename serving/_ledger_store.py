"""Where does the ledger lie, and how is it opened, read and written? Every trouble with it in words worth reading."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from serving._errors import LedgerUnusable, NotRecorded
from serving._ledger_shape import bring_up_to_date, is_today

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30
"""How long one run waits for another that is writing."""

_FORMS = "Write sqlite:///FOLDER/ledger.db or postgresql://USER:PASSWORD@HOST:5432/DATABASE."

# Any number will do, so long as all that write to a ledger take the same.
_WRITERS_LOCK = 7_316_209_154


class Store:
    """One ledger, opened and brought up to date: `reading()` and `writing()` give a transaction each.

    Raises LedgerUnusable for whatever keeps the ledger from being opened, read or written. Passwords are never shown.
    """

    def __init__(self, url: str | None, home: Path) -> None:
        self._url = _url(url, home)
        try:
            if url is None:
                home.mkdir(parents=True, exist_ok=True)
            self._engine = _engine(self._url)
            self._bring_up_to_date()
        except LedgerUnusable as error:
            raise LedgerUnusable(f"the ledger {self} cannot be used: {error}.") from None
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise LedgerUnusable(f"the ledger {self} cannot be used: {_reason(error)}.") from error

    def __str__(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def _bring_up_to_date(self) -> None:
        with self._engine.connect() as connection:
            today = is_today(connection)
        if not today:
            # One run takes the steps; others wait, and find them taken.
            with _transaction(self._engine, writes=True) as connection:
                bring_up_to_date(connection)
            log.info("ledger %s brought up to date", self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it is at one moment."""
        with self._explained(), _transaction(self._engine, writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are kept together when the block ends well, and not at all otherwise.

        Only one run writes at a time; others wait up to half a minute.
        """
        with self._explained(), _transaction(self._engine, writes=True) as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        # Rows that are copied to PostgreSQL go past SQLAlchemy: then the driver's own errors arrive.
        driver = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (IntegrityError, driver.IntegrityError) as error:
            raise NotRecorded(
                f"the ledger {self} refused rows: {_first_line(error)}. They name a campaign, list or customer that is "
                "not recorded, or are recorded already. Nothing was recorded"
            ) from error
        except (SQLAlchemyError, driver.Error) as error:
            raise LedgerUnusable(f"the ledger {self} cannot be used: {_reason(error)}.") from error


def _url(url: str | None, home: Path) -> URL:
    if url is None:
        return URL.create("sqlite", database=str(home / "ledger.db"))
    try:
        found = make_url(url)
        found = found.set(drivername="postgresql+psycopg") if found.drivername == "postgresql" else found
    except (ArgumentError, ValueError):
        raise LedgerUnusable(f"the address of the ledger cannot be read. {_FORMS}") from None
    if found.drivername not in ("sqlite", "postgresql+psycopg"):
        raise LedgerUnusable(f"a ledger cannot lie in {found.drivername!r}. {_FORMS}")
    if found.drivername == "sqlite" and found.database in (None, "", ":memory:"):
        raise LedgerUnusable(f"a ledger in memory would be forgotten. {_FORMS}")
    return found


def _engine(url: URL) -> Engine:
    patience = {"timeout": PATIENCE_SECONDS} if url.get_backend_name() == "sqlite" else {"connect_timeout": 10}
    # No pool: a night connects a dozen times, and nothing is left open. The last connection to a SQLite file that is
    # closed folds the write-ahead log into it.
    engine = create_engine(url, poolclass=NullPool, connect_args=patience)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's sqlite3 would begin transactions by itself, late and without a lock; `_begin` does it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        # Readers then do not wait for the night that writes.
        connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    with engine.connect() as connection:
        chosen = connection.execution_options(writes=writes)
        with chosen.begin():
            yield chosen


_ADVICE = {
    "database is locked": "another run has been writing it for half a minute; wait until it has ended",
    "lock timeout": "another run has been writing it for half a minute; wait until it has ended",
    "not a database": "the file is damaged or no ledger; put a copy of it from a backup in its place",
    "malformed": "the file is damaged; put a copy of it from a backup in its place",
    "readonly": "it may not be written; give the file and its folder back to the account that runs this",
    "unable to open": "there is no such file, its folder is missing, or neither may be read by this account",
    "password authentication failed": "the password or the user is wrong",
    "no password supplied": "the address names no password, and the server asks for one",
}


def _reason(error: Exception) -> str:
    found = _first_line(error)
    if isinstance(error, ImportError):
        return f"PostgreSQL needs a driver; install it with: pip install 'churn-pipeline[postgresql]' ({found})"
    advice = next((advice for sign, advice in _ADVICE.items() if sign in found), None)
    return f"{advice} ({found})" if advice else f"{found}; put it right and run the same command again"


def _first_line(error: Exception) -> str:
    told = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(told).strip().splitlines() or [type(told).__name__])[0].rstrip(".")
