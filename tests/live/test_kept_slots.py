"""What a tab may no longer show goes from it, whether it was bound just now or on an earlier connection."""

from tests.live.doubles import Stage, sizes


async def test_what_is_no_longer_allowed_is_dropped_from_the_shell_too(stage: Stage) -> None:
    tab = stage.tab("tab")
    stage.put("a", 1)
    await stage.engine.watch("tab", "docks", stage.view(), app_wide=True)
    await stage.engine.watch("tab", "counts", stage.view(limit=5), app_wide=True)
    await stage.engine.watch_page("tab", {"servers": stage.view(limit=7)})
    stage.engine.keep_only("tab", {"counts"})
    assert set(tab.page.wanted) == {"counts"}
    assert tab.page.views.keys() == set(tab.page.wanted.values())
    stage.engine.validate()
    await stage.change("a", 2)
    await stage.clock.advance(1)
    assert sizes(tab, "docks") is None
    assert sizes(tab, "counts") == {"a": 2}


async def test_a_tab_that_connected_again_forgets_what_it_showed_before(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "docks", stage.view(), app_wide=True)
    await stage.engine.watch("tab", "counts", stage.view(limit=5), app_wide=True)
    stage.engine.leave("tab")
    stage.engine.keep_only("tab", ())  # whether or not it has been introduced again
    assert tab.page.wanted == {}
    assert tab.page.views == {}
