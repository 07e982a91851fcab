from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest

from stackdock.errors import NotSignedIn
from stackdock.live.change import Change
from stackdock.live.engine import LINGER_SECONDS, LiveEngine
from tests.live.doubles import RecordingSocket, Stage, settled, sizes


async def test_a_tab_gets_the_snapshot_and_then_what_changes(stage: Stage) -> None:
    tab = stage.tab("tab")
    stage.put("a", 1)
    await stage.engine.watch("tab", "things", stage.view())
    assert sizes(tab) == {"a": 1}
    await stage.clock.advance(1)
    await stage.change("a", 2)
    assert sizes(tab) == {"a": 2}
    assert tab.page.log[-1] == {"v": tab.page.wanted["things"], "s": 1 + tab.page.log[1]["s"], "u": {"a": {"size": 2}}}
    stage.engine.validate()


async def test_equal_views_share_one_query_and_different_scopes_do_not(stage: Stage) -> None:
    for name in ("one", "two", "three"):
        stage.tab(name)
    await stage.engine.watch("one", "things", stage.view("ana"))
    await stage.engine.watch("two", "things", stage.view("ana"))
    assert stage.queries == 1
    await stage.engine.watch("three", "things", stage.view("bob"))
    assert stage.queries == 2
    await stage.clock.advance(1)
    await stage.change("a", 1)
    assert stage.queries == 3
    assert sizes(stage.sockets["one"]) == sizes(stage.sockets["two"]) == {"a": 1}
    assert sizes(stage.sockets["three"]) == {}


async def test_a_key_that_forgets_the_scope_shares_nothing(stage: Stage) -> None:
    ana, bob = stage.view("ana"), stage.view("bob")
    object.__setattr__(bob, "key", ana.key)
    stage.put("secret", 1, owner="ana")
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "hers", ana)
    await stage.engine.watch("tab", "his", bob)
    assert sizes(tab, "hers") == {"secret": 1}
    assert sizes(tab, "his") == {}


async def test_a_change_that_cannot_touch_a_view_costs_no_query(stage: Stage) -> None:
    stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view("ana"))
    await stage.clock.advance(1)
    await stage.change("b", 1, owner="bob")
    assert stage.queries == 1
    await stage.change("a", 1, owner="ana")
    assert stage.queries == 2


async def test_a_change_during_the_query_is_not_lost(stage: Stage) -> None:
    tab = stage.tab("tab")
    stage.query_seconds = 0.1
    watching = asyncio.ensure_future(stage.engine.watch("tab", "things", stage.view()))
    await settled()
    await stage.change("a", 1)  # committed while the first query is under way, whose result does not have it
    await stage.clock.advance(0.1)
    await watching
    assert sizes(tab) == {}
    stage.engine.validate()
    await stage.clock.advance(1)
    assert sizes(tab) == {"a": 1}


async def test_a_tab_that_joins_during_a_run_misses_nothing(stage: Stage) -> None:
    first, second = stage.tab("first"), stage.tab("second")
    await stage.engine.watch("first", "things", stage.view())
    stage.query_seconds = 0.1
    await stage.clock.advance(1)
    await stage.change("a", 1)
    await stage.engine.watch("second", "things", stage.view())
    await stage.clock.advance(1)
    assert sizes(first) == sizes(second) == {"a": 1}
    assert second.page.gaps == 0


async def test_load_more_grows_the_window_and_stops_at_its_limit(stage: Stage) -> None:
    for number in range(30):
        stage.put(f"{number:02}", 1)
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view(limit=10, page_size=10, max_limit=25))
    seen = [len(sizes(tab) or ())]
    for _ in range(3):
        await stage.engine.load_more("tab", "things")
        seen.append(len(sizes(tab) or ()))
    assert seen == [10, 20, 25, 25]
    assert tab.page.meta("things")["more"] is True


async def test_entering_a_page_drops_the_slots_of_the_last_one_and_keeps_those_of_the_app(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "counts", stage.view("bob"), app_wide=True)
    await stage.engine.watch_page("tab", {"servers": stage.view(), "volumes": stage.view(limit=5)})
    await stage.engine.watch_page("tab", {"docks": stage.view(limit=7)})
    assert set(tab.page.wanted) == {"counts", "docks"}
    assert tab.page.views.keys() == set(tab.page.wanted.values())
    stage.engine.validate()


async def test_the_newest_wish_for_a_slot_wins(stage: Stage) -> None:
    stage.put("hers", 1, owner="ana")
    stage.put("his", 1, owner="bob")
    tab = stage.tab("tab")
    stage.query_seconds = 0.2
    slow = asyncio.ensure_future(stage.engine.watch("tab", "things", stage.view("ana")))
    await settled()
    stage.query_seconds = 0.0
    await stage.engine.watch("tab", "things", stage.view("bob"))
    await stage.clock.advance(1)
    await slow
    assert sizes(tab) == {"his": 1}
    stage.engine.validate()


async def test_a_view_that_fails_says_so_and_comes_back(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    tab = stage.tab("tab")
    stage.put("a", 1)
    await stage.engine.watch("tab", "things", stage.view())
    await stage.clock.advance(1)
    stage.fails = True
    with caplog.at_level(logging.ERROR):
        await stage.change("a", 2)
    assert "the database is away" in caplog.text
    assert tab.page.meta("things")["stale"] is True
    assert sizes(tab) == {"a": 1}
    queries = stage.queries
    await stage.clock.advance(10)
    assert 2 <= stage.queries - queries <= 6  # again and again, but ever more seldom
    stage.fails = False
    await stage.clock.advance(30)
    assert tab.page.meta("things")["stale"] is False
    assert sizes(tab) == {"a": 2}
    stage.engine.validate()


async def test_a_view_whose_first_query_fails_is_bound_and_filled_later(stage: Stage) -> None:
    tab = stage.tab("tab")
    stage.put("a", 1)
    stage.fails = True
    await stage.engine.watch("tab", "things", stage.view())
    assert tab.page.meta("things")["stale"] is True
    stage.fails = False
    await stage.clock.advance(30)
    assert sizes(tab) == {"a": 1}


async def test_an_acknowledgement_comes_after_the_rows_it_is_about(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())
    await stage.clock.advance(1)
    await stage.change("a", 1)  # a window begins
    stage.put("a", 2)
    answering = asyncio.ensure_future(stage.engine.acknowledge("tab", "m1"))
    await settled()
    assert tab.page.answers == {}
    await stage.clock.advance(1)
    await answering
    assert [message.keys() & {"u", "k"} for message in tab.page.log[-2:]] == [{"u"}, {"k"}]
    assert sizes(tab) == {"a": 2}
    assert tab.page.answers == {"m1": None}


async def test_a_refusal_is_told_at_once(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.acknowledge("tab", "m1", error="You may not do this.")
    assert tab.page.answers == {"m1": "You may not do this."}


async def test_ending_a_session_ends_its_subscriptions_and_nobody_elses(stage: Stage) -> None:
    gone, other = stage.tab("gone", "old session"), stage.tab("other", "another")
    for name in ("gone", "other"):
        await stage.engine.watch(name, "things", stage.view())
    assert stage.engine.end(lambda identity: identity.session_id == "old session", "signed out") == 1
    assert gone.page.ended == "signed out"
    assert stage.disconnected == ["gone"]
    told = len(gone.page.log)
    await stage.clock.advance(1)
    await stage.change("a", 1)
    assert len(gone.page.log) == told
    assert sizes(other) == {"a": 1}
    with pytest.raises(NotSignedIn):
        await stage.engine.watch("gone", "things", stage.view())
    stage.engine.validate()


async def test_nobody_watches_who_was_not_introduced(stage: Stage) -> None:
    stage.sockets["stranger"] = RecordingSocket()
    with pytest.raises(NotSignedIn):
        await stage.engine.watch("stranger", "things", stage.view())
    assert stage.sockets["stranger"].page.log == []


async def test_a_tab_that_has_gone_is_not_remembered_and_is_no_error(stage: Stage) -> None:
    stage.engine.introduce("gone", "session")
    await stage.engine.watch_page("gone", {"things": stage.view()})
    await stage.engine.load_more("gone", "things")
    assert stage.engine._identities == {}
    assert stage.queries == 0


async def test_a_tab_that_closes_while_its_view_loads_leaves_nothing_behind(stage: Stage) -> None:
    stage.tab("tab")
    stage.query_seconds = 0.5
    watching = asyncio.ensure_future(stage.engine.watch("tab", "things", stage.view()))
    await settled()
    stage.engine.leave("tab")
    await stage.clock.advance(1)
    await watching
    stage.engine.validate()
    await stage.change("a", 1)
    queries = stage.queries
    await stage.clock.advance(1)
    assert stage.queries == queries


async def test_a_view_that_nobody_watches_costs_no_query_and_is_forgotten(stage: Stage) -> None:
    stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())
    stage.engine.unwatch("tab", "things")
    queries = stage.queries
    await stage.clock.advance(1)
    await stage.change("a", 1)
    assert stage.queries == queries
    await stage.engine.watch("tab", "things", stage.view())  # it was kept, and is brought up to date first
    assert sizes(stage.sockets["tab"]) == {"a": 1}
    stage.engine.unwatch("tab", "things")
    stage.clock.time += LINGER_SECONDS + 1
    stage.engine.keep_house()
    assert stage.engine._views == {}


async def test_a_gap_runs_every_view_and_tells_every_listener(stage: Stage) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())
    heard: list[str | None] = []
    stop = stage.engine.on_change("thing", lambda changes: heard.extend(change.row_id for change in changes))
    stage.rows["a"] = ("ana", 1)  # unheard of
    await stage.clock.advance(1)
    stage.engine.gap()
    await stage.clock.advance(1)
    assert sizes(tab) == {"a": 1}
    await stage.change("b", 1)
    assert heard == [None, "b"]
    stop()
    await stage.change("b", 2)
    assert heard == [None, "b"]


async def test_a_listener_that_fails_stops_nobody(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    tab = stage.tab("tab")
    await stage.engine.watch("tab", "things", stage.view())

    def fail(_changes: list[Change]) -> None:
        raise ZeroDivisionError

    stage.engine.on_change("thing", fail)
    heard: list[str | None] = []
    stage.engine.on_change("thing", lambda changes: heard.extend(change.row_id for change in changes))
    await stage.clock.advance(1)
    await stage.change("a", 1)
    assert (heard, sizes(tab)) == (["a"], {"a": 1})
    assert "ZeroDivisionError" in caplog.text


def test_the_engine_needs_no_reflex() -> None:
    program = f"import sys; import {LiveEngine.__module__}; print('reflex' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "False"
