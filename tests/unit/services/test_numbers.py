"""Typed pickup numbers: stretched, looked up, slowed down, and good for a second factor of their own."""

from __future__ import annotations

import asyncio

import pytest

from controller.domain.model import Phase
from controller.domain.pickup_number import digest_of_tag, secret_of_tag
from controller.ports import PutCredential
from controller.services.refusals import Throttle
from simulator.pickup_codes import keyed as verifiers_of
from simulator.pickup_codes import new_number
from tests.unit.services.bench import Bench, soon
from tests.unit.services.test_people import CODES, Counter, code, keyed, tag

NUMBERS = {right: new_number() for right in ("R1", "R2")}


def credential(right: str, number: str, **factors: str) -> PutCredential:
    """As the box keeps it: the digest keyed, the verifiers keyed by the number's secret."""
    made = tag(number)
    values = {factor: (value,) for factor, value in factors.items()}
    return PutCredential(keyed(digest_of_tag(made)), "number", right, verifiers_of(secret_of_tag(made), right, values))


@pytest.fixture
async def counter(bench: Bench) -> Counter:
    """R4 asks for nothing, R5 for a birth date; each has a number only."""
    made = Counter(bench)
    await bench.announce("D4", "eAT")
    await bench.issue("R4", "D4", row=credential("R4", NUMBERS["R1"]))
    await bench.announce("D5", "Personalausweis")
    await bench.issue("R5", "D5", row=credential("R5", NUMBERS["R2"], birth_date="19900201"))
    await bench.log_in()
    for deposit in ("D4", "D5"):
        await bench.load(deposit)
    await bench.log_out()
    return made


async def type_in(counter: Counter, number: str) -> str:
    return code(await counter.residents.enter_number(number))


async def test_a_number_opens_what_it_is_for(counter: Counter) -> None:
    assert await type_in(counter, NUMBERS["R1"]) == ""
    session = counter.bench.box.session
    assert session is not None
    assert session.right == "R4"
    assert session.phase is Phase.UNLOCKING


async def test_its_second_factor_is_keyed_by_the_number(counter: Counter) -> None:
    assert await type_in(counter, NUMBERS["R2"]) == ""
    assert code(await counter.residents.enter_factor(counter.session, "02.02.1990")) == "factor_wrong"
    assert await counter.residents.enter_factor(counter.session, "01.02.1990") is None
    assert counter.bench.box.opening is not None


@pytest.mark.parametrize("number", ["", "12", "1234567890128 ", "12345678901２", "12345678901x"])
async def test_what_is_no_number_costs_nothing(counter: Counter, number: str) -> None:
    assert await type_in(counter, number) == "number_typo"
    assert not counter.tagged
    assert await type_in(counter, NUMBERS["R1"]) == "", "and slows nobody down"


async def test_every_wrong_digit_and_the_wrong_check_digit_are_seen(counter: Counter) -> None:
    number = NUMBERS["R1"]
    for place in range(12):
        other = str((int(number[place]) + 1) % 10)
        assert await type_in(counter, number[:place] + other + number[place + 1 :]) == "number_typo"
    assert not counter.tagged


async def test_guessing_is_slow_and_a_good_number_waits_too(counter: Counter) -> None:
    waited = 0
    for _ in range(6):
        assert await type_in(counter, new_number()) == "code_unknown"
        tagged = len(counter.tagged)
        assert await type_in(counter, NUMBERS["R1"]) == "slow_down", "or a guess could be told by its answer"
        assert len(counter.tagged) == tagged, "nothing is computed meanwhile"
        pause = counter.residents._numbers.throttle.wait_ms()
        assert 1_000 <= pause <= Throttle.LONGEST_MS
        assert pause >= waited or waited == Throttle.FIRST_MS
        waited = pause
        counter.bench.clock.advance(pause)
    assert waited > 5_000, "longer and longer"
    assert await type_in(counter, NUMBERS["R1"]) == "", "the next person is never locked out"


async def test_a_shown_code_does_not_wait_for_wrong_numbers_nor_numbers_for_wrong_codes(counter: Counter) -> None:
    assert await type_in(counter, new_number()) == "code_unknown"
    assert await counter.show(CODES["R1"]) == "code_unknown", "looked up, not slowed down"
    counter.bench.clock.advance(1_000)
    assert await counter.show(CODES["R2"]) != ""
    assert await type_in(counter, NUMBERS["R1"]) == ""


async def test_one_number_at_a_time(counter: Counter) -> None:
    answers = await asyncio.gather(*(counter.residents.enter_number(NUMBERS["R1"]) for _ in range(3)))
    assert sorted(code(answer) for answer in answers) == ["", "busy", "busy"]
    assert len(counter.tagged) == 1


async def test_while_somebody_is_served_nothing_is_computed(counter: Counter) -> None:
    assert await type_in(counter, NUMBERS["R1"]) == ""
    assert await type_in(counter, NUMBERS["R2"]) == "busy"
    assert len(counter.tagged) == 1


async def test_whoever_hangs_up_does_not_escape_the_pause(counter: Counter) -> None:
    asking = asyncio.create_task(counter.residents.enter_number(new_number()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    throttle = counter.residents._numbers.throttle
    await soon(throttle.wait_ms)
    counter.bench.clock.advance(throttle.wait_ms())
    assert await type_in(counter, NUMBERS["R1"]) == ""


async def test_pages_offer_to_type_only_where_numbers_are_in_use(bench: Bench) -> None:
    counter = Counter(bench)
    assert not counter.front.state.numbers
    await bench.announce("D4")
    await bench.issue("R4", "D4", row=credential("R4", NUMBERS["R1"]))
    assert counter.front.state.numbers
