"""What Alembic runs for a migration.

The connection comes from `open.py`, already inside the transaction that holds the write lock, so
a migration is carried out as a whole or not at all. Logging is left as it is.
"""

from alembic import context

from followupd.store.schema import alembic_version, metadata

_connection = context.config.attributes["connection"]
alembic_version.create(_connection, checkfirst=True)
context.configure(connection=_connection, target_metadata=metadata)
context.run_migrations()
