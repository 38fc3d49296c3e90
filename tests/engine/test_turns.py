"""Turns: one at a time, and pauses between them."""

import asyncio
import time

from engine.turns import Turns


async def test_one_has_its_turn_at_a_time_in_the_order_of_coming() -> None:
    turns = Turns()
    seen: list[str] = []

    async def work(name: str) -> None:
        async with turns:
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(*(work(name) for name in "abc"))
    assert seen == [f"{name} {act}" for name in "abc" for act in ("begins", "ends")]


async def test_the_next_turn_waits_as_long_as_the_last_one_took() -> None:
    turns = Turns()
    begun = time.perf_counter()
    async with turns:
        time.sleep(0.05)
    async with turns:
        assert time.perf_counter() - begun >= 0.09


async def test_a_turn_that_fails_gives_way_to_the_next() -> None:
    turns = Turns()
    for _ in range(2):
        try:
            async with turns:
                raise ValueError
        except ValueError:
            continue


async def test_others_work_between_two_turns() -> None:
    turns = Turns()
    steps = 0

    async def others() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0.001)

    working = asyncio.create_task(others())
    async with turns:
        time.sleep(0.05)
    seen = steps
    async with turns:
        assert steps > seen
    working.cancel()
