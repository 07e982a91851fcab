"""Alembic's entry: runs the migrations on the connection it is given, or compares it with the models for a new one."""

from sqlmodel import SQLModel

import stackdock.models
import stackdock.resources  # noqa: F401
from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
