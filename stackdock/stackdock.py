"""The app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from stackdock.db.database import close_database, database_url, open_database
from stackdock.settings import settings


def index() -> rx.Component:
    return rx.heading("StackDock")


@asynccontextmanager
async def database() -> AsyncIterator[None]:
    await open_database(database_url(settings()))
    try:
        yield
    finally:
        await close_database()


app = rx.App()
app.register_lifespan_task(database)
app.add_page(index, route="/", title="StackDock")
