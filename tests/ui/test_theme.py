"""What the console has a word, a shape or a mark for: everything that code can name."""

import inspect
import re
from pathlib import Path

from stackdock import errors
from stackdock.models import RunStatus
from stackdock.providers import ADAPTERS
from stackdock.resources import TABLES, Status
from stackdock.services.audit_actions import AuditAction
from stackdock.ui.components.wording import ACTION_WORDS, FAILURE_WORDS, RUN_WORDS
from stackdock.ui.theme import KIND_NAMES, STATUS_SHAPES, STYLESHEETS

ASSETS = Path(__file__).resolve().parents[2] / "assets"
TOKENS = (ASSETS / "styles" / "tokens.css").read_text()
TEXT_ON_GROUND = [("--fg", "--bg"), ("--fg-muted", "--bg-sunken"), ("--fg-faint", "--bg-sunken"), ("--fg-faint", "--bg-hover")]
CONTROL_ON_GROUND = [("--line-control", "--bg"), ("--focus", "--bg"), ("--focus", "--bg-sunken")]


def test_every_status_has_its_own_shape_and_colour() -> None:
    drawn = (ASSETS / "styles" / "status.css").read_text()
    assert set(STATUS_SHAPES) == set(Status)
    assert len(set(STATUS_SHAPES.values())) == len(Status)
    for status in Status:
        assert f".st.{status.value} {{" in drawn
        assert f"  --{status.value}: #" in TOKENS


def test_every_provider_has_a_mark() -> None:
    marks = {path.stem for path in (ASSETS / "providers").glob("*.svg")}
    assert marks == set(ADAPTERS)


def test_every_stored_name_has_words() -> None:
    assert set(KIND_NAMES) == set(TABLES)
    assert set(ACTION_WORDS) == {action.value for action in AuditAction}
    assert set(RUN_WORDS) == {status.value for status in RunStatus}
    of_providers = {name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.AdapterError)}
    assert set(FAILURE_WORDS) >= of_providers - {"AdapterError"}


def test_every_style_sheet_is_served() -> None:
    listed = {Path(sheet).name for sheet in STYLESHEETS}
    assert listed == {path.name for path in (ASSETS / "styles").glob("*.css")}


def test_text_and_controls_have_enough_contrast_in_both_themes() -> None:
    light = _tokens(TOKENS.split(".dark {")[0])
    dark = light | _tokens(TOKENS.split(".dark {")[1])
    for theme in (light, dark):
        for front, ground in TEXT_ON_GROUND + [(f"--{status.value}", "--bg-sunken") for status in Status]:
            assert _contrast(theme[front], theme[ground]) >= 4.5, (front, ground)
        for front, ground in CONTROL_ON_GROUND:
            assert _contrast(theme[front], theme[ground]) >= 3, (front, ground)


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
