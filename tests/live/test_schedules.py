"""Thousands of schedules that a real database would take hours for: slow and failing queries, slow tabs, joins in the middle."""

from __future__ import annotations

import asyncio
import logging
import random

import pytest

from tests.fixtures.seeds import rounds
from tests.live.doubles import Stage, sizes

OWNERS = ("ana", "bob")


class Schedule:
    def __init__(self, choices: random.Random) -> None:
        self.choices = choices
        self.stage = Stage()
        self.watched: dict[str, dict[str, tuple[str, int]]] = {}  # tab → slot → owner, limit
        self.tasks: set[asyncio.Future[None]] = set()

    async def step(self) -> None:
        choices, stage, engine = self.choices, self.stage, self.stage.engine
        tab = f"t{choices.randrange(4)}"
        match choices.choices(
            ("write", "wake", "watch", "page", "unwatch", "more", "leave", "slow", "fail", "tardy", "resend", "gap"),
            (14, 8, 5, 2, 1, 2, 1, 2, 1, 2, 1, 1),
        )[0]:
            case "write":
                row_id = f"r{choices.randrange(12):02}"
                if row_id in stage.rows and choices.random() < 0.3:
                    stage.remove(row_id)
                else:
                    stage.put(row_id, choices.randrange(100), choices.choice(OWNERS))
            case "wake":
                engine.wake()
            case "watch":
                slot, owner, limit = choices.choice("xyz"), choices.choice(OWNERS), choices.choice((2, 5, 50))
                self._enter(tab)[slot] = (owner, limit)
                self._start(engine.watch(tab, slot, stage.view(owner, limit, page_size=3)))
            case "page":
                slots = {slot: (choices.choice(OWNERS), choices.choice((2, 50))) for slot in choices.sample("xyz", 2)}
                self._enter(tab)
                self.watched[tab] = dict(slots)
                self._start(engine.watch_page(tab, {slot: stage.view(*view, page_size=3) for slot, view in slots.items()}))
            case "unwatch":
                slot = choices.choice("xyz")
                self.watched.get(tab, {}).pop(slot, None)
                engine.unwatch(tab, slot)
            case "more":
                for slot in list(self.watched.get(tab, {}))[:1]:
                    self._start(engine.load_more(tab, slot))
                    self.watched[tab][slot] = ("any", 0)  # which window it grows depends on what was bound by then
            case "leave":
                self.watched.pop(tab, None)
                stage.sockets.pop(tab, None)
                engine.leave(tab)
            case "slow":
                for socket in stage.sockets.values():
                    socket.is_slow = choices.random() < 0.4
            case "fail":
                stage.fails = choices.random() < 0.5
            case "tardy":
                stage.query_seconds = choices.choice((0.0, 0.01, 0.2))
            case "resend":
                engine.resend(tab)
            case "gap":
                engine.gap()
        await asyncio.sleep(0)  # what was started has begun, as one handler of a page begins before the next

    def _enter(self, tab: str) -> dict[str, tuple[str, int]]:
        if tab not in self.stage.sockets:
            self.stage.tab(tab)
        return self.watched.setdefault(tab, {})

    def _start(self, watching: object) -> None:
        self.tasks.add(asyncio.ensure_future(watching))  # type: ignore[arg-type]

    async def become_quiet(self) -> None:
        self.stage.fails = False
        self.stage.query_seconds = 0.0
        for socket in self.stage.sockets.values():
            socket.is_slow = False
        self.stage.engine.wake()
        await self.stage.clock.advance(120)
        self.stage.engine.keep_house()
        await asyncio.gather(*self.tasks)
        self.tasks.clear()

    def check(self) -> None:
        engine = self.stage.engine
        engine.validate()
        for tab, slots in self.watched.items():
            socket = self.stage.sockets[tab]
            assert set(socket.page.wanted) == set(slots)
            for slot in slots:
                shared = engine._clients[tab].slots[slot]
                owner, limit = shared.view.scope, shared.view.limit
                if slots[slot] != ("any", 0):
                    assert (owner, limit) == slots[slot]
                rows = sorted((row_id, size) for row_id, (its, size) in self.stage.rows.items() if its == owner)
                assert sizes(socket, slot) == dict(rows[:limit])
                assert socket.page.meta(slot) == {"more": len(rows) > limit, "stale": False}
            assert socket.page.gaps == 0


@pytest.fixture(autouse=True)
def _failures_are_meant(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "stackdock.live.refresh")


async def test_whatever_happens_a_quiet_page_shows_what_is_there(seed: int) -> None:
    choices = random.Random(seed)
    for _ in range(rounds(40, full=3000)):
        schedule = Schedule(choices)
        for _ in range(choices.randrange(2, 6)):
            for _ in range(choices.randrange(1, 40)):
                await schedule.step()
                if choices.random() < 0.5:
                    await schedule.stage.clock.advance(choices.choice((0.0, 0.005, 0.05, 1.0)))
            await schedule.become_quiet()
            schedule.check()
