"""Does the ledger have the shape that this software knows? An older one is brought up to date, a newer one refused."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from serving._errors import LedgerUnusable
from serving._ledger_tables import METADATA

# Of its own name, so that the ledger may lie in one database with others that Alembic looks after.
VERSION_TABLE = "ledger_version"


def is_today(connection: Connection) -> bool:
    """Whether the ledger has today's shape. Raises LedgerUnusable for one that this software cannot know.

    That is a ledger of newer software, or a database that holds other tables where the ledger's would stand.
    """
    found = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if found is None:
        _ask_for_room(connection)
    elif found not in _revisions():
        raise LedgerUnusable(
            f"it was written by newer software (step {found!r}, of which this one knows nothing). Install the "
            "version that wrote it, or a later one; nothing was read or changed"
        )
    return found == _revisions()[0]


def bring_up_to_date(connection: Connection) -> None:
    """Takes the steps that are missing, in the transaction of `connection`: all of them or none."""
    if not is_today(connection):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "serving:migrations")
    return config


@cache
def _revisions() -> tuple[str, ...]:
    """The steps that this software knows, the latest first."""
    return tuple(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def _ask_for_room(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names())
    # A file is the ledger's alone; a PostgreSQL schema may be shared.
    strange = there if connection.dialect.name == "sqlite" else there & set(METADATA.tables)
    if strange:
        raise LedgerUnusable(
            f"it is no ledger, but holds tables of others (first: {min(strange)!r}). Give the ledger a database or "
            "schema of its own; nothing was changed"
        )
