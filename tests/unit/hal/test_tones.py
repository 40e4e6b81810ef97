"""Who loads envelopes listens and does not look."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.bootstrap.controller import TONES as CHOSEN
from controller.ports import Tone
from hal.indicators.switched import TONES, SwitchedIndicators
from hal.interfaces import Fault
from tests.fakes.plant import eventually


def test_no_two_tones_sound_alike() -> None:
    assert len(set(TONES.values())) == len(TONES)
    assert set(CHOSEN) == set(Tone)
    assert set(CHOSEN.values()) == set(TONES), "a tone that nobody plays, or one that nobody can"


def test_booked_is_short_refused_is_long_and_full_is_long_twice() -> None:
    booked, refused, full = (TONES[CHOSEN[tone]] for tone in (Tone.BOOKED, Tone.REFUSED, Tone.FULL))
    assert max(booked) * 4 < min(refused[0], full[0])
    assert (len(booked), len(refused), len(full)) == (3, 1, 3)


class Output:
    """Remembers how it was switched; fails while it is broken."""

    def __init__(self) -> None:
        self.switched: list[bool] = []
        self.broken = False
        self.closed = 0

    def switch(self, on: bool) -> None:
        if self.broken:
            raise OSError("no such line")
        self.switched.append(on)

    def close(self) -> None:
        self.closed += 1
        if self.broken:
            raise OSError("no such line")


class Clock:
    """In place of the event that a tone waits with: no time passes, and what was waited for is kept."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.ended = False

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.ended

    def is_set(self) -> bool:
        return self.ended

    def set(self) -> None:
        self.ended = True


class Faults:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, bool]] = []

    def fault_raised(self, fault: Fault) -> None:
        self.told.append((fault.code, fault.subject, True))

    def fault_cleared(self, code: str, subject: str) -> None:
        self.told.append((code, subject, False))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[list[bool], list[int]]]:
    def one(name: str) -> tuple[list[bool], list[int]]:
        buzzer, clock = Output(), Clock()
        indicators = SwitchedIndicators({"the buzzer": buzzer})
        monkeypatch.setattr(indicators, "_stop", clock)
        indicators.tone(name)
        eventually(lambda: indicators._sounding is None)
        return buzzer.switched, [round(1000 * seconds) for seconds in clock.waited]

    return one


@pytest.mark.parametrize("name", TONES)
def test_each_pattern_is_played_as_it_is_written_and_ends_in_silence(
    play: Callable[[str], tuple[list[bool], list[int]]], name: str
) -> None:
    switched, waited = play(name)
    assert waited == list(TONES[name])
    assert switched == [index % 2 == 0 for index in range(len(TONES[name]))] + [False]


def test_an_output_that_fails_is_told_once_and_told_when_it_works_again() -> None:
    lamp, faults = Output(), Faults()
    indicators = SwitchedIndicators({"the lamp of A07": lamp}, faults)
    lamp.broken = True
    indicators.lamp("A07", True)
    indicators.lamp("A07", False)
    assert faults.told == [("indicator_failed", "the lamp of A07", True)]
    lamp.broken = False
    indicators.lamp("A07", True)
    assert faults.told[1:] == [("indicator_failed", "the lamp of A07", False)]
    assert lamp.switched == [True]


def test_one_that_cannot_be_closed_does_not_keep_the_others_lit() -> None:
    outputs = {"the lamp of A01": Output(), "the door light": Output(), "the lamp of A02": Output()}
    outputs["the door light"].broken = True
    with pytest.raises(OSError, match="no such line"):
        SwitchedIndicators(outputs).close()
    assert [output.closed for output in outputs.values()] == [1, 1, 1]


def test_at_the_end_a_tone_is_cut_short_and_none_begins() -> None:
    buzzer = Output()
    indicators = SwitchedIndicators({"the buzzer": buzzer})
    indicators.tone("attention")
    eventually(lambda: buzzer.switched == [True])
    indicators.close()
    assert buzzer.switched == [True, False]
    indicators.tone("ok")
    assert buzzer.switched == [True, False]
