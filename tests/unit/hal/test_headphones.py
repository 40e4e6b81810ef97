"""Headphones: in when they have been for a while, out at once; what tells it may be a wire or the sound card."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field

import pytest

from hal.contacts import Unread
from hal.headphones import AMPLIFIER_AFTER_MS, OUT_MS, REOPEN_MS, ContactJack, DeviceJack, HeadphoneSocket
from hal.input_device import GET_SWITCHES, HAS_SWITCHES, HEADPHONE_INSERT, SwitchDevice
from hal.interfaces import Headphones

IN_MS = 300


class Jack:
    """A socket that a test plugs something into."""

    def __init__(self) -> None:
        self.inside = False
        self.problem: Exception | None = None
        self.closed = 0

    def plugged(self, now_ms: int) -> bool:
        if self.problem is not None:
            raise self.problem
        return self.inside

    def close(self) -> None:
        self.closed += 1


class Amplifier:
    """Remembers how it stands."""

    def __init__(self) -> None:
        self.on = False
        self.fails = False
        self.closed = 0

    def switch(self, on: bool) -> None:
        if self.fails:
            raise OSError("no such pin")
        self.on = on

    def close(self) -> None:
        self.on = False
        self.closed += 1


@dataclass
class Bench:
    """A socket that is looked at every 50 ms."""

    jack: Jack = field(default_factory=Jack)
    amplifier: Amplifier = field(default_factory=Amplifier)
    now: int = 10_000
    told: list[bool] = field(default_factory=list)
    problems: list[Exception | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = HeadphoneSocket(self.jack, IN_MS, self.amplifier)
        self.socket.subscribe(self.told.append)

    def known(self) -> bool | None:
        return self.socket.plugged

    def last(self) -> Exception | None:
        return self.problems[-1]

    def lit(self) -> bool:
        return self.amplifier.on

    def passes(self, ms: int, *, inside: bool | None = None) -> None:
        if inside is not None:
            self.jack.inside = inside
        for _ in range(ms // 50):
            self.problems.append(self.socket.look(self.now))
            self.now += 50


def test_in_has_to_stand_and_out_counts_at_once() -> None:
    bench = Bench()
    assert isinstance(bench.socket, Headphones)
    assert bench.known() is None
    bench.passes(OUT_MS + 50)
    assert bench.told == [False]
    bench.passes(IN_MS, inside=True)
    bench.passes(50, inside=False)
    assert bench.told == [False], "a plug that scrapes along is not in"
    bench.passes(IN_MS + 50, inside=True)
    assert (bench.told, bench.known()) == ([False, True], True)
    bench.passes(OUT_MS + 50, inside=False)
    assert (bench.told, bench.known()) == ([False, True, False], False)


def test_who_asks_later_hears_what_is_known() -> None:
    bench = Bench()
    heard: list[bool] = []
    bench.passes(IN_MS + 50, inside=True)
    bench.socket.subscribe(heard.append)
    assert heard == [True]


def test_a_listener_that_raises_keeps_nobody_from_hearing() -> None:
    bench = Bench()

    def broken(plugged: bool) -> None:
        raise RuntimeError("the test says so")

    later: list[bool] = []
    bench.socket.subscribe(broken)
    bench.socket.subscribe(later.append)
    bench.passes(IN_MS + 50, inside=True)
    assert (bench.told, later) == ([True], [True])


def test_what_cannot_be_read_counts_as_out() -> None:
    bench = Bench()
    bench.passes(IN_MS + 50, inside=True)
    bench.jack.problem = Unread("gone")
    bench.passes(OUT_MS + 50)
    assert bench.told == [True, False]
    assert isinstance(bench.last(), Unread)
    bench.jack.problem = None
    bench.passes(IN_MS + 50)
    assert (bench.told[-1], bench.last()) == (True, None)


def test_the_loudspeaker_is_off_before_headphones_are_believed_and_back_after_silence() -> None:
    bench = Bench()
    assert not bench.lit(), "off until it is known"
    bench.passes(AMPLIFIER_AFTER_MS + OUT_MS + 100)
    assert bench.lit()
    bench.passes(50, inside=True)
    assert not bench.lit(), "with the first look"
    assert bench.told == [False]
    bench.passes(IN_MS)
    bench.passes(AMPLIFIER_AFTER_MS, inside=False)
    assert not bench.lit(), "the page may still be speaking"
    bench.passes(OUT_MS + 100)
    assert bench.lit()


def test_a_plug_that_touched_and_left_gives_the_loudspeaker_back() -> None:
    bench = Bench()
    bench.passes(AMPLIFIER_AFTER_MS + OUT_MS + 100)
    bench.passes(100, inside=True)
    bench.passes(AMPLIFIER_AFTER_MS + OUT_MS + 100, inside=False)
    assert (bench.amplifier.on, bench.told) == (True, [False])


def test_an_amplifier_that_does_not_obey_is_told_again() -> None:
    bench = Bench()
    bench.amplifier.fails = True
    bench.passes(AMPLIFIER_AFTER_MS + OUT_MS + 100)
    bench.amplifier.fails = False
    bench.passes(50)
    assert bench.lit()
    bench.socket.close()
    assert (bench.amplifier.on, bench.amplifier.closed, bench.jack.closed) == (False, 1, 1)


def test_without_a_contact_nothing_is_known() -> None:
    socket = HeadphoneSocket(None)
    assert socket.look(0) is None
    assert (socket.plugged, socket.there) == (None, False)
    socket.close()


class Wire:
    def __init__(self, level: bool) -> None:
        self.level = level
        self.closed = 0

    def high(self) -> bool:
        return self.level

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("active_high", "level", "plugged"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_a_contact_of_either_polarity(active_high: bool, level: bool, plugged: bool) -> None:
    wire = Wire(level)
    jack = ContactJack(wire, active_high)
    assert jack.plugged(0) is plugged
    jack.close()
    assert wire.closed == 1


class Kernel:
    """Stands in for the kernel at the file descriptor: one device with one switch."""

    def __init__(self) -> None:
        self.there = True
        self.suitable = True
        self.plugged = False
        self.opened: list[str] = []
        self.open_now = 0

    def open(self, path: str) -> int:
        self.opened.append(path)
        if not self.there:
            raise OSError(errno.ENOENT, "no such device", path)
        self.open_now += 1
        return 7

    def ask(self, descriptor: int, request: int, size: int) -> bytes:
        assert (descriptor, size) == (7, 8)
        if not self.there:
            raise OSError(errno.ENODEV, "gone")
        on = {HAS_SWITCHES: self.suitable, GET_SWITCHES: self.plugged}[request]
        # A microphone's switch (4) beside it says nothing of headphones.
        return ((on << HEADPHONE_INSERT) | 1 << 4).to_bytes(size, "little")

    def tell(self, descriptor: int, request: int, value: int, *, by_reference: bool = False) -> None:
        raise AssertionError("nothing is grabbed, nothing is set")

    def close(self, descriptor: int) -> None:
        self.open_now -= 1


def test_the_numbers_are_the_kernels() -> None:
    """``EVIOCGBIT(EV_SW, 8)`` and ``EVIOCGSW(8)`` of linux/input.h, ``SW_HEADPHONE_INSERT``."""
    assert (HAS_SWITCHES, GET_SWITCHES, HEADPHONE_INSERT) == (0x80084525, 0x8008451B, 2)


def test_the_sound_cards_switch_is_asked() -> None:
    kernel = Kernel()
    jack = DeviceJack("/dev/input/by-path/jack", kernel)
    assert jack.plugged(0) is False
    kernel.plugged = True
    assert jack.plugged(50) is True
    assert kernel.opened == ["/dev/input/by-path/jack"]
    jack.close()
    jack.close()
    assert kernel.open_now == 0


def test_a_device_without_such_a_switch_is_no_jack() -> None:
    kernel = Kernel()
    kernel.suitable = False
    with pytest.raises(OSError, match="no such switch"):
        SwitchDevice("/dev/input/by-path/lid", HEADPHONE_INSERT, kernel)
    assert kernel.open_now == 0


def test_a_card_that_was_pulled_out_is_opened_again_and_not_too_often() -> None:
    kernel = Kernel()
    jack = DeviceJack("/dev/input/by-path/jack", kernel)
    jack.plugged(0)
    kernel.there = False
    for now in range(50, 50 + 2 * REOPEN_MS, 50):
        with pytest.raises(OSError, match=r"gone|no such device"):
            jack.plugged(now)
    assert (len(kernel.opened), kernel.open_now) == (3, 0), "at first, and once a second"
    kernel.there = kernel.plugged = True
    assert jack.plugged(50 + 3 * REOPEN_MS) is True
