"""The app."""

import reflex as rx


def index() -> rx.Component:
    return rx.heading("StackDock")


app = rx.App()
app.add_page(index, route="/", title="StackDock")
