"""`stackdock provider`: what StackDock can read, and reading it with no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from stackdock.adapters.contract import Adapter
from stackdock.cli.reading import Reading, read_provider
from stackdock.cli.run import errors_as_sentences, run_command
from stackdock.errors import InvalidInput
from stackdock.providers import ADAPTERS
from stackdock.resources import KINDS

app = typer.Typer(help="The providers StackDock reads.", no_args_is_help=True)


@app.command("list")
def list_providers(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the grid.")] = False,
) -> None:
    """Print every provider with the resource kinds it covers, straight from the adapters."""
    adapters = sorted(ADAPTERS.values(), key=lambda adapter: adapter.slug)
    if as_json:
        print(json.dumps([_described(adapter) for adapter in adapters], indent=2))
        return
    covered = [kind for kind in KINDS if any(kind in adapter.kinds for adapter in adapters)]
    width = max(len(adapter.slug) for adapter in adapters)
    print(" " * width, *covered, sep="  ")
    for adapter in adapters:
        marks = [("●" if kind in adapter.kinds else "·").center(len(kind)) for kind in covered]
        print(adapter.slug.ljust(width), *marks, sep="  ")


@app.command("read")
def read(
    slug: Annotated[str, typer.Argument(help="The provider, as `stackdock provider list` names it.")],
    base_url: Annotated[str | None, typer.Option(help="Another address of the API, with or without its path prefix.")] = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A credential; NAME=@FILE keeps it off the command line. Repeatable."),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Read this kind alone. Repeatable.")] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Start the provider's simulator and read that.")] = False,
    size: Annotated[int | None, typer.Option(min=0, help="With --simulator: how many servers it has.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Accepted for symmetry: the output is always JSON.")] = True,  # noqa: ARG001
) -> None:
    """Read every listing of a provider, with no database, and print what came as JSON.

    Ends with 0 when every kind is complete; else with 1, the errors on stderr, and no rows of the incomplete kinds.
    """
    with errors_as_sentences():
        adapter = _adapter(slug)
        reading = Reading(adapter, _kinds(adapter, kind or []), base_url, _credentials(credential or []))
        if simulator and (base_url or credential):
            raise InvalidInput("--simulator brings its own address and credentials: leave out --base-url and --credential.")
        if size is not None and not simulator:
            raise InvalidInput("--size is for --simulator.")
    is_complete = run_command(read_provider(reading, simulator_size=(20 if size is None else size) if simulator else None))
    raise typer.Exit(0 if is_complete else 1)


def _described(adapter: Adapter) -> dict[str, object]:
    fields = [{"name": field.name, "required": field.required, "help": field.help} for field in adapter.credentials]
    return {"slug": adapter.slug, "name": adapter.name, "kinds": list(adapter.kinds), "credentials": fields}


def _adapter(slug: str) -> Adapter:
    if slug not in ADAPTERS:
        raise InvalidInput(f"There is no provider {slug!r}; there are {', '.join(sorted(ADAPTERS))}.")
    return ADAPTERS[slug]


def _kinds(adapter: Adapter, asked: list[str]) -> tuple[str, ...]:
    for kind in asked:
        if kind not in KINDS:
            raise InvalidInput(f"{kind!r} is no resource kind; the kinds are {', '.join(KINDS)}.")
        if kind not in adapter.kinds:
            raise InvalidInput(f"{adapter.name} has no listing of {kind}; it has {', '.join(adapter.kinds)}.")
    return tuple(kind for kind in adapter.kinds if not asked or kind in asked)


def _credentials(given: list[str]) -> dict[str, str]:
    credentials: dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise InvalidInput("A credential is given as NAME=VALUE or NAME=@FILE.")
        if value.startswith("@"):
            try:
                value = Path(value[1:]).read_text()
            except (OSError, UnicodeDecodeError):
                raise InvalidInput(f"The file {value[1:]} for the credential {name!r} cannot be read.") from None
        credentials[name] = value
    return credentials
