"""The `stackdock` command: one file per command group, one line here."""

import typer

from stackdock.cli import demo, dock, provider
from stackdock.cli.serve import serve
from stackdock.cli.setup_link import setup_link
from stackdock.cli.simulate import simulate

app = typer.Typer(
    name="stackdock",
    help="A self-hosted console that shows everything you run across many cloud accounts, live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback prints local variables, credentials among them
)
app.add_typer(demo.app, name="demo")
app.add_typer(dock.app, name="dock")
app.add_typer(provider.app, name="provider")
app.command()(serve)
app.command()(simulate)
app.command("setup-link")(setup_link)
