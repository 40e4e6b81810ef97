"""Whatever gets lost on the wire and whenever the port fails: one command is at most one pulse, and every caller hears
how it ended, not before the coil is off.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hal.boards import kerong_frames as frames
from hal.interfaces import LockFault
from tests.unit.boards.test_station import PORT_LOST, Bench

NOTHING_SENT = {"board_silent", "port_gone", "pulse_cap_unsafe"}

troubles = st.fixed_dictionaries(
    {
        "lost_times": st.integers(0, 4),
        "lost_unlocks": st.integers(0, 1),
        "lost_states": st.integers(0, 4),
        "fails_at": st.none() | st.sampled_from([frames.STATUS, frames.UNLOCK, frames.PULSE_TIME]),
        "obeys_time": st.booleans(),
        "long_time": st.booleans(),
        "opens": st.booleans(),
        "line": st.booleans(),
    }
)


@given(st.lists(troubles, min_size=1, max_size=4))
def test_one_command_is_at_most_one_pulse(story: list[dict[str, object]]) -> None:
    bench = Bench()
    bench.poll()
    for trouble in story:
        cu = bench.cu
        cu.closed = 0xFFFF
        cu.lost = {
            frames.PULSE_TIME: int(str(trouble["lost_times"])),
            frames.UNLOCK: int(str(trouble["lost_unlocks"])),
            frames.STATUS: int(str(trouble["lost_states"])),
        }
        cu.raises = {} if trouble["fails_at"] is None else {int(str(trouble["fails_at"])): PORT_LOST}
        cu.obeys_time, cu.opens = bool(trouble["obeys_time"]), bool(trouble["opens"])
        if trouble["long_time"]:
            cu.pulse_10ms = 6_000
        before, sent_before = len(cu.unlocked), cu.unlocks(bench.line)
        sent_with = cu.pulse_10ms
        asked = bench.bus.now
        future = bench.locks.pulse("A01", 400)
        _quietly(bench, bool(trouble["line"]))
        if bench.station.over_ms is not None:
            sent_with = cu.pulse_10ms
            assert not future.done(), "the coil may be on"
            assert bench.station.over_ms >= asked + 400
            bench.end_of_pulse()
        sent = cu.unlocks(bench.line) - sent_before
        assert sent <= 1
        assert len(cu.unlocked) - before <= sent
        error = future.exception(0)
        assert error is None or isinstance(error, LockFault)
        if sent:
            assert sent_with == 40, "a pulse is sent only when the board would end it in time"
        assert (error is not None and error.code in NOTHING_SENT) == (sent == 0)
        bench.station.line_opened()
        bench.bus.now += 60_000


def _quietly(bench: Bench, line: bool) -> None:
    """As the line's thread does it: a port that fails is lost, whoever waits has been told."""
    try:
        bench.bus.do(bench.line if line else None)
        if line:
            bench.poll(after_ms=40)
    except OSError:
        bench.station.line_lost()
