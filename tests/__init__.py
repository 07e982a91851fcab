"""The tests. They mirror `stackdock/`; `fixtures/` starts the real components that they run against."""
