"""Reflex's configuration, as far as it is ours: no address is baked into the build."""

from pathlib import Path

import pytest
import reflex as rx
from reflex_base.config import get_config

from rxconfig import BAKED_ADDRESSES, OneOrigin, config
from stackdock.cli.reload import FAST_BUILD

PATHS = ("/ping", "/_event", "/_upload", "/auth-codespace", "/_health", "/_all_routes")


def _build(folder: Path, *paths: str, quote: str) -> Path:
    api = get_config().api_url.rstrip("/")
    chunk = folder / "assets" / "reflex-env-1.js"
    chunk.parent.mkdir()
    addresses = [f"{api.replace('http', 'ws') if path == '/_event' else api}{path}" for path in paths]
    chunk.write_text("var e={" + ",".join(f"K{at}:{quote}{address}{quote}" for at, address in enumerate(addresses)) + "}")
    return chunk


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_addresses_of_the_build_become_the_pages_own_origin(tmp_path: Path, quote: str) -> None:
    chunk = _build(tmp_path, *PATHS, quote=quote)
    OneOrigin().post_build(static_dir=tmp_path)
    text = chunk.read_text()
    assert get_config().api_url.partition("://")[2] not in text
    assert text.count("location.origin") == BAKED_ADDRESSES
    assert "(location.origin.replace(/^http/,'ws')+'/_event')" in text
    assert "(location.origin+'/ping')" in text


def test_a_build_with_other_addresses_than_expected_fails(tmp_path: Path) -> None:
    _build(tmp_path, *PATHS[:-1], quote='"')
    with pytest.raises(RuntimeError, match="found 5"):
        OneOrigin().post_build(static_dir=tmp_path)


def test_nothing_is_sent_home_and_no_badge_is_shown() -> None:
    assert config.telemetry_enabled is False
    assert config.show_built_with_reflex is False
    assert "*" not in config.cors_allowed_origins


def test_nothing_is_compressed_for_make_dev_and_everything_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.frontend_compression_formats == ["gzip", "brotli"]
    for name, value in FAST_BUILD.items():
        monkeypatch.setenv(name, value)
    assert rx.Config(app_name="x", frontend_compression_formats=["gzip", "brotli"]).frontend_compression_formats == []
