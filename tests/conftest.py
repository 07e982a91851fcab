"""What every test may ask for. The fixtures themselves are in `tests/fixtures/`, one file per component."""

pytest_plugins = (
    "tests.fixtures.environment",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.instance",
    "tests.fixtures.console",
    "tests.fixtures.seeds",
)
