from __future__ import annotations

import pytest

from tests.live.doubles import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
