"""How does Alembic reach the ledger? Through the connection that it is handed, inside that connection's transaction."""

from alembic import context

from serving._ledger_shape import VERSION_TABLE
from serving._ledger_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
