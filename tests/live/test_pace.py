"""When views are run: at once, in windows, within the budget, and not for tabs that cannot keep up."""

from __future__ import annotations

from stackdock.live.pace import WINDOW_SECONDS
from tests.live.doubles import Stage, sizes


async def test_the_first_change_travels_at_once_and_a_burst_in_windows(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())
    await stage.clock.advance(1)
    before = stage.queries
    await stage.change("a", 1)
    assert sizes(tab) == {"a": 1}
    for size in range(2, 50):
        await stage.change("a", size)
    assert sizes(tab) == {"a": 1}
    await stage.clock.advance(WINDOW_SECONDS)
    assert sizes(tab) == {"a": 49}
    assert stage.queries - before == 2


async def test_a_slow_query_is_not_run_more_than_a_third_of_the_time(stage: Stage) -> None:
    stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())
    stage.query_seconds = 0.2
    await stage.clock.advance(1)
    before = stage.queries
    for size in range(100):
        await stage.change("a", size)
        await stage.clock.advance(0.06)
    assert 8 <= stage.queries - before <= 11  # six seconds, 0.6 for each run


async def test_an_aggregate_keeps_its_interval(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view(min_interval_seconds=2.0))
    await stage.change("a", 1)
    await stage.clock.advance(1)
    assert sizes(tab) == {}
    await stage.clock.advance(1.1)
    assert sizes(tab) == {"a": 1}


async def test_a_slow_tab_gets_one_snapshot_later_instead_of_a_backlog(stage: Stage) -> None:
    slow, quick = stage.tab("slow"), stage.tab("quick")
    for name in ("slow", "quick"):
        await stage.engine.watch(name, "things", stage.view())
    slow.is_slow = True
    told = len(slow.page.log)
    for size in range(5):
        await stage.clock.advance(1)
        await stage.change("a", size)
    assert sizes(quick) == {"a": 4}
    assert len(slow.page.log) == told
    stage.engine.keep_house()
    assert len(slow.page.log) == told
    slow.is_slow = False
    stage.engine.keep_house()
    assert sizes(slow) == {"a": 4}
    assert len(slow.page.log) == told + 1
    await stage.clock.advance(1)
    await stage.change("a", 9)
    assert sizes(slow) == {"a": 9}
    assert slow.page.gaps == 0
    stage.engine.validate()


async def test_many_views_together_take_no_more_than_a_third_of_the_loop(stage: Stage) -> None:
    """Each run costs the loop 10 ms here: the clock moves while the views are sent."""
    tabs = [stage.tab(f"tab{number}") for number in range(20)]
    for number in range(20):
        await stage.engine.watch(f"tab{number}", "things", stage.view(limit=number + 1))
    await stage.clock.advance(10)
    for tab in tabs:
        deliver = tab.send

        def dear(message: object, *, force: bool = False, deliver: object = deliver) -> bool:
            stage.clock.time += 0.01
            return deliver(message, force=force)  # type: ignore[operator]

        tab.send = dear  # type: ignore[method-assign]
    began, before = stage.clock.now(), stage.engine.counts["runs"]
    for size in range(200):
        await stage.change("a", size)
        await stage.clock.advance(0.02)
    spent = (stage.engine.counts["runs"] - before) * 0.01
    assert 0.2 < spent / (stage.clock.now() - began) < 0.37
