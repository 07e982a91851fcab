"""Every environment variable: typed, explained, checked once at start."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stackdock.errors import StartRefused


class Settings(BaseSettings):
    """Read from the environment with the prefix STACKDOCK_. Each description is printed in the README's table."""

    model_config = SettingsConfigDict(env_prefix="STACKDOCK_", env_ignore_empty=True, extra="ignore")

    data_dir: Path = Field(Path(".stackdock"), description="The one data folder: database, master key, and what is uploaded.")
    database_url: str | None = Field(None, description="postgresql://… selects PostgreSQL instead of SQLite in the folder.")
    host: str = Field("127.0.0.1", description="Address to bind. Anything but loopback needs STACKDOCK_PUBLIC_URL.")
    port: int = Field(3000, ge=0, le=65535, description="The one port of pages, websocket and API.")
    public_url: str | None = Field(
        None, description="The address people use, as https://console.example.com: the only allowed origin."
    )
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma-separated hosts (no ports) that docks may reach beyond the providers' own: private, self-hosted.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    sync_run_retention_days: int = Field(30, ge=1, description="How long finished sync runs are kept.")
    outbox_retention_minutes: int = Field(60, ge=1, description="How long rows of the change outbox are kept.")
    tombstone_retention_days: int = Field(30, ge=1, description="How long vanished resources are kept.")
    sync_concurrency: int = Field(8, ge=1, le=64, description="How many docks are synced at once.")

    @field_validator("allow_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip().lower() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allow_hosts")
    @classmethod
    def _hosts_have_no_port(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if "/" in host or (":" in host and not _is_address(host)):
                raise ValueError(f"{host!r} is not a bare host: leave out scheme, port and path")
        return hosts

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("give scheme and host only, as https://console.example.com")
        return f"{parts.scheme}://{parts.netloc}".lower()

    @model_validator(mode="after")
    def _public_bind_needs_an_origin(self) -> Settings:
        if self.public_url is None and not _is_loopback(self.host):
            raise ValueError(f"STACKDOCK_HOST={self.host} is open to others: set STACKDOCK_PUBLIC_URL to the address they use")
        return self

    @property
    def origin(self) -> str:
        """The address printed at start and used in links."""
        return self.public_url or f"http://{_in_url(self.host)}:{self.port}"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may open the websocket or post a form."""
        if self.public_url:
            return (self.public_url,)
        hosts = dict.fromkeys((_in_url(self.host), "127.0.0.1", "localhost", "[::1]"))
        return tuple(f"http://{host}:{self.port}" for host in hosts)

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings. Raises StartRefused with one readable line per mistake."""
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        lines = [f"STACKDOCK_{'_'.join(str(p) for p in e['loc']).upper() or '*'}: {e['msg']}" for e in error.errors()]
        raise StartRefused("The configuration cannot be used.\n" + "\n".join(lines)) from error
