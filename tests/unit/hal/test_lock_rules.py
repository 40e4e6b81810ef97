"""No history of requests breaks the rules for coils."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.interfaces import LockBusy, LockResting, PulseOutOfBounds, UnknownCompartment
from hal.locks.rules import LockLimits, LockRules

SUPPLIES = {"A01": "left", "A02": "left", "B01": "right"}
LIMITS = LockLimits()


def ready() -> LockRules:
    """Rules whose first gap is over at 0."""
    return LockRules(SUPPLIES, -LIMITS.gap_ms)


@dataclass
class Request:
    wait: int
    compartment: str
    duration: int
    overrun: int
    opens: bool


requests = st.lists(
    st.builds(
        Request,
        wait=st.one_of(st.integers(0, 700), st.integers(0, 20_000), st.integers(0, 70_000)),
        compartment=st.sampled_from(sorted(SUPPLIES)),
        duration=st.integers(-10, 1_200),
        overrun=st.integers(0, LIMITS.overrun_ms),
        opens=st.booleans(),
    ),
    max_size=60,
)


@given(requests)
def test_no_history_yields_two_coils_a_short_gap_or_too_much_duty(history: list[Request]) -> None:
    rules = ready()
    now = 0
    running: dict[str, tuple[str, int, int, bool]] = {}
    pulses: list[tuple[str, int, int]] = []

    def finish_until(moment: int) -> None:
        for supply, (compartment, start, end, opens) in sorted(running.items(), key=lambda item: item[1][2]):
            if end <= moment:
                rules.ended(compartment, end)
                if opens:
                    rules.opened(compartment)
                pulses.append((compartment, start, end))
                del running[supply]

    for request in history:
        now += request.wait
        finish_until(now)
        if not 50 <= request.duration <= LIMITS.cap_ms:
            with pytest.raises(PulseOutOfBounds):
                rules.admit(request.compartment, request.duration, now)
            continue
        try:
            rules.admit(request.compartment, request.duration, now)
        except (LockBusy, LockResting):
            continue
        supply = SUPPLIES[request.compartment]
        assert supply not in running, "two coils on one supply"
        running[supply] = (request.compartment, now, now + request.duration + request.overrun, request.opens)
    finish_until(now + 10_000)

    for supply in set(SUPPLIES.values()):
        own = sorted((start, end) for compartment, start, end in pulses if SUPPLIES[compartment] == supply)
        for (_, end), (start, _) in pairwise(own):
            assert start - end >= LIMITS.gap_ms
    for compartment in SUPPLIES:
        own = sorted((start, end) for name, start, end in pulses if name == compartment)
        for _, window_end in own:
            begin = window_end - LIMITS.duty_window_ms
            used = sum(end - max(start, begin) for start, end in own if begin < end <= window_end)
            assert used <= LIMITS.duty_on_ms


def refusal_of(rules: LockRules, duration: int, now: int) -> LockBusy | LockResting | None:
    """What asking at ``now`` would get, on a copy."""
    try:
        deepcopy(rules).admit("A01", duration, now)
    except (LockBusy, LockResting) as refusal:
        return refusal
    return None


@given(st.integers(50, 1_000), st.lists(st.integers(0, 9_000), max_size=30))
def test_retry_after_tells_the_truth(duration: int, waits: list[int]) -> None:
    """Who comes back when told is let in, if nobody else came; who comes 1 ms earlier is not."""
    rules = ready()
    now = 0
    for wait in waits:
        now += wait
        while (refusal := refusal_of(rules, duration, now)) is not None:
            assert refusal.retry_after_ms > 0
            early = refusal_of(rules, duration, now + refusal.retry_after_ms - 1)
            assert early is not None
            now += refusal.retry_after_ms
            # Once the supply is free the coil's own rest may remain; after that nothing is left.
            assert isinstance(refusal, LockBusy) or refusal_of(rules, duration, now) is None
        rules.admit("A01", duration, now)
        now += duration
        rules.ended("A01", now)
        rules.opened("A01")


def most_in_a_window(pulses: list[tuple[int, int]], window: int) -> int:
    """The most current, in ms, in any window: it is in one that ends with a pulse."""
    return max(
        (sum(end - max(start, at - window) for start, end in pulses if at - window < end <= at) for _, at in pulses),
        default=0,
    )


@given(st.lists(st.tuples(st.integers(0, 4_000), st.integers(50, 1_000), st.integers(0, 50)), min_size=5, max_size=60))
def test_a_busy_coil_uses_its_duty_and_no_more(history: list[tuple[int, int, int]]) -> None:
    """A door that is opened again and again, whose user always comes back as soon as the lock allows it."""
    rules = ready()
    now = 0
    pulses: list[tuple[int, int]] = []
    for wait, duration, overrun in history:
        now += wait
        while (refusal := refusal_of(rules, duration, now)) is not None:
            now += refusal.retry_after_ms
        rules.admit("A01", duration, now)
        pulses.append((now, now + duration + overrun))
        now = pulses[-1][1]
        rules.ended("A01", now)
        rules.opened("A01")
    assert most_in_a_window(pulses, LIMITS.duty_window_ms) <= LIMITS.duty_on_ms


def test_a_tenth_of_a_minute_is_allowed_and_no_more() -> None:
    rules, begin = ready(), 1_000
    for turn in range(5):
        pulse(rules, "A01", begin + turn * 1_500, 1_000)
        rules.opened("A01")
    # Five seconds are used; 950 ms and the reserve of 50 fit, 951 do not.
    with pytest.raises(LockResting) as resting:
        rules.admit("A01", 951, begin + 8_000)
    assert resting.value.retry_after_ms == 60_000 - 8_000 - 951 - 50 + 1, "until 1 ms of the first pulse has left"
    rules.admit("A01", 950, begin + 8_000)
    rules.ended("A01", begin + 9_000)
    rules.opened("A01")
    with pytest.raises(LockResting) as resting:
        rules.admit("A01", 400, begin + 10_000)
    assert resting.value.retry_after_ms == 60_000 - 10_000, "until 450 ms of the first pulse have left"
    with pytest.raises(LockResting) as resting:
        rules.admit("A01", 1_000, begin + 10_000)
    assert resting.value.retry_after_ms == 60_000 - 10_000 - 1_050 + 1_500 + 50, "until 50 ms of the second have left"
    rules.admit("A02", 1_000, begin + 10_000)
    rules.ended("A02", begin + 11_000)
    rules.admit("A01", 1_000, begin + 60_500)


def pulse(rules: LockRules, compartment: str, now: int, duration: int = 400) -> int:
    rules.admit(compartment, duration, now)
    rules.ended(compartment, now + duration)
    return now + duration


def test_three_tries_two_seconds_apart_then_half_a_minute_of_rest() -> None:
    rules = ready()
    pulse(rules, "A01", 0)
    with pytest.raises(LockResting) as early:
        rules.admit("A01", 400, 1_000)
    assert early.value.retry_after_ms == 1_000
    pulse(rules, "A01", 2_000)
    pulse(rules, "A01", 4_000)
    with pytest.raises(LockResting) as resting:
        rules.admit("A01", 400, 6_000)
    assert resting.value.retry_after_ms == 4_400 + 30_000 - 6_000
    pulse(rules, "A01", 34_400)
    pulse(rules, "A01", 36_400)


def test_a_door_that_opened_ends_the_row_of_tries() -> None:
    rules = ready()
    for now in range(0, 5_000, 1_000):
        pulse(rules, "A01", now)
        rules.opened("A01")


def test_the_other_supply_is_free_meanwhile() -> None:
    rules = ready()
    rules.admit("A01", 400, 0)
    with pytest.raises(LockBusy) as busy:
        rules.admit("A02", 400, 100)
    assert busy.value.retry_after_ms == 300 + 500
    rules.admit("B01", 400, 100)


def test_the_first_gap_begins_with_the_process() -> None:
    """What a process that died had energised is not known."""
    rules = LockRules(SUPPLIES, 10_000)
    with pytest.raises(LockBusy) as busy:
        rules.admit("A01", 400, 10_100)
    assert busy.value.retry_after_ms == 400
    rules.admit("A01", 400, 10_500)


def test_a_refusal_changes_nothing() -> None:
    rules = ready()
    for _ in range(10):
        with pytest.raises(PulseOutOfBounds):
            rules.admit("A01", 1_001, 0)
        with pytest.raises(UnknownCompartment):
            rules.admit("Z99", 400, 0)
    rules.admit("A01", 1_000, 0)


def test_an_end_without_a_beginning_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="A01"):
        ready().ended("A01", 0)
